//! Users, their keys and their limits.

use chrono::{DateTime, Utc};
use ennead::prelude::*;
use robosystems_iam::{
    Secret, UsageType, User, UserApiKey, UserLimits, count_usage, issue_key, sign_up as new,
};

use super::Failure;
use crate::print;

pub(super) async fn sign_up(db: &Db, tag: &str) -> Result<(User, User), Failure> {
    print::section("Sign-up");
    let hash = || Secret("$argon2id$v=19$…".into());
    let email = format!("user@{tag}.example");
    let john = new(db, &email, "John Doe", hash()).await?;
    print::line("user", format!("{} <{}>, {}", john.name, john.email, john.status.db_name()));
    print::refused("the same address", new(db, &email, "John Roe", hash()).await);
    print::refused("no address, no name", new(db, "john", "", hash()).await);
    let jane = new(db, &format!("jane@{tag}.example"), "Jane Roe", hash()).await?;
    print::line("another user", format!("{} <{}>", jane.name, jane.email));
    Ok((john, jane))
}

pub(super) async fn keys(db: &Db, john: &User) -> Result<(), Failure> {
    print::section("API keys");
    let (key, row) = issue_key(db, &john.id, "notebook").await?;
    print::line("key", format!("{}…, told once; here is its hash", &row.prefix[..4]));
    let whose = |user: Option<User>| user.map_or_else(|| "nobody".to_owned(), |user| user.name);
    print::line("whose it is", whose(robosystems_iam::user_of_key(db, &key).await?));
    print::line("a guess", whose(robosystems_iam::user_of_key(db, "rfs_guess").await?));
    UserApiKey::update(&row.id).set(UserApiKey::IS_ACTIVE, false).run(db).await?;
    print::line("once it is withdrawn", whose(robosystems_iam::user_of_key(db, &key).await?));
    Ok(())
}

pub(super) async fn limits(db: &Db, john: &User) -> Result<(), Failure> {
    print::section("Limits");
    UserLimits::update(&john.id)
        .set(UserLimits::API_CALLS_PER_HOUR, 3)
        .set(UserLimits::MAX_GRAPHS, 2)
        .run(db)
        .await?;
    let at = "2026-11-21T12:34:56Z".parse::<DateTime<Utc>>().unwrap_or_default();
    for _ in 0..2 {
        count_usage(db, &john.id, UsageType::ApiCall, 1, at).await?;
    }
    let counted = count_usage(db, &john.id, UsageType::ApiCall, 1, at).await?;
    print::line("calls", format!("{} of {}", counted.used, counted.allowed));
    print::refused("one more", count_usage(db, &john.id, UsageType::ApiCall, 1, at).await);
    let imports = count_usage(db, &john.id, UsageType::SecImport, 4, at).await?;
    print::line("imports", format!("{} of {}", imports.used, imports.allowed));
    Ok(())
}
