//! What a workflow gave.

use std::ops::Index;

use serde_json::{Map, Value as Json};

/// The results of a workflow's nodes, by their ids. A node that was not run has none.
#[derive(Debug, Clone, PartialEq)]
pub struct Results {
    pub(super) run: String,
    pub(super) results: Map<String, Json>,
}

impl Results {
    /// The id of this run, as in its traces and errors.
    #[must_use]
    pub fn run_id(&self) -> &str {
        &self.run
    }

    /// The result of a node, where it was run.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Json> {
        self.results.get(id)
    }

    /// All results as one JSON object.
    #[must_use]
    pub fn into_json(self) -> Json {
        Json::Object(self.results)
    }
}

impl Index<&str> for Results {
    type Output = Json;

    /// The result of a node; `null` for one that was not run, as everywhere in `serde_json`.
    fn index(&self, id: &str) -> &Json {
        self.results.get(id).unwrap_or(&Json::Null)
    }
}
