//! Values and tables: what was rewritten, rounded or never made there.

use ennead::prelude::*;
use serde_json::{Value as Json, json};

use super::models::*;
use crate::Bed;
use crate::accounts::Hands;

async fn text_is_stored_as_it_is_given(bed: Bed) {
    let (_, acme, _) = opened(&bed).await;
    let texts = [
        "select from",
        "SELECT * FROM users; DROP TABLE users",
        "<script>alert(1)</script>",
        "None",
        "null",
        "",
    ];
    for (at, text) in texts.into_iter().enumerate() {
        let mut data = member(&format!("m{at}"));
        data["nickname"] = json!(text);
        let made = run(&acme, "CreateMemberNode", json!({ "data": data })).await.unwrap();
        assert_eq!(made["nickname"], text);
        assert_eq!(found(&acme, json!({ "nickname": text })).await, [format!("m{at}")]);
    }
}

async fn null_is_null_and_optional_fields_take_it(bed: Bed) {
    let (_, acme, _) = opened(&bed).await;
    create(&acme, &["a"]).await;
    let mut data = member("b");
    for field in ["nickname", "small", "ratio", "price", "exact", "seen_at"] {
        data[field] = Json::Null;
    }
    let made = run(&acme, "CreateMemberNode", data).await.unwrap();
    assert!(made["nickname"].is_null() && made["seen_at"].is_null());
    assert_eq!(count(&acme, json!({ "nickname": null, "small": null, "price": null })).await, 2);
    assert_eq!(count(&acme, json!({ "nickname": "None" })).await, 0);
    let error = run(&acme, "UpdateMemberNode", json!({ "id": "a", "data": { "name": null } })).await;
    assert!(error.unwrap_err().is_invalid_input());
}

async fn numbers_and_times_are_exact(bed: Bed) {
    let (_, acme, _) = opened(&bed).await;
    let values = [
        ("credits", json!(i64::MAX)),
        ("credits", json!(9_007_199_254_740_993_i64)),
        ("small", json!(i32::MIN)),
        ("ratio", json!(0.1)),
        ("ratio", json!(1e308)),
        ("ratio", json!(5e-324)),
        ("price", json!("99999999999999.9999")),
        ("price", json!("0.0001")),
        ("seen_at", json!("2026-01-02T03:04:05.678901Z")),
    ];
    for (at, (field, value)) in values.into_iter().enumerate() {
        let mut data = member(&format!("m{at}"));
        data[field] = value.clone();
        run(&acme, "CreateMemberNode", json!({ "data": data })).await.unwrap();
        let read = run(&acme, "ReadMemberNode", json!({ "id": format!("m{at}") })).await.unwrap();
        assert_eq!(read[field], value, "{field}");
        assert_eq!(found(&acme, json!({ field: value })).await, [format!("m{at}")], "{field} {value}");
    }
    let mut data = member("zone");
    data["seen_at"] = json!("2026-01-02T03:04:05+05:30");
    let made = run(&acme, "CreateMemberNode", data).await.unwrap();
    assert_eq!(made["seen_at"], "2026-01-01T21:34:05.000000Z");
    for (field, value) in
        [("small", json!(2_147_483_648_i64)), ("credits", json!(1e19)), ("small", json!(1.5))]
    {
        let mut data = member("no");
        data[field] = value;
        assert!(run(&acme, "CreateMemberNode", data).await.unwrap_err().is_invalid_input(), "{field}");
    }
}

async fn an_omitted_field_keeps_the_default_of_its_column(bed: Bed) {
    let (_, acme, _) = opened(&bed).await;
    create(&acme, &["a", "b"]).await;
    run(&acme, "CreateMemberNode", member("c")).await.unwrap();
    new_member("d").run(&acme).await.unwrap();
    assert_eq!(found(&acme, json!({ "motto": "it's \"so\"; --", "credits": 0 })).await, ["a", "b", "c", "d"]);
}

/// Two names that are the same in their first 63 bytes and more.
#[model(
    global,
    table = "a_table_whose_name_alone_takes_nearly_all_of_the_sixty_bytes",
    index(a_column_of_some_length_one),
    index(a_column_of_some_length_two)
)]
#[derive(Debug)]
pub struct LongNames {
    #[key(assigned)]
    pub id: i64,
    #[unique]
    pub a_column_of_some_length_one: i64,
    #[unique]
    pub a_column_of_some_length_two: i64,
}

async fn names_over_63_bytes_do_not_collide(bed: Bed) {
    let db = bed.db(&ennead::schema![LongNames]).await;
    let new = |id, one, two| NewLongNames {
        id,
        a_column_of_some_length_one: one,
        a_column_of_some_length_two: two,
    };
    LongNames::create(new(1, 1, 1)).run(&db).await.unwrap();
    let one = LongNames::create(new(2, 1, 2)).run(&db).await.unwrap_err();
    assert_eq!(one.fields(), ["a_column_of_some_length_one"]);
    let two = LongNames::create(new(2, 2, 1)).run(&db).await.unwrap_err();
    assert_eq!(two.fields(), ["a_column_of_some_length_two"]);
    assert_ne!(one.constraint(), two.constraint());
}

/// What a member was before a column came to it.
#[model(global, table = "df_plans")]
#[derive(Debug)]
pub struct GrownPlan {
    #[key(assigned)]
    pub id: String,
    pub name: String,
    pub seats: Option<i64>,
}

async fn a_write_into_a_table_that_is_not_as_the_model_says_fails(bed: Bed) {
    let empty = bed.connect(Db::builder(), &bed.url().await).await.unwrap();
    let data = json!({ "id": "free", "name": "Free" });
    let error = run(&empty, "CreatePlanNode", data.clone()).await.unwrap_err();
    assert!(error.is_schema_mismatch(), "no table: {error:?}");
    let (db, ..) = opened(&bed).await;
    let grown = ennead::schema![GrownPlan];
    let error = grown.node("CreateGrownPlanNode").unwrap().run(&db, data.clone()).await.unwrap_err();
    assert!(error.is_schema_mismatch(), "no column: {error:?}");
    assert_eq!(run(&db, "CountPlanNode", json!({})).await.unwrap(), json!({ "count": 0 }));
    let bigint = if bed.is_postgres() { "bigint" } else { "INTEGER" };
    let add = &format!("ALTER TABLE df_plans ADD COLUMN seats {bigint}");
    db.across_tenants("a migration").execute(add).await.unwrap();
    grown.node("CreateGrownPlanNode").unwrap().run(&db, data).await.unwrap();
}

async fn the_table_option_names_the_table(bed: Bed) {
    let (db, acme, _) = opened(&bed).await;
    create(&acme, &["a"]).await;
    let across = db.across_tenants("a look past the library");
    across.execute("UPDATE df_members SET name = 'renamed'").await.unwrap();
    assert_eq!(found(&acme, json!({})).await, ["renamed"]);
    assert!(across.execute("UPDATE member SET name = 'x'").await.is_err());
}

async fn every_write_bumps_updated_at(bed: Bed) {
    let hands = Hands::default();
    let db = bed.db_with(&schema(), Db::builder().clock(hands.clone())).await;
    let new = NewOrganization { name: "acme".into() };
    Organization::create(new).set(Organization::ID, "acme").run(&db.across_tenants("sign-up")).await.unwrap();
    let acme = db.tenant("acme").unwrap();
    create(&acme, &["a"]).await;
    for (at, (node, params)) in [
        ("UpdateMemberNode", json!({ "id": "a", "data": { "nickname": "1" } })),
        ("BulkUpdateMemberNode", json!({ "filter": { "id": "a" }, "data": { "nickname": "2" } })),
        ("BulkUpdateMemberNode", json!({ "all_rows": true, "add": { "credits": 1 } })),
        ("BulkUpdateMemberNode", json!({ "data": [{ "id": "a", "nickname": "3" }] })),
        (
            "UpsertMemberNode",
            json!({ "data": member("a"), "on_conflict": { "on": "id", "update": ["name"] } }),
        ),
        (
            "BulkCreateMemberNode",
            json!({ "data": [member("a")], "on_conflict": { "on": "id", "update": ["name"] } }),
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let now = 60 * (at as i64 + 1);
        hands.turn_to(now);
        run(&acme, node, params).await.unwrap();
        let row = Member::read("a").run(&acme).await.unwrap();
        assert_eq!((row.created_at, row.updated_at), (Hands::at(0), Hands::at(now)), "{node}");
    }
}

crate::cases![
    text_is_stored_as_it_is_given,
    null_is_null_and_optional_fields_take_it,
    numbers_and_times_are_exact,
    an_omitted_field_keeps_the_default_of_its_column,
    names_over_63_bytes_do_not_collide,
    a_write_into_a_table_that_is_not_as_the_model_says_fails,
    the_table_option_names_the_table,
    every_write_bumps_updated_at,
];
