//! What a node takes and gives, as JSON Schemas (draft 2020-12), from the same definitions that the node itself reads.

mod aggregate;
mod filter;
mod include;

use ennead_core::{FieldDef, Kind, Literal, ModelDef, Role, Uniqueness};
use serde_json::{Map, Value as Json, json};

use self::filter::{reference, some_filter, with_filter};
use super::params::{is_number, is_settable, key_alias, version_field, visible};
use super::{Node, NodeOperation, changes, conflict, rules, time};

/// A node, and the JSON Schemas of its parameters and its result.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct NodeInfo {
    /// Its name: `CreateUserNode`.
    pub name: String,
    /// Its model's name.
    pub model: &'static str,
    /// Which operation it is.
    pub operation: NodeOperation,
    /// What it does, in a sentence.
    pub description: String,
    /// What it takes.
    pub parameters: Json,
    /// What it gives.
    pub result: Json,
}

pub(super) fn describe(node: &Node) -> NodeInfo {
    let model = node.model;
    NodeInfo {
        name: node.name(),
        model: model.name,
        operation: node.operation,
        description: sentence(node),
        parameters: with_dialect(parameters(node)),
        result: with_dialect(result(node)),
    }
}

fn sentence(node: &Node) -> String {
    let name = node.model.name;
    let a = if name.starts_with(['A', 'E', 'I', 'O']) { "an" } else { "a" };
    match node.operation {
        NodeOperation::Create => format!("Creates {a} {name}."),
        NodeOperation::Read => format!("Reads {a} {name} by its key or a unique field."),
        NodeOperation::Update => format!("Updates {a} {name} by its key."),
        NodeOperation::Delete => format!("Deletes {a} {name} by its key."),
        NodeOperation::List => format!("Lists rows of {name}, 100 unless said."),
        NodeOperation::Count => {
            format!("Counts rows of {name} and sums them up.")
        }
        NodeOperation::BulkCreate => format!("Creates many rows of {name}, all or none."),
        NodeOperation::BulkUpdate => format!("Updates many rows of {name}, all or none."),
        NodeOperation::BulkDelete => format!("Deletes many rows of {name}, all or none."),
        NodeOperation::Upsert => format!("Creates {a} {name}, or changes the one that is there."),
    }
}

fn with_dialect(mut schema: Json) -> Json {
    if let Json::Object(map) = &mut schema {
        map.insert("$schema".into(), json!("https://json-schema.org/draft/2020-12/schema"));
    }
    schema
}

fn object(properties: Map<String, Json>, required: &[&str]) -> Json {
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

/// A parameter object: properties as pairs.
pub(super) fn of(properties: impl IntoIterator<Item = (&'static str, Json)>, required: &[&str]) -> Json {
    object(properties.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect(), required)
}

fn parameters(node: &Node) -> Json {
    let model = node.model;
    let key = kind(&model.key_field().kind);
    let (row, living) = (new_row(model, given), new_row(model, living));
    match node.operation {
        NodeOperation::Create => {
            let mut ways = vec![of([("data", row.clone())], &["data"]), row.clone()];
            // Nothing at all is a row of which nothing must be given.
            ways.extend((row["required"] == json!([])).then(|| json!({ "type": "null" })));
            json!({ "anyOf": ways })
        }
        NodeOperation::Upsert => {
            let upsert = conflict::describe(model, true);
            of([("data", living), ("on_conflict", upsert)], &["data", "on_conflict"])
        }
        NodeOperation::BulkCreate => {
            let data = |row: Json| ("data", json!({ "type": "array", "items": row }));
            let upsert = conflict::describe(model, false);
            if row == living {
                return of([data(row), ("on_conflict", nullable(upsert))], &["data"]);
            }
            // What is inserted alone may be deleted already.
            let alone = of([data(row), ("on_conflict", json!({ "type": "null" }))], &["data"]);
            let ways = [alone, of([data(living), ("on_conflict", upsert)], &["data", "on_conflict"])];
            json!({ "anyOf": ways })
        }
        NodeOperation::Read => {
            let include = include::parameter(node);
            let by = |name, schema| {
                let fields = ("fields", nullable(fields(model)));
                let mut properties = vec![(name, schema), fields, ("include", include.clone())];
                properties.extend(deleted(model).into_iter().take(1));
                of(properties, &[name])
            };
            let mut ways: Vec<Json> = key_names(model).map(|name| by(name, key.clone())).collect();
            let unique =
                visible(model).filter(|(at, field)| field.unique != Uniqueness::No && *at != model.key.field);
            ways.extend(unique.map(|(_, field)| by(field.name, kind(&field.kind))));
            let schema = json!({ "anyOf": ways });
            // Its own filters are none, and those of related rows stand in `include`.
            if node.relations.of(model).is_empty() { schema } else { with_filter(schema, node) }
        }
        NodeOperation::Update => {
            let by = |name| {
                let mut properties = vec![(name, key.clone()), ("when", nullable(reference()))];
                properties.extend(sets(model));
                properties.extend(version(model));
                let mut set = with_any_set(of(properties, &[name]), model);
                if model.soft_delete().is_none() {
                    return set;
                }
                set["properties"]["restore"] = json!({ "const": false });
                let restore =
                    of([(name, key.clone()), ("restore", json!({ "const": true }))], &[name, "restore"]);
                json!({ "anyOf": [set, restore] })
            };
            with_filter(by_key(model, by), node)
        }
        NodeOperation::Delete => with_filter(
            by_key(model, |name| {
                let properties = [(name, key.clone()), ("when", nullable(reference()))];
                of(properties.into_iter().chain(version(model)), &[name])
            }),
            node,
        ),
        NodeOperation::List => {
            let common = || {
                let filter = ("filter", nullable(reference()));
                let fields = ("fields", nullable(fields(model)));
                let mut all =
                    vec![filter, ("order_by", order(model)), fields, ("include", include::parameter(node))];
                all.extend(deleted(model));
                all
            };
            let (mut rows, mut page) = (common(), common());
            rows.extend([("limit", nullable(count())), ("offset", nullable(count()))]);
            let mut limit = count();
            limit["minimum"] = json!(1);
            page.extend([("limit", nullable(limit)), ("offset", json!({ "type": "null" }))]);
            page.push(("cursor", json!({ "type": ["string", "null"] })));
            // Nothing at all is asked with `null`, too.
            let ways = [not_both(of(rows, &[])), not_both(of(page, &["cursor"])), json!({ "type": "null" })];
            with_filter(json!({ "anyOf": ways }), node)
        }
        NodeOperation::Count => with_filter(aggregate::parameters(model, || deleted(model), not_both), node),
        NodeOperation::BulkUpdate => {
            let shared = |target: &'static str, schema: Json, rest: Option<(&'static str, Json)>| {
                let properties = [(target, schema)].into_iter().chain(rest).chain(sets(model));
                with_any_set(of(properties, &[target]), model)
            };
            let filtered = shared("filter", some_filter(), Some(("all_rows", json!({ "const": false }))));
            let no_filter = Some(("filter", json!({ "type": "null" })));
            let all = shared("all_rows", json!({ "const": true }), no_filter);
            let row = by_key(model, |name| {
                let mut row = settable(model);
                row["properties"][name] = key.clone();
                row["required"] = json!([name]);
                row["minProperties"] = json!(2);
                with_version(row, model)
            });
            let each = of([("data", json!({ "type": "array", "items": row }))], &["data"]);
            with_filter(json!({ "anyOf": [filtered, all, each] }), node)
        }
        NodeOperation::BulkDelete => {
            let ids = json!({ "type": "array", "items": key });
            let ways = [
                of([("filter", some_filter()), ("all_rows", json!({ "const": false }))], &["filter"]),
                of([("ids", ids), ("filter", nullable(reference()))], &["ids"]),
                of(
                    [("all_rows", json!({ "const": true })), ("filter", json!({ "type": "null" }))],
                    &["all_rows"],
                ),
            ];
            with_filter(json!({ "anyOf": ways }), node)
        }
    }
}

/// The names that the key goes by: its alias and its own.
fn key_names(model: &'static ModelDef) -> impl Iterator<Item = &'static str> {
    let (alias, own) = (key_alias(model), model.key_field().name);
    std::iter::once(alias).chain((alias != own).then_some(own))
}

/// One schema for each name of the key.
fn by_key(model: &'static ModelDef, schema: impl Fn(&'static str) -> Json) -> Json {
    let mut ways: Vec<Json> = key_names(model).map(schema).collect();
    if ways.len() == 1 { ways.swap_remove(0) } else { json!({ "anyOf": ways }) }
}

fn result(node: &Node) -> Json {
    let model = node.model;
    let row = || {
        let properties: Map<String, Json> =
            visible(model).map(|(_, f)| (f.name.to_owned(), typed(f))).collect();
        let required: Vec<&str> = visible(model).map(|(_, f)| f.name).collect();
        object(properties, &required)
    };
    let part = || {
        let mut row = row();
        row["required"] = json!([]);
        for (name, related) in include::results(node) {
            row["properties"][name] = related;
        }
        row
    };
    let affected = || ("affected", count());
    match node.operation {
        NodeOperation::Create | NodeOperation::Update => row(),
        NodeOperation::Read => part(),
        NodeOperation::Upsert => nullable(row()),
        NodeOperation::Delete => {
            let deleted = json!({ "const": true });
            of([("id", kind(&model.key_field().kind)), ("deleted", deleted)], &["id", "deleted"])
        }
        NodeOperation::List => {
            let rows = json!({ "type": "array", "items": part() });
            let next = json!({ "type": ["string", "null"] });
            json!({ "anyOf": [rows.clone(), of([("items", rows), ("next", next)], &["items", "next"])] })
        }
        NodeOperation::Count => aggregate::result(model),
        NodeOperation::BulkCreate => {
            let ids = json!({ "type": "array", "items": kind(&model.key_field().kind) });
            of([affected(), ("ids", ids)], &["affected", "ids"])
        }
        NodeOperation::BulkUpdate | NodeOperation::BulkDelete => of([affected()], &["affected"]),
    }
}

fn count() -> Json {
    json!({ "type": "integer", "minimum": 0, "maximum": i64::MAX })
}

fn nullable(schema: Json) -> Json {
    json!({ "anyOf": [schema, { "type": "null" }] })
}

fn typed(field: &FieldDef) -> Json {
    of_field(field, kind(&field.kind))
}

/// What a field is given: its type's values that keep its rules.
fn given(field: &FieldDef) -> Json {
    let mut schema = kind(&field.kind);
    rules::add(&mut schema, field);
    if let (Json::Object(schema), Kind::Encrypted) = (&mut schema, field.kind) {
        schema.insert("writeOnly".into(), json!(true));
    }
    of_field(field, schema)
}

fn of_field(field: &FieldDef, mut schema: Json) -> Json {
    if field.nullable && !matches!(field.kind, Kind::Json | Kind::Encrypted) {
        schema = nullable(schema);
    }
    described(field, schema)
}

fn described(field: &FieldDef, mut schema: Json) -> Json {
    if let (Json::Object(map), false) = (&mut schema, field.doc.is_empty()) {
        map.insert("description".into(), json!(field.doc));
    }
    schema
}

fn kind(kind: &Kind) -> Json {
    let text = |pattern: &str| json!({ "type": "string", "pattern": pattern });
    match kind {
        Kind::Text => text("^[^\\u0000]*$"),
        Kind::Bool => json!({ "type": "boolean" }),
        Kind::I16 | Kind::I32 | Kind::I64 => {
            let (low, high) = kind.integer_bounds().unwrap_or((i64::MIN, i64::MAX));
            json!({ "type": "integer", "minimum": low, "maximum": high })
        }
        Kind::F32 => json!({ "type": "number", "minimum": f32::MIN, "maximum": f32::MAX }),
        Kind::F64 => json!({ "type": "number" }),
        Kind::Decimal(_) => {
            json!({ "anyOf": [text("^[+-]?[0-9]+(\\.[0-9]+)?$"), { "type": "number" }], "format": "decimal" })
        }
        Kind::Uuid => {
            let mut schema = text("^([0-9a-fA-F]{32}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})$");
            schema["format"] = json!("uuid");
            schema
        }
        Kind::DateTime => text(&time::datetime_pattern()),
        Kind::NaiveDateTime => text(&time::naive_pattern()),
        Kind::Date => text(&time::date_pattern()),
        Kind::Time => text(&time::time_pattern()),
        Kind::Bytes => {
            let mut schema =
                text("^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$");
            schema["contentEncoding"] = json!("base64");
            schema
        }
        // Of an encrypted value: whatever its type is read from.
        Kind::Json | Kind::Encrypted => json!({}),
        Kind::Enum(def) => json!({ "enum": def.variants }),
        Kind::Array(element) => json!({ "type": "array", "items": self::kind(element) }),
    }
}

/// The same without the value that marks a row as deleted.
fn living(field: &FieldDef) -> Json {
    let schema = match (field.soft_delete.map(|flag| flag.deleted), field.role, field.kind) {
        (Some(Literal::Bool(deleted)), ..) => json!({ "const": !deleted }),
        (Some(Literal::Text(deleted)), _, Kind::Enum(def)) => {
            let living: Vec<&str> = def.variants.iter().copied().filter(|name| *name != deleted).collect();
            json!({ "enum": living })
        }
        (None, Role::DeletedAt, _) => json!({ "type": "null" }),
        _ => return given(field),
    };
    described(field, schema)
}

/// What a read says of deleted rows, where the model has some.
fn deleted(model: &'static ModelDef) -> Vec<(&'static str, Json)> {
    let names: &[&str] = if model.soft_delete().is_some() { &["with_deleted", "only_deleted"] } else { &[] };
    names.iter().map(|name| (*name, json!({ "type": "boolean" }))).collect()
}

/// The two exclude each other.
fn not_both(mut schema: Json) -> Json {
    if schema["properties"].get("only_deleted").is_some() {
        let one = |name: &str| json!({ "properties": { name: { "const": false } } });
        schema["anyOf"] = json!([one("with_deleted"), one("only_deleted")]);
    }
    schema
}

/// A row to be created: what has a default, is generated or takes NULL may be left out.
fn new_row(model: &'static ModelDef, given: impl Fn(&FieldDef) -> Json) -> Json {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for field in model.fields.iter().filter(|field| field.is_writable()) {
        properties.insert(field.name.to_owned(), given(field));
        let is_given = field.nullable
            || field.default.is_some()
            || matches!(
                field.role,
                Role::Tenant | Role::CreatedAt | Role::UpdatedAt | Role::Version | Role::DeletedAt
            )
            || (field.role == Role::Key && model.key.generation != ennead_core::KeyGeneration::Assigned);
        if !is_given {
            required.push(field.name);
        }
    }
    object(properties, &required)
}

pub(super) fn is_changeable(field: &FieldDef) -> bool {
    is_settable(field) && !field.immutable && !matches!(field.role, Role::Key | Role::Version)
}

/// The version that a write expects of its row, under the name of the field.
pub(super) fn version(model: &'static ModelDef) -> Option<(&'static str, Json)> {
    version_field(model).map(|field| (field.name, nullable(kind(&field.kind))))
}

/// The same in a row of a bulk update. A row that gives nothing else sets nothing.
fn with_version(row: Json, model: &'static ModelDef) -> Json {
    let Some((name, schema)) = version(model) else { return row };
    let mut versioned = row.clone();
    versioned["properties"][name] = schema;
    versioned["minProperties"] = json!(3);
    if let Some(required) = versioned["required"].as_array_mut() {
        required.push(json!(name));
    }
    json!({ "anyOf": [row, versioned] })
}

/// What an update sets; it may carry the tenant, where it is the scope's own.
fn settable(model: &'static ModelDef) -> Json {
    let fields = model.fields.iter().filter(|field| is_changeable(field) || field.role == Role::Tenant);
    object(fields.map(|field| (field.name.to_owned(), living(field))).collect(), &[])
}

pub(super) fn amounts(model: &'static ModelDef) -> Json {
    let fields = model.fields.iter().filter(|field| is_changeable(field) && is_number(&field.kind));
    object(fields.map(|field| (field.name.to_owned(), kind(&field.kind))).collect(), &[])
}

fn names(model: &'static ModelDef) -> Vec<&'static str> {
    visible(model).map(|(_, field)| field.name).collect()
}

fn fields(model: &'static ModelDef) -> Json {
    json!({ "type": "array", "items": { "enum": names(model) }, "minItems": 1, "uniqueItems": true })
}

/// Whether the model has a number that can be added to.
pub(super) fn has_amounts(model: &'static ModelDef) -> bool {
    amounts(model)["properties"].as_object().is_some_and(|properties| !properties.is_empty())
}

/// What an update sets: `data`, `add` (empty, where the model has no number), and `paths`, where it has JSON.
fn sets(model: &'static ModelDef) -> Vec<(&'static str, Json)> {
    let mut all = vec![("data", settable(model)), ("add", amounts(model))];
    all.extend(changes::has_paths(model).then(|| ("paths", changes::describe(model))));
    all
}

/// Says that an update sets something.
fn with_any_set(mut schema: Json, model: &'static ModelDef) -> Json {
    let some = |name: &str| json!({ "required": [name], "properties": { name: { "minProperties": 1 } } });
    let mut ways = vec![some("data")];
    ways.extend(has_amounts(model).then(|| some("add")));
    if changes::has_paths(model) {
        ways.push(json!({ "required": ["paths"], "properties": { "paths": { "minItems": 1 } } }));
    }
    schema["anyOf"] = Json::Array(ways);
    schema
}

fn ordered(model: &'static ModelDef) -> impl Iterator<Item = &'static str> {
    visible(model).filter(|(_, f)| !matches!(f.kind, Kind::Json | Kind::Array(_))).map(|(_, f)| f.name)
}

fn order(model: &'static ModelDef) -> Json {
    let texts: Vec<String> =
        ordered(model).flat_map(|name| [name.to_owned(), format!("-{name}"), format!("+{name}")]).collect();
    let direction = json!({ "enum": ["asc", "desc"] });
    let by: Map<String, Json> = ordered(model).map(|name| (name.to_owned(), direction.clone())).collect();
    let part = json!({ "anyOf": [{ "enum": texts }, object(by, &[])] });
    json!({ "anyOf": [part.clone(), { "type": "array", "items": part }, { "type": "null" }] })
}
