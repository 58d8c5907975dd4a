//! What users may have and do at most. The database holds each limit: the counter and the limit stand in one row, a CHECK compares
//! them, and whoever counts adds in the database. So it holds however many count at the same moment, in one statement and without a
//! lock that somebody has to remember.

use chrono::{DateTime, Duration, NaiveDate, Timelike, Utc};
use ennead::prelude::*;

use crate::{
    GraphEvent, GraphUsageTracking, NewGraphUsageTracking, NewUserUsageTracking, UsageType, UserLimits,
    UserUsageTracking,
};
use rust_decimal::Decimal;

/// Why something was not allowed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LimitError {
    /// The user has as many graphs as the limits say.
    #[error("no more graphs than {limit}")]
    Graphs {
        /// How many the user may have.
        limit: i32,
    },
    /// The user did it as often as the limits say.
    #[error("no more than {allowed} of {} from {since} to {until}", usage_type.db_name())]
    Usage {
        /// What is counted.
        usage_type: UsageType,
        /// How often it is allowed.
        allowed: i64,
        /// When this count began.
        since: DateTime<Utc>,
        /// When the next one begins.
        until: DateTime<Utc>,
    },
    /// What the data layer says.
    #[error(transparent)]
    Data(#[from] Error),
}

impl LimitError {
    /// The status of a response over HTTP.
    #[must_use]
    pub fn http_status(&self) -> u16 {
        match self {
            LimitError::Graphs { .. } => 403,
            LimitError::Usage { .. } => 429,
            LimitError::Data(error) => error.http_status(),
        }
    }
}

/// Counts that a user did something so many times, if the limit allows all of them.
///
/// # Errors
/// [`LimitError::Usage`] where it does not: then nothing is counted. `is_invalid_input` for a number that is not above zero, and
/// `is_not_found` for a user without limits.
pub async fn count_usage(
    db: &Db,
    user_id: &str,
    usage_type: UsageType,
    times: i64,
    at: DateTime<Utc>,
) -> Result<UserUsageTracking, LimitError> {
    if times < 1 {
        return Err(Error::invalid("what is counted was done once at least").into());
    }
    let limits = UserLimits::read(user_id).run(db).await?;
    let (since, length, allowed) = window(usage_type, &limits, at);
    let counted = UserUsageTracking::create(NewUserUsageTracking {
        user_id: user_id.into(),
        usage_type,
        window_start: since,
        used: times,
        allowed,
    })
    .on_conflict((UserUsageTracking::USER_ID, UserUsageTracking::USAGE_TYPE, UserUsageTracking::WINDOW_START))
    .update(UserUsageTracking::ALLOWED)
    .update_add(UserUsageTracking::USED, times)
    .run(db)
    .await;
    counted.map_err(|error| match error.constraint() {
        Some("user_usage_within_limit") => {
            LimitError::Usage { usage_type, allowed, since, until: since + length }
        }
        _ => error.into(),
    })
}

/// The beginning and length of the window that a time falls in, and how much is allowed within it.
fn window(usage_type: UsageType, limits: &UserLimits, at: DateTime<Utc>) -> (DateTime<Utc>, Duration, i64) {
    let day = at.date_naive().and_time(chrono::NaiveTime::MIN).and_utc();
    match usage_type {
        UsageType::ApiCall => {
            (day + Duration::hours(i64::from(at.hour())), Duration::hours(1), limits.api_calls_per_hour)
        }
        UsageType::SecImport => (day, Duration::days(1), limits.sec_imports_per_day),
        UsageType::DataExport => (day, Duration::days(1), limits.data_exports_per_day),
    }
}

/// One more graph of a user's, in the transaction that makes it.
pub(crate) async fn take_graph(
    user_id: &str,
    tx: &ennead::Transaction<AcrossTenants>,
) -> Result<(), LimitError> {
    let limit = UserLimits::read(user_id).run(tx).await?.max_graphs;
    match UserLimits::update(user_id).add(UserLimits::GRAPHS_USED, 1).run(tx).await {
        Ok(_) => Ok(()),
        Err(error) if error.constraint() == Some("user_graphs_within_limit") => {
            Err(LimitError::Graphs { limit })
        }
        Err(error) => Err(error.into()),
    }
}

/// Counts what a graph was used for on a day. Nothing limits it.
///
/// # Errors
/// Those of the data layer.
pub async fn count_graph_usage(
    graph: &Tenant,
    event_type: GraphEvent,
    credits_used: Decimal,
    on: NaiveDate,
) -> Result<GraphUsageTracking, Error> {
    GraphUsageTracking::create(NewGraphUsageTracking { usage_date: on, event_type, events: 1 })
        .set(GraphUsageTracking::CREDITS_USED, credits_used)
        .on_conflict((GraphUsageTracking::USAGE_DATE, GraphUsageTracking::EVENT_TYPE))
        .update_add(GraphUsageTracking::EVENTS, 1)
        .update_add(GraphUsageTracking::CREDITS_USED, credits_used)
        .run(graph)
        .await
}
