//! Timestamps.

use ennead::prelude::*;

use crate::failure::Failure;
use crate::models::Organization;
use crate::print;
use crate::sign_up::Account;

pub(super) async fn run(acme: &Account) -> Result<(), Failure> {
    print::section("Timestamps");
    let organization = Organization::read(&acme.organization.id).run(&acme.scope).await?;
    print::line("created_at", print::iso(organization.created_at));
    print::line("updated_at", print::iso(organization.updated_at));
    // UTC, to the microsecond: a time comes back as the value that was given back when it was stored.
    print::line("as it was stored", organization.created_at == acme.organization.created_at);
    Ok(())
}
