//! Two tenants side by side: the same operations, without any filter, in two scopes.

use ennead::prelude::*;

use crate::models::*;
use crate::print;
use crate::tenants::Account;

pub(super) async fn run(acme: &Account, globex: &Account) -> Result<(), Error> {
    print::section("Two tenants side by side");
    for account in [acme, globex] {
        show(account).await?;
    }
    let again = NewUser { email: "consultant@example.com".into(), role: Role::Viewer };
    print::line("an e-mail twice in one", print::refused(&User::create(again).run(&acme.scope).await));
    Ok(())
}

async fn show(account: &Account) -> Result<(), Error> {
    let (name, scope) = (account.name, &account.scope);
    print::line(&format!("{name} tenant"), account.id());
    let users = User::list().order_by(User::EMAIL.asc()).run(scope).await?;
    let own = users.iter().all(|user| user.tenant.tenant_id.to_string() == account.id().to_string());
    let emails: Vec<&str> = users.iter().map(|user| user.email.as_str()).collect();
    let whose = if own { "its own" } else { "MIXED" };
    print::line(&format!("{name} users"), format!("{}, {whose}: {}", users.len(), emails.join(", ")));
    let workflows = Workflow::list().order_by(Workflow::NAME.asc()).run(scope).await?;
    let names: Vec<&str> = workflows.iter().map(|workflow| workflow.name.as_str()).collect();
    print::line(&format!("{name} workflows"), format!("{}: {}", names.len(), names.join(", ")));
    for dashboard in Dashboard::list().run(scope).await? {
        let Dashboard { name: title, description, created_by, .. } = dashboard;
        let creator = User::read(created_by).run(scope).await?.email;
        let description = description.unwrap_or_default();
        print::line(&format!("{name} dashboard"), format!("{title} ({description}), by {creator}"));
    }
    for widget in Widget::list().order_by(Widget::ID.asc()).run(scope).await? {
        let Layout { x, y, w, h } = widget.layout.0;
        let title = widget.config_overrides["title"].as_str().unwrap_or_default();
        let from = &widget.source_node_id;
        print::line(
            &format!("{name} widget"),
            format!("{title}, from {from}, at {x},{y}, {w} wide and {h} high"),
        );
    }
    let with_legend = Widget::CONFIG_OVERRIDES.path(["legend"]).eq(true);
    let with_legend = Widget::count().filter(with_legend).run(scope).await?;
    print::line(&format!("{name} with a legend"), with_legend);
    let counts = (
        Dashboard::count().run(scope).await?,
        Widget::count().run(scope).await?,
        DashboardFilter::count().run(scope).await?,
    );
    print::line(
        &format!("{name} counts"),
        format!("{} dashboards, {} widgets, {} filters", counts.0, counts.1, counts.2),
    );
    Ok(())
}
