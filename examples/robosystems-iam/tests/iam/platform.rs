//! A small platform: two users, two graphs.

use ennead::prelude::*;
use robosystems_iam::{
    CreditError, GraphAccount, GraphOrder, GraphTier, GraphType, NewPlan, Plan, Secret, User, create_graph,
    sign_up,
};
use rust_decimal::Decimal;

/// An amount of credits, from its text.
pub(crate) fn credits(text: &str) -> Decimal {
    text.parse().unwrap()
}

pub(crate) async fn plan(db: &Db, id: &str, monthly: &str) {
    let new = NewPlan {
        id: id.into(),
        name: id.to_uppercase(),
        tier: GraphTier::Standard,
        monthly_price: credits("49.99"),
        monthly_credits: credits(monthly),
    };
    Plan::create(new).run(db).await.unwrap();
}

pub(crate) async fn user(db: &Db, name: &str) -> User {
    let hash = Secret("$argon2id$…".into());
    sign_up(db, &format!("{name}@example.com"), name, hash).await.unwrap()
}

pub(crate) fn order(graph_id: &str, plan_id: &str) -> GraphOrder {
    GraphOrder {
        graph_id: graph_id.into(),
        graph_name: graph_id.to_uppercase(),
        graph_type: GraphType::Entity,
        plan_id: plan_id.into(),
        entity_id: Some("123".into()),
    }
}

/// A graph of a new user's with so many credits.
pub(crate) async fn account(db: &Db, graph_id: &str, monthly: &str) -> (Tenant, GraphAccount) {
    plan(db, &format!("plan-of-{graph_id}"), monthly).await;
    let owner = user(db, &format!("owner-{graph_id}")).await;
    create_graph(db, &owner.id, order(graph_id, &format!("plan-of-{graph_id}"))).await.unwrap();
    let graph = db.tenant(graph_id).unwrap();
    (graph.clone(), GraphAccount::of(&graph))
}

/// Whether the ledger sums to the balance and to what is put aside.
pub(crate) async fn adds_up(account: &GraphAccount) {
    let balance = account.balance().await.unwrap();
    let ledger = account.history(None, 1_000_000).await.unwrap();
    let sums = ledger.iter().fold((Decimal::ZERO, Decimal::ZERO), |(amount, reserved), entry| {
        (amount + entry.amount, reserved + entry.reserved)
    });
    assert_eq!(sums, (balance.current_balance, balance.reserved), "the ledger is not the balance");
    assert_eq!(balance.available, balance.current_balance - balance.reserved);
    assert!(balance.available >= Decimal::ZERO && balance.reserved >= Decimal::ZERO, "{balance:?}");
}

/// The error's name, for tables of refusals.
pub(crate) fn kind(error: &CreditError) -> &'static str {
    match error {
        CreditError::Insufficient { .. } => "insufficient",
        CreditError::Amount { .. } => "amount",
        CreditError::Differs { .. } => "differs",
        CreditError::Unknown { .. } => "unknown",
        CreditError::Confirmed { .. } => "confirmed",
        CreditError::Cancelled { .. } => "cancelled",
        CreditError::NoCredits => "no credits",
        CreditError::Data(error) if error.is_validation() => "validation",
        CreditError::Data(error) if error.is_invalid_input() => "invalid input",
        _ => "another",
    }
}
