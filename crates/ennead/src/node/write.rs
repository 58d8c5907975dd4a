//! The parameters of the nodes that write.

use ennead_core::{
    Assignment, Conflict, ConflictAction, Delete, Deleted, Error, Expr, Kind, ModelRef, Role, RowUpdate,
    Target, Update, Value, Values, has_version,
};
use serde_json::{Map, Value as Json};

use super::changes;
use super::json::type_name;
use super::params::{Params, field, invalid, is_number, is_settable, key_alias, value, version_field};
use super::read::Call;
use super::request::Request;
use crate::op::{narrow, restore};

pub(super) fn create(call: &Call<'_>, mut params: Params) -> Result<Request, Error> {
    let values = match params.take("data") {
        Some(data) => {
            params.finish(&["data"])?;
            call.row("data", data)?
        }
        None => call.row("", Json::Object(params.into_map()))?,
    };
    Ok(Request::Create(values))
}

pub(super) fn upsert(call: &Call<'_>, mut params: Params) -> Result<Request, Error> {
    let values = call.row("data", params.required("data")?)?;
    let conflict = call.conflict(params.required("on_conflict")?)?;
    params.finish(&["data", "on_conflict"])?;
    Ok(Request::Upsert(values, conflict))
}

pub(super) fn bulk_create(call: &Call<'_>, mut params: Params) -> Result<Request, Error> {
    let rows = call.rows_of(params.required("data")?)?;
    let conflict = match params.take("on_conflict") {
        None | Some(Json::Null) => None,
        Some(json) => Some(call.conflict(json)?),
    };
    if let Some(Conflict { action: ConflictAction::Update { version: Some(_), .. }, .. }) = &conflict {
        let fix =
            "a version is of one row: upsert the rows one by one, or update them with a version in each";
        return Err(invalid(call.model, "on_conflict", fix));
    }
    params.finish(&["data", "on_conflict"])?;
    let values: Result<Vec<Values>, Error> =
        rows.into_iter().enumerate().map(|(at, row)| call.row(&format!("data[{at}]"), row)).collect();
    Ok(Request::BulkCreate(values?, conflict))
}

pub(super) fn update(call: &Call<'_>, mut params: Params) -> Result<Request, Error> {
    let key = call.key(&mut params)?;
    if call.model.soft_delete().is_some() && params.flag("restore")? {
        call.finish(params, &["id", call.model.key_field().name], &["restore"])?;
        return Ok(Request::Restore(restore(call.model, key)?));
    }
    let set = call.assignments(&mut params)?;
    let when = call.condition(&mut params)?;
    let names = call.known(&["id", call.model.key_field().name, "data", "add", "paths", "when"]);
    call.finish(params, &names, &["restore"])?;
    Ok(Request::Update(Update {
        model: ModelRef(call.model),
        target: Target::Key(key),
        when,
        set,
        returning: true,
        deleted: Deleted::Exclude,
    }))
}

pub(super) fn delete(call: &Call<'_>, mut params: Params) -> Result<Request, Error> {
    let key = call.key(&mut params)?;
    let when = call.condition(&mut params)?;
    params.finish(&call.known(&["id", call.model.key_field().name, "when"]))?;
    Ok(Request::Delete(key, when))
}

pub(super) fn bulk_update(call: &Call<'_>, mut params: Params) -> Result<Request, Error> {
    if params.has("filter") || params.has("all_rows") {
        let target = call.target(&mut params)?;
        let set = call.assignments(&mut params)?;
        params.finish(&["filter", "all_rows", "data", "add", "paths"])?;
        let model = ModelRef(call.model);
        let update = Update { model, target, when: None, set, returning: false, deleted: Deleted::Exclude };
        return Ok(Request::BulkUpdate(update));
    }
    let rows = params.required("data")?;
    params.finish(&["filter", "all_rows", "data", "add"])?;
    if rows.is_object() {
        return Err(invalid(
            call.model,
            "",
            "give a `filter` beside `data`, `all_rows`, or `data` as an array of rows with their ids",
        ));
    }
    let rows = call.rows_of(rows)?.into_iter().enumerate();
    let updates: Result<Vec<RowUpdate>, Error> = rows
        .map(|(at, row)| {
            let path = format!("data[{at}]");
            let mut row = Params::new(call.model, &path, row)?;
            let alias = key_alias(call.model);
            let name = if row.has(alias) { alias } else { call.model.key_field().name };
            let key = value(call.model, &row.at(name), call.model.key_field(), row.required(name)?)?;
            let version = call.version(&mut row)?;
            Ok(RowUpdate { key, version, set: call.sets(&path, row.into_map(), false)? })
        })
        .collect();
    Ok(Request::BulkUpdateEach(updates?))
}

pub(super) fn bulk_delete(call: &Call<'_>, mut params: Params) -> Result<Request, Error> {
    let (target, when) = match params.take("ids") {
        None => (call.target(&mut params)?, None),
        Some(Json::Array(ids)) => {
            let key = call.model.key_field();
            let ids = ids.into_iter().enumerate();
            let keys: Result<Vec<Value>, Error> =
                ids.map(|(at, id)| value(call.model, &format!("ids[{at}]"), key, id)).collect();
            (Target::Keys(keys?), call.filter(&mut params)?)
        }
        Some(other) => {
            return Err(invalid(call.model, "ids", &format!("expected an array, got {}", type_name(&other))));
        }
    };
    params.finish(&["filter", "ids", "all_rows"])?;
    Ok(Request::BulkDelete(Delete { model: ModelRef(call.model), target, when }))
}

impl Call<'_> {
    /// The condition of a write by key.
    fn condition(&self, params: &mut Params) -> Result<Option<Expr>, Error> {
        let mut condition = match params.take("when") {
            None | Some(Json::Null) => None,
            Some(json) => Some(self.reader().filter("when", json)?),
        };
        if let Some(version) = self.version(params)? {
            narrow(&mut condition, has_version(self.model, version)?);
        }
        Ok(condition)
    }

    /// The version that a write expects of its row.
    fn version(&self, params: &mut Params) -> Result<Option<i64>, Error> {
        let Some(definition) = version_field(self.model) else { return Ok(None) };
        match params.take(definition.name) {
            None | Some(Json::Null) => Ok(None),
            Some(json) => match value(self.model, &params.at(definition.name), definition, json)? {
                Value::Int(version) => Ok(Some(version)),
                _ => Err(invalid(self.model, &params.at(definition.name), "expected a number")),
            },
        }
    }

    /// Names of parameters, and the one under which a version is given where the model counts them.
    fn known<'a>(&self, names: &[&'a str]) -> Vec<&'a str> {
        names.iter().copied().chain(version_field(self.model).map(|field| field.name)).collect()
    }

    /// The rows of a bulk write that a filter or `all_rows` names: never all of them by leaving it out.
    fn target(&self, params: &mut Params) -> Result<Target, Error> {
        let all = params.flag("all_rows")?;
        // A filter that was to be put together and stayed empty must not mean every row.
        if params.holds_nothing("filter") {
            return Err(invalid(
                self.model,
                "filter",
                "holds no condition: say `\"all_rows\": true` where every row is meant",
            ));
        }
        match (self.filter(params)?, all) {
            (Some(filter), false) => Ok(Target::Filter(filter)),
            (None, true) => Ok(Target::All),
            (Some(_), true) => Err(invalid(self.model, "all_rows", "excludes a filter")),
            (None, false) => Err(invalid(
                self.model,
                "",
                "give a `filter`, or `\"all_rows\": true` where every row is meant",
            )),
        }
    }

    fn rows_of(&self, json: Json) -> Result<Vec<Json>, Error> {
        match json {
            Json::Array(rows) => Ok(rows),
            other => Err(invalid(
                self.model,
                "data",
                &format!("expected an array of rows, got {}", type_name(&other)),
            )),
        }
    }

    /// The values of a row to be created. The tenant may be said where it is the scope's; the scope checks it.
    fn row(&self, path: &str, json: Json) -> Result<Values, Error> {
        let Json::Object(map) = json else {
            return Err(invalid(self.model, path, &format!("expected an object, got {}", type_name(&json))));
        };
        let mut values = Values::new(self.model);
        for (name, json) in map {
            let at = join(path, &name);
            let (column, definition) = field(self.model, &at, &name, true)?;
            if !definition.is_writable() {
                return Err(invalid(self.model, &at, "is generated by the database"));
            }
            values.set(column, value(self.model, &at, definition, json)?);
        }
        Ok(values)
    }

    /// The assignments of `data`, `add` and `paths`.
    fn assignments(&self, params: &mut Params) -> Result<Vec<Assignment>, Error> {
        let mut set = Vec::new();
        for (name, add) in [("data", false), ("add", true)] {
            match params.take(name) {
                None if add || params.has("add") || params.has("paths") => {}
                None => return Err(invalid(self.model, name, "is required")),
                Some(Json::Object(map)) => set.extend(self.sets(name, map, add)?),
                Some(other) => {
                    return Err(invalid(
                        self.model,
                        name,
                        &format!("expected an object, got {}", type_name(&other)),
                    ));
                }
            }
        }
        set.extend(self.paths(params)?);
        Ok(set)
    }

    /// The changes at paths, where the model has a JSON field.
    fn paths(&self, params: &mut Params) -> Result<Vec<Assignment>, Error> {
        if !changes::has_paths(self.model) {
            return Ok(Vec::new());
        }
        let place = params.at("paths");
        params.take("paths").map_or(Ok(Vec::new()), |json| changes::read(self.model, &place, json))
    }

    fn sets(&self, path: &str, map: Map<String, Json>, add: bool) -> Result<Vec<Assignment>, Error> {
        let mut set = Vec::with_capacity(map.len());
        for (name, json) in map {
            let at = join(path, &name);
            let (column, definition) = field(self.model, &at, &name, true)?;
            let own_tenant = self.model.tenant_field() == Some(column) && !add;
            let value = value(self.model, &at, definition, json)?;
            if own_tenant && self.is_own(column, &value) {
                continue;
            }
            if definition.role == Role::Version {
                let fix = "is counted by the library: give it beside the key, and the write holds only while the row has it";
                return Err(invalid(self.model, &at, fix));
            }
            if !is_settable(definition) {
                return Err(invalid(self.model, &at, "cannot be changed"));
            }
            if add && value.is_null() {
                return Err(invalid(self.model, &at, "null is no amount"));
            }
            if add && !is_number(&definition.kind) {
                let what = match definition.kind {
                    Kind::Json => "is no number: what is in it changes by `paths`",
                    _ => "is no number, and takes no amount",
                };
                return Err(invalid(self.model, &at, what));
            }
            set.push(Assignment { column, value, add });
        }
        Ok(set)
    }

    /// Whether a value of the tenant column is the scope's own.
    fn is_own(&self, column: u16, value: &Value) -> bool {
        matches!(self.guard, ennead_core::Guard::Column { column: at, value: own, .. } if *at == column && own == value)
    }

    /// `{"on": ["email"], "update": ["name"], "add": {"logins": 1}, "paths": […]}`, or `{"on": ["email"], "ignore": true}`.
    fn conflict(&self, json: Json) -> Result<Conflict, Error> {
        let mut params = Params::new(self.model, "on_conflict", json)?;
        let target = self.names("on_conflict.on", params.required("on")?)?;
        let ignore = params.flag("ignore")?;
        let update =
            params.take("update").map_or(Ok(Vec::new()), |json| self.names("on_conflict.update", json))?;
        let mut add = match params.take("add") {
            None => Vec::new(),
            Some(Json::Object(map)) => {
                let sets = self.sets("on_conflict.add", map, true)?;
                sets.into_iter().map(|set| (set.column, set.value)).collect()
            }
            Some(_) => return Err(invalid(self.model, "on_conflict.add", "expected an object")),
        };
        add.extend(self.paths(&mut params)?.into_iter().map(|set| (set.column, set.value)));
        let version = self.version(&mut params)?;
        params.finish(&self.known(&["on", "ignore", "update", "add", "paths"]))?;
        if ignore && version.is_some() {
            return Err(invalid(
                self.model,
                "on_conflict",
                "a row that stays as it is needs no version: leave it out",
            ));
        }
        let action = match (ignore, update.is_empty() && add.is_empty()) {
            (true, true) => ConflictAction::Ignore,
            (false, false) => {
                ConflictAction::Update { columns: update, add, version: version.map(Value::Int) }
            }
            (true, false) => {
                return Err(invalid(
                    self.model,
                    "on_conflict",
                    "`ignore` excludes `update`, `add` and `paths`",
                ));
            }
            (false, true) => {
                return Err(invalid(
                    self.model,
                    "on_conflict",
                    "say `\"ignore\": true`, or what to `update`, to `add` or to change at `paths`",
                ));
            }
        };
        Ok(Conflict { target, arbiter: Vec::new(), living_only: false, action })
    }

    fn names(&self, path: &str, json: Json) -> Result<Vec<u16>, Error> {
        let items = match json {
            Json::Array(items) => items,
            single @ Json::String(_) => vec![single],
            _ => return Err(invalid(self.model, path, "expected an array of field names")),
        };
        let column = |item: &Json| match item {
            Json::String(name) => field(self.model, path, name, true).map(|(at, _)| at),
            _ => Err(invalid(self.model, path, "expected an array of field names")),
        };
        items.iter().map(column).collect()
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}
