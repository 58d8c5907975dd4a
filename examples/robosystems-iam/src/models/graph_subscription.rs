//! What a graph's owner pays for.

use chrono::{DateTime, Utc};
use ennead::prelude::*;
use rust_decimal::Decimal;

use super::graph::{Graph, GraphTier};
use super::user::User;
use crate::common::Times;

/// A plan that can be subscribed to.
#[model(global, table = "plans")]
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    #[key(assigned)]
    pub id: String,
    #[unique]
    #[validate(length(min = 1, max = 60))]
    pub name: String,
    pub tier: GraphTier,
    #[column(precision = 10, scale = 2)]
    #[validate(range(min = 0))]
    pub monthly_price: Decimal,
    #[column(precision = 12, scale = 2)]
    #[validate(range(min = 0))]
    pub monthly_credits: Decimal,
    #[embed]
    pub times: Times,
}

/// A subscription of a graph to a plan; one of them at most is active.
#[model(
    audited,
    table = "graph_subscriptions",
    unique(graph_id, where = "status = 'active'", name = "uq_graph_subscriptions_active"),
    index(current_period_end, exact, where = "status = 'active'"),
    check("current_period_end > current_period_start", name = "graph_subscriptions_period")
)]
#[derive(Debug, Clone, PartialEq)]
pub struct GraphSubscription {
    #[key(ulid, prefix = "gsub_")]
    pub id: String,
    #[tenant]
    #[references(Graph, inverse = graph_subscriptions)]
    pub graph_id: String,
    #[references(User, inverse = graph_subscriptions)]
    pub user_id: String,
    #[references(Plan, on_delete = restrict, inverse = graph_subscriptions)]
    pub plan_id: String,
    #[default(SubscriptionStatus::Active)]
    pub status: SubscriptionStatus,
    pub current_period_start: DateTime<Utc>,
    pub current_period_end: DateTime<Utc>,
    pub canceled_at: Option<DateTime<Utc>>,
    #[embed]
    pub times: Times,
}

#[derive(DbEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum SubscriptionStatus {
    Active,
    PastDue,
    Canceled,
    Unpaid,
}
