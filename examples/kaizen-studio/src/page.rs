//! The sections of the page, in its order.

mod create;
mod delete;
mod error_handling;
mod id_generation;
mod list;
mod model_definition;
mod multi_tenancy;
mod read;
mod timestamps;
mod update;
mod validation;

use ennead::prelude::*;

use crate::failure::Failure;
use crate::sign_up::sign_up;

/// Runs all sections.
pub(crate) async fn run(db: &Db) -> Result<(), Failure> {
    model_definition::run(db);
    let acme = sign_up(db, "Acme", "acme.example").await?;
    let globex = sign_up(db, "Globex", "globex.example").await?;
    let user = create::run(&acme).await?;
    read::run(&acme, &user.id).await?;
    list::run(&acme).await?;
    update::run(&acme, &user).await?;
    delete::run(&acme, &user.id).await?;
    multi_tenancy::run(db, &acme, &globex).await?;
    id_generation::run();
    timestamps::run(&acme).await?;
    validation::run(&acme, &globex).await?;
    error_handling::run(&acme, &globex).await
}
