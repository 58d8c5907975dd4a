//! The credits of a user for a shared repository, and their ledger. The rules are those of a graph's credits.

use chrono::{DateTime, Utc};
use ennead::prelude::*;
use rust_decimal::Decimal;
use serde_json::Value;

use super::user_repository::UserRepository;
use crate::common::{CreditTransactionType, Times};

/// The credits of a user for a shared repository.
#[model(
    global,
    table = "user_repository_credits",
    check("id = 'urc_' || user_repository_id", name = "user_repository_credits_one_each"),
    check("current_balance >= 0", name = "user_repository_credits_never_below_zero"),
    check(
        "reserved >= 0 AND reserved <= current_balance",
        name = "user_repository_credits_reserved_within_balance"
    )
)]
#[derive(Debug, Clone, PartialEq)]
pub struct UserRepositoryCredits {
    /// `urc_` and the id of the user's access to the repository.
    #[key(assigned)]
    pub id: String,
    #[unique]
    #[references(UserRepository, on_delete = restrict, inverse = credits)]
    pub user_repository_id: String,
    #[default("0")]
    #[column(precision = 12, scale = 2)]
    pub current_balance: Decimal,
    #[default("0")]
    #[column(precision = 12, scale = 2)]
    pub reserved: Decimal,
    /// What can be reserved.
    #[generated("current_balance - reserved")]
    #[column(precision = 12, scale = 2)]
    pub available: Decimal,
    #[column(precision = 12, scale = 2)]
    #[validate(range(min = 0))]
    pub monthly_allocation: Decimal,
    pub last_allocation_at: Option<DateTime<Utc>>,
    #[embed]
    pub times: Times,
}

/// An entry of the ledger of a user's credits for a repository.
#[model(
    global,
    append_only,
    table = "user_repository_credit_transactions",
    index(user_repository_credits_id, transaction_type, created_at desc, name = "ix_user_repository_credit_transactions_history"),
    unique(user_repository_credits_id, idempotency_key, name = "uq_user_repository_credit_transactions_step"),
    check(
        "CASE transaction_type \
         WHEN 'reservation' THEN amount = 0 AND reserved > 0 AND reservation_id IS NOT NULL \
         WHEN 'consumption' THEN amount < 0 AND reserved = amount AND reservation_id IS NOT NULL \
         WHEN 'cancellation' THEN amount = 0 AND reserved < 0 AND reservation_id IS NOT NULL \
         WHEN 'expiration' THEN amount < 0 AND reserved = 0 AND reservation_id IS NULL \
         ELSE amount > 0 AND reserved = 0 AND reservation_id IS NULL END",
        name = "user_repository_credit_transactions_add_up"
    )
)]
#[derive(Debug, Clone, PartialEq)]
pub struct UserRepositoryCreditTransaction {
    #[key(ulid, prefix = "urct_")]
    pub id: String,
    #[references(UserRepositoryCredits, on_delete = restrict, inverse = transactions)]
    pub user_repository_credits_id: String,
    pub transaction_type: CreditTransactionType,
    /// By how much the balance changed.
    #[column(precision = 12, scale = 2)]
    pub amount: Decimal,
    /// By how much changed what is put aside.
    #[default("0")]
    #[column(precision = 12, scale = 2)]
    pub reserved: Decimal,
    #[validate(length(min = 1, max = 500))]
    pub description: String,
    #[validate(length(min = 1, max = 60))]
    pub operation_type: Option<String>,
    #[validate(length(min = 1, max = 100))]
    pub reservation_id: Option<String>,
    /// What makes the same step asked for twice one entry.
    #[validate(length(min = 1, max = 120))]
    pub idempotency_key: String,
    #[default(Value::Object(serde_json::Map::new()))]
    pub metadata: Value,
    #[created_at]
    pub created_at: DateTime<Utc>,
}
