//! The sections: first those of the page, then what its rules come to.

mod across_tenants;
mod api_keys;
mod conventions;
mod cross_tenant_references;
mod deleted_dashboard;
mod filters;
mod isolation;
mod models;
mod side_by_side;
mod tenant_scoped;

use ennead::prelude::*;

use crate::tenants::sign_up;

/// Runs all sections.
pub(crate) async fn run(db: &Db) -> Result<(), Error> {
    models::run(db);
    conventions::run();
    tenant_scoped::run(db)?;
    let acme = sign_up(db, "Acme", "acme.example", &["Orders by day", "Revenue by region"]).await?;
    let globex =
        sign_up(db, "Globex", "globex.example", &["Tickets by team", "Backlog", "Time to answer"]).await?;
    side_by_side::run(&acme, &globex).await?;
    isolation::run(&acme, &globex).await?;
    cross_tenant_references::run(&acme, &globex).await?;
    filters::run(&acme).await?;
    api_keys::run(&acme, &globex).await?;
    deleted_dashboard::run(&acme, &globex).await?;
    across_tenants::run(db).await
}
