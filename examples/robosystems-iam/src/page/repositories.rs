//! A shared repository, with credits of its own.

use ennead::prelude::*;
use robosystems_iam::{
    NewUserRepository, RepositoryAccount, RepositoryPlan, RepositoryType, grant_repository,
};
use rust_decimal::Decimal;

use super::{Cast, Failure};
use crate::print;

pub(super) async fn run(db: &Db, cast: &Cast) -> Result<RepositoryAccount, Failure> {
    print::section("Shared repository");
    let new = NewUserRepository {
        user_id: cast.jane.id.clone(),
        repository_type: RepositoryType::Sec,
        repository_name: "sec".into(),
        monthly_price: Decimal::new(2999, 2),
    };
    let credits = Decimal::from(100);
    let access = grant_repository(db, new, RepositoryPlan::Starter, &cast.john.id, credits).await?;
    let plan = access.repository_plan.db_name();
    print::line("access", format!("{}, {plan}, {}", access.repository_name, access.access_level.db_name()));
    let account = RepositoryAccount::of(db, &access.id);
    account.reserve_credits(Decimal::from(30), "sec_query", "op-1").await?;
    print::refused("over its credits", account.reserve_credits(Decimal::from(71), "sec_query", "op-2").await);
    account.confirm("op-1").await?;
    print::line("left", account.balance().await?.available);
    Ok(account)
}
