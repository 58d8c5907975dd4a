//! References that the database does not see: keys in lists, and keys of one of several models.

pub mod dangling;
pub mod follow;
pub mod writes;

use chrono::{DateTime, Utc};
use ennead::prelude::*;
use ennead::{Json, Model, NodeScope};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::Bed;

#[model(table = "loose_agent")]
#[derive(Debug, Clone, PartialEq)]
pub struct Agent {
    #[key(assigned)]
    pub id: String,
    #[tenant]
    pub org: String,
    #[default("an agent".into())]
    pub name: String,
    #[deleted_at]
    pub deleted_at: Option<DateTime<Utc>>,
}

#[model(table = "loose_team", key = "global")]
#[derive(Debug, Clone, PartialEq)]
pub struct Team {
    #[key(assigned)]
    pub id: String,
    #[tenant]
    pub org: String,
}

#[model(table = "loose_member", tenant(via = team_id))]
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    #[key(assigned)]
    pub id: Uuid,
    #[references(Team, on_delete = cascade)]
    pub team_id: String,
}

#[model(table = "loose_region", global)]
#[derive(Debug, Clone, PartialEq)]
pub struct Region {
    #[key(assigned)]
    pub id: i64,
}

#[derive(DbEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnerKind {
    Agent,
    Robot,
    Team,
    Nobody,
}

#[model(table = "loose_plan")]
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    #[key(assigned)]
    pub id: String,
    #[tenant]
    pub org: String,
    #[references_each(Agent)]
    #[default(json!([]))]
    pub agent_ids: Value,
    #[references_each(Region, name = places)]
    pub region_list: Option<Json<Vec<i64>>>,
    #[references_each(Member)]
    pub member_ids: Option<Vec<Uuid>>,
    pub owner_kind: Option<OwnerKind>,
    #[references_any(kind = owner_kind, "agent" => Agent, "robot" => Agent, "team" => Team, "nobody" => _)]
    pub owner_id: Option<String>,
    #[default(0)]
    pub number: i64,
}

/// The same table, without a word of what its columns name: what else may write to a database.
#[model(table = "loose_plan")]
#[derive(Debug, Clone, PartialEq)]
pub struct RawPlan {
    #[key(assigned)]
    pub id: String,
    #[tenant]
    pub org: String,
    #[default(json!([]))]
    pub agent_ids: Value,
    pub region_list: Option<Value>,
    pub member_ids: Option<Vec<Uuid>>,
    pub owner_kind: Option<String>,
    pub owner_id: Option<String>,
    #[default(0)]
    pub number: i64,
}

/// Rows that belong to the tenant of a team, and name members and files of nobody.
#[model(table = "loose_log", tenant(via = team_id))]
#[derive(Debug, Clone, PartialEq)]
pub struct Log {
    #[key(assigned)]
    pub id: String,
    #[references(Team, on_delete = cascade)]
    pub team_id: String,
    pub what: String,
    #[references_any(kind = what, name = about, "member" => Member, "text" => _)]
    pub subject: Option<Uuid>,
}

/// Both ways within another struct.
#[model(embed)]
#[derive(Debug, Clone, PartialEq)]
pub struct Staff {
    #[references_each(Agent)]
    #[default(json!([]))]
    pub helper_ids: Value,
    pub lead_kind: Option<String>,
    #[references_any(kind = lead_kind, "agent" => Agent, "team" => Team)]
    pub lead_id: Option<String>,
}

#[model(table = "loose_shift")]
#[derive(Debug, Clone, PartialEq)]
pub struct Shift {
    #[key(assigned)]
    pub id: String,
    #[tenant]
    pub org: String,
    #[embed]
    pub staff: Staff,
}

fn schema() -> Schema {
    ennead::schema![Agent, Team, Member, Region, Plan, Log, Shift]
}

fn uuid(at: u128) -> Uuid {
    Uuid::from_u128(at)
}

fn plan(id: &str) -> ennead::op::Create<Plan> {
    Plan::create(NewPlan { id: id.into() })
}

fn raw(id: &str) -> ennead::op::Create<RawPlan> {
    RawPlan::create(NewRawPlan { id: id.into() })
}

/// Two tenants: `acme` with the agents a1, a2 and a3, the team t1 and its member 1; `beta` with b1 and a2, t2 and member 2.
/// Everybody's are the regions 1 and 2.
async fn filled(bed: &Bed) -> (Db, Tenant, Tenant) {
    let db = bed.db(&schema()).await;
    let (acme, beta) = (db.tenant("acme").unwrap(), db.tenant("beta").unwrap());
    for (tenant, agents, team, member) in
        [(&acme, ["a1", "a2", "a3"].as_slice(), "t1", 1), (&beta, &["b1", "a2"], "t2", 2)]
    {
        let agents: Vec<NewAgent> = agents.iter().map(|id| NewAgent { id: (*id).into() }).collect();
        Agent::bulk_create(agents).run(tenant).await.unwrap();
        Team::create(NewTeam { id: team.into() }).run(tenant).await.unwrap();
        let member = NewMember { id: uuid(member), team_id: team.into() };
        Member::create(member).run(tenant).await.unwrap();
    }
    Region::bulk_create([1, 2].map(|id| NewRegion { id })).run(&db).await.unwrap();
    (db, acme, beta)
}

async fn node(scope: &impl NodeScope, name: &str, params: Value) -> Result<Value, Error> {
    schema().node(name)?.run(scope, params).await
}

/// The definition, so that a test reads what the macro made.
fn definition() -> &'static ennead::ModelDef {
    Plan::DEF
}

/// The cases of all parts.
pub const ALL: &[&[crate::Case]] = &[writes::CASES, follow::CASES, dangling::CASES];
