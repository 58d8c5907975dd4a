//! What a tenant sees of another's rows: nothing, by id or by filter.

use ennead::prelude::*;
use ennead::{DeletableModel, Model, OwnedModel};
use uuid::Uuid;

use crate::models::*;
use crate::print;
use crate::tenants::Account;

pub(super) async fn run(acme: &Account, globex: &Account) -> Result<(), Error> {
    print::section("Each sees only its own");
    for (own, other) in [(acme, globex), (globex, acme)] {
        let scope = &own.scope;
        let unseen = [
            by_id::<Workflow>(other.workflows[0].id, scope).await,
            by_id::<Dashboard>(other.dashboard.id, scope).await,
            by_id::<Widget>(other.widgets[0].id, scope).await,
            by_id::<User>(other.users[0].id, scope).await,
            by_id::<DashboardFilter>(other.filters[0].id, scope).await,
            by_id::<APIKey>(other.key.row.id, scope).await,
        ];
        for (model, read, delete) in unseen {
            let what = format!("{}, {model}", own.name);
            print::line(&what, format!("read: {read}; delete: {delete}"));
        }
    }
    let scope = &acme.scope;
    let rename = Dashboard::update(globex.dashboard.id).set(Dashboard::NAME, "Mine").run(scope).await;
    print::line("update theirs", print::refused(&rename));
    let by_tenant = Dashboard::TENANT.tenant_id.eq(globex.dashboard.tenant.tenant_id);
    print::line("filter for their tenant", rows(Dashboard::count().filter(by_tenant).run(scope).await?));
    let by_parent = Widget::DASHBOARD_ID.eq(globex.dashboard.id);
    print::line("filter for their parent", rows(Widget::count().filter(by_parent).run(scope).await?));
    let changed = Widget::bulk_update()
        .filter(Widget::ID.in_(globex.widgets.iter().map(|widget| widget.id)))
        .set(Widget::SOURCE_NODE_ID, "mine")
        .run(scope)
        .await?;
    print::line("update theirs in bulk", rows(changed.affected));
    Ok(())
}

/// What comes of a read and of a delete by that id.
async fn by_id<M: OwnedModel + DeletableModel + Model<Key = Uuid>>(
    id: Uuid,
    scope: &Tenant,
) -> (&'static str, String, String) {
    let read = print::refused(&M::read(id).run(scope).await);
    let delete = print::refused(&M::delete(id).run(scope).await);
    (M::DEF.name, read, delete)
}

fn rows(count: u64) -> String {
    format!("{count} rows")
}
