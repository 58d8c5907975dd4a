//! The tenants, what they pay for, and what they used of it.

use chrono::{DateTime, Utc};
use ennead::prelude::*;

use super::identity::User;
use crate::common::Times;

/// Top-level tenant.
#[model(tenant_root)]
#[derive(Debug, Clone, PartialEq)]
pub struct Organization {
    #[key(prefix = "org-")]
    pub id: String,
    pub name: String,
    /// URL-safe identifier.
    #[unique]
    pub slug: String,
    pub logo_url: Option<String>,
    #[default(OrganizationStatus::Active)]
    pub status: OrganizationStatus,
    #[default(PlanTier::Free)]
    pub plan_tier: PlanTier,
    /// The user who signed the organization up. Each needs the other, so the database checks this one at COMMIT.
    #[references(User, deferrable, name = creator)]
    pub created_by: String,
    #[embed]
    pub times: Times,
}

/// Billing subscription.
#[model]
#[derive(Debug, Clone, PartialEq)]
pub struct Subscription {
    #[key(prefix = "sub-")]
    pub id: String,
    #[tenant]
    #[references(Organization)]
    pub organization_id: String,
    pub plan_id: String,
    #[default(SubscriptionStatus::Active)]
    pub status: SubscriptionStatus,
    pub billing_cycle: BillingCycle,
    pub current_period_start: DateTime<Utc>,
    pub current_period_end: DateTime<Utc>,
    /// Its name at Stripe.
    #[unique(global)]
    pub stripe_subscription_id: Option<String>,
    pub max_users: i32,
    pub max_agents: i32,
    pub max_executions_per_month: i64,
    pub max_storage_gb: i32,
    pub max_gateways: i32,
    #[embed]
    pub times: Times,
}

/// Monthly usage tracking.
#[model(unique(period_start))]
#[derive(Debug, Clone, PartialEq)]
pub struct UsageRecord {
    #[key(prefix = "usage-")]
    pub id: String,
    #[tenant]
    #[references(Organization)]
    pub organization_id: String,
    pub period_start: DateTime<Utc>,
    pub period_end: DateTime<Utc>,
    #[default(0)]
    pub users_count: i32,
    #[default(0)]
    pub agents_count: i32,
    #[default(0)]
    pub executions_count: i64,
    #[default(0.0)]
    pub storage_gb: f64,
    #[default(0)]
    pub gateways_count: i32,
    #[default(0.0)]
    pub cost_usd: f64,
    #[embed]
    pub times: Times,
}

#[derive(DbEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum OrganizationStatus {
    Active,
    Suspended,
    Deleted,
}

#[derive(DbEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum PlanTier {
    Free,
    Pro,
    Enterprise,
}

#[derive(DbEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum SubscriptionStatus {
    Active,
    Cancelled,
    PastDue,
}

#[derive(DbEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum BillingCycle {
    Monthly,
    Annual,
}
