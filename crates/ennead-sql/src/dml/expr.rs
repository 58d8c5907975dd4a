//! Conditions as sea-query expressions. Every value is the number of its slot.

use ennead_core::{
    Compare, Deleted, Dialect, Expr, FieldDef, Kind, ModelDef, Operand, Related, Value, constraints,
};
use sea_query::{Alias, BinOper, Expr as Sea, ExprTrait, IntoIden, Query};

use super::lower::TEXT_SLOT;
use super::{guard, json};

/// In what a condition is rendered: the dialect, the model, and the name that its table goes by.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) dialect: Dialect,
    pub(super) model: &'static ModelDef,
    pub(super) table: &'a str,
    /// How many relations a filter followed to come here.
    pub(super) hops: usize,
}

/// An expression with others in it: `{}` marks their places.
pub(super) fn template(dialect: Dialect, text: &str, parts: impl IntoIterator<Item = Sea>) -> Sea {
    let mut out = String::with_capacity(text.len() + 8);
    for (at, piece) in text.split("{}").enumerate() {
        if at > 0 {
            match dialect {
                Dialect::Postgres => out.push_str(&format!("${at}")),
                Dialect::Sqlite => out.push('?'),
            }
        }
        out.push_str(piece);
    }
    Sea::cust_with_exprs(out, parts)
}

/// The placeholder of a slot.
pub(super) fn slot(at: i64) -> Sea {
    Sea::val(at)
}

/// The placeholder of a value that was taken out.
pub(super) fn placeholder(value: &Value) -> Sea {
    match value {
        Value::Slot(at) => slot((at & !TEXT_SLOT).into()),
        _ => Sea::cust("NULL"),
    }
}

/// The type that a placeholder is cast to on Postgres, where the type of the bind is not that of the column.
pub(super) fn enum_type(kind: &Kind) -> Option<&'static str> {
    match kind {
        Kind::Enum(def) if def.native => Some(def.type_name),
        _ => None,
    }
}

/// The same for an array of such values too, as SQL.
fn cast_type(kind: &Kind) -> Option<String> {
    match kind {
        Kind::Array(element) => enum_type(element).map(|name| format!("{}[]", quoted(name))),
        kind => enum_type(kind).map(quoted),
    }
}

fn quoted(name: &str) -> String {
    ennead_core::constraints::quote(name)
}

impl Context<'_> {
    pub(super) fn field(&self, at: u16) -> &'static FieldDef {
        self.model.field(at)
    }

    /// A column, qualified.
    pub(super) fn column(&self, at: u16) -> Sea {
        Sea::col((
            Alias::new(self.table.to_owned()).into_iden(),
            Alias::new(self.field(at).column).into_iden(),
        ))
    }

    /// A placeholder as a value of a kind.
    pub(super) fn typed(&self, value: &Value, kind: &Kind) -> Sea {
        self.typed_sea(placeholder(value), kind)
    }

    pub(super) fn typed_sea(&self, value: Sea, kind: &Kind) -> Sea {
        match (self.dialect, cast_type(kind)) {
            (Dialect::Postgres, Some(name)) => {
                template(self.dialect, &format!("CAST({{}} AS {name})"), [value])
            }
            _ => value,
        }
    }

    /// A column as what it is ordered by: a native enumeration by its text, as everywhere else.
    pub(super) fn ordered(&self, at: u16) -> Sea {
        let column = self.column(at);
        match (self.dialect, enum_type(&self.field(at).kind)) {
            (Dialect::Postgres, Some(_)) => {
                template(self.dialect, "CAST({} AS text) COLLATE \"C\"", [column])
            }
            _ => column,
        }
    }

    /// A condition.
    pub(super) fn condition(&self, expr: &Expr) -> Sea {
        match expr {
            Expr::And(all) => self.joined(all, "TRUE", "({} AND {})"),
            Expr::Or(all) => self.joined(all, "FALSE", "({} OR {})"),
            Expr::Not(inner) => template(self.dialect, "(NOT ({}))", [self.condition(inner)]),
            Expr::Compare { left: Operand::JsonPath(at, path), op, value } => {
                self.json_compare(*at, path, *op, value)
            }
            Expr::Compare { left, op, value } => self.compare(left.column(), *op, value),
            Expr::ComparePaths { left, op, right } => json::compare_paths(self, left, *op, right),
            Expr::In { left, values, negated } => self.in_list(left.column(), values, *negated),
            Expr::Null { left: Operand::JsonPath(at, path), negated } => self.json_null(*at, path, *negated),
            Expr::Null { left, negated } => {
                let column = self.column(left.column());
                if *negated { column.is_not_null() } else { column.is_null() }
            }
            Expr::Like { left, pattern, fold_case } => self.like(left.column(), pattern, *fold_case),
            Expr::JsonContains { left, value } => match self.dialect {
                Dialect::Postgres => {
                    template(self.dialect, "({} @> {})", [self.json(left), placeholder(value)])
                }
                Dialect::Sqlite => self.json_test(left, "contains", Some(placeholder(value))),
            },
            Expr::ArrayContains { left, value } => self.array_contains(left.column(), value),
            Expr::Related(related) => self.related(related),
        }
    }

    /// Whether a related row is there: with its own tenant's predicate, and living.
    fn related(&self, related: &Related) -> Sea {
        let model = related.hop.model.0;
        let name = format!("ennead_related_{}", self.hops + 1);
        let there = Context { dialect: self.dialect, model, table: &name, hops: self.hops + 1 };
        let mut query = Query::select();
        query.expr(Sea::cust("1")).from_as(Alias::new(model.table), Alias::new(name.clone()));
        let mut ties = related.hop.columns(self.model).into_iter();
        let list = related.hop.is_list(self.model).then(|| ties.next()).flatten();
        if let Some((here, other)) = list {
            let (here, other) = ((self, here), (&there, other));
            let (list, key) = if related.hop.back { (other, here) } else { (here, other) };
            query.and_where(self.in_field(list, key));
        }
        for (here, other) in ties {
            query.and_where(there.column(other).eq(self.column(here)));
        }
        if let Some((told, kinds)) = related.hop.kinds(self.model) {
            let child = if related.hop.back { &there } else { self };
            query.and_where(child.column(told).is_in(kinds.into_iter().map(|kind| Sea::cust(literal(kind)))));
        }
        if let Some(own) = related.guard.as_ref().and_then(|tenant| guard::guard(&there, tenant)) {
            query.and_where(own);
        }
        if let Some(living) = there.living(Deleted::Exclude) {
            query.and_where(living);
        }
        if let Some(filter) = &related.filter {
            query.and_where(there.condition(filter));
        }
        let found = Sea::exists(query);
        if related.negated { template(self.dialect, "(NOT {})", [found]) } else { found }
    }

    /// Whether a key stands in the list that a field of another row holds.
    fn in_field(&self, list: (&Context<'_>, u16), key: (&Context<'_>, u16)) -> Sea {
        let kind = list.0.field(list.1).kind;
        let (list, key) = (list.0.column(list.1), key.0.column(key.1));
        match (self.dialect, kind) {
            (Dialect::Postgres, Kind::Json) => template(self.dialect, "({} @> to_jsonb({}))", [list, key]),
            (Dialect::Postgres, _) => template(self.dialect, "({} = ANY({}))", [key, list]),
            (Dialect::Sqlite, _) => {
                template(self.dialect, "({} IN (SELECT \"value\" FROM json_each({})))", [key, list])
            }
        }
    }

    /// Joins conditions by halves: neither SQLite's limit on the depth of an expression nor the stack is met by a long list.
    fn joined(&self, all: &[Expr], empty: &'static str, both: &str) -> Sea {
        match all {
            [] => Sea::cust(empty),
            [one] => self.condition(one),
            all => {
                let (left, right) = all.split_at(all.len() / 2);
                let halves = [self.joined(left, empty, both), self.joined(right, empty, both)];
                template(self.dialect, both, halves)
            }
        }
    }

    /// Compares a column with the value of a slot.
    pub(super) fn compare(&self, at: u16, op: Compare, value: &Value) -> Sea {
        let ordered = !matches!(op, Compare::Eq | Compare::Ne);
        let is_enum = self.dialect == Dialect::Postgres && enum_type(&self.field(at).kind).is_some();
        let (left, right) = if ordered && is_enum {
            (self.ordered(at), placeholder(value))
        } else {
            (self.column(at), self.typed(value, &self.field(at).kind))
        };
        left.binary(operator(op), right)
    }

    fn in_list(&self, at: u16, values: &[Value], negated: bool) -> Sea {
        let has_null = values.iter().any(Value::is_null);
        let values: Vec<&Value> = values.iter().filter(|value| !value.is_null()).collect();
        let kind = &self.field(at).kind;
        let column = self.column(at);
        let listed = match (values.as_slice(), self.dialect) {
            ([], _) => Sea::cust("FALSE"),
            ([list], Dialect::Postgres) => {
                let list = match enum_type(kind) {
                    Some(name) => template(
                        self.dialect,
                        &format!("CAST({{}} AS {}[])", quoted(name)),
                        [placeholder(list)],
                    ),
                    None => placeholder(list),
                };
                template(self.dialect, "({} = ANY({}))", [column, list])
            }
            ([list], Dialect::Sqlite) if !matches!(kind, Kind::F32 | Kind::F64 | Kind::Bytes) => template(
                self.dialect,
                "({} IN (SELECT \"value\" FROM json_each({})))",
                [column, placeholder(list)],
            ),
            (all, _) => column.is_in(all.iter().map(|value| placeholder(value))),
        };
        match (negated, has_null) {
            // NULL is in no list and, said so, not out of it either: rows with NULL are left out.
            (true, true) if values.is_empty() => self.column(at).is_not_null(),
            (true, false) if values.is_empty() => Sea::cust("TRUE"),
            (true, _) => template(self.dialect, "(NOT {})", [listed]),
            (false, true) => template(self.dialect, "({} OR {} IS NULL)", [listed, self.column(at)]),
            (false, false) => listed,
        }
    }

    fn like(&self, at: u16, pattern: &Value, fold_case: bool) -> Sea {
        let text = match (self.dialect, fold_case) {
            (Dialect::Postgres, false) => "({} LIKE {})",
            (Dialect::Postgres, true) => "({} ILIKE {})",
            (Dialect::Sqlite, false) => "({} GLOB {})",
            (Dialect::Sqlite, true) => "({} LIKE {} ESCAPE '\\')",
        };
        template(self.dialect, text, [self.column(at), placeholder(pattern)])
    }

    fn array_contains(&self, at: u16, value: &Value) -> Sea {
        let element = match self.field(at).kind {
            Kind::Array(element) => *element,
            other => other,
        };
        match self.dialect {
            Dialect::Postgres => {
                template(self.dialect, "({} = ANY({}))", [self.typed(value, &element), self.column(at)])
            }
            // SQLite's own reading of JSON rounds floats otherwise than it should; the library's function is exact.
            Dialect::Sqlite if matches!(element, Kind::F32 | Kind::F64) => {
                self.json_test(&Operand::Column(at), "contains", Some(placeholder(value)))
            }
            Dialect::Sqlite => template(
                self.dialect,
                "(CASE WHEN {} IS NULL THEN NULL ELSE EXISTS (SELECT 1 FROM json_each({}) AS \"e\" WHERE \"e\".\"value\" = {}) END)",
                [self.column(at), self.column(at), placeholder(value)],
            ),
        }
    }

    /// The JSON that an operand names, on Postgres.
    pub(super) fn json(&self, operand: &Operand) -> Sea {
        match operand {
            Operand::Column(at) => self.column(*at),
            Operand::JsonPath(at, path) => {
                template(self.dialect, "({} #> {})", [self.column(*at), path_array(path)])
            }
        }
    }

    /// A question to JSON on SQLite, answered by a function of the library's own: 1, 0, or NULL where nothing is there.
    pub(super) fn json_test(&self, operand: &Operand, test: &str, value: Option<Sea>) -> Sea {
        let path = match operand {
            Operand::Column(_) => "[]".to_owned(),
            Operand::JsonPath(_, path) => serde_json::Value::from(path.clone()).to_string(),
        };
        let value = value.unwrap_or_else(|| Sea::cust("NULL"));
        // The path is a part of its own: a template's text holds nothing that was given from outside.
        let path = Sea::cust(literal(&path));
        let text = format!("ennead_json({{}}, {{}}, '{test}', {{}})");
        template(self.dialect, &text, [self.column(operand.column()), path, value])
    }

    fn json_compare(&self, at: u16, path: &[String], op: Compare, value: &Value) -> Sea {
        let operand = Operand::JsonPath(at, path.to_vec());
        let right = match value {
            Value::Json(json) => Sea::cust(match self.dialect {
                Dialect::Postgres => format!("CAST('{json}' AS jsonb)"),
                Dialect::Sqlite => format!("'{json}'"),
            }),
            slot => placeholder(slot),
        };
        if self.dialect == Dialect::Sqlite {
            return self.json_test(&operand, json::test(op), Some(right));
        }
        let left = self.json(&operand);
        if matches!(op, Compare::Eq | Compare::Ne) {
            return left.binary(operator(op), right);
        }
        let sign = json::sign(op);
        // Values of one type only are in an order; texts by their bytes.
        match value {
            Value::Slot(at) if at & TEXT_SLOT != 0 => template(
                self.dialect,
                &format!("(jsonb_typeof({{}}) = 'string' AND {TEXT_OF} COLLATE \"C\" {sign} {TEXT_OF})"),
                [left.clone(), left, right],
            ),
            Value::Slot(_) => template(
                self.dialect,
                &format!("(jsonb_typeof({{}}) = 'number' AND {{}} {sign} {{}})"),
                [left.clone(), left, right],
            ),
            _ => template(self.dialect, "(CASE WHEN {} IS NULL THEN NULL ELSE FALSE END)", [left]),
        }
    }

    fn json_null(&self, at: u16, path: &[String], negated: bool) -> Sea {
        let operand = Operand::JsonPath(at, path.to_vec());
        match self.dialect {
            Dialect::Postgres if negated => self.json(&operand).is_not_null(),
            Dialect::Postgres => self.json(&operand).is_null(),
            Dialect::Sqlite => self.json_test(&operand, if negated { "exists" } else { "missing" }, None),
        }
    }

    /// Which soft-deleted rows are let in; `None` where all are.
    pub(super) fn living(&self, deleted: Deleted) -> Option<Sea> {
        let at = self.model.soft_delete()?;
        let column = self.column(at);
        let living = match deleted {
            Deleted::Include => return None,
            Deleted::Exclude => true,
            Deleted::Only => false,
        };
        if self.model.field(at).soft_delete.is_none() {
            return Some(if living { column.is_null() } else { column.is_not_null() });
        }
        let before = format!("{}.", constraints::quote(self.table));
        constraints::condition(self.model, &before, living).map(Sea::cust)
    }
}

pub(super) fn operator(op: Compare) -> BinOper {
    match op {
        Compare::Eq => BinOper::Equal,
        Compare::Ne => BinOper::NotEqual,
        Compare::Gt => BinOper::GreaterThan,
        Compare::Ge => BinOper::GreaterThanOrEqual,
        Compare::Lt => BinOper::SmallerThan,
        Compare::Le => BinOper::SmallerThanOrEqual,
    }
}

/// The text of a JSON string, on Postgres.
pub(super) const TEXT_OF: &str = "({} #>> ARRAY[]::text[])";

/// A text as an SQL literal.
pub(super) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A path as an array literal. Its parts hold no quote and no backslash: `admit` saw to it.
fn path_array(path: &[String]) -> Sea {
    let parts: Vec<String> = path.iter().map(|part| literal(part)).collect();
    Sea::cust(format!("ARRAY[{}]::text[]", parts.join(", ")))
}
