//! The operations by name: JSON in, JSON out, over the same executor as the typed face.

pub(crate) mod aggregate;
mod changes;
mod conflict;
mod describe;
mod filter;
pub(crate) mod include;
pub(crate) mod json;
mod params;
mod places;
mod read;
pub(crate) mod relations;
pub(crate) mod request;
mod rules;
mod sink;
mod time;
mod write;

use std::fmt;

use ennead_core::{Audit, Error, ErrorKind, ModelDef, Scope, in_request, is_deletable};
use serde_json::Value as Json;

use crate::exec::{Handle, apart};
use crate::schema::Schema;
use crate::scopes::sealed::Handles;

use relations::Relations;
use request::{Gives, Request};

pub use describe::NodeInfo;
pub(crate) use params::nearest;

/// Any scope: a [`Tenant`](crate::Tenant), [`AcrossTenants`](crate::AcrossTenants), a [`Db`](crate::Db) for models that
/// belong to no tenant, or a transaction of one. What a scope may not do is `is_invalid_input` when a node runs.
pub trait NodeScope: Handles + Sync {}
impl<S: Handles + Sync> NodeScope for S {}

/// Which operation a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NodeOperation {
    /// Creates a row.
    Create,
    /// Reads a row.
    Read,
    /// Updates a row.
    Update,
    /// Deletes a row.
    Delete,
    /// Lists rows.
    List,
    /// Counts rows.
    Count,
    /// Creates many rows.
    BulkCreate,
    /// Updates many rows.
    BulkUpdate,
    /// Deletes many rows.
    BulkDelete,
    /// Creates a row, or changes the one that is there.
    Upsert,
}

impl NodeOperation {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::Create,
        Self::Read,
        Self::Update,
        Self::Delete,
        Self::List,
        Self::BulkCreate,
        Self::BulkUpdate,
        Self::BulkDelete,
        Self::Count,
        Self::Upsert,
    ];

    /// Its part of a node's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Create => "Create",
            Self::Read => "Read",
            Self::Update => "Update",
            Self::Delete => "Delete",
            Self::List => "List",
            Self::Count => "Count",
            Self::BulkCreate => "BulkCreate",
            Self::BulkUpdate => "BulkUpdate",
            Self::BulkDelete => "BulkDelete",
            Self::Upsert => "Upsert",
        }
    }
}

/// One operation of one model, by name: what [`Schema::node`] finds.
#[derive(Clone)]
pub struct Node {
    pub(crate) model: &'static ModelDef,
    pub(crate) operation: NodeOperation,
    /// Where relations lead from here.
    pub(crate) relations: Relations,
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Node({})", self.name())
    }
}

impl Node {
    /// Its name: `CreateUserNode`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}{}Node", self.operation.name(), self.model.name)
    }

    /// Which operation it is.
    #[must_use]
    pub fn operation(&self) -> NodeOperation {
        self.operation
    }

    /// Of which model.
    #[must_use]
    pub fn model(&self) -> &'static ModelDef {
        self.model
    }

    /// Runs it on a scope. Nothing in the parameters can choose another one.
    ///
    /// # Errors
    /// `is_invalid_input` for an unknown parameter, field or operator, a missing one, or a value of a wrong type, naming
    /// it by its path; else as the typed operation.
    pub async fn run(&self, scope: &impl NodeScope, params: Json) -> Result<Json, Error> {
        self.run_on(scope.handle(), params).await
    }

    pub(crate) async fn run_on(&self, handle: Handle<'_>, params: Json) -> Result<Json, Error> {
        let (node, scope) = (self.clone(), handle.scope.clone());
        let rows = ["data", "ids"].iter().filter_map(|name| params.get(name)?.as_array()).map(Vec::len).sum();
        let (place, first) = match params.get("data") {
            Some(data) => ("data", data.is_array().then_some(0)),
            None => ("", None),
        };
        let request = apart(rows, move || read::parse(&node, &scope, params)).await?;
        let done = request.run(self.model, handle).await;
        done.map_err(|error| in_request(error, place, first))
    }

    /// Whether the model lets it happen to its rows.
    fn is_allowed(&self) -> bool {
        if matches!(self.model.audit, Audit::Library(_)) {
            let read = [NodeOperation::Read, NodeOperation::List, NodeOperation::Count];
            return read.contains(&self.operation);
        }
        match self.operation {
            NodeOperation::Update | NodeOperation::BulkUpdate => !self.model.append_only,
            NodeOperation::Delete | NodeOperation::BulkDelete => is_deletable(self.model),
            _ => true,
        }
    }

    fn refused(&self) -> Error {
        let (name, model) = (self.name(), self.model.name);
        let why = if let Audit::Library(what) = self.model.audit {
            format!("{model} holds {what}, which the library alone writes")
        } else if self.model.append_only {
            format!("{model} is append-only: its rows are created and read, and never changed or deleted")
        } else {
            format!("rows of {model} are never removed (no_hard_delete), and it has no soft deletion")
        };
        Error::new(ErrorKind::Forbidden, format!("there is no {name}: {why}")).with_model(model)
    }

    /// Reads the parameters, and tells what they let it give.
    pub(crate) fn check(&self, params: Json) -> Result<Gives, Error> {
        read::parse(self, &Scope::AcrossTenants, params).map(Request::gives)
    }

    /// What it takes and gives, as JSON Schemas.
    #[must_use]
    pub fn describe(&self) -> NodeInfo {
        describe::describe(self)
    }
}

impl Schema {
    /// The node of that name: `CreateUserNode`, or `UserCreateNode`.
    ///
    /// # Errors
    /// `is_invalid_input` for a name that is none, with the nearest one; `is_forbidden` for one that the model's rows
    /// do not allow (`append_only`, `no_hard_delete`).
    ///
    /// ```
    /// use ennead::prelude::*;
    /// use serde_json::json;
    /// #[model(global)]
    /// struct Plan { #[key(assigned)] id: String, name: String }
    /// # #[cfg(feature = "sqlite")]
    /// # #[tokio::main] async fn main() -> Result<(), Error> {
    /// let schema = ennead::schema![Plan];
    /// let db = Db::connect("sqlite::memory:").await?;
    /// schema.create(&db).await?;
    /// schema.node("CreatePlanNode")?.run(&db, json!({ "data": { "id": "free", "name": "Free" } })).await?;
    /// let plan = schema.node("PlanReadNode")?.run(&db, json!({ "id": "free" })).await?;
    /// assert_eq!(plan["name"], "Free");
    /// let error = schema.node("CraetePlanNode").unwrap_err();
    /// assert!(error.to_string().contains("CreatePlanNode"));
    /// # Ok(()) }
    /// # #[cfg(not(feature = "sqlite"))] fn main() {}
    /// ```
    pub fn node(&self, name: &str) -> Result<Node, Error> {
        let inner = name.strip_suffix("Node").unwrap_or_default();
        for model in self.models() {
            let operation = inner.strip_suffix(model.name).or_else(|| inner.strip_prefix(model.name));
            // A model may be called as the end of another one: all are tried.
            let found = operation
                .and_then(|word| NodeOperation::ALL.iter().find(|operation| operation.name() == word));
            if let Some(operation) = found {
                let node = Node { model, operation: *operation, relations: self.relations.clone() };
                return if node.is_allowed() { Ok(node) } else { Err(node.refused()) };
            }
        }
        let all: Vec<String> = self.all_nodes().map(|node| node.name()).collect();
        let near = nearest(name, all.iter().map(String::as_str));
        Err(Error::invalid(format!("no node is called {name:?}{near}")))
    }

    fn all_nodes(&self) -> impl Iterator<Item = Node> {
        self.models().iter().flat_map(|model| {
            let node = |operation: &NodeOperation| Node {
                model,
                operation: *operation,
                relations: self.relations.clone(),
            };
            NodeOperation::ALL.iter().map(node).filter(Node::is_allowed)
        })
    }

    /// Every node, with the JSON Schemas of its parameters and its result.
    #[must_use]
    pub fn nodes(&self) -> Vec<NodeInfo> {
        self.all_nodes().map(|node| node.describe()).collect()
    }
}
