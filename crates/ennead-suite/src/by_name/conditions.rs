//! Filters and orders as JSON.

use ennead::__private::{
    Compare, Expr, ModelDef, Operand, OrderBy, Related, Scope, TenantId, Value, escape_like,
};
use serde_json::{Map, Value as Json, json};

use super::Reason;
use super::values::to_json;

/// Writes the filters and orders of one model in one scope.
pub(super) struct Writer<'a> {
    pub(super) model: &'static ModelDef,
    pub(super) scope: &'a Scope,
}

impl Writer<'_> {
    /// A filter.
    pub(super) fn filter(&self, expr: &Expr) -> Result<Json, Reason> {
        let all = |all: &[Expr]| all.iter().map(|expr| self.filter(expr)).collect::<Result<Vec<_>, _>>();
        Ok(match expr {
            Expr::And(items) => json!({ "$and": all(items)? }),
            Expr::Or(items) => json!({ "$or": all(items)? }),
            Expr::Related(related) => self.related(related)?,
            Expr::Not(inner) => json!({ "$not": self.filter(inner)? }),
            Expr::Compare { left, op, value } => {
                self.own_tenant(left, Some((*op, value)))?;
                let path = matches!(left, Operand::JsonPath(..));
                match (op, value) {
                    // At a place in JSON `null` asks for what is missing, as everywhere: JSON's null stands in a list.
                    (Compare::Eq, Value::Json(Json::Null)) if path => self.on(left, "$in", json!([null]))?,
                    (Compare::Ne, Value::Json(Json::Null)) if path => self.on(left, "$nin", json!([null]))?,
                    _ => self.on(left, operator(*op), to_json(value)?)?,
                }
            }
            Expr::ComparePaths { left, op, right } => {
                let field = self.model.field(right.0);
                if field.hidden {
                    return Err(Reason::Hidden);
                }
                let left = Operand::JsonPath(left.0, left.1.clone());
                let other = json!({ "$field": field.name, "$path": right.1 });
                self.on(&left, operator(*op), other)?
            }
            Expr::In { left, values, negated } => {
                self.own_tenant(left, None)?;
                let values = values.iter().map(to_json).collect::<Result<Vec<_>, _>>()?;
                self.on(left, if *negated { "$nin" } else { "$in" }, Json::Array(values))?
            }
            Expr::Null { left, negated } => {
                self.own_tenant(left, None)?;
                self.on(left, "$null", json!(!negated))?
            }
            Expr::Like { left, pattern, fold_case } => {
                self.own_tenant(left, None)?;
                let Value::Text(pattern) = pattern else { return Err(Reason::NoJson) };
                let (operator, text) =
                    if *fold_case { ("$ilike", pattern.to_string()) } else { like(pattern) };
                self.on(left, operator, json!(text))?
            }
            Expr::JsonContains { left, value } | Expr::ArrayContains { left, value } => {
                self.on(left, "$contains", to_json(value)?)?
            }
        })
    }

    /// To one as an object of conditions, or in the words for many, as the name's length has it.
    fn related(&self, related: &Related) -> Result<Json, Reason> {
        let there = Writer { model: related.hop.model.0, scope: self.scope };
        let (child, many) = if related.hop.back {
            (there.model, related.hop.is_many(self.model))
        } else {
            (self.model, related.hop.is_many(self.model))
        };
        let field = child.field(related.hop.field);
        let own = || field.name.strip_suffix("_id");
        let name = match (field.reference, field.loose) {
            (Some(reference), _) if related.hop.back => reference.inverse,
            (Some(reference), _) => reference.name.or_else(own),
            (None, Some(loose)) if !related.hop.back => {
                let targets = loose.targets();
                let target = targets.iter().find(|target| (target.model)().is(there.model));
                target.map(|target| target.relation)
            }
            (None, _) => None,
        };
        let name = name.ok_or(Reason::Unnamed)?;
        let filter = related.filter.as_ref().map(|filter| there.filter(filter)).transpose()?;
        let plain = !many && name.len() % 2 == 0;
        let question = match (filter, related.negated) {
            (None, true) if plain => Json::Null,
            (None, negated) => json!({ "$exists": !negated }),
            (Some(filter), false) if plain => filter,
            (Some(filter), false) => json!({ "$some": filter }),
            (Some(filter), true) => json!({ "$none": filter }),
        };
        Ok(json!({ name: question }))
    }

    /// In a tenant's scope its column is named as equal to it, or it is another face's question.
    fn own_tenant(&self, left: &Operand, compared: Option<(Compare, &Value)>) -> Result<(), Reason> {
        let Scope::Tenant(own) = self.scope else { return Ok(()) };
        if Some(left.column()) != self.model.tenant_field() {
            return Ok(());
        }
        let same = |value: &Value| match (own, value) {
            (TenantId::Text(own), Value::Text(text)) => **own == **text,
            (TenantId::Uuid(own), Value::Uuid(uuid)) => own == uuid,
            (TenantId::Int(own), Value::Int(int)) => own == int,
            _ => false,
        };
        match compared {
            Some((Compare::Eq, value)) if same(value) => Ok(()),
            _ => Err(Reason::OtherTenant),
        }
    }

    fn on(&self, left: &Operand, operator: &str, value: Json) -> Result<Json, Reason> {
        let field = self.model.field(left.column());
        if field.hidden {
            return Err(Reason::Hidden);
        }
        let mut operators = Map::from_iter([(operator.to_owned(), value)]);
        let key = match left {
            Operand::Column(_) => field.name.to_owned(),
            Operand::JsonPath(_, path) if path.is_empty() || path.iter().any(|part| !is_plain(part)) => {
                operators.insert("$path".to_owned(), json!(path));
                field.name.to_owned()
            }
            Operand::JsonPath(_, path) => format!("{}.{}", field.name, path.join(".")),
        };
        Ok(json!({ key: operators }))
    }

    /// An order: texts, and an object for every second column.
    pub(super) fn order(&self, order: &[OrderBy]) -> Result<Json, Reason> {
        let part = |by: &OrderBy| {
            let field = self.model.field(by.column);
            if field.hidden {
                return Err(Reason::Hidden);
            }
            let (name, direction) = (field.name, if by.descending { "desc" } else { "asc" });
            Ok(match (by.column % 2, by.descending) {
                (0, _) => json!({ name: direction }),
                (_, true) => json!(format!("-{name}")),
                (_, false) => json!(name),
            })
        };
        order.iter().map(part).collect()
    }
}

/// Whether a part of a path stands between dots as it is.
fn is_plain(part: &str) -> bool {
    !part.is_empty() && !part.contains('.')
}

fn operator(op: Compare) -> &'static str {
    match op {
        Compare::Eq => "$eq",
        Compare::Ne => "$ne",
        Compare::Gt => "$gt",
        Compare::Ge => "$gte",
        Compare::Lt => "$lt",
        Compare::Le => "$lte",
    }
}

/// The operator that a pattern was written with, where it shows: the node writes the same pattern again.
fn like(pattern: &str) -> (&'static str, String) {
    let plain = |text: &str| {
        let plain = text.replace("\\%", "%").replace("\\_", "_").replace("\\\\", "\\");
        (escape_like(&plain) == text).then_some(plain)
    };
    let (front, back) = (pattern.strip_prefix('%'), pattern.strip_suffix('%'));
    if let Some(text) = front.and_then(|rest| rest.strip_suffix('%')).and_then(plain) {
        return ("$contains", text);
    }
    if let Some(text) = back.and_then(plain) {
        return ("$starts_with", text);
    }
    if let Some(text) = front.and_then(plain) {
        return ("$ends_with", text);
    }
    ("$like", pattern.to_owned())
}
