//! A platform where tenants build agents: twelve tables for who may come in, what they build, what ran, what it costs and
//! what was done.

#![allow(
    missing_docs,
    reason = "a field whose name says all has no comment: comments become the tables' own"
)]

mod common;
#[path = "../migrations/mod.rs"]
pub mod migrations;
mod models {
    pub(crate) mod audit;
    pub(crate) mod billing;
    pub(crate) mod executions;
    pub(crate) mod identity;
    pub(crate) mod resources;
}
pub mod older;

use ennead::Schema;

pub use common::{Secret, Times};
pub use models::audit::*;
pub use models::billing::*;
pub use models::executions::*;
pub use models::identity::*;
pub use models::resources::*;

/// All models, in the order of the model page.
#[must_use]
pub fn schema() -> Schema {
    ennead::schema![
        Tenant,
        User,
        Agent,
        Workflow,
        Blueprint,
        Execution,
        AuditLog,
        APIKey,
        Project,
        Plan,
        Subscription,
        UsageRecord,
    ]
}
