//! The credits of a graph, and the ledger that they are the sum of.

use chrono::{DateTime, Utc};
use ennead::prelude::*;
use rust_decimal::Decimal;
use serde_json::Value;

use super::graph::Graph;
use super::user::User;
use crate::common::{CreditTransactionType, Times};

/// The credits of a graph: what it has, and how much of that is put aside for operations under way. The CHECKs are the last wall:
/// reservations do not come to it.
#[model(
    table = "graph_credits",
    unique(graph_id),
    check("id = 'gc_' || graph_id", name = "graph_credits_one_a_graph"),
    check("current_balance >= 0", name = "graph_credits_never_below_zero"),
    check("reserved >= 0 AND reserved <= current_balance", name = "graph_credits_reserved_within_balance")
)]
#[derive(Debug, Clone, PartialEq)]
pub struct GraphCredits {
    /// `gc_` and the id of the graph.
    #[key(assigned)]
    pub id: String,
    #[tenant]
    #[references(Graph, inverse = credits)]
    pub graph_id: String,
    /// Who pays.
    #[references(User, name = billing_admin, inverse = billed_credits)]
    pub billing_admin_id: String,
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

/// An entry of a graph's ledger. Entries are made and read, and never changed: the sum of `amount` is the balance, the sum of
/// `reserved` is what is put aside.
#[model(
    append_only,
    table = "graph_credit_transactions",
    index(graph_credits_id, transaction_type, created_at desc),
    index(created_at desc),
    index(reservation_id, where = "reservation_id IS NOT NULL"),
    index(metadata, method = gin, dialect = postgres),
    check(
        "CASE transaction_type \
         WHEN 'reservation' THEN amount = 0 AND reserved > 0 AND reservation_id IS NOT NULL \
         WHEN 'consumption' THEN amount < 0 AND reserved = amount AND reservation_id IS NOT NULL \
         WHEN 'cancellation' THEN amount = 0 AND reserved < 0 AND reservation_id IS NOT NULL \
         WHEN 'expiration' THEN amount < 0 AND reserved = 0 AND reservation_id IS NULL \
         ELSE amount > 0 AND reserved = 0 AND reservation_id IS NULL END",
        name = "graph_credit_transactions_add_up"
    )
)]
#[derive(Debug, Clone, PartialEq)]
pub struct GraphCreditTransaction {
    #[key(ulid, prefix = "gct_")]
    pub id: String,
    #[tenant]
    #[references(Graph)]
    pub graph_id: String,
    #[references(GraphCredits, on_delete = restrict, inverse = transactions)]
    pub graph_credits_id: String,
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
    #[unique]
    #[validate(length(min = 1, max = 120))]
    pub idempotency_key: String,
    #[default(Value::Object(serde_json::Map::new()))]
    pub metadata: Value,
    #[created_at]
    pub created_at: DateTime<Utc>,
}
