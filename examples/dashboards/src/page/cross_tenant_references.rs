//! Cross-tenant reference prevention.
//!
//! The page leaves it to the route handler, since a widget has no `tenant_id`. Here no handler does it: each write that
//! sets `dashboard_id` or `source_workflow_id` asks for both in its own transaction, and in this scope. A row of another
//! tenant is a missing row, so the answer does not even tell that it exists.

use ennead::prelude::*;
use uuid::Uuid;

use crate::models::*;
use crate::print;
use crate::tenants::Account;

pub(super) async fn run(acme: &Account, globex: &Account) -> Result<(), Error> {
    print::section("Cross-tenant reference prevention");
    let before = total(acme, globex).await?;
    let nowhere = Uuid::now_v7();
    let (dashboard, workflow) = (acme.dashboard.id, acme.workflows[0].id);
    let no_dashboard = create(acme, nowhere, workflow).await;
    let no_workflow = create(acme, dashboard, nowhere).await;
    print::line("no such dashboard", print::refused(&no_dashboard));
    print::line("no such workflow", print::refused(&no_workflow));

    for (own, other) in [(acme, globex), (globex, acme)] {
        let (theirs, flow) = (other.dashboard.id, other.workflows[0].id);
        let in_own = |what: &str| format!("{}, {what}", own.name);
        let with_flow = create(own, own.dashboard.id, flow).await;
        print::line(&in_own("their workflow"), compared(&with_flow, &no_workflow));
        let on_theirs = create(own, theirs, own.workflows[0].id).await;
        print::line(&in_own("their dashboard"), compared(&on_theirs, &no_dashboard));
        let both = create(own, theirs, flow).await;
        print::line(&in_own("both theirs"), compared(&both, &no_dashboard));

        let scope = &own.scope;
        let widget = own.widgets[0].id;
        let moved = Widget::update(widget).set(Widget::DASHBOARD_ID, theirs).run(scope).await;
        print::line(&in_own("move to theirs"), compared(&moved, &no_dashboard));
        let fed = Widget::update(widget).set(Widget::SOURCE_WORKFLOW_ID, flow).run(scope).await;
        print::line(&in_own("feed from theirs"), compared(&fed, &no_workflow));
        let all = Widget::bulk_update().all_rows().set(Widget::DASHBOARD_ID, theirs).run(scope).await;
        print::line(&in_own("move all in bulk"), compared(&all, &no_dashboard));
        let good = Account::widget(own.dashboard.id, own.workflows[0].id);
        let bad = Account::widget(own.dashboard.id, flow);
        let mixed = Widget::bulk_create([good, bad]).run(scope).await;
        print::line(&in_own("one of two theirs"), compared(&mixed, &no_workflow));
    }
    let filter = DashboardFilter::update(acme.filters[0].id)
        .set(DashboardFilter::DASHBOARD_ID, globex.dashboard.id)
        .run(&acme.scope)
        .await;
    print::line("a filter to theirs", print::refused(&filter));
    let new = |created_by| NewDashboard { name: "By a stranger".into(), created_by };
    let missing = Dashboard::create(new(nowhere)).run(&acme.scope).await;
    let theirs = Dashboard::create(new(globex.users[0].id)).run(&acme.scope).await;
    // Both tables have the tenant's column, so this one is the database's own composite foreign key.
    print::line("created_by their user", compared(&theirs, &missing));
    print::line(
        "its foreign key",
        missing.err().and_then(|error| error.constraint().map(String::from)).unwrap_or_default(),
    );
    let after = total(acme, globex).await?;
    print::line("widgets of each", format!("{before:?} before, {after:?} after"));
    Ok(())
}

async fn create(account: &Account, dashboard: Uuid, workflow: Uuid) -> Result<(), Error> {
    Widget::create(Account::widget(dashboard, workflow)).run(&account.scope).await.map(|_| ())
}

/// How many widgets stand on each one's own dashboard, fed by its own workflows.
async fn total(acme: &Account, globex: &Account) -> Result<[u64; 2], Error> {
    let mut counts = [0; 2];
    for (count, account) in counts.iter_mut().zip([acme, globex]) {
        let own = Widget::DASHBOARD_ID
            .eq(account.dashboard.id)
            .and(Widget::SOURCE_WORKFLOW_ID.in_(account.workflows.iter().map(|workflow| workflow.id)));
        *count = Widget::count().filter(own).run(&account.scope).await?;
    }
    Ok(counts)
}

/// Whether a refusal says the same, to the letter, as that of a missing row.
fn compared<T, U>(result: &Result<T, Error>, missing: &Result<U, Error>) -> String {
    match (result, missing) {
        (Ok(_), _) => "NOT REFUSED".into(),
        // The debug form holds all of it: kind, text, model, constraint, fields, and the database's code.
        (Err(error), Err(missing)) if format!("{error:?}") == format!("{missing:?}") => {
            format!("refused as a missing one: {}", error.fields().join(", "))
        }
        (Err(error), _) => format!("ANOTHER ERROR: {error}"),
    }
}
