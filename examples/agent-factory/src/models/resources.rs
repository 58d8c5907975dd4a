//! Core resources: agents, workflows, blueprints, projects.

use ennead::prelude::{DbEnum, model};
use serde_json::Value;

use super::identity::{Tenant, User};
use crate::common::Times;

/// AI agent definitions.
#[model(table = "agents", key = "global")]
#[derive(Debug, Clone, PartialEq)]
pub struct Agent {
    /// Unique agent identifier
    #[key(prefix = "agent-")]
    pub id: String,
    /// Agent display name
    pub name: String,
    /// Agent system instructions
    pub instructions: String,
    /// LLM model (e.g., "gpt-4o")
    pub model: String,
    /// Owner tenant
    #[tenant]
    #[references(Tenant, inverse = agents)]
    pub tenant_id: String,
    /// Creator user
    #[column(renamed_from = "user_id")]
    #[references(User, name = creator, inverse = agents)]
    pub created_by: String,
    #[embed]
    pub times: Times,
}

/// Workflow/orchestration definitions.
#[model(table = "workflows", key = "global")]
#[derive(Debug, Clone, PartialEq)]
pub struct Workflow {
    /// Unique workflow identifier
    #[key(prefix = "workflow-")]
    pub id: String,
    /// Workflow display name
    pub name: String,
    /// Workflow structure (nodes, edges, etc.)
    pub definition: Value,
    /// Owner tenant
    #[tenant]
    #[references(Tenant, inverse = workflows)]
    pub tenant_id: String,
    /// Creator user
    #[references(User, name = creator, inverse = workflows)]
    pub created_by: String,
    #[embed]
    pub times: Times,
}

/// Reusable agent/workflow templates (marketplace items).
///
/// They have no tenant of their own: they belong to their publisher's.
#[model(table = "blueprints", tenant(via = publisher_id))]
#[derive(Debug, Clone, PartialEq)]
pub struct Blueprint {
    /// Unique blueprint identifier
    #[key(prefix = "blueprint-")]
    pub id: String,
    /// Blueprint display name
    pub name: String,
    /// Blueprint description
    pub description: String,
    /// Version string
    pub version: String,
    /// Blueprint configuration
    pub definition: Value,
    /// What it costs, and how often
    #[default(PricingModel::Free)]
    pub pricing_model: PricingModel,
    /// Price amount
    #[default(0.0)]
    pub price: f64,
    /// Publisher user
    #[references(User, name = publisher, inverse = blueprints)]
    pub publisher_id: String,
    /// Public visibility
    #[default(false)]
    pub is_public: bool,
    /// Download count
    #[default(0)]
    pub downloads: i32,
    /// Average rating
    #[default(0.0)]
    pub rating: f64,
    /// Number of reviews
    #[default(0)]
    pub reviews_count: i32,
    #[embed]
    pub times: Times,
}

/// Project/App containers for organizing resources.
#[model(table = "projects", key = "global")]
#[derive(Debug, Clone, PartialEq)]
pub struct Project {
    /// Unique project identifier
    #[key(prefix = "project-")]
    pub id: String,
    /// Project display name
    pub name: String,
    /// `saas_app`, `blueprint_deployment`; the list is open
    pub project_type: String,
    /// Owner tenant
    #[tenant]
    #[references(Tenant, inverse = projects)]
    pub tenant_id: String,
    /// Creator user
    #[references(User, name = creator, inverse = projects)]
    pub created_by: String,
    /// Project configuration
    #[default(Value::Object(serde_json::Map::new()))]
    pub config: Value,
    /// Active status
    #[default(true)]
    pub is_active: bool,
    #[embed]
    pub times: Times,
}

#[derive(DbEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum PricingModel {
    Free,
    #[db_enum(rename = "one-time")]
    OneTime,
    Subscription,
}
