//! The OpenAPI 3.1 document of the served nodes, from the same JSON Schemas that the nodes describe themselves with.

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use crate::node::Node;
use crate::node::relations::Relation;
use crate::workflow::WorkflowBuilder;

/// The statuses that a node or a workflow answers with beside 200.
const STATUSES: [&str; 8] = ["400", "401", "403", "404", "409", "413", "415", "422"];

pub(super) fn document<'n>(nodes: impl Iterator<Item = &'n Node> + Clone, security: Option<&Value>) -> Value {
    let mut paths = Map::new();
    let mut schemas = Map::from_iter([("Problem".to_owned(), problem_schema())]);
    for node in nodes.clone() {
        let info = node.describe();
        let mut parameters = info.parameters;
        if let Some(tenant) = node.model().tenant_field() {
            told_by_the_scope(&mut parameters, node.model().field(tenant).name);
        }
        for model in node.relations.of(node.model()).iter().map(Relation::model) {
            if let Some(tenant) = model.tenant_field() {
                told_by_the_scope(&mut parameters, model.field(tenant).name);
            }
        }
        hoist(&mut parameters, &info.name, &mut schemas);
        let mut result = info.result;
        strip_dialect(&mut result);
        schemas.insert(format!("{}Parameters", info.name), parameters);
        schemas.insert(format!("{}Result", info.name), result);
        let operation = operation(
            &info.name,
            &info.description,
            &format!("#/components/schemas/{}Parameters", info.name),
            json!({ "$ref": format!("#/components/schemas/{}Result", info.name) }),
            security,
        );
        paths.insert(format!("/nodes/{}", info.name), json!({ "post": operation }));
    }
    schemas.insert("Workflow".into(), workflow_schema(nodes));
    let result = json!({
        "type": "object",
        "properties": { "run": { "type": "string" }, "results": { "type": "object" } },
        "required": ["run", "results"],
        "additionalProperties": false,
    });
    let description = "Runs a workflow of served nodes.";
    let run = operation("RunWorkflow", description, "#/components/schemas/Workflow", result, security);
    paths.insert("/workflows".into(), json!({ "post": run }));
    paths.insert(
        "/nodes".into(),
        json!({ "get": read("ListNodes", "Lists the served nodes.", nodes_schema()) }),
    );
    let mut components = json!({ "schemas": schemas });
    if let Some(scheme) = security {
        components["securitySchemes"] = json!({ "caller": scheme });
    }
    json!({
        "openapi": "3.1.0",
        "info": { "title": "Nodes", "version": env!("CARGO_PKG_VERSION") },
        "paths": paths,
        "components": components,
    })
}

/// What `GET /nodes` gives.
fn nodes_schema() -> Value {
    let (text, object) = (json!({ "type": "string" }), json!({ "type": "object" }));
    let node = json!({
        "type": "object",
        "properties": { "name": text, "model": text, "description": text, "parameters": object, "result": object },
        "required": ["name", "model", "description", "parameters", "result"],
        "additionalProperties": false,
    });
    json!({ "type": "array", "items": node })
}

/// A workflow of the served nodes, by both forms of their names.
fn workflow_schema<'n>(nodes: impl Iterator<Item = &'n Node>) -> Value {
    let mut schema = WorkflowBuilder::json_schema();
    strip_dialect(&mut schema);
    let names: Vec<String> = nodes
        .flat_map(|node| {
            let turned = format!("{}{}Node", node.model().name, node.operation().name());
            [node.name(), turned]
        })
        .collect();
    schema["properties"]["nodes"]["items"]["properties"]["node"] = json!({ "enum": names });
    schema
}

fn content(schema: Value) -> Value {
    json!({ "application/json": { "schema": schema } })
}

fn problem(description: &str) -> Value {
    json!({
        "description": description,
        "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
    })
}

fn read(id: &str, description: &str, result: Value) -> Value {
    json!({
        "operationId": id,
        "summary": description,
        "responses": {
            "200": { "description": description, "content": content(result) },
            "default": problem("What is wrong, as problem details (RFC 9457)."),
        },
    })
}

fn operation(id: &str, description: &str, body: &str, result: Value, security: Option<&Value>) -> Value {
    let mut operation = read(id, description, result);
    operation["requestBody"] = json!({ "required": true, "content": content(json!({ "$ref": body })) });
    for status in STATUSES {
        let code = status.parse().ok().and_then(|code| StatusCode::from_u16(code).ok());
        let title = code.and_then(|code| code.canonical_reason()).unwrap_or_default();
        operation["responses"][status] = problem(title);
    }
    if security.is_some() {
        operation["security"] = json!([{ "caller": [] }]);
    }
    operation
}

/// Marks the tenant's column in parameters: the scope tells it. (A caller may name it where it is their own, which a
/// schema cannot say.)
fn told_by_the_scope(schema: &mut Value, column: &str) {
    match schema {
        Value::Object(map) => {
            if let Some(Value::Object(properties)) = map.get_mut("properties")
                && let Some(Value::Object(own)) = properties.get_mut(column)
                && own.get("enum") != Some(&json!(["asc", "desc"]))
            {
                own.insert("readOnly".into(), json!(true));
            }
            map.values_mut().for_each(|value| told_by_the_scope(value, column));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| told_by_the_scope(item, column)),
        _ => {}
    }
}

/// Moves a schema's own definitions of filters to the document's components, where references from anywhere find them. Those of
/// related models are the same for all nodes.
fn hoist(schema: &mut Value, node: &str, schemas: &mut Map<String, Value>) {
    strip_dialect(schema);
    let Some(Value::Object(definitions)) = schema.as_object_mut().and_then(|map| map.remove("$defs")) else {
        return;
    };
    redirect(schema, node);
    for (name, mut filter) in definitions {
        redirect(&mut filter, node);
        schemas.insert(component(node, &name), filter);
    }
}

/// The name that a definition has among the components.
fn component(node: &str, definition: &str) -> String {
    match definition.strip_prefix("filter_") {
        Some(model) => format!("Related{model}Filter"),
        None => format!("{node}Filter"),
    }
}

fn redirect(schema: &mut Value, node: &str) {
    match schema {
        Value::Object(map) => {
            let definition =
                map.get("$ref").and_then(Value::as_str).and_then(|to| to.strip_prefix("#/$defs/"));
            if let Some(name) = definition.map(|definition| component(node, definition)) {
                map.insert("$ref".into(), json!(format!("#/components/schemas/{name}")));
            }
            map.values_mut().for_each(|value| redirect(value, node));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| redirect(item, node)),
        _ => {}
    }
}

fn strip_dialect(schema: &mut Value) {
    if let Some(map) = schema.as_object_mut() {
        map.remove("$schema");
    }
}

fn problem_schema() -> Value {
    let (text, number) = (json!({ "type": "string" }), json!({ "type": "integer" }));
    json!({
        "type": "object",
        "properties": {
            "type": text, "title": text, "detail": text, "model": text, "constraint": text, "node": text, "run": text,
            "status": { "type": "integer" },
            "fields": { "type": "array", "items": text },
            "violations": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": { "path": text, "rule": text, "message": text },
                    "required": ["path", "rule", "message"],
                },
            },
            "version_conflicts": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": { "row": number, "expected": number, "found": number },
                    "required": ["expected", "found"],
                },
            },
        },
        "required": ["type", "title", "status", "detail"],
    })
}
