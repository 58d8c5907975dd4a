//! What users did, counted.

use chrono::{DateTime, Utc};
use ennead::prelude::*;

use super::user::User;
use crate::common::Times;

/// How often a user did something within an hour or a day. It is counted by an upsert that adds; the CHECK refuses what would
/// pass the limit, so that no two callers can take the last one.
#[model(
    global,
    table = "user_usage_tracking",
    unique(user_id, usage_type, window_start),
    index(usage_type, window_start desc),
    check("used >= 0 AND used <= allowed", name = "user_usage_within_limit")
)]
#[derive(Debug, Clone, PartialEq)]
pub struct UserUsageTracking {
    #[key(ulid, prefix = "uut_")]
    pub id: String,
    #[references(User, inverse = usage)]
    pub user_id: String,
    pub usage_type: UsageType,
    /// The beginning of the hour or day.
    pub window_start: DateTime<Utc>,
    pub used: i64,
    /// The user's limit when it was last counted.
    pub allowed: i64,
    #[embed]
    pub times: Times,
}

#[derive(DbEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum UsageType {
    ApiCall,
    SecImport,
    DataExport,
}
