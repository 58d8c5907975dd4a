//! Migrations under row level security: new tables are behind the wall from their first moment.

use ennead::migrate::{DraftOptions, RowSecurityOption, Version};
use ennead::prelude::*;
use serde_json::json;

use super::models::Folder;
use crate::Bed;

#[model(tenant_root, table = "houses")]
pub struct House {
    #[key]
    pub id: String,
    pub name: String,
}

mod later {
    use ennead::prelude::*;

    use super::House;

    #[model(table = "rooms", key = "global")]
    pub struct Room {
        #[key]
        pub id: String,
        #[tenant]
        #[references(House)]
        pub house_id: String,
        pub name: String,
        #[references(Room)]
        pub beside_id: Option<String>,
    }

    #[model(tenant(via = room_id), table = "chairs")]
    pub struct Chair {
        #[key]
        pub id: String,
        #[references(Room)]
        pub room_id: String,
        #[references(Chair)]
        pub like_id: Option<String>,
    }
}

fn behind_walls() -> DraftOptions {
    let on = RowSecurityOption::On { application_role: "ennead_application".to_owned() };
    DraftOptions { row_security: on, ..DraftOptions::default() }
}

async fn a_table_of_a_second_migration_is_behind_the_wall(bed: Bed) {
    let folder = Folder::new(&bed);
    folder.add(&ennead::schema![House], "initial", &behind_walls());
    let schema = crate::watch::known(ennead::schema![House, later::Room, later::Chair]);
    folder.add(&schema, "rooms", &DraftOptions::default());
    let url = bed.url().await;
    let db = bed.connect(Db::builder(), &url).await.unwrap();
    let migrations = folder.read();
    let runner = migrations.runner(&db);
    runner.up_to(Version(1)).await.unwrap();
    for id in ["a", "b"] {
        let owner = db.across_tenants("sign-up");
        House::create(NewHouse { name: id.into() }).set(House::ID, id).run(&owner).await.unwrap();
    }
    runner.up().await.unwrap();
    let drift = runner.verify().await.unwrap();
    assert!(drift.is_empty(), "{:?} {:?}", drift.changes, drift.unmodelled);
    let (a, b) = (db.tenant("a").unwrap(), db.tenant("b").unwrap());
    let all_nine = [
        ("CreateRoomNode", json!({ "id": "1", "name": "one" })),
        ("ReadRoomNode", json!({ "id": "1" })),
        ("UpdateRoomNode", json!({ "id": "1", "data": { "name": "two" } })),
        ("ListRoomNode", json!({})),
        (
            "BulkCreateRoomNode",
            json!({ "data": [{ "id": "2", "name": "x" }, { "id": "3", "name": "x", "beside_id": "1" }] }),
        ),
        ("BulkUpdateRoomNode", json!({ "filter": { "name": "x" }, "data": { "name": "y" } })),
        ("CountRoomNode", json!({ "filter": { "name": "y" } })),
        ("BulkDeleteRoomNode", json!({ "ids": ["3"] })),
        ("DeleteRoomNode", json!({ "id": "2" })),
    ];
    for (node, params) in all_nine {
        let done = schema.node(node).unwrap().run(&a, params).await;
        let done = done.unwrap_or_else(|error| panic!("{node}: {error}"));
        if node.starts_with("Count") {
            assert_eq!(done["count"], 2);
        }
    }
    let chair = |id: &str, like: &str| json!({ "id": id, "room_id": "1", "like_id": like });
    schema.node("CreateChairNode").unwrap().run(&a, chair("c", "c")).await.unwrap_err();
    schema.node("CreateChairNode").unwrap().run(&a, json!({ "id": "c", "room_id": "1" })).await.unwrap();
    schema.node("CreateChairNode").unwrap().run(&a, chair("d", "c")).await.unwrap();
    assert_eq!(later::Room::count().run(&b).await.unwrap(), 0);
    // What only the wall stops: the application's role, without any predicate of the library.
    let bare = Db::connect(&url.replace("?rls=on", "").replace("&rls=on", "")).await.unwrap();
    let raw = bare.across_tenants("an attack");
    raw.execute("SELECT 1 / (count(*) = 0)::int FROM rooms").await.unwrap();
    raw.execute("SELECT 1 / (count(*) = 0)::int FROM chairs").await.unwrap();
    raw.execute("INSERT INTO rooms (id, house_id, name) VALUES ('9', 'b', 'x')").await.unwrap_err();
    raw.execute("SELECT * FROM ennead_migrations").await.unwrap_err();
    assert_eq!(runner.down(1).await.unwrap(), [Version(2)]);
    assert!(runner.verify().await.unwrap().is_empty());
    assert_eq!(runner.up().await.unwrap(), [Version(2)]);
    assert_eq!(House::count().run(&db.across_tenants("what is left")).await.unwrap(), 2);
}

/// The application's own role may not migrate: it is told what it lacks.
async fn a_role_without_privileges_is_told(bed: Bed) {
    let folder = Folder::new(&bed);
    folder.add(&ennead::schema![House], "initial", &behind_walls());
    let url = bed.url().await;
    let bare = Db::connect(&url.replace("?rls=on", "").replace("&rls=on", "")).await.unwrap();
    let error = folder.read().up(&bare).await.unwrap_err();
    let told = error.to_string();
    assert_eq!(error.code(), Some("42501"), "{told}");
    assert!(told.contains("Connect as the owner of the tables"), "{told}");
    let owner = Db::connect(&bed.owner_url(&url)).await.unwrap();
    folder.read().up(&owner).await.unwrap();
    owner
        .across_tenants("let it look")
        .execute("GRANT SELECT ON ennead_migrations TO ennead_application")
        .await
        .unwrap();
    folder.add(&ennead::schema![House, later::Room], "rooms", &DraftOptions::default());
    let error = folder.read().up(&bare).await.unwrap_err();
    assert!(error.to_string().contains("Nothing of 0002_rooms was done"), "{error}");
    assert!(error.to_string().contains("Connect as the owner of the tables"), "{error}");
    assert_eq!(folder.read().up(&owner).await.unwrap(), [Version(2)]);
    owner.close().await;
}

crate::cases![;
    PostgresRls: a_table_of_a_second_migration_is_behind_the_wall, a_role_without_privileges_is_told
];
