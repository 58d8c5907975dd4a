//! The operations that are measured, each several times on one connection, with its inputs made before.

use chrono::{DateTime, Utc};
use ennead::prelude::*;
use ennead_suite::{Bed, Kind};
use serde_json::json;

use crate::meter::{Cost, measured};

/// How often each is run. The first fill caches.
const ROUNDS: usize = 6;
/// The rows of the table.
const ROWS: usize = 300;

#[model(tenant_root, table = "organizations")]
#[derive(Debug, Clone)]
pub struct Organization {
    #[key]
    pub id: String,
    pub name: String,
}

/// The model of the benchmarks.
#[model(table = "users", key = "global", index(organization_id, status))]
#[derive(Debug, Clone)]
pub struct User {
    #[key(prefix = "user-")]
    pub id: String,
    #[tenant]
    #[references(Organization)]
    pub organization_id: String,
    #[unique]
    pub email: String,
    pub name: String,
    pub password_hash: String,
    pub status: String,
    pub role: String,
    pub last_login_at: Option<DateTime<Utc>>,
    #[default(false)]
    pub mfa_enabled: bool,
    #[created_at]
    pub created_at: DateTime<Utc>,
    #[updated_at]
    pub updated_at: DateTime<Utc>,
}

#[model(table = "notes", index(user_id))]
#[derive(Debug, Clone)]
pub struct Note {
    #[key(prefix = "note-")]
    pub id: String,
    #[tenant]
    #[references(Organization)]
    pub organization_id: String,
    #[references(User, inverse = notes)]
    pub user_id: String,
    pub body: String,
}

/// What each operation cost in each round.
pub(crate) type Costs = Vec<(&'static str, Vec<Cost>)>;

/// Runs all of them on a new database.
pub(crate) fn run(kind: Kind) -> Costs {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let bed = Bed::new(kind);
    let made = bed.made();
    let costs = runtime.block_on(async {
        let schema = ennead::schema![Organization, User, Note];
        let db = Db::builder().max_connections(1).connect(&bed.url().await).await.unwrap();
        schema.create(&db).await.unwrap();
        Ground::new(schema, db).await.all().await
    });
    drop(runtime);
    made.clear();
    costs
}

struct Ground {
    schema: Schema,
    scope: Tenant,
}

fn new(number: usize) -> ennead::op::Create<User> {
    User::create(NewUser {
        email: format!("person-{number:04}@example.com"),
        name: format!("Person {number:04}"),
        password_hash: "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$aGFzaGhhc2hoYXNo".to_owned(),
        status: "active".to_owned(),
        role: "developer".to_owned(),
    })
    .set(User::ID, key(number))
}

fn key(number: usize) -> String {
    format!("user-{number:04}")
}

/// Keys of a round's own, behind those that stay.
fn passing(round: usize, count: usize) -> impl Iterator<Item = usize> {
    (0..count).map(move |at| ROWS + round * 1_000 + at)
}

impl Ground {
    async fn new(schema: Schema, db: Db) -> Self {
        let organization = NewOrganization { name: "Acme".to_owned() };
        let across = db.across_tenants("an organization");
        Organization::create(organization).set(Organization::ID, "acme").run(&across).await.unwrap();
        let scope = db.tenant("acme").unwrap();
        User::bulk_create((0..ROWS).map(new)).run(&scope).await.unwrap();
        let notes = (0..ROWS).map(|at| NewNote { user_id: key(at), body: format!("Note {at:04}") });
        Note::bulk_create(notes).run(&scope).await.unwrap();
        Self { schema, scope }
    }

    async fn all(&self) -> Costs {
        let scope = &self.scope;
        let mut all = Costs::new();
        macro_rules! operation {
            ($name:literal, $round:pat => $made:block, $run:expr) => {
                let mut costs = Vec::with_capacity(ROUNDS);
                for $round in 0..ROUNDS {
                    let made = $made;
                    let done = measured(($run)(made), &mut costs).await;
                    let _ = done.unwrap();
                }
                all.push(($name, costs));
            };
        }
        operation!("read", round => { User::read(key(round)) }, |read: ennead::op::Read<User>| read.run(scope));
        operation!("create", round => { new(ROWS + round) }, |create: ennead::op::Create<User>| create.run(scope));
        operation!("update", round => { (key(round), format!("Other {round}")) }, |(id, name): (String, String)| {
            User::update(id).set(User::NAME, name).run(scope)
        });
        operation!("delete", round => { key(ROWS + round) }, |id: String| User::delete(id).run(scope));
        operation!("count", _ => {}, |()| User::count().filter(User::STATUS.eq("active")).run(scope));
        for limit in [10, 100] {
            let mut costs = Vec::with_capacity(ROUNDS);
            for _ in 0..ROUNDS {
                let list =
                    User::list().filter(User::STATUS.eq("active")).order_by(User::ID.asc()).limit(limit);
                assert_eq!(measured(list.run(scope), &mut costs).await.unwrap().len() as u64, limit);
            }
            all.push((if limit == 10 { "list 10" } else { "list 100" }, costs));
        }
        operation!("list 100, include 1", _ => {}, |()| {
            User::list().order_by(User::ID.asc()).limit(100).include(User::NOTES).run(scope)
        });
        operation!("bulk create 100", round => { passing(round, 100).map(new).collect::<Vec<_>>() }, |rows: Vec<_>| {
            User::bulk_create(rows).run(scope)
        });
        operation!("bulk update 100", round => {
            passing(round, 100).map(|at| User::update(key(at)).set(User::NAME, "Renamed")).collect::<Vec<_>>()
        }, |rows: Vec<_>| User::bulk_update_each(rows).run(scope));
        operation!("bulk delete 100", round => { passing(round, 100).map(key).collect::<Vec<_>>() }, |keys: Vec<_>| {
            User::bulk_delete().keys(keys).run(scope)
        });
        operation!("upsert", round => { new(round) }, |create: ennead::op::Create<User>| {
            create.on_conflict(User::ID).update((User::NAME, User::ROLE)).run(scope)
        });
        operation!("create in a transaction", round => { new(ROWS + round) }, |create: ennead::op::Create<User>| {
            scope.transaction(async |tx| create.run(tx).await)
        });
        let node = self.schema.node("ReadUserNode").unwrap();
        operation!("read by name", round => { json!({ "id": key(round) }) }, |params| node.run(scope, params));
        let node = self.schema.node("ListUserNode").unwrap();
        operation!("list 100 by name", _ => { json!({ "filter": { "status": "active" }, "limit": 100 }) }, |params| {
            node.run(scope, params)
        });
        all
    }
}
