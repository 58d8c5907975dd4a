//! The application's metadata: six models, four with a tenant column, two that belong to their dashboard's tenant.
//!
//! Query results and what the serving layer holds are not here, and never will be.

use std::fmt;

use chrono::{DateTime, Utc};
use ennead::Json;
use ennead::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

/// What a tenant-scoped model embeds. The column cannot be NULL, is set by the scope alone, and leads an index.
#[model(embed)]
#[derive(Debug, Clone)]
pub(crate) struct TenantMixin {
    #[tenant]
    pub(crate) tenant_id: Uuid,
}

/// What every model embeds.
#[model(embed)]
#[derive(Debug, Clone)]
pub(crate) struct Timestamps {
    #[created_at]
    pub(crate) created_at: DateTime<Utc>,
    #[updated_at]
    pub(crate) updated_at: DateTime<Utc>,
}

/// Users belong to a tenant.
#[model(table = "users")]
#[derive(Debug, Clone)]
pub(crate) struct User {
    #[key]
    pub(crate) id: Uuid,
    #[embed]
    pub(crate) tenant: TenantMixin,
    /// Unique within its tenant.
    #[unique]
    pub(crate) email: String,
    pub(crate) role: Role,
    #[embed]
    pub(crate) times: Timestamps,
}

/// Workflows are tenant-isolated.
///
/// Its key is global: a widget has no tenant column, so it can only name a workflow by the key alone.
#[model(table = "workflows", key = "global")]
#[derive(Debug, Clone)]
pub(crate) struct Workflow {
    #[key]
    pub(crate) id: Uuid,
    #[embed]
    pub(crate) tenant: TenantMixin,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    /// The state of React Flow: nodes and edges.
    pub(crate) graph_json: Value,
    #[references(User, name = creator, inverse = workflows)]
    pub(crate) created_by: Uuid,
    #[embed]
    pub(crate) times: Timestamps,
}

/// Dashboards are tenant-isolated.
#[model(table = "dashboards", key = "global")]
#[derive(Debug, Clone)]
pub(crate) struct Dashboard {
    #[key]
    pub(crate) id: Uuid,
    #[embed]
    pub(crate) tenant: TenantMixin,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    #[references(User, name = creator, inverse = dashboards)]
    pub(crate) created_by: Uuid,
    #[embed]
    pub(crate) times: Timestamps,
}

/// Inherits its tenant from its dashboard.
#[model(table = "widgets", tenant(via = dashboard_id))]
#[derive(Debug, Clone)]
pub(crate) struct Widget {
    #[key]
    pub(crate) id: Uuid,
    #[references(Dashboard, on_delete = cascade, inverse = widgets)]
    pub(crate) dashboard_id: Uuid,
    #[references(Workflow, inverse = widgets)]
    pub(crate) source_workflow_id: Uuid,
    /// The node of the workflow's graph that feeds it.
    pub(crate) source_node_id: String,
    pub(crate) layout: Json<Layout>,
    #[default(Value::Object(serde_json::Map::new()))]
    pub(crate) config_overrides: Value,
    #[embed]
    pub(crate) times: Timestamps,
}

/// Where a widget stands on its dashboard's grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Layout {
    pub(crate) x: u32,
    pub(crate) y: u32,
    pub(crate) w: u32,
    pub(crate) h: u32,
}

/// Inherits its tenant from its dashboard.
#[model(table = "dashboard_filters", tenant(via = dashboard_id), index(dashboard_id, position))]
#[derive(Debug, Clone)]
pub(crate) struct DashboardFilter {
    #[key]
    pub(crate) id: Uuid,
    #[references(Dashboard, on_delete = cascade, inverse = filters)]
    pub(crate) dashboard_id: Uuid,
    pub(crate) filter_type: FilterType,
    pub(crate) target_column: String,
    #[default(Value::Object(serde_json::Map::new()))]
    pub(crate) config: Value,
    pub(crate) position: i32,
    #[embed]
    pub(crate) times: Timestamps,
}

/// API keys are tenant-scoped.
#[model(table = "api_keys")]
#[derive(Debug, Clone)]
pub(crate) struct APIKey {
    #[key]
    pub(crate) id: Uuid,
    #[embed]
    pub(crate) tenant: TenantMixin,
    #[hidden]
    #[unique]
    pub(crate) key_hash: KeyHash,
    #[references(User, on_delete = cascade, inverse = api_keys)]
    pub(crate) user_id: Uuid,
    /// The widgets that it may read. No foreign key reaches into an array: whoever issues a key asks for them.
    pub(crate) scoped_widget_ids: Vec<Uuid>,
    pub(crate) revoked_at: Option<DateTime<Utc>>,
    #[embed]
    pub(crate) times: Timestamps,
}

#[derive(DbEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Role {
    Admin,
    Editor,
    Viewer,
}

#[derive(DbEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum FilterType {
    DateRange,
    Select,
    Search,
}

/// The SHA-256 of a key, as hexadecimal digits. A type of its own, so that no `{:?}` of a row prints it.
#[derive(DbNewtype, Clone, PartialEq, Eq)]
pub(crate) struct KeyHash(pub(crate) String);

impl fmt::Debug for KeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyHash(…)")
    }
}

/// All of them together, in the order of the page.
pub(crate) fn schema() -> Schema {
    ennead::schema![Workflow, Dashboard, Widget, User, DashboardFilter, APIKey]
}
