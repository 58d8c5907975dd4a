//! What a user may have and do at most.

use chrono::{DateTime, Utc};
use ennead::prelude::*;

use super::user::User;
use crate::common::Times;

/// The limits of a user: one row for each, so its key is the user's. The CHECK is what holds the number of graphs, however many
/// make one at the same moment.
#[model(
    global,
    table = "user_limits",
    check("graphs_used >= 0 AND graphs_used <= max_graphs", name = "user_graphs_within_limit")
)]
#[derive(Debug, Clone, PartialEq)]
pub struct UserLimits {
    #[key(assigned)]
    #[references(User, on_delete = cascade, inverse = limits)]
    pub user_id: String,
    #[default(5)]
    #[validate(range(min = 0, max = 10000))]
    pub max_graphs: i32,
    #[default(0)]
    pub graphs_used: i32,
    #[default(1000)]
    #[validate(range(min = 0))]
    pub api_calls_per_hour: i64,
    #[default(10)]
    #[validate(range(min = 0))]
    pub sec_imports_per_day: i64,
    #[default(50)]
    #[validate(range(min = 0))]
    pub data_exports_per_day: i64,
    #[embed]
    pub times: Times,
    #[deleted_at]
    pub deleted_at: Option<DateTime<Utc>>,
}
