//! Attacks 41 and 44 to 63: on ids, cursors, filters, transactions, and what errors and traces tell.

use ennead::prelude::*;
use ennead::{Cursor, Dialect};

use super::town::*;
use crate::Bed;
use crate::tenancy::recorder;

#[derive(DbNewtype, Debug, Clone, PartialEq)]
pub struct SmallTenant(i16);

/// Its tenants are numbered in 16 bits.
#[model(table = "rooms")]
#[derive(Debug, Clone, PartialEq)]
pub struct Room {
    #[key]
    pub id: String,
    #[tenant]
    pub tenant_id: SmallTenant,
    pub name: String,
}

#[model(table = "halls")]
#[derive(Debug, Clone, PartialEq)]
pub struct Hall {
    #[key]
    pub id: String,
    #[tenant]
    pub tenant_id: i64,
    pub name: String,
}

async fn attack_41_and_57_ids_that_are_none(bed: Bed) {
    let db = bed.db(&schema()).await;
    let long = "a".repeat(65);
    for id in ["", " ", "a b", "a\0b", "ä", "a'b", "a\"b", "a%", "a\n", "租户", "a.b", long.as_str()] {
        let error = db.tenant(id).unwrap_err();
        assert!(error.is_invalid_input());
        assert!(id.is_empty() || id == " " || !error.to_string().contains(id), "{error}");
    }
    db.tenant("a".repeat(64)).unwrap();
    let narrowed = User::count().in_tenant("a\0b").run(&db.across_tenants("x")).await;
    assert!(narrowed.unwrap_err().is_invalid_input());
    // Keys, too, hold no NUL, and odd ones find nothing.
    let a = db.tenant("acme").unwrap();
    assert!(User::read("a\0b").run(&a).await.unwrap_err().is_invalid_input());
    assert!(User::read("租户' --").run(&a).await.unwrap_err().is_not_found());
}

/// By a typed column anything may be sorted and filtered by its owner; a name from outside cannot name a hidden one, since
/// the JSON face is not built yet. What is hidden stands in no text of the library's.
async fn attack_44_hidden_columns(bed: Bed) {
    let town = Town::new(&bed).await;
    let guess = User::PASSWORD_HASH.contains(&town.canary);
    assert_eq!(User::list().filter(guess.clone()).run(&town.a).await.unwrap(), []);
    assert!(!format!("{:?}", User::list().filter(guess)).contains(&town.canary));
}

async fn attack_45_cursors(bed: Bed) {
    let town = Town::new(&bed).await;
    let list = || User::list().order_by(User::EMAIL.asc()).limit(1);
    let own = list().page(None).run(&town.a).await.unwrap().next.unwrap();
    let other = list().page(None).run(&town.b).await.unwrap().next.unwrap();
    list().page(Some(&own)).run(&town.a).await.unwrap();
    let mut bad: Vec<Cursor> =
        vec![other, String::new().into(), "x".to_owned().into(), "AAAA".repeat(9).into()];
    for at in [0, own.as_str().len() / 2, own.as_str().len() - 1] {
        let mut text = own.as_str().as_bytes().to_vec();
        text[at] = if text[at] == b'A' { b'B' } else { b'A' };
        bad.push(String::from_utf8(text).unwrap().into());
    }
    for cursor in &bad {
        assert!(town.refused(list().page(Some(cursor)).run(&town.a).await).is_invalid_input());
    }
    let filtered = list().filter(User::LOGINS.ge(0)).page(Some(&own)).run(&town.a).await;
    assert!(town.refused(filtered).is_invalid_input());
    let turned = User::list().order_by(User::EMAIL.desc()).limit(1).page(Some(&own)).run(&town.a).await;
    assert!(town.refused(turned).is_invalid_input());
    let board = Board::list().order_by(Board::NAME.asc()).limit(1).page(Some(&own)).run(&town.a).await;
    assert!(town.refused(board).is_invalid_input());
    let across = list().in_tenant("acme").page(Some(&own)).run(&town.across).await;
    assert!(town.refused(across).is_invalid_input());
    assert_eq!(format!("{own:?}"), "Cursor(…)");
}

async fn attack_46_extreme_limits(bed: Bed) {
    let town = Town::new(&bed).await;
    for (limit, offset) in
        [(u64::MAX, 0), (u64::MAX, 1), (i64::MAX as u64, i64::MAX as u64), (1, u64::MAX), (0, 0)]
    {
        let rows = town.safe(User::list().limit(limit).offset(offset).run(&town.a).await).unwrap();
        assert!(rows.len() <= 2 && rows.iter().all(|row| row.organization_id == "acme"));
    }
    let page = User::list().limit(u64::MAX).page(None).run(&town.a).await.unwrap();
    assert_eq!(page.items.len(), 2);
}

async fn attack_47_wildcards(bed: Bed) {
    let town = Town::new(&bed).await;
    for text in ["%", "_", "*", "?", "[a-z]", "\\", "'", "plai%"] {
        for filter in [User::NAME.contains(text), User::NAME.starts_with(text), User::NAME.ends_with(text)] {
            assert_eq!(User::list().filter(filter).run(&town.a).await.unwrap(), [], "{text}");
        }
    }
    assert_eq!(User::count().filter(User::NAME.like("p%")).run(&town.a).await.unwrap(), 2);
}

/// Whatever stands in a path, it is a key and nothing else.
async fn attack_48_json_paths(bed: Bed) {
    let town = Town::new(&bed).await;
    for part in [
        "'", "''", "{}", "a{}b", "?", "$1", "$.n", "n}", "{n", ",", "#", "--", "*", "'); --", "ä", "a b",
        ":x", "@",
    ] {
        let path = || User::DATA.path([part]);
        for filter in [path().eq("x"), path().gt(1), path().exists(), path().eq(true), path().ne("x")] {
            let rows = town.safe(User::list().filter(filter).run(&town.a).await);
            assert_eq!(rows.unwrap(), [], "{part}");
        }
        let json = serde_json::json!({ part: town.canary });
        assert_eq!(User::count().filter(User::DATA.contains(json)).run(&town.a).await.unwrap(), 0);
        // And the key is found where it is one.
        User::update("a-user")
            .set(User::DATA, Some(serde_json::json!({ part: "x" })))
            .run(&town.a)
            .await
            .unwrap();
        let found = User::list().filter(path().eq("x").and(path().exists())).run(&town.a).await.unwrap();
        assert_eq!(found.len(), 1, "{part}");
    }
    for part in ["\"", "\\", "\0"] {
        let filter = User::DATA.path([part]).exists();
        assert!(town.refused(User::list().filter(filter).run(&town.a).await).is_invalid_input());
    }
}

async fn attack_50_null_in_a_filter(bed: Bed) {
    let town = Town::new(&bed).await;
    let none: Option<String> = None;
    assert_eq!(User::count().filter(User::MANAGER_ID.eq(none.clone())).run(&town.a).await.unwrap(), 2);
    assert_eq!(User::count().filter(User::MANAGER_ID.ne(none.clone())).run(&town.a).await.unwrap(), 0);
    assert_eq!(User::count().filter(User::PASSWORD_HASH.eq(none.clone())).run(&town.a).await.unwrap(), 0);
    let deleted = User::bulk_delete().filter(User::PASSWORD_HASH.in_([none])).run(&town.a).await.unwrap();
    assert_eq!(deleted.affected, 0);
}

/// `&db` for a tenant's model does not compile. Without an ambient tenant there is an error, and nothing is sent.
async fn attack_52_no_scope(bed: Bed) {
    let town = Town::new(&bed).await;
    let sent = recorder::statements(async {
        assert!(TenantContext::current().unwrap_err().is_tenant_missing());
        let create = User::create(user("x", "x")).run(&town.across).await;
        assert!(create.unwrap_err().is_tenant_missing());
        assert!(
            Widget::create(widget("a-board", "x")).run(&town.across).await.unwrap_err().is_tenant_missing()
        );
        assert!(Room::count().run(&town.a).await.unwrap_err().is_invalid_input());
    })
    .await;
    assert_eq!(sent, Vec::<String>::new());
}

/// One shape of statement, kept and used again: the tenant is bound each time.
async fn attack_56_kept_statements(bed: Bed) {
    let town = Town::new(&bed).await;
    for round in 0..30 {
        let (tenant, id) = if round % 2 == 0 { (&town.a, "acme") } else { (&town.b, "bravo") };
        let row = User::read("same-user").run(tenant).await.unwrap();
        assert_eq!(row.organization_id, id);
        let list = User::list().filter(User::NAME.ne("")).limit(10).run(tenant).await.unwrap();
        assert!(list.len() == 2 && list.iter().all(|row| row.organization_id == id));
        User::update("same-user").add(User::LOGINS, 1).run(tenant).await.unwrap();
        assert_eq!(Widget::list().run(tenant).await.unwrap().len(), 1);
    }
    assert_eq!(User::read("same-user").run(&town.a).await.unwrap().logins, 15);
    assert_eq!(User::read("same-user").run(&town.b).await.unwrap().logins, 15);
}

async fn attack_58_case_and_padding(bed: Bed) {
    let town = Town::new(&bed).await;
    for id in ["ACME", "Acme", "acme_", "acme-", "acm", "acmee"] {
        let other = town.db.tenant(id).unwrap();
        assert_eq!(User::count().run(&other).await.unwrap(), 0);
        assert_eq!(Organization::count().run(&other).await.unwrap(), 0);
        assert_eq!(Pin::count().run(&other).await.unwrap(), 0);
        let error = User::create(user("x", "x")).run(&other).await.unwrap_err();
        assert!(error.is_foreign_key_violation(), "no such organization");
    }
}

async fn attack_59_numbers_written_otherwise(bed: Bed) {
    let db = bed.db(&ennead::schema![Room, Hall]).await;
    let one = db.tenant(1).unwrap();
    Hall::create(NewHall { name: "x".into() }).run(&one).await.unwrap();
    Room::create(NewRoom { name: "x".into() }).run(&one).await.unwrap();
    assert_eq!(Hall::count().run(&db.tenant("1").unwrap()).await.unwrap(), 1);
    for id in ["01", "1_", "-1-", "1e0", "0x1", "one", "-0", "9223372036854775808"] {
        let other = db.tenant(id).unwrap();
        assert!(Hall::count().run(&other).await.unwrap_err().is_invalid_input(), "{id}");
        assert!(Hall::create(NewHall { name: "x".into() }).run(&other).await.unwrap_err().is_invalid_input());
    }
    for id in [" 1", "1.0", "+1", "１"] {
        assert!(db.tenant(id).unwrap_err().is_invalid_input());
    }
    // A number that is too wide for the column is nobody's: it is not cut to tenant 1.
    for id in [65_537_i64, -65_535, i64::MAX, 4_294_967_297] {
        let other = db.tenant(id).unwrap();
        assert_eq!(Hall::count().run(&other).await.unwrap(), 0);
        assert!(Room::count().run(&other).await.unwrap_err().is_invalid_input());
        assert!(
            Room::create(NewRoom { name: "mine".into() }).run(&other).await.unwrap_err().is_invalid_input()
        );
    }
    assert_eq!(Room::list().run(&one).await.unwrap().len(), 1);
}

/// Texts of the database hold names, and never values: neither one's own nor another's.
async fn attack_60_errors_of_the_database(bed: Bed) {
    let town = Town::new(&bed).await;
    let own = "own-value-7131";
    let shelf = Shelf::list().first(&town.a).await.unwrap().unwrap().id;
    let errors = [
        User::create(user("a-user@a.com", own)).run(&town.a).await.unwrap_err(),
        User::update("same-user").set(User::EMAIL, "a-user@a.com").run(&town.a).await.unwrap_err(),
        Ticket::create(NewTicket { number: "b-number".into(), title: own.into() })
            .run(&town.a)
            .await
            .unwrap_err(),
        Widget::create(widget(own, own)).run(&town.a).await.unwrap_err(),
        User::update("a-user").set(User::MANAGER_ID, Some(own.to_owned())).run(&town.a).await.unwrap_err(),
        Board::delete("a-board").run(&town.a).await.unwrap_err(),
        User::read(own).run(&town.a).await.unwrap_err(),
        Shelf::create(NewShelf { name: own.into() }).set(Shelf::ID, shelf).run(&town.a).await.unwrap_err(),
        Book::create(NewBook { shelf_id: 71_317_131 }).run(&town.a).await.unwrap_err(),
    ];
    for error in errors {
        let text = crate::tenancy::stage::told::<(), _>(Err(error));
        for value in [own, "a-user@a.com", "b-number", "a-board", "71317131", town.canary.as_str()] {
            assert!(!text.contains(value), "{text}");
        }
    }
}

/// `Debug` of operations, filters, statements, scopes and cursors; and what is traced.
async fn attack_61_debug_and_traces(bed: Bed) {
    let town = Town::new(&bed).await;
    let secret = "s3cret-value";
    let filter =
        User::NAME.eq(secret).or(User::EMAIL.in_([secret, "x"])).or(User::DATA.path(["n"]).eq(secret));
    let dialects = [Dialect::Sqlite, Dialect::Postgres];
    let mut texts = vec![
        format!("{:?}", User::create(user(secret, secret))),
        format!("{:?}", User::create(user(secret, secret)).on_conflict(User::EMAIL)),
        format!("{:?}", User::create(user(secret, secret)).on_conflict(User::EMAIL).update(User::NAME)),
        format!("{:?}", User::create(user(secret, secret)).on_conflict(User::EMAIL).ignore()),
        format!("{:?}", User::bulk_create([user(secret, secret)])),
        format!("{:?}", User::bulk_create([user(secret, secret)]).on_conflict(User::EMAIL).ignore()),
        format!("{:?}", User::read(secret)),
        format!("{:?}", User::update(secret).set(User::NAME, secret).when(filter.clone())),
        format!("{:?}", User::delete(secret).when(filter.clone())),
        format!("{:?}", Ticket::restore(secret)),
        format!("{:?}", User::list().filter(filter.clone()).order_by(User::NAME.asc())),
        format!("{:?}", User::list().filter(filter.clone()).limit(1).page(None)),
        format!("{:?}", User::count().filter(filter.clone())),
        format!("{:?}", User::bulk_update().filter(filter.clone()).set(User::NAME, secret)),
        format!("{:?}", User::bulk_update_each([User::update(secret).set(User::NAME, secret)])),
        format!("{:?}", User::bulk_delete().filter(filter.clone()).keys([secret])),
        format!("{filter:?} {:?} {:?}", User::NAME, town.db),
        format!("{:?}", ennead::Value::text(secret)),
    ];
    for dialect in dialects {
        for statement in [
            User::list().filter(filter.clone()).statement(dialect).unwrap(),
            User::update(secret).set(User::NAME, secret).statement(dialect).unwrap(),
            User::create(user(secret, secret)).statement(dialect).unwrap(),
            User::delete(secret).statement(dialect).unwrap(),
            Widget::create(widget(secret, secret)).statement(dialect).unwrap(),
        ] {
            texts.push(format!("{statement} {statement:?}"));
        }
    }
    let sent = recorder::everything(async {
        User::list().filter(filter).run(&town.a).await.unwrap();
        User::create(user(secret, secret)).run(&town.a).await.unwrap();
        User::create(user(secret, secret)).run(&town.a).await.unwrap_err();
        Widget::create(widget(secret, secret)).run(&town.a).await.unwrap_err();
    })
    .await;
    assert!(!sent.is_empty());
    texts.extend(sent);
    for text in texts {
        assert!(!text.contains(secret) && !text.contains(&town.canary), "{text}");
    }
}

/// The shown statement stands for the tenant, and has its predicate.
async fn statements_show_the_tenant(_: Bed) {
    for dialect in [Dialect::Sqlite, Dialect::Postgres] {
        let read = User::read("u").statement(dialect).unwrap();
        assert!(read.sql().contains("\"users\".\"organization_id\" = "), "{read}");
        assert!(read.values().contains(&ennead::Value::text("{tenant}")));
        let pin = Pin::count().statement(dialect).unwrap();
        assert!(pin.sql().contains("\"ennead_parent_2\".\"organization_id\" = "), "{pin}");
        let create = User::create(user("a", "b")).statement(dialect).unwrap();
        assert!(create.values().contains(&ennead::Value::text("{tenant}")));
    }
}

async fn attack_62_raw_sql_leaves_nothing_behind(bed: Bed) {
    let town = Town::with(&bed, crate::bed::quick(bed.kind()).max_connections(1)).await;
    let settings = match bed.is_postgres() {
        true => [
            "SET search_path TO pg_catalog",
            "BEGIN",
            "BEGIN; SELECT 1/0",
            "CREATE TEMPORARY TABLE users (id text)",
        ],
        false => [
            "PRAGMA foreign_keys = OFF",
            "BEGIN",
            "BEGIN; SELECT * FROM no_such_table",
            "CREATE TEMPORARY TABLE users (id text)",
        ],
    };
    for sql in settings {
        let _ = town.across.execute(sql).await;
        assert_eq!(User::count().run(&town.a).await.unwrap(), 2, "{sql}");
        // The database's own walls stand, and what is acknowledged is there.
        let star = NewStar { user_id: "a-user".into(), board_id: "b-board".into() };
        assert!(Star::create(star).run(&town.a).await.unwrap_err().is_foreign_key_violation(), "{sql}");
        Board::update("a-board").add(Board::VIEWS, 1).run(&town.a).await.unwrap();
    }
    assert_eq!(Board::read("a-board").run(&town.a).await.unwrap().views, 4);
}

async fn a_memory_database_keeps_its_walls(_: Bed) {
    let db = Db::connect("sqlite::memory:").await.unwrap();
    crate::watch::known(schema()).create(&db).await.unwrap();
    let across = db.across_tenants("raw SQL");
    across.execute("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; BEGIN").await.unwrap();
    let user = User::create(user("x", "x")).run(&db.tenant("nobody").unwrap()).await;
    assert!(user.unwrap_err().is_foreign_key_violation());
}

async fn attack_63_bypass_without_a_reason(bed: Bed) {
    let town = Town::new(&bed).await;
    for reason in ["", " ", "\t\n"] {
        let across = town.db.across_tenants(reason);
        let sent = recorder::everything(async {
            assert!(User::count().run(&across).await.unwrap_err().is_invalid_input());
            assert!(User::list().limit(1).page(None).run(&across).await.unwrap_err().is_invalid_input());
            assert!(User::read("x").in_tenant("acme").run(&across).await.unwrap_err().is_invalid_input());
            assert!(Plan::count().run(&across).await.unwrap_err().is_invalid_input());
            assert!(Pin::delete("a-pin").run(&across).await.unwrap_err().is_invalid_input());
            assert!(across.execute("DELETE FROM pins").await.unwrap_err().is_invalid_input());
            let work = across.transaction(async |tx| User::count().run(tx).await).await;
            assert!(work.unwrap_err().is_invalid_input());
        })
        .await;
        assert_eq!(sent, Vec::<String>::new(), "nothing is sent, and no bypass is traced");
    }
}

/// Each use of the bypass is told with its reason, its model and its operation.
async fn the_bypass_is_traced(bed: Bed) {
    let town = Town::new(&bed).await;
    let across = town.db.across_tenants("nightly report");
    let told = recorder::bypasses(async {
        User::count().run(&across).await.unwrap();
        User::list().run(&across).await.unwrap();
        User::update("a-user").set(User::NAME, "x").run(&across).await.unwrap();
        Pin::delete("a-pin").run(&across).await.unwrap();
        User::create(user("n", "n")).in_tenant("acme").run(&across).await.unwrap();
        across.transaction(async |tx| User::count().run(tx).await).await.unwrap();
        across.execute("SELECT 1").await.unwrap();
    })
    .await;
    let expected = [
        ("count", "User"),
        ("list", "User"),
        ("update", "User"),
        ("delete", "Pin"),
        ("create", "User"),
        ("count", "User"),
        ("raw SQL", ""),
    ];
    let expected: Vec<(String, String, String)> = expected
        .iter()
        .map(|(operation, model)| ("nightly report".to_owned(), (*model).to_owned(), (*operation).to_owned()))
        .collect();
    assert_eq!(told, expected);
    let quiet = recorder::bypasses(async {
        User::count().run(&town.a).await.unwrap();
    })
    .await;
    assert_eq!(quiet, []);
}

crate::cases![
    attack_41_and_57_ids_that_are_none,
    attack_44_hidden_columns,
    attack_45_cursors,
    attack_46_extreme_limits,
    attack_47_wildcards,
    attack_48_json_paths,
    attack_50_null_in_a_filter,
    attack_52_no_scope,
    attack_56_kept_statements,
    attack_58_case_and_padding,
    attack_59_numbers_written_otherwise,
    attack_60_errors_of_the_database,
    attack_61_debug_and_traces,
    statements_show_the_tenant,
    attack_62_raw_sql_leaves_nothing_behind,
    a_memory_database_keeps_its_walls,
    attack_63_bypass_without_a_reason,
    the_bypass_is_traced,
];
