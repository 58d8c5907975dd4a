//! Create.

use ennead::prelude::*;

use crate::failure::Failure;
use crate::models::{NewUser, Role, User, UserStatus};
use crate::sign_up::Account;
use crate::{passwords, print};

pub(super) async fn run(acme: &Account) -> Result<User, Failure> {
    print::section("Create");
    let hashed_password = passwords::hash("correct horse battery staple".into()).await?;
    // `NewUser` holds the required fields, all of them. The organization comes from the scope, the times from the clock.
    let user = User::create(NewUser {
        email: "user@example.com".into(),
        name: "John Doe".into(),
        password_hash: hashed_password,
        role: Role::Developer,
    })
    .set(User::ID, "user-123")
    .set(User::STATUS, UserStatus::Active)
    .run(&acme.scope)
    .await?;
    print::line("organization", format!("{}  {}", acme.organization.id, acme.organization.name));
    print::line("created by", &acme.organization.created_by);
    print::line("its owner", print::user(&acme.owner));
    print::line("user", print::user(&user));
    print::line("organization_id", &user.organization_id);
    print::line("mfa_enabled", user.mfa_enabled);
    Ok(user)
}
