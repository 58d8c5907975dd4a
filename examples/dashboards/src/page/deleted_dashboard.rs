//! A deleted dashboard takes its widgets and filters with it, and nothing else.

use ennead::prelude::*;

use crate::models::*;
use crate::print;
use crate::tenants::Account;

pub(super) async fn run(acme: &Account, globex: &Account) -> Result<(), Error> {
    print::section("A deleted dashboard");
    let workflow = acme.workflows[0].id;
    print::line("a workflow in use", print::refused(&Workflow::delete(workflow).run(&acme.scope).await));
    print::line("before", both(acme, globex).await?);
    Dashboard::delete(acme.dashboard.id).run(&acme.scope).await?;
    print::line("after", both(acme, globex).await?);
    Workflow::delete(workflow).run(&acme.scope).await?;
    let left = Workflow::count().run(&acme.scope).await?;
    print::line("now the workflow", format!("deleted, {left} left"));
    Ok(())
}

async fn both(acme: &Account, globex: &Account) -> Result<String, Error> {
    Ok(format!("{}; {}", counts(acme).await?, counts(globex).await?))
}

async fn counts(account: &Account) -> Result<String, Error> {
    let scope = &account.scope;
    let dashboards = Dashboard::count().run(scope).await?;
    let widgets = Widget::count().run(scope).await?;
    let filters = DashboardFilter::count().run(scope).await?;
    let workflows = Workflow::count().run(scope).await?;
    Ok(format!(
        "{}: dashboards {dashboards}, widgets {widgets}, filters {filters}, workflows {workflows}",
        account.name
    ))
}
