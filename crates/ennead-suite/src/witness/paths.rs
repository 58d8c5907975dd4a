//! Every way in which a row is written, and what each does to which row.

use chrono::{DateTime, Utc};
use ennead::prelude::*;
use ennead::{CreateScope, NodeScope};
use serde_json::{Value as Json, json};

/// What the paths write. Each begins with the rows `a`, `b` and `c`, and `d`, which is marked as deleted.
#[model(table = "things", audited)]
#[derive(Debug, Clone, PartialEq)]
pub struct Thing {
    #[key(assigned)]
    pub id: String,
    #[tenant]
    pub organization_id: String,
    #[unique]
    pub code: String,
    #[default(0)]
    #[validate(range(max = 1000))]
    pub number: i64,
    #[immutable]
    pub origin: Option<String>,
    #[hidden]
    pub secret: Option<String>,
    #[default(serde_json::json!({}))]
    pub details: serde_json::Value,
    #[created_at]
    pub created_at: DateTime<Utc>,
    #[updated_at]
    pub updated_at: DateTime<Utc>,
    #[deleted_at]
    pub deleted_at: Option<DateTime<Utc>>,
    #[version]
    pub version: i64,
}

/// What observers write of a thing.
#[model(table = "remarks")]
#[derive(Debug, Clone, PartialEq)]
pub struct Remark {
    #[key]
    pub id: String,
    #[tenant]
    pub organization_id: String,
    pub text: String,
}

pub(crate) fn schema() -> Schema {
    ennead::schema![Thing, Remark]
}

pub(crate) fn thing(id: &str) -> NewThing {
    NewThing { id: id.into(), code: format!("code-{id}") }
}

/// Puts the rows in place that every path begins with.
pub(crate) async fn begin(tenant: &Tenant) {
    Thing::bulk_create(["a", "b", "c", "d"].map(thing)).run(tenant).await.unwrap();
    Thing::delete("d").run(tenant).await.unwrap();
}

/// All rows of a tenant, whole.
pub(crate) async fn rows(tenant: &Tenant) -> Vec<Thing> {
    Thing::list().with_deleted().order_by(Thing::ID.asc()).run(tenant).await.unwrap()
}

macro_rules! paths {
    ($($name:ident => [$($changed:literal),*] $run:expr;)*) => {
        /// A way to write.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Path { $($name),* }

        pub(crate) const PATHS: &[Path] = &[$(Path::$name),*];

        impl Path {
            /// What happens to which row.
            pub(crate) fn changes(self) -> &'static [&'static str] {
                match self { $(Path::$name => &[$($changed),*]),* }
            }

            /// Writes.
            pub(crate) async fn run<S>(self, scope: &S) -> Result<(), Error>
            where
                S: CreateScope<Thing> + NodeScope,
            {
                match self { $(Path::$name => { let run = $run; run(scope).await.map(|_| ()) })* }
            }
        }
    };
}

pub(super) async fn node(scope: &impl NodeScope, name: &str, params: Json) -> Result<Json, Error> {
    schema().node(name)?.run(scope, params).await
}

fn both() -> [ennead::op::Create<Thing>; 2] {
    [Thing::create(thing("a")).set(Thing::NUMBER, 7), Thing::create(thing("new"))]
}

paths! {
    Create => ["created new"] async |s: &S| Thing::create(thing("new")).run(s).await;
    UpsertNew => ["created new"] async |s: &S| {
        Thing::create(thing("new")).on_conflict(Thing::ID).update(Thing::NUMBER).run(s).await
    };
    UpsertThere => ["updated a"] async |s: &S| {
        let new = Thing::create(thing("a")).set(Thing::NUMBER, 7);
        new.on_conflict(Thing::CODE).update(Thing::NUMBER).run(s).await
    };
    UpsertAdds => ["updated a"] async |s: &S| {
        Thing::create(thing("other")).set(Thing::CODE, "code-a").on_conflict(Thing::CODE).update_add(Thing::NUMBER, 3).run(s).await
    };
    IgnoreNew => ["created new"] async |s: &S| {
        Thing::create(thing("new")).on_conflict(Thing::ID).ignore().run(s).await
    };
    IgnoreThere => [] async |s: &S| Thing::create(thing("a")).on_conflict(Thing::ID).ignore().run(s).await;
    Update => ["updated a"] async |s: &S| Thing::update("a").set(Thing::NUMBER, 5).run(s).await;
    UpdateAdds => ["updated a"] async |s: &S| Thing::update("a").add(Thing::NUMBER, 5).run(s).await;
    UpdatePaths => ["updated a"] async |s: &S| {
        let update = Thing::update("a").add_path(Thing::DETAILS, ["n"], 1).set_path(Thing::DETAILS, ["x"], "y");
        assert_eq!(update.run(s).await?.details, json!({ "n": 1, "x": "y" }));
        Ok::<_, Error>(())
    };
    UpsertPaths => ["updated a"] async |s: &S| {
        Thing::create(thing("a")).on_conflict(Thing::CODE).update_add_path(Thing::DETAILS, ["n"], 1).run(s).await
    };
    UpdateWhen => ["updated a"] async |s: &S| {
        Thing::update("a").set(Thing::SECRET, "new").when(Thing::NUMBER.eq(0)).run(s).await
    };
    UpdateLocked => ["updated a"] async |s: &S| {
        Thing::update("a").set(Thing::NUMBER, 5).expect_version(1).run(s).await
    };
    UpsertLocked => ["updated a"] async |s: &S| {
        let new = Thing::create(thing("a")).set(Thing::NUMBER, 7).on_conflict(Thing::CODE);
        new.update(Thing::NUMBER).expect_version(1).run(s).await
    };
    Delete => ["soft-deleted a"] async |s: &S| Thing::delete("a").run(s).await;
    DeleteHard => ["deleted a"] async |s: &S| Thing::delete("a").hard().run(s).await;
    Restore => ["restored d"] async |s: &S| Thing::restore("d").run(s).await;
    BulkCreate => ["created m", "created n"] async |s: &S| Thing::bulk_create(["m", "n"].map(thing)).run(s).await;
    BulkCreateReturning => ["created m", "created n"] async |s: &S| {
        let made = Thing::bulk_create(["n", "m"].map(thing)).returning(s).await?;
        assert_eq!(made.iter().map(|thing| thing.id.as_str()).collect::<String>(), "nm", "in the order given");
        Ok::<_, Error>(())
    };
    Stream => ["created m", "created n"] async |s: &S| {
        Thing::bulk_create_stream(futures_util::stream::iter(["m", "n"].map(thing))).run(s).await
    };
    BulkUpsert => ["updated a", "created new"] async |s: &S| {
        let done = Thing::bulk_create(both()).on_conflict(Thing::ID).update(Thing::NUMBER).run(s).await?;
        assert_eq!(done.affected, 2);
        Ok::<_, Error>(())
    };
    BulkUpsertReturning => ["updated a", "created new"] async |s: &S| {
        let both = Thing::bulk_create(both()).on_conflict(Thing::ID).update(Thing::NUMBER).returning(s).await?;
        assert_eq!((both.len(), both[0].number), (2, 7));
        Ok::<_, Error>(())
    };
    BulkIgnore => ["created new"] async |s: &S| {
        let done = Thing::bulk_create(both()).on_conflict(Thing::ID).ignore().run(s).await?;
        assert_eq!(done.affected, 1);
        Ok::<_, Error>(())
    };
    BulkUpdate => ["updated a", "updated b"] async |s: &S| {
        let some = Thing::bulk_update().filter(Thing::ID.lt("c")).set(Thing::NUMBER, 9);
        assert_eq!(some.run(s).await?.affected, 2);
        Ok::<_, Error>(())
    };
    BulkUpdatePaths => ["updated a", "updated b", "updated c"] async |s: &S| {
        Thing::bulk_update().all_rows().add_path(Thing::DETAILS, ["n"], 1).run(s).await
    };
    BulkUpsertPaths => ["updated a", "created new"] async |s: &S| {
        Thing::bulk_create(both()).on_conflict(Thing::ID).update_set_path(Thing::DETAILS, ["n"], 1).run(s).await
    };
    BulkUpdateEachPaths => ["updated a", "updated c"] async |s: &S| {
        let update = |id: &str| Thing::update(id).set_path(Thing::DETAILS, [id], 1);
        Thing::bulk_update_each(["c", "a"].map(update)).run(s).await
    };
    BulkUpdateReturning => ["updated a", "updated b", "updated c"] async |s: &S| {
        let all = Thing::bulk_update().all_rows().set(Thing::NUMBER, 9).returning(s).await?;
        assert_eq!(all.len(), 3);
        Ok::<_, Error>(())
    };
    BulkUpdateNothing => [] async |s: &S| {
        Thing::bulk_update().filter(Thing::ID.eq("none")).set(Thing::NUMBER, 9).run(s).await
    };
    BulkUpdateEach => ["updated a", "updated c"] async |s: &S| {
        let updates = [Thing::update("c").set(Thing::NUMBER, 1), Thing::update("a").set(Thing::SECRET, "x")];
        assert_eq!(Thing::bulk_update_each(updates).run(s).await?.affected, 2);
        Ok::<_, Error>(())
    };
    BulkUpdateEachLocked => ["updated a", "updated b"] async |s: &S| {
        let update = |id: &str| Thing::update(id).set(Thing::NUMBER, 1).expect_version(1);
        Thing::bulk_update_each(["a", "b"].map(update)).run(s).await
    };
    BulkDelete => ["soft-deleted b", "soft-deleted c"] async |s: &S| {
        Thing::bulk_delete().filter(Thing::ID.gt("a")).run(s).await
    };
    BulkDeleteKeys => ["soft-deleted a", "soft-deleted b"] async |s: &S| {
        let done = Thing::bulk_delete().keys(["a", "b", "none"]).run(s).await?;
        assert_eq!(done.affected, 2);
        Ok::<_, Error>(())
    };
    BulkDeleteHard => ["deleted a", "deleted b", "deleted c", "deleted d"] async |s: &S| {
        Thing::bulk_delete().all_rows().hard().run(s).await
    };
    NodeCreate => ["created new"] async |s: &S| {
        node(s, "CreateThingNode", json!({ "data": { "id": "new", "code": "new" } })).await
    };
    NodeUpsert => ["updated a"] async |s: &S| {
        let data = json!({ "id": "a", "code": "code-a", "number": 4 });
        node(s, "UpsertThingNode", json!({ "data": data, "on_conflict": { "on": ["id"], "update": ["number"] } })).await
    };
    NodeUpdate => ["updated a"] async |s: &S| {
        node(s, "UpdateThingNode", json!({ "id": "a", "data": { "number": 4 } })).await
    };
    NodeUpdatePaths => ["updated a"] async |s: &S| {
        let paths = json!([{ "field": "details", "path": ["n"], "add": 1 }]);
        node(s, "UpdateThingNode", json!({ "id": "a", "paths": paths })).await
    };
    NodeBulkUpdatePaths => ["updated a", "updated b", "updated c"] async |s: &S| {
        let paths = json!([{ "field": "details", "path": ["n"], "set": 1 }]);
        node(s, "BulkUpdateThingNode", json!({ "all_rows": true, "paths": paths })).await
    };
    NodeUpsertPaths => ["updated a"] async |s: &S| {
        let conflict = json!({ "on": "id", "paths": [{ "field": "details", "path": ["n"], "remove": true }] });
        node(s, "UpsertThingNode", json!({ "data": { "id": "a", "code": "code-a" }, "on_conflict": conflict })).await
    };
    NodeDelete => ["soft-deleted a"] async |s: &S| node(s, "DeleteThingNode", json!({ "id": "a" })).await;
    NodeBulkCreate => ["created m", "created n"] async |s: &S| {
        let data = json!([{ "id": "m", "code": "m" }, { "id": "n", "code": "n" }]);
        node(s, "BulkCreateThingNode", json!({ "data": data })).await
    };
    NodeBulkUpdate => ["updated a", "updated b", "updated c"] async |s: &S| {
        node(s, "BulkUpdateThingNode", json!({ "all_rows": true, "data": { "number": 4 } })).await
    };
    NodeBulkUpdateEach => ["updated a", "updated b"] async |s: &S| {
        let data = json!([{ "id": "a", "number": 4 }, { "id": "b", "number": 5 }]);
        node(s, "BulkUpdateThingNode", json!({ "data": data })).await
    };
    NodeBulkDelete => ["soft-deleted a", "soft-deleted b"] async |s: &S| {
        node(s, "BulkDeleteThingNode", json!({ "ids": ["a", "b"] })).await
    };
    Workflow => ["created new", "updated a"] async |s: &S| {
        let mut workflow = WorkflowBuilder::new();
        workflow.add_node("CreateThingNode", "make", json!({ "data": { "id": "new", "code": "new" } }));
        workflow.add_node("UpdateThingNode", "change", json!({ "id": "a", "data": { "number": 4 } }));
        let workflow = workflow.transactional().build(&schema())?;
        Runtime::new(&schema()).execute(&workflow, s).await
    };
}
