//! Read.

use ennead::prelude::*;

use crate::failure::Failure;
use crate::models::User;
use crate::sign_up::Account;
use crate::{passwords, print};

pub(super) async fn run(acme: &Account, id: &str) -> Result<(), Failure> {
    print::section("Read");
    let user = User::read(id).run(&acme.scope).await?;
    print::line("user", print::user(&user));
    // A hash is checked, never shown: neither JSON nor `{:?}` of a user holds it.
    let right = passwords::verify("correct horse battery staple".into(), user.password_hash.clone()).await;
    print::line("password", if right { "verified" } else { "refused" });
    let wrong = passwords::verify("a guess".into(), user.password_hash).await;
    print::line("another password", if wrong { "verified" } else { "refused" });
    Ok(())
}
