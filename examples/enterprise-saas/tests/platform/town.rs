//! Two organizations beside each other, and what runs nodes in them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::OnceLock;

use ennead::def::{FieldDef, LooseKind, LooseReference, Role};
use ennead::prelude::*;
use ennead::{ModelDef, NodeInfo, NodeScope};
use jsonschema::Validator;
use serde_json::{Map, Value as Json, json};

use crate::sample::{sample, sample_json};

/// How many rows of a model stand ready to be referenced; more of one kind never live at once.
const POOL: usize = 8;

/// A node, with its schemas, which become judges when it first runs.
struct Judged {
    info: NodeInfo,
    parameters: OnceLock<Validator>,
    result: OnceLock<Validator>,
}

/// A database with two organizations.
pub(crate) struct Town {
    pub(crate) db: Db,
    pub(crate) schema: Schema,
    nodes: BTreeMap<String, Judged>,
    /// The nodes that gave a result.
    pub(crate) ran: BTreeSet<String>,
}

/// One of the organizations.
pub(crate) struct Side {
    pub(crate) scope: Tenant,
    pub(crate) tag: &'static str,
    /// Rows that others may reference, by model.
    pools: HashMap<&'static str, Vec<Json>>,
    /// How many rows of a model were made up.
    made: HashMap<&'static str, usize>,
}

impl Side {
    pub(crate) fn new(db: &Db, tag: &'static str) -> Self {
        Self { scope: db.tenant(tag).unwrap(), tag, pools: HashMap::new(), made: HashMap::new() }
    }
}

impl Town {
    pub(crate) fn new(db: Db, schema: Schema) -> Self {
        let judged = |info: NodeInfo| {
            (info.name.clone(), Judged { info, parameters: OnceLock::new(), result: OnceLock::new() })
        };
        let nodes = schema.nodes().into_iter().map(judged).collect();
        Self { db, schema, nodes, ran: BTreeSet::new() }
    }

    /// The platform's own models: the events of the outbox are the library's to write.
    pub(crate) fn own_models(&self) -> Vec<&'static ModelDef> {
        let own = |model: &&&'static ModelDef| !model.table.starts_with("ennead_");
        self.schema.models().iter().filter(own).copied().collect()
    }

    /// The nodes of those.
    pub(crate) fn node_names(&self) -> BTreeSet<String> {
        let own = |name: &&String| !name.contains("OutboxEvent");
        self.nodes.keys().filter(own).cloned().collect()
    }

    /// The schema of a new row's fields, each by its name.
    pub(crate) fn new_row(&self, model: &ModelDef) -> &Map<String, Json> {
        let create = &self.nodes[&format!("Create{}Node", model.name)].info;
        create.parameters["anyOf"][0]["properties"]["data"]["properties"].as_object().unwrap()
    }

    /// The schema of what an update sets.
    pub(crate) fn changes(&self, model: &ModelDef) -> &Map<String, Json> {
        let update = &self.nodes[&format!("Update{}Node", model.name)].info;
        update.parameters["properties"]["data"]["properties"].as_object().unwrap()
    }

    /// The fields that rows of the model show.
    pub(crate) fn shown(&self, model: &ModelDef) -> &Map<String, Json> {
        // What is created comes back whole, and with nothing related.
        let create = &self.nodes[&format!("Create{}Node", model.name)].info;
        create.result["properties"].as_object().unwrap()
    }

    /// Runs a node. What goes in fits the schema of its parameters, what comes out that of its result.
    pub(crate) async fn run(
        &mut self,
        scope: &impl NodeScope,
        operation: &str,
        model: &ModelDef,
        params: Json,
    ) -> Result<Json, Error> {
        let name = format!("{operation}{}Node", model.name);
        let node = &self.nodes[&name];
        if let Err(error) = node.parameters.get_or_init(|| judge(&node.info.parameters)).validate(&params) {
            panic!("{name}: its schema refuses its parameters: {error}");
        }
        let result = self.schema.node(&name)?.run(scope, params).await?;
        if let Err(error) = node.result.get_or_init(|| judge(&node.info.result)).validate(&result) {
            panic!("{name}: its schema refuses its result: {error}");
        }
        self.ran.insert(name);
        Ok(result)
    }

    /// Runs a node that must succeed.
    pub(crate) async fn done(
        &mut self,
        side: &Side,
        operation: &str,
        model: &ModelDef,
        params: Json,
    ) -> Json {
        let result = self.run(&side.scope, operation, model, params).await;
        result.unwrap_or_else(|error| panic!("{operation}{}Node: {error}", model.name))
    }

    /// Makes up a row of a model, and what it references.
    pub(crate) async fn row(&mut self, side: &mut Side, model: &'static ModelDef) -> Map<String, Json> {
        let made = side.made.entry(model.name).or_default();
        let n = *made;
        *made += 1;
        let mut row = Map::new();
        for (name, schema) in self.new_row(model).clone() {
            let (_, field) = model.find(&name).unwrap();
            if !matches!(field.role, Role::Plain) {
                continue;
            }
            let value = match field.reference {
                None => value(field, &schema, &format!("{}-{name}", side.tag), n),
                // Half of those that may be left out are, and a row of its own table is not there yet.
                Some(_) if field.nullable && n.is_multiple_of(2) => Json::Null,
                Some(reference) if (reference.target)().is(model) => {
                    side.pools.get(model.name).map_or(Json::Null, |pool| pool[n % POOL]["id"].clone())
                }
                Some(reference) => {
                    Box::pin(self.pool(side, (reference.target)())).await[n % POOL]["id"].clone()
                }
            };
            row.insert(name, value);
        }
        self.name_rows(side, model, &mut row).await;
        row
    }

    /// Keys that no foreign key stands for: of rows that are there.
    async fn name_rows(&mut self, side: &mut Side, model: &'static ModelDef, row: &mut Map<String, Json>) {
        for field in model.fields {
            let value = match field.loose {
                None => continue,
                Some(LooseReference::Each(target)) => {
                    let pool = Box::pin(self.pool(side, (target.model)())).await;
                    json!([pool[1]["id"], pool[0]["id"]])
                }
                Some(LooseReference::Any { kind, kinds }) => {
                    let is_it = |one: &&LooseKind| row[kind] == one.kind;
                    let target = kinds.iter().find(is_it).and_then(|one| one.target).unwrap();
                    // No two rows of one pool name the same one: a unique may hold the key.
                    let n = side.made[model.name] % POOL;
                    Box::pin(self.pool(side, (target.model)())).await[n]["id"].clone()
                }
            };
            row.insert(field.name.into(), value);
        }
    }

    /// Rows of a model that others may reference.
    async fn pool<'a>(&mut self, side: &'a mut Side, model: &'static ModelDef) -> &'a [Json] {
        if !side.pools.contains_key(model.name) {
            let mut rows = Vec::new();
            for _ in 0..POOL {
                let mut row = self.row(side, model).await;
                row.insert("id".into(), json!(format!("{}-{}-{}", side.tag, model.table, rows.len())));
                rows.push(Json::Object(row));
            }
            let done = self.done(side, "BulkCreate", model, json!({ "data": rows })).await;
            assert_eq!(done["affected"], POOL, "{}", model.name);
            side.pools.insert(model.name, rows);
        }
        &side.pools[model.name]
    }
}

fn judge(schema: &Json) -> Validator {
    jsonschema::validator_for(&without_patterns(schema)).unwrap()
}

/// A schema that does not look into texts: what is sampled fits its pattern already, and to compile the patterns of all
/// operators of all fields would take longer than all the nodes.
fn without_patterns(schema: &Json) -> Json {
    match schema {
        Json::Object(map) => {
            let others = map.iter().filter(|(name, schema)| *name != "pattern" || !schema.is_string());
            others.map(|(name, schema)| (name.clone(), without_patterns(schema))).collect()
        }
        Json::Array(items) => items.iter().map(without_patterns).collect(),
        other => other.clone(),
    }
}

/// The `n`th value of a field.
pub(crate) fn value(field: &FieldDef, schema: &Json, tag: &str, n: usize) -> Json {
    if schema.get("type").or(schema.get("anyOf")).or(schema.get("enum")).is_none() {
        return sample_json(field, n);
    }
    // Half of those that may be left out are.
    if field.nullable && n.is_multiple_of(2) { Json::Null } else { sample(schema, tag, n) }
}
