//! What was done with a graph, counted.

use chrono::NaiveDate;
use ennead::prelude::*;
use rust_decimal::Decimal;

use super::graph::Graph;
use crate::common::Times;

/// What a graph was used for on a day, counted by upserts that add.
#[model(
    table = "graph_usage_tracking",
    unique(usage_date, event_type),
    index(usage_date, method = brin, dialect = postgres),
    check("events > 0 AND credits_used >= 0 AND storage_bytes >= 0", name = "graph_usage_counts_up")
)]
#[derive(Debug, Clone, PartialEq)]
pub struct GraphUsageTracking {
    #[key(ulid, prefix = "gut_")]
    pub id: String,
    #[tenant]
    #[references(Graph, inverse = usage)]
    pub graph_id: String,
    pub usage_date: NaiveDate,
    pub event_type: GraphEvent,
    pub events: i64,
    #[default("0")]
    #[column(precision = 12, scale = 2)]
    pub credits_used: Decimal,
    #[default(0)]
    pub storage_bytes: i64,
    #[embed]
    pub times: Times,
}

#[derive(DbEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum GraphEvent {
    Query,
    Import,
    Export,
    Backup,
    AgentCall,
}
