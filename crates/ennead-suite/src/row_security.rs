//! Row level security: the wall that stands in the database itself. On other kinds of database these cases show that the
//! option is refused.

use ennead::prelude::*;

use crate::{Bed, Kind};

#[model(tenant_root)]
#[derive(Debug, PartialEq)]
pub struct Company {
    #[key]
    pub id: String,
    pub name: String,
}

#[model(key = "global")]
#[derive(Debug, PartialEq)]
pub struct Board {
    #[key]
    pub id: String,
    #[tenant]
    #[references(Company)]
    pub company_id: String,
    pub name: String,
}

#[model(tenant(via = board_id))]
#[derive(Debug, PartialEq)]
pub struct Pin {
    #[key]
    pub id: String,
    #[references(Board, on_delete = cascade)]
    pub board_id: String,
    #[references(Board)]
    pub source_id: String,
}

#[model(global)]
#[derive(Debug, PartialEq)]
pub struct Colour {
    #[key(assigned)]
    pub id: String,
}

fn schema() -> Schema {
    ennead::schema![Company, Board, Pin, Colour]
}

async fn two_companies(bed: &Bed) -> (Db, String) {
    let url = bed.url().await;
    let db = bed.connect(Db::builder(), &url).await.unwrap();
    crate::watch::known(schema()).create(&db).await.unwrap();
    for id in ["a", "b"] {
        let owner = db.across_tenants("sign-up");
        Company::create(NewCompany { name: id.into() }).set(Company::ID, id).run(&owner).await.unwrap();
        let tenant = db.tenant(id).unwrap();
        let board = NewBoard { name: format!("secret of {id}") };
        Board::create(board).set(Board::ID, format!("board-{id}")).run(&tenant).await.unwrap();
        let board = format!("board-{id}");
        Pin::create(NewPin { board_id: board.clone(), source_id: board }).run(&tenant).await.unwrap();
    }
    (db, url)
}

/// Raw SQL as the application's role, without any predicate of the library: what only the policies stop.
async fn raw(url: &str, sql: &str) -> Result<(), Error> {
    let db = Db::connect(&url.replace("?rls=on", "").replace("&rls=on", "")).await?;
    let done = db.across_tenants("an attack").execute(sql).await;
    db.close().await;
    done
}

async fn the_database_alone_keeps_tenants_apart(bed: Bed) {
    let (db, url) = two_companies(&bed).await;
    let as_a = |sql: &str| format!("BEGIN; SELECT set_config('ennead.tenant', 'a', true); {sql}; COMMIT");
    // A count that is wrong divides by zero.
    let counts = |table: &str, wanted: u32| format!("SELECT 1 / (count(*) = {wanted})::int FROM {table}");
    for (table, own) in [("company", 1), ("board", 1), ("pin", 1)] {
        raw(&url, &counts(table, 0)).await.unwrap();
        raw(&url, &as_a(&counts(table, own))).await.unwrap();
    }
    raw(&url, &as_a("UPDATE board SET name = 'stolen' WHERE id = 'board-b'")).await.unwrap();
    raw(&url, &as_a("DELETE FROM pin WHERE board_id = 'board-b'")).await.unwrap();
    for refused in [
        "INSERT INTO board (id, company_id, name) VALUES ('x', 'b', 'x')",
        "UPDATE board SET company_id = 'b' WHERE id = 'board-a'",
        "INSERT INTO pin (id, board_id, source_id) VALUES ('x', 'board-b', 'board-b')",
        "INSERT INTO pin (id, board_id, source_id) VALUES ('x', 'board-a', 'board-b')",
        "UPDATE pin SET source_id = 'board-b'",
        "INSERT INTO company (id, name) VALUES ('c', 'c')",
        "INSERT INTO colour (id) VALUES ('red')",
        "TRUNCATE board CASCADE",
    ] {
        assert!(raw(&url, &as_a(refused)).await.is_err(), "not refused: {refused}");
    }
    raw(&url, &as_a("DELETE FROM company WHERE id = 'a'")).await.unwrap();
    let all = db.across_tenants("what is left");
    assert_eq!(Company::count().run(&all).await.unwrap(), 2);
    assert_eq!(Pin::count().run(&all).await.unwrap(), 2);
    let other = Board::read("board-b").run(&db.tenant("b").unwrap()).await.unwrap();
    assert_eq!(other.name, "secret of b");
}

async fn scoped_work_is_the_same_under_it(bed: Bed) {
    let (db, _) = two_companies(&bed).await;
    let (a, b) = (db.tenant("a").unwrap(), db.tenant("b").unwrap());
    assert_eq!(Board::list().run(&a).await.unwrap().len(), 1);
    assert!(Board::read("board-b").run(&a).await.unwrap_err().is_not_found());
    Colour::create(NewColour { id: "red".into() }).run(&db).await.unwrap();
    assert_eq!(Colour::count().run(&a).await.unwrap(), 1);
    let error = Pin::create(NewPin { board_id: "board-a".into(), source_id: "board-b".into() })
        .run(&a)
        .await
        .unwrap_err();
    assert!(error.is_foreign_key_violation(), "{error:?}");
    let done: Result<(), Error> = a
        .transaction(async |tx| {
            Board::update("board-a").set(Board::NAME, "new").run(tx).await?;
            tx.transaction(async |tx| Board::read("board-b").run(tx).await).await.map(|_| ())
        })
        .await;
    assert!(done.unwrap_err().is_not_found());
    assert_eq!(Board::read("board-a").run(&a).await.unwrap().name, "secret of a");
    assert_eq!(Board::read("board-b").run(&b).await.unwrap().name, "secret of b");
    assert_eq!(Company::list().run(&b).await.unwrap().len(), 1);
}

async fn unsafe_roles_are_refused_at_the_start(bed: Bed) {
    let url = bed.url().await;
    let with = |url: &str| if url.contains('?') { format!("{url}&rls=on") } else { format!("{url}?rls=on") };
    match bed.kind() {
        Kind::Sqlite => {
            let error = Db::connect(&with(&url)).await.unwrap_err();
            assert!(error.is_configuration(), "{error}");
            let error = Db::builder().admin_url("postgres://x").connect(&url).await.unwrap_err();
            assert!(error.to_string().contains("SQLite has no roles"), "{error}");
        }
        Kind::Postgres => {
            let error = Db::connect(&with(&url)).await.unwrap_err();
            assert!(error.to_string().contains("superuser"), "{error}");
            let error = Db::builder().admin_url(url.clone()).connect(&url).await.unwrap_err();
            assert!(error.to_string().contains("rls=on"), "{error}");
        }
        Kind::PostgresRls => {
            let db = bed.connect(Db::builder(), &url).await.unwrap();
            crate::watch::known(schema()).create(&db).await.unwrap();
            let owner = with(&bed.owner_url(&url));
            let error = Db::connect(&owner).await.unwrap_err();
            assert!(error.to_string().contains("owns tables"), "{error}");
            let alone = Db::connect(&url).await.unwrap();
            let error = Company::count().run(&alone.across_tenants("no owner's URL")).await.unwrap_err();
            assert!(error.is_configuration() && error.to_string().contains("admin_url"), "{error}");
        }
    }
}

async fn no_tenant_is_left_on_a_connection(bed: Bed) {
    let url = bed.url().await;
    let db = bed.connect(Db::builder().max_connections(1), &url).await.unwrap();
    crate::watch::known(schema()).create(&db).await.unwrap();
    for id in ["a", "b"] {
        let owner = db.across_tenants("sign-up");
        Company::create(NewCompany { name: id.into() }).set(Company::ID, id).run(&owner).await.unwrap();
    }
    for round in 0..20 {
        let id = if round % 2 == 0 { "a" } else { "b" };
        let seen = Company::list().run(&db.tenant(id).unwrap()).await.unwrap();
        assert_eq!(seen.iter().map(|company| company.id.as_str()).collect::<Vec<_>>(), [id]);
        // A cancelled read leaves nothing to the next one.
        let other = db.tenant("b").unwrap();
        let _ =
            tokio::time::timeout(std::time::Duration::from_micros(round * 40), Company::list().run(&other))
                .await;
    }
}

/// A note names another one of its own table: a policy may not read the table that it stands on, so it asks a function.
#[model(tenant(via = board_id))]
#[derive(Debug, PartialEq)]
pub struct Note {
    #[key]
    pub id: String,
    #[references(Board, on_delete = cascade)]
    pub board_id: String,
    #[references(Note)]
    pub after_id: Option<String>,
    #[references(Reply)]
    pub best_id: Option<String>,
}

/// It belongs through the note, which may name it: a cycle.
#[model(tenant(via = note_id))]
#[derive(Debug, PartialEq)]
pub struct Reply {
    #[key]
    pub id: String,
    #[references(Note)]
    pub note_id: String,
}

async fn references_that_lead_back_are_asked_for_by_a_function(bed: Bed) {
    let url = bed.url().await;
    let db = bed.connect(Db::builder(), &url).await.unwrap();
    crate::watch::known(ennead::schema![Company, Board, Note, Reply]).create(&db).await.unwrap();
    for id in ["a", "b"] {
        let owner = db.across_tenants("sign-up");
        Company::create(NewCompany { name: id.into() }).set(Company::ID, id).run(&owner).await.unwrap();
        let tenant = db.tenant(id).unwrap();
        let key = |what: &str| format!("{what}-{id}");
        Board::create(NewBoard { name: id.into() }).set(Board::ID, key("board")).run(&tenant).await.unwrap();
        let note = Note::create(NewNote { board_id: key("board") }).set(Note::ID, key("note"));
        note.run(&tenant).await.unwrap();
        let reply = Reply::create(NewReply { note_id: key("note") }).set(Reply::ID, key("reply"));
        reply.run(&tenant).await.unwrap();
        let best =
            Note::update(key("note")).set(Note::BEST_ID, Some(key("reply"))).run(&tenant).await.unwrap();
        assert_eq!(best.best_id, Some(key("reply")));
    }
    let a = db.tenant("a").unwrap();
    let after = |id: &str| Note::update("note-a").set(Note::AFTER_ID, Some(id.to_owned()));
    assert!(after("note-b").run(&a).await.unwrap_err().is_foreign_key_violation());
    after("note-a").run(&a).await.unwrap();
    if bed.kind() != Kind::PostgresRls {
        return;
    }
    let as_a = |sql: &str| format!("BEGIN; SELECT set_config('ennead.tenant', 'a', true); {sql}; COMMIT");
    let is = |key: &str, own: bool| format!("SELECT 1 / (ennead_own_note('{key}') = {own})::int");
    raw(&url, &as_a(&is("note-a", true))).await.unwrap();
    raw(&url, &as_a(&is("note-b", false))).await.unwrap();
    raw(&url, &as_a(&is("missing", false))).await.unwrap();
    raw(&url, &is("note-a", false)).await.unwrap();
    for refused in [
        "UPDATE note SET after_id = 'note-b'",
        "UPDATE note SET best_id = 'reply-b'",
        "INSERT INTO note (id, board_id, after_id) VALUES ('x', 'board-a', 'note-b')",
        // A table of one's own before the one that is meant: the function's search path does not see it.
        "CREATE TEMP TABLE note AS SELECT 'note-b' AS id, 'board-a' AS board_id; UPDATE public.note SET after_id = 'note-b'",
        "CREATE TEMP TABLE board AS SELECT 'board-b' AS id, 'a' AS company_id; UPDATE note SET after_id = 'note-b'",
        "SET LOCAL search_path = pg_temp, public; CREATE TEMP TABLE board AS SELECT 'board-b' AS id, 'a' AS company_id; UPDATE public.note SET after_id = 'note-b'",
    ] {
        assert!(raw(&url, &as_a(refused)).await.is_err(), "not refused: {refused}");
    }
    // The tables go as they came: nothing of the function's holds them.
    let owner = Db::connect(&bed.owner_url(&url)).await.unwrap();
    let across = owner.across_tenants("down");
    across.execute("DROP TABLE reply, note").await.unwrap();
    owner.close().await;
}

crate::cases![
    references_that_lead_back_are_asked_for_by_a_function,
    scoped_work_is_the_same_under_it,
    unsafe_roles_are_refused_at_the_start,
    no_tenant_is_left_on_a_connection;
    PostgresRls: the_database_alone_keeps_tenants_apart
];
