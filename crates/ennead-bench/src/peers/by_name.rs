//! ennead's operations by name: JSON in, JSON out, on the same table and in the same scope.

use std::hint::black_box;

use anyhow::{Context, Result};
use ennead::prelude::*;
use serde_json::{Value, json};

use crate::peers::ennead::{Organization, User};
use crate::work::{Draft, Peer, TENANT};

/// Nodes and workflows on a tenant's scope.
pub(crate) struct ByName {
    schema: Schema,
    runtime: Runtime,
    scope: Tenant,
}

impl ByName {
    pub(crate) async fn new(url: &str, connections: usize) -> Result<Self> {
        let db = Db::builder().max_connections(connections).connect(url).await?;
        let schema = ennead::schema![Organization, User];
        let runtime = Runtime::new(&schema);
        Ok(Self { schema, runtime, scope: db.tenant(TENANT)? })
    }

    /// Finds the node by its name each time, as who takes names from outside does.
    async fn run(&self, node: &str, params: Value) -> Result<Value> {
        Ok(self.schema.node(node)?.run(&self.scope, params).await?)
    }

    async fn affected(&self, node: &str, params: Value) -> Result<usize> {
        let done = self.run(node, params).await?;
        Ok(done["affected"].as_u64().context("no count")? as usize)
    }
}

fn data(draft: Draft) -> Value {
    let Draft { id, email, name, password_hash, status, role } = draft;
    json!({ "id": id, "email": email, "name": name, "password_hash": password_hash, "status": status, "role": role })
}

impl Peer for ByName {
    async fn read(&self, id: &str) -> Result<usize> {
        black_box(self.run("ReadUserNode", json!({ "id": id })).await?);
        Ok(1)
    }

    async fn create(&self, draft: Draft) -> Result<usize> {
        black_box(self.run("CreateUserNode", json!({ "data": data(draft) })).await?);
        Ok(1)
    }

    async fn create_in_transaction(&self, drafts: Vec<Draft>) -> Result<usize> {
        let count = drafts.len();
        let node = self.schema.node("CreateUserNode")?;
        let all = async |tx: &ennead::Transaction<Tenant>| {
            for draft in drafts {
                black_box(node.run(tx, json!({ "data": data(draft) })).await?);
            }
            Ok::<_, Error>(())
        };
        self.scope.transaction(all).await?;
        Ok(count)
    }

    async fn update(&self, id: &str, name: &str) -> Result<usize> {
        let params = json!({ "id": id, "data": { "name": name } });
        black_box(self.run("UpdateUserNode", params).await?);
        Ok(1)
    }

    async fn delete(&self, id: &str) -> Result<usize> {
        self.run("DeleteUserNode", json!({ "id": id })).await?;
        Ok(1)
    }

    async fn count(&self) -> Result<usize> {
        let done = self.run("CountUserNode", json!({ "filter": { "status": "suspended" } })).await?;
        Ok(done["count"].as_u64().context("no count")? as usize)
    }

    async fn list(&self, limit: usize) -> Result<usize> {
        let params = json!({ "filter": { "status": "active" }, "limit": limit });
        let users = black_box(self.run("ListUserNode", params).await?);
        Ok(users.as_array().context("no rows")?.len())
    }

    async fn bulk_create(&self, drafts: Vec<Draft>) -> Result<usize> {
        let rows: Vec<Value> = drafts.into_iter().map(data).collect();
        self.affected("BulkCreateUserNode", json!({ "data": rows })).await
    }

    async fn bulk_update(&self, names: Vec<(String, String)>) -> Result<usize> {
        let rows: Vec<Value> =
            names.into_iter().map(|(id, name)| json!({ "id": id, "name": name })).collect();
        self.affected("BulkUpdateUserNode", json!({ "data": rows })).await
    }

    async fn bulk_delete(&self, ids: Vec<String>) -> Result<usize> {
        self.affected("BulkDeleteUserNode", json!({ "ids": ids })).await
    }

    /// A workflow: put together, checked and run, each node waiting for the one before it.
    async fn chain(&self, ids: &[String]) -> Result<usize> {
        let mut workflow = WorkflowBuilder::new();
        for (at, id) in ids.iter().enumerate() {
            workflow.add_node("ReadUserNode", at.to_string(), json!({ "id": id }));
            if at > 0 {
                // Each needs the one before: so do five operations in a row.
                workflow.only_if((at - 1).to_string(), "organization_id", json!(TENANT));
            }
        }
        let results = self.runtime.execute(&workflow.build(&self.schema)?, &self.scope).await?;
        let read = (0..ids.len()).filter(|at| results.get(&at.to_string()).is_some()).count();
        black_box(results);
        Ok(read)
    }
}
