//! The OpenAPI 3.1 document of the served nodes, from the same JSON Schemas that the nodes describe themselves with.

use serde_json::{Map, Value, json};

use crate::node::Node;
use crate::workflow::WorkflowBuilder;

pub(super) fn document<'n>(nodes: impl Iterator<Item = &'n Node>) -> Value {
    let mut paths = Map::new();
    let mut schemas = Map::from_iter([("Problem".to_owned(), problem_schema())]);
    for node in nodes {
        let info = node.describe();
        let mut parameters = info.parameters;
        hoist(&mut parameters, &format!("{}Filter", info.name), &mut schemas);
        let mut result = info.result;
        strip_dialect(&mut result);
        schemas.insert(format!("{}Parameters", info.name), parameters);
        schemas.insert(format!("{}Result", info.name), result);
        let operation = operation(
            &info.name,
            &info.description,
            &format!("#/components/schemas/{}Parameters", info.name),
            json!({ "$ref": format!("#/components/schemas/{}Result", info.name) }),
        );
        paths.insert(format!("/nodes/{}", info.name), json!({ "post": operation }));
    }
    let mut workflow = WorkflowBuilder::json_schema();
    strip_dialect(&mut workflow);
    schemas.insert("Workflow".into(), workflow);
    let result = json!({
        "type": "object",
        "properties": { "run": { "type": "string" }, "results": { "type": "object" } },
        "required": ["run", "results"],
    });
    let description = "Runs a workflow of served nodes.";
    let run = operation("RunWorkflow", description, "#/components/schemas/Workflow", result);
    paths.insert("/workflows".into(), json!({ "post": run }));
    let nodes = json!({ "type": "array", "items": { "type": "object" } });
    paths.insert("/nodes".into(), json!({ "get": read("ListNodes", "Lists the served nodes.", nodes) }));
    json!({
        "openapi": "3.1.0",
        "info": { "title": "Nodes", "version": env!("CARGO_PKG_VERSION") },
        "paths": paths,
        "components": { "schemas": schemas },
    })
}

fn content(schema: Value) -> Value {
    json!({ "application/json": { "schema": schema } })
}

fn problems() -> Value {
    json!({
        "description": "What is wrong, as problem details (RFC 9457).",
        "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
    })
}

fn read(id: &str, description: &str, result: Value) -> Value {
    json!({
        "operationId": id,
        "summary": description,
        "responses": { "200": { "description": description, "content": content(result) }, "default": problems() },
    })
}

fn operation(id: &str, description: &str, body: &str, result: Value) -> Value {
    let mut operation = read(id, description, result);
    operation["requestBody"] = json!({ "required": true, "content": content(json!({ "$ref": body })) });
    operation
}

/// Moves a schema's own filter definition to the document's components, where references from anywhere find it.
fn hoist(schema: &mut Value, name: &str, schemas: &mut Map<String, Value>) {
    strip_dialect(schema);
    let Some(definitions) = schema.as_object_mut().and_then(|map| map.remove("$defs")) else { return };
    let target = format!("#/components/schemas/{name}");
    redirect(schema, &target);
    if let Some(mut filter) = definitions.get("filter").cloned() {
        redirect(&mut filter, &target);
        schemas.insert(name.to_owned(), filter);
    }
}

fn redirect(schema: &mut Value, target: &str) {
    match schema {
        Value::Object(map) => {
            if map.get("$ref").and_then(Value::as_str) == Some("#/$defs/filter") {
                map.insert("$ref".into(), json!(target));
            }
            map.values_mut().for_each(|value| redirect(value, target));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| redirect(item, target)),
        _ => {}
    }
}

fn strip_dialect(schema: &mut Value) {
    if let Some(map) = schema.as_object_mut() {
        map.remove("$schema");
    }
}

fn problem_schema() -> Value {
    let text = json!({ "type": "string" });
    json!({
        "type": "object",
        "properties": {
            "type": text, "title": text, "detail": text, "model": text, "constraint": text, "node": text, "run": text,
            "status": { "type": "integer" },
            "fields": { "type": "array", "items": text },
        },
        "required": ["type", "title", "status", "detail"],
    })
}
