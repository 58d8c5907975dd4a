//! Update.

use chrono::Utc;
use ennead::prelude::*;

use crate::failure::Failure;
use crate::models::User;
use crate::print;
use crate::sign_up::Account;

pub(super) async fn run(acme: &Account, before: &User) -> Result<(), Failure> {
    print::section("Update");
    // `updated_at` is not said: it moves with every update.
    let user = User::update(&before.id).set(User::LAST_LOGIN_AT, Utc::now()).run(&acme.scope).await?;
    print::line("last_login_at", user.last_login_at.map(print::iso).unwrap_or_default());
    print::line("updated_at moved", user.updated_at > before.updated_at);
    print::line("created_at stayed", user.created_at == before.created_at);
    Ok(())
}
