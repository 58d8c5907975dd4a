//! What happened, and what was reported of it.

use chrono::{DateTime, Utc};
use ennead::op::Create;
use ennead::prelude::*;
use ennead::{Actor, AuditEntry, AuditInto};
use serde_json::{Map, Value, json};

use super::identity::User;
use super::organizations::Organization;
use crate::common::Times;

/// Immutable audit trail: of an event only the result may come in later.
#[model(index(timestamp desc, event_type, name = "idx_audit_org_time"))]
#[derive(Debug, Clone, PartialEq)]
pub struct AuditLog {
    #[key(prefix = "audit-")]
    pub id: String,
    #[tenant]
    #[references(Organization)]
    pub organization_id: String,
    #[immutable]
    pub timestamp: DateTime<Utc>,

    #[immutable]
    pub actor_type: ActorType,
    /// A user, a key or a part of the system, as the type says.
    #[immutable]
    pub actor_id: String,
    #[immutable]
    pub actor_email: Option<String>,
    #[immutable]
    pub actor_ip: Option<String>,

    #[immutable]
    pub event_type: String,
    #[immutable]
    pub resource_type: String,
    /// A row of the table that the type names.
    #[immutable]
    pub resource_id: String,
    #[immutable]
    pub action: String,

    /// Before and after, for updates.
    #[immutable]
    #[default(Value::Object(serde_json::Map::new()))]
    pub changes: Value,
    /// Additional metadata.
    #[immutable]
    #[default(Value::Object(serde_json::Map::new()))]
    pub context: Value,

    pub result: AuditResult,
    pub error_message: Option<String>,
    #[embed]
    pub times: Times,
}

/// What is written to a model that is `audited(into = AuditLog)` becomes a row here, in the transaction of the write.
impl AuditInto for AuditLog {
    fn record(entry: AuditEntry) -> Create<Self> {
        let actor = entry.actor.unwrap_or_else(Actor::system);
        let actor_type = match actor.kind.as_str() {
            "user" => ActorType::User,
            "api_key" => ActorType::ApiKey,
            _ => ActorType::System,
        };
        let (before, after) = (entry.before.unwrap_or_default(), entry.after.unwrap_or_default());
        // Of a field that is hidden or encrypted it is told that it changed, and neither value.
        let changes = entry.changed.iter().map(|field| {
            let value = |row: &Map<String, Value>| row.get(*field).cloned().unwrap_or_default();
            ((*field).to_owned(), json!([value(&before), value(&after)]))
        });
        let action = entry.operation.name();
        Self::create(NewAuditLog {
            timestamp: entry.at,
            actor_type,
            actor_id: actor.id.unwrap_or_else(|| "system".to_owned()),
            event_type: format!("{}.{action}", entry.model.to_lowercase()),
            resource_type: entry.model.to_owned(),
            // An attempt that failed may name no row.
            resource_id: entry.key.unwrap_or_default(),
            action: action.to_owned(),
            result: if entry.error.is_some() { AuditResult::Failure } else { AuditResult::Success },
        })
        .set(Self::ACTOR_EMAIL, actor.email)
        .set(Self::ACTOR_IP, actor.ip)
        .set(Self::CHANGES, Value::Object(changes.collect()))
        .set(Self::CONTEXT, json!({ "run": entry.run }))
        .set(Self::ERROR_MESSAGE, entry.error.map(|kind| format!("{kind:?}")))
    }
}

/// Generated compliance report.
#[model]
#[derive(Debug, Clone, PartialEq)]
pub struct ComplianceReport {
    #[key(prefix = "report-")]
    pub id: String,
    #[tenant]
    #[references(Organization)]
    pub organization_id: String,
    pub report_type: ReportType,
    pub period_start: DateTime<Utc>,
    pub period_end: DateTime<Utc>,
    pub generated_at: DateTime<Utc>,
    #[references(User, name = generator, inverse = compliance_reports)]
    pub generated_by: String,
    #[default(ReportStatus::Generating)]
    pub status: ReportStatus,
    pub report_url: Option<String>,
    #[default(Value::Object(serde_json::Map::new()))]
    pub findings: Value,
    #[embed]
    pub times: Times,
}

#[derive(DbEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum ActorType {
    User,
    ApiKey,
    System,
}

#[derive(DbEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum AuditResult {
    Success,
    Failure,
}

#[derive(DbEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReportType {
    Soc2,
    Gdpr,
    Hipaa,
}

#[derive(DbEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReportStatus {
    Generating,
    Completed,
    Failed,
}
