//! List with filters.

use ennead::prelude::*;

use crate::failure::Failure;
use crate::models::{NewUser, Role, User, UserStatus};
use crate::sign_up::Account;
use crate::{passwords, print};

pub(super) async fn run(acme: &Account) -> Result<(), Failure> {
    print::section("List with filters");
    let mut more = Vec::new();
    for (name, role, status) in [
        ("Ada", Role::OrgAdmin, UserStatus::Active),
        ("Ben", Role::Developer, UserStatus::Suspended),
        ("Cleo", Role::Viewer, UserStatus::Active),
    ] {
        let new = NewUser {
            email: format!("{}@example.com", name.to_lowercase()),
            name: name.into(),
            password_hash: passwords::hash(format!("a password for {name}")).await?,
            role,
        };
        more.push(User::create(new).set(User::STATUS, status));
    }
    let created = User::bulk_create(more).run(&acme.scope).await?;
    print::line("bulk created", created.affected);

    let users = User::list()
        .filter(User::STATUS.eq(UserStatus::Active))
        .order_by((User::CREATED_AT.desc(), User::NAME.asc()))
        .limit(10)
        .run(&acme.scope)
        .await?;
    for user in &users {
        print::line("active", print::user(user));
    }
    let all = User::count().run(&acme.scope).await?;
    print::line("count", format!("{} active of {all}", users.len()));
    Ok(())
}
