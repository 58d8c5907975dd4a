//! Who may do what in which graph.

use chrono::{DateTime, Utc};
use ennead::prelude::*;

use super::graph::Graph;
use super::user::User;
use crate::common::Times;

/// A user's part in a graph.
#[model(
    audited,
    table = "user_graphs",
    unique(user_id),
    unique(user_id, where = "is_selected = true", exact, name = "uq_user_graphs_selected"),
    index(user_id, role, exact, where = "deleted_at IS NULL")
)]
#[derive(Debug, Clone, PartialEq)]
pub struct UserGraph {
    #[key(ulid, prefix = "ug_")]
    pub id: String,
    #[tenant]
    #[references(Graph, on_delete = cascade, inverse = user_graphs)]
    pub graph_id: String,
    #[references(User, on_delete = cascade, inverse = user_graphs)]
    pub user_id: String,
    #[default(GraphRole::Member)]
    pub role: GraphRole,
    /// The entity of the graph that the user stands for.
    #[validate(length(min = 1, max = 60))]
    pub entity_id: Option<String>,
    /// The graph that the user is looking at; one at most.
    #[default(false)]
    pub is_selected: bool,
    #[embed]
    pub times: Times,
    #[deleted_at]
    pub deleted_at: Option<DateTime<Utc>>,
}

#[derive(DbEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum GraphRole {
    Admin,
    Member,
    Viewer,
}
