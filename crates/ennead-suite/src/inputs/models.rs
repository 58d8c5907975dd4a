//! The models whose nodes are tried: a field of every kind, and every part that a field can play.

use chrono::{DateTime, Utc};
use ennead::prelude::*;
use serde_json::Value as Json;

use crate::Bed;
use crate::accounts::{Tally, User};
use crate::types::models::{Arrays, Everything};

/// A key that is not called `id`, beside a field that is; a hidden field, a version, and rows that are marked as deleted.
#[model(table = "odd_keys", unique(label, amount))]
#[derive(Debug)]
pub(super) struct OddKey {
    #[key(assigned)]
    pub(super) code: String,
    #[tenant]
    pub(super) team_id: String,
    #[unique]
    pub(super) id: i32,
    pub(super) label: Option<String>,
    #[hidden]
    pub(super) secret: String,
    #[default(0)]
    pub(super) amount: i16,
    #[immutable]
    #[default("first")]
    pub(super) origin: String,
    #[default(serde_json::json!({}))]
    pub(super) data: Json,
    #[version]
    pub(super) version: i64,
    #[deleted_at]
    pub(super) deleted_at: Option<DateTime<Utc>>,
}

/// A key that the database counts.
#[model(global, table = "counted")]
#[derive(Debug)]
pub(super) struct Counted {
    #[key(auto)]
    pub(super) id: i64,
    pub(super) name: String,
}

/// Relations to one, to many, to the one that names it, and to itself.
#[model(table = "in_rooms")]
#[derive(Debug)]
pub(super) struct Room {
    #[key]
    pub(super) id: String,
    #[tenant]
    pub(super) team_id: String,
    pub(super) name: String,
    #[references(Room, name = above, inverse = below)]
    pub(super) above_id: Option<String>,
}

#[model(table = "in_desks")]
#[derive(Debug)]
pub(super) struct Desk {
    #[key]
    pub(super) id: String,
    #[tenant]
    pub(super) team_id: String,
    #[references(Room, inverse = desks)]
    pub(super) room_id: Option<String>,
    #[unique]
    #[references(Room, name = lead, inverse = leading)]
    pub(super) leads_id: Option<String>,
    #[default(0)]
    pub(super) seats: i32,
    #[deleted_at]
    pub(super) deleted_at: Option<DateTime<Utc>>,
}

pub(super) fn schema() -> Schema {
    ennead::schema![Everything, Arrays, User, Tally, OddKey, Counted, Room, Desk]
}

/// A database with a scope of one tenant, and one for the models of none.
pub(super) struct World {
    pub(super) schema: Schema,
    pub(super) db: Db,
    pub(super) tenant: Tenant,
    pub(super) nodes: Vec<ennead::Node>,
}

impl World {
    pub(super) async fn new(bed: &Bed) -> Self {
        let schema = schema();
        let db = bed.db(&schema).await;
        let tenant = db.tenant("acme").unwrap();
        let nodes = schema.nodes().iter().map(|info| schema.node(&info.name).unwrap()).collect();
        Self { schema, db, tenant, nodes }
    }

    /// Runs a node in the scope of its model.
    pub(super) async fn run(&self, node: &ennead::Node, params: Json) -> Result<Json, Error> {
        if node.model().is_tenant_owned() {
            node.run(&self.tenant, params).await
        } else {
            node.run(&self.db, params).await
        }
    }
}
