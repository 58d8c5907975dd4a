//! The page's snippets as they stand there: nodes by name with JSON parameters, wired into workflows.
//!
//! Each section builds the workflow that the page builds, with the same names, ids and parameters. What Python says as
//! `workflow.build()` and `await runtime.execute_workflow_async(…)` is one line here too; the scope beside it is what
//! the page has to remember in every filter.

mod create;
mod delete;
mod enforcement;
mod error_handling;
mod id_generation;
mod list;
mod multi_tenancy;
mod read;
mod setting;
mod timestamps;
mod update;
mod validation;

use ennead::prelude::*;
use ennead::{NodeScope, Results};

use crate::failure::Failure;
use crate::models;

/// What the page has as `runtime` and `db`, and the scope of its organization `org-456`.
pub(crate) struct Studio {
    db: Db,
    schema: Schema,
    runtime: Runtime,
    acme: Tenant,
}

impl Studio {
    fn new(db: &Db) -> Result<Self, Failure> {
        let schema = models::schema();
        let runtime = Runtime::new(&schema);
        Ok(Self { db: db.clone(), schema, runtime, acme: db.tenant("org-456")? })
    }

    /// Checks a workflow and runs it: `await runtime.execute_workflow_async(workflow.build())`.
    async fn execute(&self, workflow: &WorkflowBuilder, scope: &impl NodeScope) -> Result<Results, Error> {
        self.runtime.execute(&workflow.build(&self.schema)?, scope).await
    }
}

/// Runs all sections, in the page's order.
pub(crate) async fn run(db: &Db) -> Result<(), Failure> {
    let studio = Studio::new(db)?;
    setting::run(&studio).await?;
    create::run(&studio).await?;
    read::run(&studio).await?;
    list::run(&studio).await?;
    update::run(&studio).await?;
    delete::run(&studio).await?;
    multi_tenancy::run(&studio).await?;
    id_generation::run(&studio).await?;
    timestamps::run(&studio).await?;
    validation::run(&studio).await?;
    error_handling::run(&studio).await?;
    enforcement::run(&studio).await
}

/// Signs the organization `org-456` up, unless it is there.
pub(crate) async fn sign_up_acme(db: &Db) -> Result<(), Failure> {
    setting::unless_there(&Studio::new(db)?, "org-456", "Acme", "user-1").await
}

/// `datetime.utcnow().isoformat()`: a time without an offset, which is UTC.
fn utcnow_isoformat() -> String {
    chrono::Utc::now().naive_utc().format("%Y-%m-%dT%H:%M:%S%.6f").to_string()
}
