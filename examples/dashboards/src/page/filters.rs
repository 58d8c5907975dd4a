//! A dashboard's filters, in the order of their position.

use ennead::prelude::*;

use crate::models::DashboardFilter;
use crate::print;
use crate::tenants::Account;

pub(super) async fn run(acme: &Account) -> Result<(), Error> {
    print::section("Filters by position");
    let made: Vec<&str> = acme.filters.iter().map(|filter| filter.target_column.as_str()).collect();
    print::line("as they were made", made.join(", "));
    let filters = in_order(acme).await?;
    for filter in &filters {
        print::line(&format!("position {}", filter.position), shown(filter));
    }
    // The first one to the end, the others one to the front: all of them or none.
    let moves = filters.iter().enumerate().map(|(at, filter)| {
        let position = if at == 0 { filters.len() } else { at };
        DashboardFilter::update(filter.id).set(DashboardFilter::POSITION, position as i32)
    });
    DashboardFilter::bulk_update_each(moves).run(&acme.scope).await?;
    let moved = in_order(acme).await?;
    let columns: Vec<&str> = moved.iter().map(|filter| filter.target_column.as_str()).collect();
    print::line("the first to the end", columns.join(", "));
    Ok(())
}

async fn in_order(account: &Account) -> Result<Vec<DashboardFilter>, Error> {
    DashboardFilter::list()
        .filter(DashboardFilter::DASHBOARD_ID.eq(account.dashboard.id))
        .order_by(DashboardFilter::POSITION.asc())
        .run(&account.scope)
        .await
}

fn shown(filter: &DashboardFilter) -> String {
    format!("{} on {}", filter.filter_type.db_name(), filter.target_column)
}
