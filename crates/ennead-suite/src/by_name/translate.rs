//! Operations as a node's name and its parameters.

use ennead::__private::{
    Aggregate, Assignment, Compare, Conflict, ConflictAction, Deleted, Expr, FieldDef, Kind, Measure,
    ModelDef, Operand, Rank, RankBy, Role, RowUpdate, Select, Target, Value, Values,
};
use ennead::NodeOperation;
use ennead::detour::{Ask, Asking};
use serde_json::{Map, Value as Json, json};

use super::Reason;
use super::conditions::Writer;
use super::values::{object, of_field, to_json};

type Object = Map<String, Json>;

/// The node and the parameters that say the same, or why JSON does not say it.
pub fn translate(asking: Asking<'_>) -> Result<(NodeOperation, Json), Reason> {
    if asking.narrowed {
        return Err(Reason::Narrowed);
    }
    let writer = |model| Writer { model, scope: asking.scope };
    match asking.ask {
        Ask::CreateStream(_) | Ask::ListStream(_) => Err(Reason::Streamed),
        Ask::Create { model, values, conflict } => create(model, values, conflict),
        Ask::BulkCreate { returning: true, .. } => Err(Reason::BulkRows),
        Ask::BulkCreate { model, rows, conflict, .. } => {
            let rows = rows.iter().map(|values| row(model, values)).collect::<Result<Vec<_>, _>>()?;
            let mut params = json!({ "data": rows });
            if let Some(conflict) = conflict {
                params["on_conflict"] = on_conflict(model, conflict)?;
            }
            Ok((NodeOperation::BulkCreate, params))
        }
        Ask::Read(select) | Ask::List(select) | Ask::Page(select, _) if select.lock.is_some() => {
            Err(Reason::Locked)
        }
        Ask::Read(select) => {
            gives_rows(select.model.0)?;
            let Some(Expr::Compare { left: Operand::Column(_), op: Compare::Eq, value }) = &select.filter
            else {
                return Err(Reason::NoJson);
            };
            let mut params = key(select.model.0, value)?;
            put_deleted(&mut params, select.model.0, select.deleted);
            Ok((NodeOperation::Read, Json::Object(params)))
        }
        Ask::List(select) => Ok((NodeOperation::List, list(&writer(select.model.0), select)?)),
        Ask::Page(select, cursor) => {
            let mut params = list(&writer(select.model.0), select)?;
            params["cursor"] = json!(cursor);
            Ok((NodeOperation::List, params))
        }
        Ask::Count(count) => {
            let mut params = Map::new();
            put_deleted(&mut params, count.model.0, count.deleted);
            put_filter(&mut params, "filter", count.filter.as_ref(), &writer(count.model.0))?;
            Ok((NodeOperation::Count, Json::Object(params)))
        }
        Ask::Aggregate(aggregate) => {
            let params = summary(&writer(aggregate.model.0), aggregate)?;
            Ok((NodeOperation::Count, Json::Object(params)))
        }
        Ask::Update(update) => {
            if let (Target::Key(value), Deleted::Only) = (&update.target, update.deleted) {
                gives_rows(update.model.0)?;
                let mut params = key(update.model.0, value)?;
                params.insert("restore".into(), json!(true));
                return Ok((NodeOperation::Update, Json::Object(params)));
            }
            let writer = writer(update.model.0);
            let (operation, mut params) = match &update.target {
                Target::Key(value) => {
                    gives_rows(update.model.0)?;
                    (NodeOperation::Update, key(update.model.0, value)?)
                }
                _ if update.returning => return Err(Reason::BulkRows),
                target => (NodeOperation::BulkUpdate, rows_of(target, &writer)?),
            };
            put_filter(&mut params, "when", update.when.as_ref(), &writer)?;
            let (data, add, paths) = assignments(update.model.0, &update.set)?;
            if !data.is_empty() || (add.is_empty() && paths.is_empty()) {
                params.insert("data".into(), Json::Object(data));
            }
            if !add.is_empty() {
                params.insert("add".into(), Json::Object(add));
            }
            if !paths.is_empty() {
                params.insert("paths".into(), Json::Array(paths));
            }
            Ok((operation, Json::Object(params)))
        }
        Ask::UpdateEach(model, updates) => {
            let row = |update: &RowUpdate| {
                let (mut row, add, paths) = assignments(model, &update.set)?;
                if !add.is_empty() || !paths.is_empty() {
                    return Err(Reason::AmountPerRow);
                }
                row.append(&mut key(model, &update.key)?);
                row.extend(update.version.map(|expected| version(model, expected)).transpose()?);
                Ok(Json::Object(row))
            };
            let rows = updates.iter().map(row).collect::<Result<Vec<_>, _>>()?;
            Ok((NodeOperation::BulkUpdate, json!({ "data": rows })))
        }
        Ask::Delete(delete, hard) => {
            let model = delete.model.0;
            if hard && model.soft_delete().is_some() {
                return Err(Reason::SoftDeleted);
            }
            let writer = writer(model);
            let (operation, mut params, condition) = match &delete.target {
                Target::Key(value) => (NodeOperation::Delete, key(model, value)?, "when"),
                target => (NodeOperation::BulkDelete, rows_of(target, &writer)?, "filter"),
            };
            put_filter(&mut params, condition, delete.when.as_ref(), &writer)?;
            Ok((operation, Json::Object(params)))
        }
    }
}

fn summary(writer: &Writer<'_>, aggregate: &Aggregate) -> Result<Object, Reason> {
    let named = |at: u16| {
        let field = writer.model.field(at);
        if field.hidden { Err(Reason::Hidden) } else { Ok(field.name) }
    };
    let mut params = Map::new();
    put_deleted(&mut params, aggregate.model.0, aggregate.deleted);
    put_filter(&mut params, "filter", aggregate.filter.as_ref(), writer)?;
    for measure in &aggregate.measures {
        let (function, at) = match *measure {
            Measure::Rows => continue,
            Measure::Sum(at) => ("sum", at),
            Measure::Avg(at) => ("avg", at),
            Measure::Min(at) => ("min", at),
            Measure::Max(at) => ("max", at),
        };
        let name = json!(named(at)?);
        if let Json::Array(names) = params.entry(function).or_insert_with(|| json!([]))
            && !names.contains(&name)
        {
            names.push(name);
        }
    }
    if aggregate.group_by.is_empty() {
        return Ok(params);
    }
    let keys = aggregate.group_by.iter().map(|at| named(*at)).collect::<Result<Vec<_>, _>>()?;
    params.insert("group_by".into(), json!(keys));
    let most = i64::MAX.unsigned_abs() - 1;
    params.insert("limit".into(), json!(aggregate.limit.map_or(most, |limit| limit.min(most))));
    let rank = |rank: &RankBy| {
        let by = match rank.by {
            Rank::Key(at) => named(at)?.to_owned(),
            Rank::Measure(Measure::Rows) => "count".to_owned(),
            Rank::Measure(Measure::Sum(at)) => format!("sum.{}", named(at)?),
            Rank::Measure(Measure::Avg(at)) => format!("avg.{}", named(at)?),
            Rank::Measure(Measure::Min(at)) => format!("min.{}", named(at)?),
            Rank::Measure(Measure::Max(at)) => format!("max.{}", named(at)?),
        };
        Ok(json!(if rank.descending { format!("-{by}") } else { by }))
    };
    let mut order = aggregate.order.iter().map(rank).collect::<Result<Vec<_>, _>>()?;
    match order.len() {
        0 => {}
        1 => drop(params.insert("order_by".into(), order.swap_remove(0))),
        _ => drop(params.insert("order_by".into(), Json::Array(order))),
    }
    Ok(params)
}

fn row(model: &'static ModelDef, values: &Values) -> Result<Json, Reason> {
    let given = (0..model.fields.len() as u16).filter_map(|at| Some((model.field(at), values.get(at)?)));
    // A tenant that is not given is the scope's.
    let given = given.filter(|(field, value)| !(field.role == Role::Tenant && value.is_null()));
    object(given).map(Json::Object)
}

fn create(
    model: &'static ModelDef,
    values: &Values,
    conflict: Option<&Conflict>,
) -> Result<(NodeOperation, Json), Reason> {
    gives_rows(model)?;
    let row = row(model, values)?;
    Ok(match conflict {
        Some(conflict) => {
            let conflict = on_conflict(model, conflict)?;
            (NodeOperation::Upsert, json!({ "data": row, "on_conflict": conflict }))
        }
        // Both forms of a create: under `data`, and flat.
        None if model.find("data").is_none() && model.fields.len().is_multiple_of(2) => {
            (NodeOperation::Create, row)
        }
        None => (NodeOperation::Create, json!({ "data": row })),
    })
}

fn on_conflict(model: &'static ModelDef, conflict: &Conflict) -> Result<Json, Reason> {
    let names = |columns: &[u16]| columns.iter().map(|at| json!(model.field(*at).name)).collect::<Vec<_>>();
    let on = names(&conflict.target);
    Ok(match &conflict.action {
        ConflictAction::Ignore => json!({ "on": on, "ignore": true }),
        ConflictAction::Update { columns, add, version: expected } => {
            let is_path = |at: u16| model.field(at).kind == Kind::Json;
            let amounts = add.iter().filter(|(at, _)| !is_path(*at));
            let amounts = object(amounts.map(|(at, value)| (model.field(*at), value)))?;
            let mut told = json!({ "on": on, "update": names(columns), "add": amounts });
            let mut paths = Vec::new();
            for (at, value) in add.iter().filter(|(at, _)| is_path(*at)) {
                changes(model.field(*at), value, &mut paths)?;
            }
            if !paths.is_empty() {
                told["paths"] = Json::Array(paths);
            }
            if let Some(Value::Int(expected)) = expected {
                let version = version(model, *expected)?;
                told.as_object_mut().into_iter().for_each(|told| told.extend([version.clone()]));
            }
            told
        }
    })
}

/// The version that a write expects, under the name of its field.
fn version(model: &'static ModelDef, expected: i64) -> Result<(String, Json), Reason> {
    let at = model.role(Role::Version).ok_or(Reason::Unversioned)?;
    Ok((model.field(at).name.to_owned(), json!(expected)))
}

/// Every second model's key under its own name, the others' as `id`.
fn key(model: &'static ModelDef, value: &Value) -> Result<Map<String, Json>, Reason> {
    let own = model.key_field().name;
    let name = if model.find("id").is_some() || model.fields.len().is_multiple_of(2) { own } else { "id" };
    Ok(Map::from_iter([(name.to_owned(), of_field(model.key_field(), value)?)]))
}

fn list(writer: &Writer<'_>, select: &Select) -> Result<Json, Reason> {
    gives_rows(writer.model)?;
    // A list has no hidden limit where it is typed, and one of 100 where it is JSON.
    let most = i64::MAX.unsigned_abs();
    let limit = select.limit.map_or(most, |limit| limit.min(most));
    let mut params = Map::from_iter([("limit".to_owned(), json!(limit))]);
    put_filter(&mut params, "filter", select.filter.as_ref(), writer)?;
    if !select.order.is_empty() {
        params.insert("order_by".into(), writer.order(&select.order)?);
    }
    put_deleted(&mut params, writer.model, select.deleted);
    if select.offset != 0 {
        params.insert("offset".into(), json!(select.offset.min(most)));
    }
    Ok(Json::Object(params))
}

fn rows_of(target: &Target, writer: &Writer<'_>) -> Result<Map<String, Json>, Reason> {
    let (name, value) = match target {
        Target::Filter(filter) => ("filter", writer.filter(filter)?),
        Target::Keys(keys) => ("ids", Json::Array(keys.iter().map(to_json).collect::<Result<_, _>>()?)),
        Target::All | Target::Key(_) => ("all_rows", json!(true)),
    };
    Ok(Map::from_iter([(name.to_owned(), value)]))
}

fn put_filter(
    params: &mut Map<String, Json>,
    name: &str,
    filter: Option<&Expr>,
    writer: &Writer<'_>,
) -> Result<(), Reason> {
    if let Some(filter) = filter {
        params.insert(name.to_owned(), writer.filter(filter)?);
    }
    Ok(())
}

/// What is set, what is added, and what changes at paths.
fn assignments(model: &'static ModelDef, set: &[Assignment]) -> Result<(Object, Object, Vec<Json>), Reason> {
    let is_path = |set: &Assignment| set.add && model.field(set.column).kind == Kind::Json;
    let part = |add: bool| {
        let of_kind = set.iter().filter(move |set| set.add == add && !is_path(set));
        object(of_kind.map(|set| (model.field(set.column), &set.value)))
    };
    let mut paths = Vec::new();
    for set in set.iter().filter(|set| is_path(set)) {
        changes(model.field(set.column), &set.value, &mut paths)?;
    }
    Ok((part(false)?, part(true)?, paths))
}

/// The changes of one column, each by itself.
fn changes(field: &FieldDef, value: &Value, out: &mut Vec<Json>) -> Result<(), Reason> {
    if field.hidden {
        return Err(Reason::Hidden);
    }
    let Value::Json(Json::Array(all)) = value else { return Err(Reason::NoJson) };
    if all.iter().any(|change| change["k"] == "add" && change["v"].is_null()) {
        return Err(Reason::NotFinite);
    }
    out.extend(all.iter().map(|change| {
        let (kind, path) = (change["k"].as_str().unwrap_or_default(), &change["p"]);
        let value = if kind == "remove" { json!(true) } else { change["v"].clone() };
        json!({ "field": field.name, "path": path, kind: value })
    }));
    Ok(())
}

/// Which deleted rows are meant; of a model that has none there is nothing to say.
fn put_deleted(params: &mut Map<String, Json>, model: &'static ModelDef, deleted: Deleted) {
    let name = match deleted {
        Deleted::Include => "with_deleted",
        Deleted::Only => "only_deleted",
        Deleted::Exclude => return,
    };
    if model.soft_delete().is_some() {
        params.insert(name.to_owned(), json!(true));
    }
}

fn gives_rows(model: &'static ModelDef) -> Result<(), Reason> {
    let hidden = |field: &FieldDef| field.hidden;
    if model.fields.iter().any(hidden) { Err(Reason::Hidden) } else { Ok(()) }
}
