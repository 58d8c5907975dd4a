//! The data model of an enterprise SaaS platform: organizations with their people, policies, gateways, connectors, agents
//! and what those did, in 25 models.
//!
//! An application depends on this crate and gets all of their operations, as types and by name:
//!
//! ```
//! use ennead::prelude::*;
//! use enterprise_saas::{NewTeam, Organization, Team, schema};
//! # use enterprise_saas::{NewOrganization, NewUser, User, UserRole};
//!
//! # #[tokio::main] async fn main() -> Result<(), Error> {
//! let db = Db::connect("sqlite::memory:").await?;
//! schema().create(&db).await?;
//! # db.across_tenants("sign-up").transaction(async |tx| {
//! #     let new = NewOrganization { name: "Acme".into(), slug: "acme".into(), created_by: "user-1".into() };
//! #     Organization::create(new).set(Organization::ID, "acme").run(tx).await?;
//! #     let new = NewUser { email: "jo@acme.com".into(), name: "Jo".into(), role: UserRole::OrgOwner };
//! #     User::create(new).set(User::ID, "user-1").in_tenant("acme").run(tx).await
//! # }).await?;
//! let acme = db.tenant("acme")?;
//! let team = Team::create(NewTeam { name: "Support".into(), description: "Answers".into() }).run(&acme).await?;
//! assert_eq!(team.organization_id, "acme");
//! assert_eq!(Organization::count().run(&acme).await?, 1);
//! # Ok(()) }
//! ```

#![allow(
    missing_docs,
    reason = "a field whose name says all has no comment: comments become the tables' own"
)]

mod access;
mod common;
mod http;
mod keys;
pub mod life;
mod limits;
#[path = "../migrations/mod.rs"]
pub mod migrations;
mod models {
    pub(crate) mod agents;
    pub(crate) mod audit;
    pub(crate) mod connectors;
    pub(crate) mod executions;
    pub(crate) mod gateways;
    pub(crate) mod identity;
    pub(crate) mod notifications;
    pub(crate) mod organizations;
    pub(crate) mod policies;
    pub(crate) mod workspaces;
}

mod promotion;
mod runs;
mod sign_in;
mod webhooks;

use ennead::DbBuilder;
use ennead::outbox::OutboxEvent;
use ennead::prelude::*;

pub use access::{api_keys, issue};
pub use common::{Secret, Times};
pub use keys::{KEYS, keys};
pub use limits::Limits;
pub use models::agents::*;
pub use models::audit::*;
pub use models::connectors::*;
pub use models::executions::*;
pub use models::gateways::*;
pub use models::identity::*;
pub use models::notifications::*;
pub use models::organizations::*;
pub use models::policies::*;
pub use models::workspaces::*;
pub use promotion::{Promotion, Refused, promote, publish, subject};
pub use runs::{Asked, Runnable, Step, carry_out, queue};
pub use sign_in::sign_in;
pub use webhooks::{Failures, SIGNATURE, Webhooks, tell};

/// All models, in the order of the model page, and the library's own for what is to be sent.
#[must_use]
pub fn schema() -> Schema {
    ennead::schema![
        Organization,
        Subscription,
        UsageRecord,
        User,
        Team,
        TeamMembership,
        SSOConfiguration,
        APIKey,
        Policy,
        PolicyAssignment,
        ApprovalRequest,
        Workspace,
        Gateway,
        GatewayDeployment,
        Connector,
        ConnectorPermission,
        Agent,
        AgentVersion,
        Orchestration,
        Execution,
        ExecutionStep,
        AuditLog,
        ComplianceReport,
        WebhookEndpoint,
        Notification,
        OutboxEvent,
    ]
}

/// What watches the writes: limits are kept, and failures told. Every `Db` of the platform is opened with it:
/// `watched(Db::builder()).connect(url)`.
#[must_use]
pub fn watched(builder: DbBuilder) -> DbBuilder {
    builder
        .observe::<User>(Limits)
        .observe::<Agent>(Limits)
        .observe::<Gateway>(Limits)
        .observe::<Execution>(Limits)
        .observe::<Execution>(Failures)
}
