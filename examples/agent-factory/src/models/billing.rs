//! Billing: plans, subscriptions to them, and what was used.

use chrono::{DateTime, Utc};
use ennead::prelude::{DbEnum, model};
use serde_json::Value;

use super::identity::{PlanType, Tenant};
use crate::common::Times;

/// Billing plan definitions.
#[model(global, table = "plans")]
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Unique plan identifier
    #[key(prefix = "plan-")]
    pub id: String,
    /// Plan display name
    pub name: String,
    /// Which of the tiers it is
    pub plan_type: PlanType,
    /// Monthly price
    pub price_monthly: f64,
    /// Yearly price
    pub price_yearly: f64,
    /// Currency code
    #[default("USD")]
    pub currency: String,
    /// Feature flags
    #[default(Value::Object(serde_json::Map::new()))]
    pub features: Value,
    /// Resource limits
    #[default(Value::Object(serde_json::Map::new()))]
    pub limits: Value,
    /// Active status
    #[default(true)]
    pub is_active: bool,
    #[embed]
    pub times: Times,
}

/// Tenant subscription records.
#[model(table = "subscriptions", key = "global")]
#[derive(Debug, Clone, PartialEq)]
pub struct Subscription {
    /// Unique subscription identifier
    #[key(prefix = "subscription-")]
    pub id: String,
    /// Subscriber tenant
    #[tenant]
    #[references(Tenant, inverse = subscriptions)]
    pub tenant_id: String,
    /// Subscribed plan
    #[references(Plan, inverse = subscriptions)]
    pub plan_id: String,
    /// Whether it runs
    #[default(SubscriptionStatus::Active)]
    pub status: SubscriptionStatus,
    /// How often it is billed
    pub billing_cycle: BillingCycle,
    /// Current billing period start
    pub current_period_start: DateTime<Utc>,
    /// Current billing period end
    pub current_period_end: DateTime<Utc>,
    /// Stripe subscription ID
    pub stripe_subscription_id: Option<String>,
    /// Stripe customer ID
    pub stripe_customer_id: Option<String>,
    #[embed]
    pub times: Times,
}

/// Usage tracking for billing and analytics.
#[model(table = "usage_records", key = "global")]
#[derive(Debug, Clone, PartialEq)]
pub struct UsageRecord {
    /// Unique record identifier
    #[key(prefix = "usage-")]
    pub id: String,
    /// Tenant
    #[tenant]
    #[references(Tenant, inverse = usage_records)]
    pub tenant_id: String,
    /// Associated subscription
    #[references(Subscription, inverse = usage_records)]
    pub subscription_id: String,
    /// `agent_run`, `workflow_run`, `token`; the list is open
    pub billing_unit: String,
    /// Usage quantity
    pub quantity: f64,
    /// Price per unit
    pub unit_price: f64,
    /// Total cost
    pub total_cost: f64,
    /// Currency code
    #[default("USD")]
    pub currency: String,
    /// Billing period start
    pub period_start: DateTime<Utc>,
    /// Billing period end
    pub period_end: DateTime<Utc>,
    /// Creation timestamp
    #[created_at]
    pub created_at: DateTime<Utc>,
}

#[derive(DbEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum SubscriptionStatus {
    Active,
    Cancelled,
    Expired,
}

#[derive(DbEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum BillingCycle {
    Monthly,
    Yearly,
}
