//! `audited(into = AuditLog)`: records as rows of a model of the application's own; and models of each tenancy.

use ennead::prelude::*;
use ennead::{Actor, AuditEntry, AuditInto, Change, Observer, ObserverScope, op::Create};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::Bed;

#[model(tenant_root, audited)]
#[derive(Debug, Clone)]
pub struct Firm {
    #[key(assigned)]
    pub id: String,
    pub name: String,
}

/// The application's own, as one of the seeds has it.
#[model(append_only, index(action))]
#[derive(Debug, Clone)]
pub struct AuditLog {
    #[key]
    pub id: String,
    #[tenant]
    pub organization_id: String,
    pub actor_type: String,
    pub actor_id: Option<String>,
    pub resource_type: String,
    pub resource_id: Option<String>,
    pub action: String,
    pub changes: Json,
    pub result: String,
    pub error_message: Option<String>,
}

impl AuditInto for AuditLog {
    fn record(entry: AuditEntry) -> Create<Self> {
        let actor = entry.actor.unwrap_or_else(Actor::system);
        let log = Self::create(NewAuditLog {
            actor_type: actor.kind,
            resource_type: entry.model.to_owned(),
            action: entry.operation.name().to_owned(),
            changes: json!({ "before": entry.before, "after": entry.after }),
            result: if entry.error.is_some() { "failure" } else { "success" }.to_owned(),
        });
        log.set(Self::ACTOR_ID, actor.id)
            .set(Self::RESOURCE_ID, entry.key)
            .set(Self::ERROR_MESSAGE, entry.error.map(|kind| format!("{kind:?}")))
    }
}

#[model(audited(into = AuditLog), key = "global")]
#[derive(Debug, Clone)]
pub struct Team {
    #[key(assigned)]
    pub id: String,
    #[tenant]
    pub organization_id: String,
    #[unique]
    pub name: String,
}

#[model(tenant(via = team_id), audited)]
#[derive(Debug, Clone)]
pub struct Member {
    #[key(assigned)]
    pub id: String,
    #[references(Team)]
    pub team_id: String,
    pub name: String,
}

#[model(audited)]
#[derive(Debug, Clone)]
pub struct Counted {
    #[key(auto, all_tenants)]
    pub id: i64,
    #[tenant]
    pub firm: Uuid,
    pub name: String,
}

fn schema() -> Schema {
    ennead::schema![Firm, AuditLog, Team, Member, Counted]
}

fn team(id: &str) -> NewTeam {
    NewTeam { id: id.into(), name: format!("team {id}") }
}

async fn log(scope: &impl ennead::Scope<AuditLog>) -> Vec<String> {
    let mut all: Vec<String> = AuditLog::list()
        .run(scope)
        .await
        .unwrap()
        .into_iter()
        .map(|row| {
            let key = row.resource_id.as_deref().unwrap_or("-").to_owned();
            let by = row.actor_id.unwrap_or(row.actor_type);
            format!("{} {} {key} {} by {by}", row.organization_id, row.action, row.result)
        })
        .collect();
    all.sort();
    all
}

async fn records_go_into_the_applications_own_model(bed: Bed) {
    let db = bed.db(&schema()).await;
    let acme = db.tenant("acme").unwrap().actor(Actor::new("api_key", "key-1"));
    Team::bulk_create(["a", "b"].map(team)).run(&acme).await.unwrap();
    let renamed = Team::update("a").set(Team::NAME, "new").run(&acme).await.unwrap();
    Team::create(NewTeam { id: "c".into(), name: renamed.name }).run(&acme).await.unwrap_err();
    Team::delete("b").run(&db.tenant("acme").unwrap()).await.unwrap();
    assert_eq!(
        log(&acme).await,
        [
            "acme create a success by key-1",
            "acme create b success by key-1",
            "acme create c failure by key-1",
            "acme delete b success by system",
            "acme update a success by key-1",
        ]
    );
    let update = AuditLog::list().filter(AuditLog::ACTION.eq("update")).first(&acme).await.unwrap().unwrap();
    assert_eq!(
        (&update.changes["before"]["name"], &update.changes["after"]["name"]),
        (&json!("team a"), &json!("new"))
    );

    // Across tenants each record goes to the tenant of its row, and an attempt that names none to nobody.
    let all = db.across_tenants("a test");
    Team::create(team("z")).in_tenant("other").run(&all).await.unwrap();
    Team::bulk_update().all_rows().set(Team::NAME, "same").run(&all).await.unwrap();
    Team::update("none").set(Team::NAME, "x").run(&all).await.unwrap_err();
    Team::update("none").in_tenant("other").set(Team::NAME, "x").run(&all).await.unwrap_err();
    assert_eq!(
        log(&db.tenant("other").unwrap()).await,
        [
            "other create z success by system",
            "other update none failure by system",
            "other update z success by system",
        ]
    );
    assert_eq!(log(&acme).await.len(), 6);
}

/// A log that fails takes the write with it.
async fn a_record_that_cannot_be_written_undoes_the_write(bed: Bed) {
    struct Full;
    impl Observer<AuditLog> for Full {
        async fn after(&self, changes: &[Change<AuditLog>], _: &ObserverScope) -> Result<(), Error> {
            let failures = changes.iter().filter_map(|change| change.after.as_ref());
            match failures.filter(|row| row.result == "success").count() {
                0 => Ok(()),
                _ => Err(Error::invalid("the log is full")),
            }
        }
    }
    let db = bed.db_with(&schema(), Db::builder().observe::<AuditLog>(Full)).await;
    let acme = db.tenant("acme").unwrap();
    assert!(Team::create(team("a")).run(&acme).await.unwrap_err().to_string().contains("the log is full"));
    assert_eq!(Team::count().run(&acme).await.unwrap(), 0);
    assert_eq!(log(&acme).await, ["acme create a failure by system"]);
}

async fn models_of_each_tenancy_have_their_records(bed: Bed) {
    let db = bed.db(&schema()).await;
    let all = db.across_tenants("sign-up");
    for id in ["acme", "other"] {
        Firm::create(NewFirm { id: id.into(), name: id.into() }).run(&all).await.unwrap();
        Team::create(team(id)).in_tenant(id).run(&all).await.unwrap();
    }
    let (acme, other) = (db.tenant("acme").unwrap(), db.tenant("other").unwrap());
    Firm::update("acme").set(Firm::NAME, "Acme").run(&acme).await.unwrap();
    assert_eq!(Firm::history("acme").run(&acme).await.unwrap().len(), 2, "by whom ever");
    assert_eq!(Firm::history("acme").run(&other).await.unwrap().len(), 0);

    let member = |id: &str, team: &str| NewMember { id: id.into(), team_id: team.into(), name: "Jo".into() };
    Member::create(member("m", "acme")).run(&acme).await.unwrap();
    Member::create(member("o", "other")).run(&other).await.unwrap();
    Member::bulk_update().all_rows().set(Member::NAME, "Al").run(&all).await.unwrap();
    Member::delete("m").run(&all).await.unwrap();
    assert_eq!(Member::history("m").run(&acme).await.unwrap().len(), 3, "its tenant is its team's");
    assert_eq!(Member::history("o").run(&other).await.unwrap().len(), 2);
    assert_eq!(Member::history("m").run(&other).await.unwrap().len(), 0);

    let id = Uuid::from_u128(7);
    let firm = db.tenant(id).unwrap();
    let row = Counted::create(NewCounted { name: "x".into() }).run(&firm).await.unwrap();
    Counted::update(row.id).in_tenant(id).set(Counted::NAME, "y").run(&all).await.unwrap();
    Counted::bulk_update().all_rows().set(Counted::NAME, "z").run(&all).await.unwrap();
    let history = Counted::history(row.id).oldest_first().run(&firm).await.unwrap();
    let tenants: Vec<&str> = history.iter().map(|entry| entry.record.tenant.as_str()).collect();
    assert_eq!(tenants, [id.to_string().as_str(); 3]);
    assert_eq!(history[2].after(Counted::FIRM).unwrap(), Some(id));
    let nobodys = schema().node("CountAuditRecordNode").unwrap().run(&db, json!({})).await.unwrap();
    assert_eq!(nobodys["count"], 0, "none of them is nobody's");
}

crate::cases![
    records_go_into_the_applications_own_model,
    a_record_that_cannot_be_written_undoes_the_write,
    models_of_each_tenancy_have_their_records,
];
