//! The filter language of JSON, as our own expressions: nothing in it is dropped, and nothing in it is SQL.

use ennead_core::{
    Compare, Error, Expr, FieldDef, Guard, Kind, MAX_FILTER_DEPTH, ModelDef, Operand, OrderBy, Related,
    Scope, Value, escape_like,
};
use serde_json::{Map, Value as Json};

use super::params::{field, invalid, nearest, value, visible};
use super::relations::{Relation, Relations};

const OPERATORS: &[&str] = &[
    "$eq",
    "$ne",
    "$gt",
    "$gte",
    "$lt",
    "$lte",
    "$in",
    "$nin",
    "$between",
    "$like",
    "$ilike",
    "$contains",
    "$starts_with",
    "$ends_with",
    "$null",
    "$exists",
];
const GROUPS: &[&str] = &["$and", "$or", "$not"];
/// What is asked of the rows of a relation.
const QUANTIFIERS: &[&str] = &["$some", "$none", "$exists"];

/// Reads filters of one model in one scope.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a> {
    pub(crate) model: &'static ModelDef,
    /// The tenant's predicate: in a tenant's scope, the tenant column may be named only as equal to it.
    pub(crate) guard: &'a Guard,
    /// Where the predicates of related models come from.
    pub(crate) scope: &'a Scope,
    pub(crate) relations: &'a Relations,
}

/// What an operator of two values compares.
fn comparison(name: &str) -> Option<Compare> {
    Some(match name {
        "$eq" => Compare::Eq,
        "$ne" => Compare::Ne,
        "$gt" => Compare::Gt,
        "$gte" => Compare::Ge,
        "$lt" => Compare::Lt,
        "$lte" => Compare::Le,
        _ => return None,
    })
}

impl Reader<'_> {
    /// Reads a filter: an object of fields and groups, all of which must hold.
    pub(crate) fn filter(&self, path: &str, json: Json) -> Result<Expr, Error> {
        self.object(path, json, 1)
    }

    fn object(&self, path: &str, json: Json, depth: usize) -> Result<Expr, Error> {
        if depth > MAX_FILTER_DEPTH {
            return Err(invalid(
                self.model,
                path,
                &format!("the filter is nested deeper than {MAX_FILTER_DEPTH} levels"),
            ));
        }
        let Json::Object(map) = json else {
            return Err(invalid(self.model, path, "a filter is an object of fields and groups"));
        };
        let mut all = Vec::with_capacity(map.len());
        for (key, json) in map {
            let at = format!("{path}.{key}");
            all.push(if key.starts_with('$') {
                self.group(&at, &key, json, depth)?
            } else {
                self.field(&at, &key, json, depth)?
            });
        }
        Ok(match all.len() {
            1 => all.swap_remove(0),
            _ => Expr::And(all),
        })
    }

    fn group(&self, path: &str, key: &str, json: Json, depth: usize) -> Result<Expr, Error> {
        if key == "$not" {
            return Ok(Expr::Not(Box::new(self.object(path, json, depth + 1)?)));
        }
        if !GROUPS.contains(&key) {
            let known = GROUPS.iter().copied();
            return Err(invalid(self.model, path, &format!("unknown group{}", nearest(key, known))));
        }
        let Json::Array(items) = json else {
            return Err(invalid(self.model, path, "expected an array of filters"));
        };
        let items = items.into_iter().enumerate();
        let all: Result<Vec<Expr>, Error> =
            items.map(|(at, item)| self.object(&format!("{path}[{at}]"), item, depth + 1)).collect();
        Ok(if key == "$and" { Expr::And(all?) } else { Expr::Or(all?) })
    }

    fn field(&self, path: &str, key: &str, json: Json, depth: usize) -> Result<Expr, Error> {
        if self.model.find(key).is_none()
            && let Some(relation) = self.relations.look(self.model, key)
        {
            return self.related(path, relation, json, depth);
        }
        let (name, inner) = key.split_once('.').map_or((key, None), |(name, inner)| (name, Some(inner)));
        let (at, definition) = self.known(path, name)?;
        if let Some(inner) = inner {
            if definition.kind != Kind::Json {
                return Err(invalid(self.model, path, "only a JSON field has paths"));
            }
            let inner = inner.split('.').map(str::to_owned).collect();
            return self.operators(path, Operand::JsonPath(at, inner), json);
        }
        if let Guard::Column { column, value: own, .. } = self.guard
            && Some(*column) == self.model.tenant_field()
            && *column == at
        {
            return self.own_tenant(path, at, own, json);
        }
        self.operators(path, Operand::Column(at), json)
    }

    /// The field of a name; what is none may be meant as a relation.
    fn known(&self, path: &str, name: &str) -> Result<(u16, &'static FieldDef), Error> {
        if self.model.find(name).is_some_and(|(_, field)| !field.hidden) {
            return field(self.model, path, name, false);
        }
        if let Some(relation) = self.relations.look(self.model, name) {
            let what = format!("`{name}` is a relation: its conditions stand in an object of their own");
            let what = if relation.many { format!("{what}, in `$some` or `$none`") } else { what };
            return Err(invalid(self.model, path, &what));
        }
        let all = self.relations.of(self.model);
        if all.is_empty() {
            return field(self.model, path, name, false);
        }
        let known = visible(self.model).map(|(_, field)| field.name).chain(all.iter().map(|one| one.name));
        let known: Vec<&str> = known.collect();
        let near = nearest(name, known.iter().copied());
        Err(invalid(self.model, path, &format!("unknown field or relation{near}")))
    }

    /// Conditions on related rows: of the one row as an object of its own, and of many in `$some` or `$none`.
    fn related(&self, path: &str, relation: Relation, json: Json, depth: usize) -> Result<Expr, Error> {
        self.relations.ask(relation, path, || serde_json::json!({ "filter": json }))?;
        let question = |filter: Option<Expr>, negated: bool| {
            Expr::Related(Box::new(Related { hop: relation.hop, filter, negated, guard: None }))
        };
        let guard = self.scope.guard(relation.model(), false)?;
        let there = Reader { model: relation.model(), guard: &guard, ..*self };
        let nested = |path: &str, json: Json| {
            let any = matches!(&json, Json::Object(map) if map.is_empty());
            let filter = there.object(path, json, depth + 1)?;
            Ok(if any { None } else { Some(filter) })
        };
        match json {
            Json::Object(map) if map.keys().any(|key| QUANTIFIERS.contains(&key.as_str())) => {
                let mut all = Vec::with_capacity(map.len());
                for (key, json) in map {
                    let path = format!("{path}.{key}");
                    all.push(match (key.as_str(), json) {
                        ("$some", json) => question(nested(&path, json)?, false),
                        ("$none", json) => question(nested(&path, json)?, true),
                        ("$exists", Json::Bool(wanted)) => question(None, !wanted),
                        ("$exists", _) => return Err(invalid(self.model, &path, "expected a boolean")),
                        _ => {
                            let near = nearest(&key, QUANTIFIERS.iter().copied());
                            return Err(invalid(self.model, &path, &format!("unknown operator{near}")));
                        }
                    });
                }
                Ok(if all.len() == 1 { all.swap_remove(0) } else { Expr::And(all) })
            }
            Json::Null if !relation.many => Ok(question(None, true)),
            json @ Json::Object(_) if !relation.many => Ok(question(nested(path, json)?, false)),
            _ if relation.many => {
                let what =
                    "leads to many rows: expected {\"$some\": {…}}, {\"$none\": {…}} or {\"$exists\": true}";
                Err(invalid(self.model, path, what))
            }
            _ => {
                Err(invalid(self.model, path, "expected an object of conditions on the related row, or null"))
            }
        }
    }

    /// The tenant column in a tenant's scope: equal to the scope's tenant, or an error.
    fn own_tenant(&self, path: &str, at: u16, own: &Value, json: Json) -> Result<Expr, Error> {
        let plain = match json {
            Json::Object(mut map) if map.len() == 1 => map.remove("$eq").unwrap_or(Json::Null),
            other => other,
        };
        match value(self.model, path, self.model.field(at), plain) {
            // Said all the same: rows that others share are in the scope, and not in this filter.
            Ok(value) if value == *own => {
                Ok(Expr::Compare { left: Operand::Column(at), op: Compare::Eq, value })
            }
            _ => Err(invalid(self.model, path, "names another tenant than the scope's: leave it out")),
        }
    }

    fn operators(&self, path: &str, operand: Operand, json: Json) -> Result<Expr, Error> {
        match json {
            Json::Object(mut map) => {
                let operand = self.place(path, operand, &mut map)?;
                if map.is_empty() {
                    return Err(invalid(self.model, path, "expected operators such as {\"$eq\": …}"));
                }
                let all: Result<Vec<Expr>, Error> = Map::into_iter(map)
                    .map(|(name, json)| {
                        self.operator(&format!("{path}.{name}"), operand.clone(), &name, json)
                    })
                    .collect();
                let mut all = all?;
                Ok(if all.len() == 1 { all.swap_remove(0) } else { Expr::And(all) })
            }
            Json::Null => Ok(Expr::Null { left: operand, negated: false }),
            // An array field equals an array; a list of arrays is one of them.
            Json::Array(items)
                if matches!(self.model.field(operand.column()).kind, Kind::Array(_))
                    && (items.is_empty() || !items.iter().all(|item| item.is_array() || item.is_null())) =>
            {
                self.compare(path, operand, Compare::Eq, Json::Array(items))
            }
            Json::Array(items) => self.list(path, operand, items, false),
            scalar => self.compare(path, operand, Compare::Eq, scalar),
        }
    }

    /// A place inside a JSON field whose parts are no plain words: `{"$path": ["a.b", "0"], "$eq": 1}`.
    fn place(&self, path: &str, operand: Operand, map: &mut Map<String, Json>) -> Result<Operand, Error> {
        let Operand::Column(at) = operand else { return Ok(operand) };
        if self.model.field(at).kind != Kind::Json {
            return Ok(operand);
        }
        let refuse = || invalid(self.model, &format!("{path}.$path"), "expected an array of strings");
        match map.remove("$path") {
            None => Ok(operand),
            Some(Json::Array(parts)) => {
                let parts = parts.into_iter().map(|part| match part {
                    Json::String(part) => Ok(part),
                    _ => Err(refuse()),
                });
                Ok(Operand::JsonPath(at, parts.collect::<Result<_, _>>()?))
            }
            Some(_) => Err(refuse()),
        }
    }

    /// Another place of the row, with which one is compared: `{"$field": "quota.max"}`, or `{"$field": "quota", "$path": ["max"]}`.
    fn other_place(&self, path: &str, mut map: Map<String, Json>) -> Result<(u16, Vec<String>), Error> {
        let at = format!("{path}.$field");
        let expected =
            "expected the name of a JSON field with a path, such as \"field.key\", or with `$path` beside it";
        let Some(Json::String(name)) = map.remove("$field") else {
            return Err(invalid(self.model, &at, expected));
        };
        let (name, inner) = name.split_once('.').map_or((&*name, None), |(name, inner)| (name, Some(inner)));
        let (column, definition) = self.known(&at, name)?;
        if definition.kind != Kind::Json {
            return Err(invalid(self.model, &at, "only a JSON field has paths"));
        }
        let place = match inner {
            Some(inner) => Operand::JsonPath(column, inner.split('.').map(str::to_owned).collect()),
            None => self.place(path, Operand::Column(column), &mut map)?,
        };
        if let Some(key) = map.keys().next() {
            let near = nearest(key, ["$field", "$path"].into_iter());
            return Err(invalid(self.model, &format!("{path}.{key}"), &format!("unknown key{near}")));
        }
        match place {
            Operand::JsonPath(column, path) => Ok((column, path)),
            Operand::Column(_) => Err(invalid(self.model, &at, expected)),
        }
    }

    fn operator(&self, path: &str, left: Operand, name: &str, json: Json) -> Result<Expr, Error> {
        let compare = |op, json| self.compare(path, left.clone(), op, json);
        if let (Operand::JsonPath(at, inner), Json::Object(map)) = (&left, &json)
            && map.contains_key("$field")
            && let Some(op) = comparison(name)
        {
            let right = self.other_place(path, map.clone())?;
            return Ok(Expr::ComparePaths { left: (*at, inner.clone()), op, right });
        }
        match name {
            "$eq" if json.is_null() => Ok(Expr::Null { left, negated: false }),
            "$ne" if json.is_null() => Ok(Expr::Null { left, negated: true }),
            "$eq" => compare(Compare::Eq, json),
            "$ne" => compare(Compare::Ne, json),
            "$gt" => compare(Compare::Gt, json),
            "$gte" => compare(Compare::Ge, json),
            "$lt" => compare(Compare::Lt, json),
            "$lte" => compare(Compare::Le, json),
            "$in" | "$nin" => match json {
                Json::Array(items) => self.list(path, left, items, name == "$nin"),
                _ => Err(invalid(self.model, path, "expected an array")),
            },
            "$between" => match json {
                Json::Array(items) if items.len() == 2 => {
                    let mut items = items.into_iter();
                    let bounds = [Compare::Ge, Compare::Le].into_iter().zip(items.by_ref());
                    let both: Result<Vec<Expr>, Error> = bounds.map(|(op, json)| compare(op, json)).collect();
                    Ok(Expr::And(both?))
                }
                _ => Err(invalid(self.model, path, "expected an array of two values")),
            },
            "$null" | "$exists" => match json {
                Json::Bool(wanted) => Ok(Expr::Null { left, negated: (name == "$exists") == wanted }),
                _ => Err(invalid(self.model, path, "expected a boolean")),
            },
            "$contains" => self.contains(path, left, json),
            "$like" | "$ilike" | "$starts_with" | "$ends_with" => self.pattern(path, left, name, json),
            _ => {
                let known = OPERATORS.iter().copied();
                Err(invalid(self.model, path, &format!("unknown operator{}", nearest(name, known))))
            }
        }
    }

    fn compare(&self, path: &str, left: Operand, op: Compare, json: Json) -> Result<Expr, Error> {
        let definition = self.model.field(left.column());
        if matches!(left, Operand::JsonPath(..)) {
            return Ok(Expr::Compare { left, op, value: Value::Json(json) });
        }
        if definition.kind == Kind::Json {
            return Err(invalid(
                self.model,
                path,
                "a JSON field takes `$contains`, or a path such as \"field.key\"",
            ));
        }
        if matches!(definition.kind, Kind::Array(_)) && !matches!(op, Compare::Eq | Compare::Ne) {
            return Err(invalid(self.model, path, "an array has no order"));
        }
        let value = value(self.model, path, definition, json)?;
        if value.is_null() {
            let what = "null is not compared: use `$null`";
            return Err(invalid(self.model, path, what).with_fields(vec![definition.name]));
        }
        Ok(Expr::Compare { left, op, value })
    }

    fn list(&self, path: &str, left: Operand, items: Vec<Json>, negated: bool) -> Result<Expr, Error> {
        let definition = self.model.field(left.column());
        if matches!(left, Operand::JsonPath(..)) {
            let op = if negated { Compare::Ne } else { Compare::Eq };
            let each = items.into_iter().map(|item| self.compare(path, left.clone(), op, item));
            let all: Vec<Expr> = each.collect::<Result<_, _>>()?;
            return Ok(if negated { Expr::And(all) } else { Expr::Or(all) });
        }
        if definition.kind == Kind::Json {
            return Err(invalid(
                self.model,
                path,
                "a JSON field takes `$contains`, or a path such as \"field.key\"",
            ));
        }
        let each = items.into_iter().enumerate().map(|(at, item)| match item {
            Json::Null => Ok(Value::Null),
            item => value(self.model, &format!("{path}[{at}]"), definition, item),
        });
        Ok(Expr::In { left, values: each.collect::<Result<_, _>>()?, negated })
    }

    fn contains(&self, path: &str, left: Operand, json: Json) -> Result<Expr, Error> {
        let definition = self.model.field(left.column());
        match definition.kind {
            Kind::Json => Ok(Expr::JsonContains { left, value: Value::Json(json) }),
            Kind::Array(element) => {
                let value = super::json::from_json(json, element)
                    .map_err(|what| invalid(self.model, path, &what).with_fields(vec![definition.name]))?;
                if value.is_null() {
                    return Err(invalid(self.model, path, "an array holds no null"));
                }
                Ok(Expr::ArrayContains { left, value })
            }
            _ => self.pattern(path, left, "$contains", json),
        }
    }

    fn pattern(&self, path: &str, left: Operand, name: &str, json: Json) -> Result<Expr, Error> {
        let definition = self.model.field(left.column());
        if definition.kind != Kind::Text || matches!(left, Operand::JsonPath(..)) {
            return Err(invalid(self.model, path, "only a text field takes patterns"));
        }
        let Json::String(text) = json else {
            return Err(invalid(self.model, path, "expected a string"));
        };
        let pattern = match name {
            "$contains" => format!("%{}%", escape_like(&text)),
            "$starts_with" => format!("{}%", escape_like(&text)),
            "$ends_with" => format!("%{}", escape_like(&text)),
            _ => text,
        };
        Ok(Expr::Like { left, pattern: Value::text(pattern), fold_case: name == "$ilike" })
    }

    /// Reads an order: `"-created_at"`, or a list of such texts and of objects such as `{"created_at": "desc"}`.
    pub(crate) fn order(&self, path: &str, json: Json) -> Result<Vec<OrderBy>, Error> {
        match json {
            Json::Null => Ok(Vec::new()),
            Json::Array(items) => {
                let items = items.into_iter().enumerate();
                let parts = items.map(|(at, item)| self.order_part(&format!("{path}[{at}]"), item));
                Ok(parts.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
            }
            single => self.order_part(path, single),
        }
    }

    fn order_part(&self, path: &str, json: Json) -> Result<Vec<OrderBy>, Error> {
        match json {
            Json::String(text) => {
                let (name, descending) = match text.strip_prefix('-') {
                    Some(name) => (name, true),
                    None => (text.strip_prefix('+').unwrap_or(&text), false),
                };
                Ok(vec![self.order_by(path, name, descending)?])
            }
            Json::Object(map) => Map::into_iter(map)
                .map(|(name, direction)| match direction.as_str() {
                    Some("asc") => self.order_by(path, &name, false),
                    Some("desc") => self.order_by(path, &name, true),
                    _ => Err(invalid(self.model, &format!("{path}.{name}"), "expected \"asc\" or \"desc\"")),
                })
                .collect(),
            _ => Err(invalid(self.model, path, "expected \"field\", \"-field\" or {\"field\": \"desc\"}")),
        }
    }

    fn order_by(&self, path: &str, name: &str, descending: bool) -> Result<OrderBy, Error> {
        let (column, definition) = field(self.model, path, name, false)?;
        if matches!(definition.kind, Kind::Json | Kind::Array(_)) {
            return Err(invalid(self.model, path, "a JSON or array field has no order"));
        }
        Ok(OrderBy { column, descending })
    }
}
