//! A tenant with something in it.

use ennead::prelude::*;
use ennead::{Json, TenantId};
use serde_json::json;
use uuid::Uuid;

use crate::keys::{self, Issued};
use crate::models::*;

/// A tenant's scope, and what was made in it.
pub(crate) struct Account {
    pub(crate) name: &'static str,
    pub(crate) scope: Tenant,
    pub(crate) users: Vec<User>,
    pub(crate) workflows: Vec<Workflow>,
    pub(crate) dashboard: Dashboard,
    pub(crate) widgets: Vec<Widget>,
    pub(crate) filters: Vec<DashboardFilter>,
    pub(crate) key: Issued,
}

impl Account {
    pub(crate) fn id(&self) -> &TenantId {
        self.scope.id()
    }

    /// A widget of this tenant's dashboard, or of another's.
    pub(crate) fn widget(dashboard: Uuid, workflow: Uuid) -> NewWidget {
        NewWidget {
            dashboard_id: dashboard,
            source_workflow_id: workflow,
            source_node_id: "chart-1".into(),
            layout: Json(Layout { x: 0, y: 0, w: 6, h: 4 }),
        }
    }
}

/// Signs a tenant up: users, workflows, and a dashboard with widgets and filters, in one transaction.
///
/// The page has no table of tenants, so a new tenant is a new UUID, and even its first user is made in its own scope.
pub(crate) async fn sign_up(
    db: &Db,
    name: &'static str,
    domain: &str,
    flows: &[&str],
) -> Result<Account, Error> {
    let scope = db.tenant(Uuid::now_v7())?;
    scope
        .transaction(async |tx| {
            let users = [
                NewUser { email: format!("admin@{domain}"), role: Role::Admin },
                NewUser { email: format!("editor@{domain}"), role: Role::Editor },
                // She works for both tenants, and is a user of each.
                NewUser { email: "consultant@example.com".into(), role: Role::Viewer },
            ];
            let users = User::bulk_create(users).returning(tx).await?;
            let (admin, editor) = (users[0].id, users[1].id);
            let workflows = flows.iter().map(|flow| {
                let graph_json = json!({
                    "nodes": [
                        { "id": "source-1", "type": "source", "position": { "x": 0, "y": 0 } },
                        { "id": "chart-1", "type": "chart", "position": { "x": 240, "y": 0 } },
                    ],
                    "edges": [{ "id": "e1", "source": "source-1", "target": "chart-1" }],
                });
                NewWorkflow { name: (*flow).into(), graph_json, created_by: editor }
            });
            let workflows = Workflow::bulk_create(workflows).returning(tx).await?;
            let dashboard = NewDashboard { name: format!("{name} today"), created_by: admin };
            let dashboard = Dashboard::create(dashboard)
                .set(Dashboard::DESCRIPTION, format!("What {name} looks at each morning"))
                .run(tx)
                .await?;
            let widgets = workflows.iter().zip(0..).map(|(workflow, at)| {
                let layout = Json(Layout { x: 6 * at, y: 0, w: 6, h: 4 });
                let new = NewWidget { layout, ..Account::widget(dashboard.id, workflow.id) };
                Widget::create(new)
                    .set(Widget::CONFIG_OVERRIDES, json!({ "title": workflow.name, "legend": at == 0 }))
            });
            let widgets = Widget::bulk_create(widgets).returning(tx).await?;
            let filters = [
                (FilterType::Search, "customer", 3),
                (FilterType::DateRange, "ordered_at", 1),
                (FilterType::Select, "region", 2),
            ]
            .map(|(filter_type, target_column, position)| NewDashboardFilter {
                dashboard_id: dashboard.id,
                filter_type,
                target_column: target_column.into(),
                position,
            });
            let filters = DashboardFilter::bulk_create(filters).returning(tx).await?;
            let key = keys::issue(tx, editor, vec![widgets[0].id]).await?;
            let scope = scope.clone();
            Ok(Account { name, scope, users, workflows, dashboard, widgets, filters, key })
        })
        .await
}
