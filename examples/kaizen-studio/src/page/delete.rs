//! Delete.

use ennead::prelude::*;

use crate::failure::Failure;
use crate::models::User;
use crate::print;
use crate::sign_up::Account;

pub(super) async fn run(acme: &Account, id: &str) -> Result<(), Failure> {
    print::section("Delete");
    User::delete(id).run(&acme.scope).await?;
    let after = User::read(id).optional(&acme.scope).await?;
    print::line(id, if after.is_none() { "deleted" } else { "still there" });
    match User::delete(id).run(&acme.scope).await {
        Err(error) if error.is_not_found() => print::line("deleted again", error),
        other => other?,
    }
    Ok(())
}
