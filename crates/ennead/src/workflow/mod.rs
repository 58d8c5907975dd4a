//! Workflows: nodes by name, wired to each other, run together.

mod build;
mod path;
mod results;
mod runtime;
mod samples;

use ennead_core::Error;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

pub use build::Workflow;
pub use results::Results;
pub use runtime::Runtime;

/// Puts a workflow together. It is checked as a whole by [`build`](Self::build), before any SQL.
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
/// let mut workflow = WorkflowBuilder::new();
/// workflow.add_node("CreatePlanNode", "create", json!({ "data": { "id": "free", "name": "Free" } }));
/// workflow.add_node("ReadPlanNode", "read", json!({}));
/// workflow.add_connection("create", "id", "read", "id");
/// let results = Runtime::new(&schema).execute(&workflow.build(&schema)?, &db).await?;
/// assert_eq!(results["read"]["name"], "Free");
/// # Ok(()) }
/// # #[cfg(not(feature = "sqlite"))] fn main() {}
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkflowBuilder {
    pub(crate) nodes: Vec<Step>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) connections: Vec<Connection>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) transactional: bool,
}

/// A node of a workflow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Step {
    pub(crate) id: String,
    pub(crate) node: String,
    #[serde(default)]
    pub(crate) params: Json,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) only_if: Option<OnlyIf>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) for_each: Option<ForEach>,
}

/// An output that becomes a parameter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Connection {
    pub(crate) from: String,
    pub(crate) output: String,
    pub(crate) to: String,
    pub(crate) parameter: String,
}

/// A condition on the result of another node.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OnlyIf {
    pub(crate) from: String,
    pub(crate) output: String,
    pub(crate) is: Json,
}

/// A list of another node's result, of which each item makes one run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ForEach {
    pub(crate) from: String,
    pub(crate) output: String,
    pub(crate) item: String,
    pub(crate) parameter: String,
}

impl WorkflowBuilder {
    /// A workflow without nodes.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a node: the name of its operation, its id in this workflow, its parameters.
    pub fn add_node(&mut self, node: impl Into<String>, id: impl Into<String>, params: Json) -> &mut Self {
        self.nodes.push(Step { id: id.into(), node: node.into(), params, only_if: None, for_each: None });
        self
    }

    /// Connects an output of one node to a parameter of another. Both are paths with dots (`0.id`, `data.user_id`); an
    /// empty output is the whole result.
    pub fn add_connection(
        &mut self,
        from: impl Into<String>,
        output: impl Into<String>,
        to: impl Into<String>,
        parameter: impl Into<String>,
    ) -> &mut Self {
        let (from, output, to, parameter) = (from.into(), output.into(), to.into(), parameter.into());
        self.connections.push(Connection { from, output, to, parameter });
        self
    }

    /// Runs the node added last only if an output of another one meets a condition: a value that it equals, or operators
    /// such as `{"$gt": 3}`. A node that is not run gives no result, and those that need its result are not run either.
    pub fn only_if(&mut self, from: impl Into<String>, output: impl Into<String>, is: Json) -> &mut Self {
        if let Some(step) = self.nodes.last_mut() {
            step.only_if = Some(OnlyIf { from: from.into(), output: output.into(), is });
        }
        self
    }

    /// Runs the node added last once for each item of a list that another one gives: `item` is a path inside the item
    /// (empty for the whole), which becomes the parameter. Its result is the list of results.
    pub fn for_each(
        &mut self,
        from: impl Into<String>,
        output: impl Into<String>,
        item: impl Into<String>,
        parameter: impl Into<String>,
    ) -> &mut Self {
        if let Some(step) = self.nodes.last_mut() {
            let (from, output, item, parameter) = (from.into(), output.into(), item.into(), parameter.into());
            step.for_each = Some(ForEach { from, output, item, parameter });
        }
        self
    }

    /// Runs all nodes in one transaction: all or none.
    pub fn transactional(&mut self) -> &mut Self {
        self.transactional = true;
        self
    }

    /// Reads a workflow from JSON text.
    ///
    /// # Errors
    /// `is_invalid_input` for what is no workflow, and for an object with a key twice.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        Self::from_value(crate::strict::parse_json(text.as_bytes())?)
    }

    /// Reads a workflow from JSON.
    ///
    /// # Errors
    /// `is_invalid_input` for what is no workflow.
    pub fn from_value(json: Json) -> Result<Self, Error> {
        serde_json::from_value(json).map_err(|error| Error::invalid(format!("this is no workflow: {error}")))
    }

    #[cfg(feature = "http")]
    pub(crate) fn steps(&self) -> &[Step] {
        &self.nodes
    }

    /// Writes the workflow as JSON text, always in the same form.
    #[must_use]
    pub fn to_json(&self) -> String {
        // The builder holds text, JSON and flags only, which always serialize.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// The JSON Schema (draft 2020-12) of a workflow's file.
    #[must_use]
    pub fn json_schema() -> Json {
        let text = serde_json::json!({ "type": "string" });
        let name = serde_json::json!({ "type": "string", "minLength": 1 });
        let object = |properties: Json, required: &[&str]| serde_json::json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false });
        let only_if =
            object(serde_json::json!({ "from": text, "output": text, "is": {} }), &["from", "output", "is"]);
        let for_each = object(
            serde_json::json!({ "from": text, "output": text, "item": text, "parameter": text }),
            &["from", "output", "item", "parameter"],
        );
        let node = object(
            serde_json::json!({ "id": name, "node": text, "params": { "type": ["object", "null"] }, "only_if": only_if, "for_each": for_each }),
            &["id", "node"],
        );
        let connection = object(
            serde_json::json!({ "from": text, "output": text, "to": text, "parameter": text }),
            &["from", "output", "to", "parameter"],
        );
        let mut schema = object(
            serde_json::json!({
                "nodes": { "type": "array", "items": node },
                "connections": { "type": "array", "items": connection },
                "transactional": { "type": "boolean" },
            }),
            &["nodes"],
        );
        schema["$schema"] = serde_json::json!("https://json-schema.org/draft/2020-12/schema");
        schema
    }
}
