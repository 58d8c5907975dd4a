//! Statistics: the one thing here that means every tenant, and says why.

use std::collections::HashSet;

use ennead::prelude::*;

use crate::models::{User, Widget};
use crate::print;

pub(super) async fn run(db: &Db) -> Result<(), Error> {
    print::section("Across tenants");
    let all = db.across_tenants("statistics: how large the installation is");
    let users = User::list().run(&all).await?;
    let tenants: HashSet<_> = users.iter().map(|user| user.tenant.tenant_id).collect();
    let widgets = Widget::count().run(&all).await?;
    // Two tenants at least; each earlier run on this database left two more.
    print::line("reason, traced", all.reason());
    print::line(
        "all of them",
        format!("{} tenants, {} users, {widgets} widgets", tenants.len(), users.len()),
    );
    print::line("without a reason", print::refused(&User::count().run(&db.across_tenants(" ")).await));
    Ok(())
}
