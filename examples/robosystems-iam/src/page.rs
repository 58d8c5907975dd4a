//! The sections of the page, in its order.

mod credits;
mod graphs;
mod queries;
mod repositories;
mod rows;
mod users;

use ennead::count;
use ennead::prelude::*;
use robosystems_iam::{
    CreditError, Graph, GraphAccount, GraphCreditTransaction, LimitError, RepositoryAccount, User,
};

use crate::print;

/// What can go wrong on the page.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Data(#[from] Error),
    #[error(transparent)]
    Credit(#[from] CreditError),
    #[error(transparent)]
    Limit(#[from] LimitError),
}

/// What the sections share: each run has users and graphs of its own.
pub(crate) struct Cast {
    /// What is in the names of this run.
    tag: String,
    john: User,
    jane: User,
    /// John's graph, and its scope.
    graph: Graph,
    acme: Tenant,
    /// Another graph of John's.
    globex: Tenant,
    credits: GraphAccount,
}

/// Runs all sections.
pub(crate) async fn run(db: &Db) -> Result<(), Failure> {
    let id = ennead::generate_ulid("");
    let tag = id[id.len() - 8..].to_lowercase();
    let (john, jane) = Box::pin(users::sign_up(db, &tag)).await?;
    Box::pin(users::keys(db, &john)).await?;
    Box::pin(users::limits(db, &john)).await?;
    let (graph, acme, globex) = Box::pin(graphs::create(db, &tag, &john, &jane)).await?;
    let cast = Cast { credits: GraphAccount::of(&acme), tag, john, jane, graph, acme, globex };
    Box::pin(credits::run(&cast)).await?;
    Box::pin(graphs::subscription(&cast)).await?;
    Box::pin(graphs::belongings(&cast)).await?;
    let repository = Box::pin(repositories::run(db, &cast)).await?;
    Box::pin(queries::run(db, &cast)).await?;
    Box::pin(rows::isolation(&cast)).await?;
    Box::pin(rows::audit(db, &cast)).await?;
    Box::pin(rows::deletion(db, &cast)).await?;
    Box::pin(summary(db, &cast, &repository)).await
}

/// What is there at the end, as the database says it.
async fn summary(db: &Db, cast: &Cast, repository: &RepositoryAccount) -> Result<(), Failure> {
    print::section("Summary");
    let balance = cast.credits.balance().await?;
    let ledger = (count(), GraphCreditTransaction::AMOUNT.sum(), GraphCreditTransaction::RESERVED.sum());
    let (entries, amounts, reserved) = GraphCreditTransaction::aggregate(ledger).run(&cast.acme).await?;
    let (amounts, reserved) = (amounts.unwrap_or_default(), reserved.unwrap_or_default());
    print::line(
        "credits",
        format!(
            "{} owned, {} reserved, {} available",
            balance.current_balance, balance.reserved, balance.available
        ),
    );
    print::line("ledger", format!("{entries} entries, which sum to {amounts} and {reserved}"));
    let sums = amounts == balance.current_balance && reserved == balance.reserved;
    print::line("sums to the balance", sums);
    print::line("repository credits", format!("{} left", repository.balance().await?.current_balance));
    let mine = User::EMAIL.ends_with(format!("{}.example", cast.tag));
    let users = User::count().filter(mine).run(db).await?;
    let graphs = queries::graphs_of(db, &cast.john.id).await?.len();
    print::line("of this run", format!("{users} users, {graphs} graphs"));
    Ok(())
}
