//! Every node of every model, by name, on both databases: 25 models, and the nine operations of each.
//!
//! No model is written down here. Rows are made up from the nodes' JSON Schemas and the definitions' references; what
//! comes back is compared with what went in, and a second organization stands beside the first all the time.

use std::collections::BTreeSet;

use ennead::def::{FieldDef, IndexTarget, LooseReference, Role, Tenancy, Uniqueness};
use ennead::{ModelDef, NodeOperation};
use serde_json::{Map, Value as Json, json};

use crate::database::Database;
use crate::organizations;
use crate::town::{Side, Town, value};

#[tokio::test]
async fn every_node_runs_on_sqlite() {
    let database = Database::sqlite().await;
    every_node_runs(&database).await;
    database.drop().await;
}

#[tokio::test]
async fn every_node_runs_on_postgres() {
    let Some(database) = Database::postgres().await else { return };
    every_node_runs(&database).await;
    database.drop().await;
}

async fn every_node_runs(database: &Database) {
    let mut town = Town::new(database.db.clone(), enterprise_saas::schema());
    let (mut acme, mut globex) = (Side::new(&town.db, "acme"), Side::new(&town.db, "globex"));
    organizations::sign_up(&mut town, &acme).await;
    organizations::sign_up(&mut town, &globex).await;
    for model in town.own_models() {
        if model.tenancy == Tenancy::Root {
            organizations::nodes_run(&mut town, model, &acme, &globex).await;
        } else {
            nodes_run(&mut town, model, &mut acme, &mut globex).await;
        }
    }
    let nine = NodeOperation::ALL.iter().filter(|operation| **operation != NodeOperation::Upsert);
    let models = town.own_models();
    let named: BTreeSet<String> = nine
        .flat_map(|operation| models.iter().map(|model| format!("{}{}Node", operation.name(), model.name)))
        .collect();
    assert_eq!(named.len(), 225);
    assert!(named.is_subset(&town.ran), "did not run: {:?}", named.difference(&town.ran));
    // An upsert is a create that says `on_conflict`, and a node of its own by name.
    assert_eq!(town.ran, town.node_names());
}

/// The operations of one model in one organization, while the other one tries to reach the rows.
async fn nodes_run(town: &mut Town, model: &'static ModelDef, own: &mut Side, other: &mut Side) {
    let name = model.name;
    let theirs = town.row(other, model).await;
    let theirs = town.done(other, "Create", model, json!({ "data": theirs })).await;

    // Create and Read: what went in comes back, with what the library adds.
    let before = count(town, own, model).await;
    let new = town.row(own, model).await;
    let row = town.done(own, "Create", model, Json::Object(new.clone())).await;
    came_back(town, model, own, &new, &row);
    let id = json!({ "id": row["id"] });
    assert_eq!(town.done(own, "Read", model, id.clone()).await, row, "{name}");
    assert_eq!(count(town, own, model).await, before + 1, "{name}");

    // Update: one field changes, and the time of the last write.
    let (field, changed) = change(town, model, &row);
    let update = json!({ "id": row["id"], "data": { &field: changed } });
    let updated = town.done(own, "Update", model, update).await;
    let mut wanted = row.clone();
    wanted[&field] = changed;
    wanted["updated_at"] = updated["updated_at"].clone();
    assert_eq!(updated, wanted, "{name}");
    assert!(updated["updated_at"].as_str() > row["updated_at"].as_str(), "{name}");

    // List: by its key, and all of them.
    let by_key = json!({ "filter": id });
    assert_eq!(town.done(own, "List", model, by_key.clone()).await, json!([updated]), "{name}");
    // Of the audit there are more than a list gives unless it is told.
    let everything = json!({ "order_by": ["id"], "limit": 10_000 });
    let all = town.done(own, "List", model, everything).await;
    assert_eq!(all.as_array().unwrap().len(), before + 1, "{name}");
    assert!(!all.to_string().contains("globex"), "{name}");

    // Bulk: three rows come, change and go together.
    let mut rows = Vec::new();
    for n in 0..3 {
        let mut row = town.row(own, model).await;
        row.insert("id".into(), json!(format!("bulk-{n}")));
        rows.push(row);
    }
    let ids = json!(["bulk-0", "bulk-1", "bulk-2"]);
    let created = town.done(own, "BulkCreate", model, json!({ "data": rows })).await;
    assert_eq!(created, json!({ "affected": 3, "ids": ids }), "{name}");
    for row in &rows {
        let stored = town.done(own, "Read", model, json!({ "id": row["id"] })).await;
        came_back(town, model, own, row, &stored);
    }
    let bulk = json!({ "filter": { "id": ids }, "data": { &field: wanted[&field] } });
    let affected = town.done(own, "BulkUpdate", model, bulk).await;
    assert_eq!(affected, json!({ "affected": 3 }), "{name}");
    let changed = json!({ "filter": { "id": ids, &field: wanted[&field] } });
    if !matches!(model.find(&field).unwrap().1.kind, ennead::Kind::Json) {
        assert_eq!(town.done(own, "Count", model, changed).await, json!({ "count": 3 }), "{name}");
    }
    upserts(town, model, own, &field, &rows).await;

    // The other organization reaches none of it, and what it sends changes nothing.
    let all = town.done(own, "List", model, json!({ "order_by": ["id"] })).await;
    let another = town.row(own, model).await;
    is_out_of_reach(town, model, other, &updated, &another, &field).await;
    assert_eq!(town.done(own, "List", model, json!({ "order_by": ["id"] })).await, all, "{name}");

    let gone = town.done(own, "BulkDelete", model, json!({ "ids": ids })).await;
    assert_eq!(gone, json!({ "affected": 3 }), "{name}");
    assert_eq!(count(town, own, model).await, before + 1, "{name}");
    let deleted = town.done(own, "Delete", model, id.clone()).await;
    assert_eq!(deleted, json!({ "id": row["id"], "deleted": true }), "{name}");
    let missing = town.run(&own.scope.clone(), "Read", model, id).await;
    assert!(missing.unwrap_err().is_not_found(), "{name}");
    assert_eq!(count(town, own, model).await, before, "{name}");

    // And none of it was done to the other organization's row.
    let after = town.done(other, "Read", model, json!({ "id": theirs["id"] })).await;
    assert_eq!(after, theirs, "{name}");
}

/// A create that says `on_conflict` changes the row that is there, and adds none.
async fn upserts(
    town: &mut Town,
    model: &'static ModelDef,
    own: &Side,
    field: &str,
    rows: &[Map<String, Json>],
) {
    let conflict = json!({ "on": "id", "update": [field] });
    let upsert = json!({ "data": rows[0], "on_conflict": conflict });
    let before = count(town, own, model).await;
    let row = town.done(own, "Upsert", model, upsert).await;
    assert_eq!(row[field], rows[0][field], "{}", model.name);
    assert_eq!(count(town, own, model).await, before, "{}", model.name);
}

/// By key, by filter, in bulk and by a reference: the rows are not there for another organization.
async fn is_out_of_reach(
    town: &mut Town,
    model: &'static ModelDef,
    other: &Side,
    row: &Json,
    new: &Map<String, Json>,
    field: &str,
) {
    let (name, scope) = (model.name, other.scope.clone());
    let id = json!({ "id": row["id"] });
    // What a change refers to is the other organization's own, so that the row alone is out of reach.
    let value = if model.find(field).unwrap().1.reference.is_some() {
        json!(row[field].as_str().unwrap().replace("acme-", "globex-"))
    } else {
        row[field].clone()
    };
    let update = json!({ "id": row["id"], "data": { field: value } });
    for (operation, params) in [("Read", id.clone()), ("Update", update), ("Delete", id.clone())] {
        let refused = town.run(&scope, operation, model, params).await.unwrap_err();
        assert!(refused.is_not_found(), "{operation} {name}: {refused}");
    }
    assert_eq!(town.done(other, "List", model, json!({ "filter": id })).await, json!([]), "{name}");
    assert_eq!(
        town.done(other, "Count", model, json!({ "filter": id })).await,
        json!({ "count": 0 }),
        "{name}"
    );
    let ids = json!([row["id"], "bulk-0", "bulk-1"]);
    let nothing = json!({ "affected": 0 });
    let bulk = json!({ "filter": { "id": ids }, "data": { field: value } });
    assert_eq!(town.done(other, "BulkUpdate", model, bulk).await, nothing, "{name}");
    assert_eq!(town.done(other, "BulkDelete", model, json!({ "ids": ids })).await, nothing, "{name}");
    let has_parents = model.fields.iter().any(|field| {
        field.role == Role::Plain
            && (field.reference.is_some() || field.loose.is_some())
            && !new[field.name].is_null()
    });
    if has_parents {
        let refused = town.run(&scope, "Create", model, json!({ "data": new })).await.unwrap_err();
        assert!(refused.is_foreign_key_violation(), "{name}: {refused}");
    }
    if let Some(tenant) = model.tenant_field() {
        let mut stolen = new.clone();
        stolen.insert(model.field(tenant).name.into(), json!("acme"));
        let refused = town.run(&scope, "Create", model, json!({ "data": stolen })).await.unwrap_err();
        assert!(refused.is_invalid_input(), "{name}: {refused}");
    }
}

/// What went in comes back; what was left out is there; what is hidden is not.
#[track_caller]
pub(crate) fn came_back(town: &Town, model: &ModelDef, side: &Side, new: &Map<String, Json>, row: &Json) {
    let name = model.name;
    for (field, given) in new {
        let hidden = model.find(field).unwrap().1.hidden;
        assert_eq!(row.get(field), (!hidden).then_some(given), "{name}.{field}");
    }
    for field in town.shown(model).keys() {
        assert!(row.get(field).is_some(), "{name}.{field} of {row}");
    }
    if let Some(tenant) = model.tenant_field() {
        assert_eq!(row[model.field(tenant).name], side.tag, "{name}");
    }
}

/// A field that an update may change, and a value that it does not have yet.
pub(crate) fn change(town: &Town, model: &ModelDef, row: &Json) -> (String, Json) {
    let changes = town.changes(model);
    let own = model.fields.iter().filter(|field| {
        changes.contains_key(field.name)
            && !field.hidden
            && field.role == Role::Plain
            && field.reference.is_none()
            && field.loose.is_none()
            && !tells_of_another(model, field.name)
            && field.unique == Uniqueness::No
    });
    // Better one that no unique constraint of several columns holds.
    let (held, free): (Vec<_>, Vec<_>) = own.partition(|field| in_unique(model, field.name));
    let mut changed = free.into_iter().chain(held).flat_map(|field| {
        let values = (1..4).map(move |n| value(field, &changes[field.name], "changed", 2 * n + 1));
        values.filter(move |value| *value != row[field.name]).map(move |value| (field.name.to_owned(), value))
    });
    let changed = changed.next().or_else(|| another_reference(model, changes, row));
    changed.unwrap_or_else(|| panic!("no field of {} can change", model.name))
}

/// Of a model that has nothing but references: another row of the pool that one of them names.
fn another_reference(model: &ModelDef, changes: &Map<String, Json>, row: &Json) -> Option<(String, Json)> {
    let field =
        model.fields.iter().find(|field| field.reference.is_some() && changes.contains_key(field.name))?;
    let (pool, number) = row[field.name].as_str()?.rsplit_once('-')?;
    let another = if number == "0" { "1" } else { "0" };
    Some((field.name.to_owned(), json!(format!("{pool}-{another}"))))
}

/// Whether the field tells of which model the key in another one is: the two are set together.
fn tells_of_another(model: &ModelDef, name: &str) -> bool {
    let told =
        |field: &FieldDef| matches!(field.loose, Some(LooseReference::Any { kind, .. }) if kind == name);
    model.fields.iter().any(told)
}

/// Whether a unique constraint of several columns holds the field.
fn in_unique(model: &ModelDef, name: &str) -> bool {
    let uniques = model.indexes.iter().filter(|index| index.unique);
    uniques.flat_map(|index| index.parts).any(|part| match part.target {
        IndexTarget::Field(field) => field == name,
        IndexTarget::Expression(_) => false,
    })
}

pub(crate) async fn count(town: &mut Town, side: &Side, model: &ModelDef) -> usize {
    let count = town.done(side, "Count", model, json!({})).await;
    count["count"].as_u64().unwrap() as usize
}
