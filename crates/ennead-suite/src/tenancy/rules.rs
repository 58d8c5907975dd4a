//! The rules for statements: each tenant's table in one carries the bound tenant, itself or through its parents. A table
//! that the rules do not reach breaks them.

use std::ops::ControlFlow;

use ennead::__private::{FieldDef, Literal, Role, Tenancy};
use ennead::{ModelDef, Schema};
use sqlparser::ast::{
    BinaryOperator, ConflictTarget, Expr, FromTable, Insert, JoinConstraint, JoinOperator, OnConflictAction,
    OnInsert, Query, Select, SetExpr, Statement, TableFactor, TableObject, TableWithJoins, visit_relations,
};
use sqlparser::dialect::Dialect;
use sqlparser::parser::Parser;

/// A table in a statement and the name that it goes by there.
struct Named {
    model: &'static ModelDef,
    alias: String,
}

/// What stands where a table does and holds no rows of a model: the elements of a bound array, and the database's own account
/// of its tables.
const NO_MODELS: &[&str] = &[
    "json_each",
    // Numbers: how far a path into a document goes.
    "generate_series",
    "sqlite_master",
    "pragma_foreign_key_check",
    "pragma_foreign_key_list",
    "pg_catalog.pg_class",
    "pg_catalog.pg_constraint",
];

pub(crate) struct Rules {
    models: Vec<&'static ModelDef>,
}

impl Rules {
    pub(super) fn new(schema: &Schema) -> Self {
        Self::of(schema.models().to_vec())
    }

    /// The rules for these models' tables, and those that they reference.
    pub(crate) fn of(mut models: Vec<&'static ModelDef>) -> Self {
        let mut at = 0;
        while let Some(model) = models.get(at).copied() {
            for parent in model.fields.iter().filter_map(|field| field.reference) {
                let parent = (parent.target)();
                if !models.iter().any(|known| std::ptr::eq(*known, parent)) {
                    models.push(parent);
                }
            }
            at += 1;
        }
        Self { models }
    }

    /// How many tables of tenants a statement names; one that no rule knows is an error.
    fn wanted(&self, statement: &Statement) -> Result<usize, String> {
        let (mut wanted, mut unknown) = (0, None);
        let _ = visit_relations(statement, |name| {
            let table = name.to_string();
            wanted += usize::from(self.owned(&table).is_some());
            if !NO_MODELS.contains(&table.as_str())
                && !self.models.iter().any(|model| model.table == table.trim_matches('"'))
            {
                unknown = Some(table);
            }
            ControlFlow::<()>::Continue(())
        });
        unknown.map_or(Ok(wanted), |table| Err(format!("no model of the case has the table {table}")))
    }

    /// Checks a statement of no tenant's scope: it names no tenant's table.
    pub(crate) fn touches_no_tenant(&self, dialect: &(dyn Dialect + Sync), sql: &str) -> Result<(), String> {
        deep(|| self.names_no_tenant(dialect, sql))
    }

    fn names_no_tenant(&self, dialect: &(dyn Dialect + Sync), sql: &str) -> Result<(), String> {
        let without =
            |owned: bool| if owned { Err("a tenant's table without a scope".into()) } else { Ok(()) };
        if let Some((table, _)) = copied(sql) {
            return without(self.owned(table).is_some());
        }
        let parsed = parse(dialect, sql)?;
        parsed.iter().try_for_each(|statement| without(self.wanted(statement)? > 0))
    }

    /// A COPY: the tenant is among its columns, and each of its rows was stamped before it was encoded (the cases of COPY
    /// read them back).
    fn copy(&self, table: &str, columns: &str) -> Result<(), String> {
        match self.owned(table).map(|model| (model, model.tenancy)) {
            None => Ok(()),
            Some((model, Tenancy::Column { field, .. })) => {
                let column = format!("\"{}\"", model.fields[field as usize].column);
                if columns.split(", ").any(|each| each == column) { Ok(()) } else { Err("no tenant".into()) }
            }
            Some(_) => Err("a COPY proves no parent".into()),
        }
    }

    /// The definition of a table whose rows belong to tenants.
    fn owned(&self, table: &str) -> Option<&'static ModelDef> {
        let table = table.trim_matches('"');
        let model = self.models.iter().find(|model| model.table == table)?;
        (!matches!(model.tenancy, Tenancy::Global)).then_some(*model)
    }

    /// Checks one statement; `before` is the one sent before it.
    pub(crate) fn check(
        &self,
        dialect: &(dyn Dialect + Sync),
        sql: &str,
        before: Option<&str>,
    ) -> Result<(), String> {
        deep(|| self.judged(dialect, sql, before))
    }

    fn judged(&self, dialect: &(dyn Dialect + Sync), sql: &str, before: Option<&str>) -> Result<(), String> {
        if let Some((table, columns)) = copied(sql) {
            return self.copy(table, columns);
        }
        let parsed = parse(dialect, sql)?;
        let [statement] = parsed.as_slice() else { return Err("several statements in one".into()) };
        let wanted = self.wanted(statement)?;
        let reached = match statement {
            Statement::Query(query) => self.query(query)?,
            Statement::Insert(insert) => self.insert(insert, before)?,
            Statement::Update(update) => self.written(&update.table, update.selection.as_ref())?,
            Statement::Delete(delete) => {
                let (FromTable::WithFromKeyword(tables) | FromTable::WithoutKeyword(tables)) = &delete.from;
                self.written(&tables[0], delete.selection.as_ref())?
            }
            _ => return Err("a statement of no operation".into()),
        };
        if reached == wanted { Ok(()) } else { Err(format!("{reached} of {wanted} tables carry the tenant")) }
    }

    fn query(&self, query: &Query) -> Result<usize, String> {
        match &*query.body {
            SetExpr::Select(select) => self.select(select, None),
            _ => Err("neither SELECT nor VALUES".into()),
        }
    }

    /// How many tenants' tables of a select are guarded: all, or it is an error. `outer` is what the select leads up from.
    fn select(&self, select: &Select, outer: Option<(&Named, &mut bool)>) -> Result<usize, String> {
        let mut all = Vec::new();
        let mut conditions: Vec<&Expr> = select.selection.iter().flat_map(conjuncts).collect();
        let mut reached = 0;
        for from in &select.from {
            for factor in std::iter::once(&from.relation).chain(from.joins.iter().map(|join| &join.relation))
            {
                match factor {
                    TableFactor::Table { name, alias, .. } => {
                        if let Some(model) = self.owned(&name.to_string()) {
                            let plain = name.to_string().trim_matches('"').to_owned();
                            let alias = alias.as_ref().map_or(plain, |alias| alias.name.value.clone());
                            all.push(Named { model, alias });
                        }
                    }
                    TableFactor::Derived { subquery, .. } => reached += self.query(subquery)?,
                    _ => {}
                }
            }
            for join in &from.joins {
                let (JoinOperator::Join(JoinConstraint::On(on))
                | JoinOperator::Inner(JoinConstraint::On(on))) = &join.join_operator
                else {
                    return Err("a join that is no inner one".into());
                };
                conditions.extend(conjuncts(on));
            }
        }
        if let Some((child, leads)) = outer {
            *leads = all.iter().any(|named| conditions.iter().any(|on| is_parent(named, child, on)));
        }
        for named in &all {
            reached += 1 + self.guarded(named, &conditions, &all)?;
        }
        Ok(reached + self.related(select.selection.as_ref())?)
    }

    /// How many tables the conditions on related rows reach: each such question carries the tenant by itself, wherever it
    /// stands among the conditions.
    fn related(&self, selection: Option<&Expr>) -> Result<usize, String> {
        let mut questions = Vec::new();
        selection.iter().for_each(|expr| related(expr, &mut questions));
        questions.into_iter().map(|select| self.select(select, None)).sum()
    }

    /// How many further tables the guard of a table reaches; an error where it has none.
    fn guarded(&self, named: &Named, conditions: &[&Expr], beside: &[Named]) -> Result<usize, String> {
        let missing = || format!("{} carries no tenant", named.model.table);
        let column = |at: u16| quoted(&named.alias, named.model.fields[at as usize].column);
        let bound = |at: u16| conditions.iter().filter(|on| is_bound(on, &column(at))).count();
        match named.model.tenancy {
            Tenancy::Global => Ok(0),
            Tenancy::Root => {
                if bound(named.model.key.field) > 0 {
                    Ok(0)
                } else {
                    Err(missing())
                }
            }
            Tenancy::Column { field, shared } => {
                let shares = |on: &Expr| match (shared, bare(on)) {
                    (Some(shared), Expr::BinaryOp { left, op: BinaryOperator::Or, right }) => {
                        let mut wanted = vec![column(shared)];
                        wanted.extend(living(named.model, &named.alias));
                        let told: Vec<String> =
                            conjuncts(bare(right)).iter().map(|on| bare(on).to_string()).collect();
                        is_bound(left, &column(field))
                            && told.len() == wanted.len()
                            && told[0].trim_end_matches(" = (1)") == wanted[0]
                            && told[1..] == wanted[1..]
                    }
                    _ => false,
                };
                if bound(field) > 0 || conditions.iter().any(|on| shares(on)) {
                    Ok(0)
                } else {
                    Err(missing())
                }
            }
            Tenancy::Via { .. } => {
                // Joined, and then guarded as one of the tables beside it.
                if beside.iter().any(|parent| conditions.iter().any(|on| is_parent(parent, named, on))) {
                    return Ok(0);
                }
                for on in conditions {
                    if let Expr::Exists { subquery, negated: false } = on
                        && let SetExpr::Select(select) = &*subquery.body
                    {
                        let mut leads = false;
                        let reached = self.select(select, Some((named, &mut leads)))?;
                        if leads {
                            return Ok(reached);
                        }
                    }
                }
                Err(missing())
            }
        }
    }

    fn written(&self, table: &TableWithJoins, selection: Option<&Expr>) -> Result<usize, String> {
        let name = table.relation.to_string().trim_matches('"').to_owned();
        let related = self.related(selection)?;
        let Some(model) = self.owned(&name) else { return Ok(related) };
        let conditions: Vec<&Expr> = selection.into_iter().flat_map(conjuncts).collect();
        Ok(1 + related + self.guarded(&Named { model, alias: name }, &conditions, &[])?)
    }

    fn insert(&self, insert: &Insert, before: Option<&str>) -> Result<usize, String> {
        if insert.or.is_some() || insert.replace_into || insert.ignore {
            return Err("an insert that replaces".into());
        }
        let TableObject::TableName(name) = &insert.table else {
            return Err("an insert into no table".into());
        };
        let Some(model) = self.owned(&name.to_string()) else { return Ok(0) };
        let columns: Vec<String> =
            insert.columns.iter().map(|column| column.to_string().trim_matches('"').to_owned()).collect();
        let mut tenant = None;
        match model.tenancy {
            Tenancy::Column { field, .. } => {
                let column = model.fields[field as usize].column;
                let at =
                    columns.iter().position(|name| name == column).ok_or("no tenant among the columns")?;
                let value = value_at(insert, at).ok_or("no value for the tenant")?;
                if !is_placeholder(value.trim_start_matches("UNNEST(").trim_end_matches(')')) {
                    return Err(format!("the tenant is {value}"));
                }
                tenant = Some(column);
            }
            Tenancy::Via { field } => {
                let parent = (model.fields[field as usize].reference.unwrap().target)();
                let asked = format!("FROM (SELECT 1 FROM \"{}\"", parent.table);
                if !before.is_some_and(|before| before.contains(&asked)) {
                    return Err("the parent was not asked for before".into());
                }
            }
            _ => return Err("a tenant makes no tenants".into()),
        }
        let mut reached = 1;
        if let Some(OnInsert::OnConflict(conflict)) = &insert.on
            && let OnConflictAction::DoUpdate(update) = &conflict.action
        {
            let by_tenant = match &conflict.conflict_target {
                Some(ConflictTarget::Columns(all)) => {
                    all.iter().any(|part| Some(part.value.as_str()) == tenant)
                }
                _ => false,
            };
            if !by_tenant {
                let conditions: Vec<&Expr> = update.selection.iter().flat_map(conjuncts).collect();
                let named = Named { model, alias: model.table.to_owned() };
                reached += self.guarded(&named, &conditions, &[])?;
            }
        }
        Ok(reached)
    }
}

/// The parser takes some hundred kilobytes of stack for each question inside another, more than a test's thread has.
fn deep<T: Send>(judge: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let builder = std::thread::Builder::new().stack_size(256 << 20);
        builder.spawn_scoped(scope, judge).unwrap().join().unwrap()
    })
}

/// Filters may be nested deeper than the parser goes by itself.
fn parse(dialect: &(dyn Dialect + Sync), sql: &str) -> Result<Vec<Statement>, String> {
    let parser = Parser::new(dialect).with_recursion_limit(2000).try_with_sql(&readable(sql));
    parser.and_then(|mut parser| parser.parse_statements()).map_err(|error| format!("not parsed: {error}"))
}

/// Table and columns of `COPY "t" ("a", "b") FROM STDIN (FORMAT binary)`, which the parser does not read.
fn copied(sql: &str) -> Option<(&str, &str)> {
    let rest = sql.strip_prefix("COPY ")?.strip_suffix(" FROM STDIN (FORMAT binary)")?;
    let (table, columns) = rest.split_once(" (")?;
    Some((table, columns.strip_suffix(')')?))
}

fn value_at(insert: &Insert, at: usize) -> Option<String> {
    match &*insert.source.as_ref()?.body {
        SetExpr::Values(values) => {
            let row = values.rows.first()?;
            let cells: Vec<String> = row.iter().map(ToString::to_string).collect();
            cells.get(at).cloned()
        }
        SetExpr::Select(select) => select.projection.get(at).map(ToString::to_string),
        _ => None,
    }
}

/// The questions for related rows among conditions, those inside of them left out.
fn related<'a>(expr: &'a Expr, found: &mut Vec<&'a Select>) {
    match expr {
        Expr::BinaryOp { left, right, .. } => {
            related(left, found);
            related(right, found);
        }
        Expr::UnaryOp { expr, .. } | Expr::Nested(expr) => related(expr, found),
        Expr::Exists { subquery, .. } => {
            if let SetExpr::Select(select) = &*subquery.body
                && select.from.iter().any(|from| from.to_string().contains(" AS \"ennead_related_"))
            {
                found.push(select);
            }
        }
        _ => {}
    }
}

/// The conditions that all have to hold.
fn conjuncts(expr: &Expr) -> Vec<&Expr> {
    match expr {
        Expr::BinaryOp { left, op: BinaryOperator::And, right } => {
            conjuncts(left).into_iter().chain(conjuncts(right)).collect()
        }
        Expr::Nested(inner)
            if matches!(**inner, Expr::BinaryOp { op: BinaryOperator::And, .. } | Expr::Exists { .. }) =>
        {
            conjuncts(inner)
        }
        other => vec![other],
    }
}

fn bare(expr: &Expr) -> &Expr {
    match expr {
        Expr::Nested(inner) => bare(inner),
        other => other,
    }
}

/// The text as the parser can read it: it knows neither a conflict behind a SELECT without a table, nor one with the
/// condition of a partial unique, nor a lock against changes that leaves keys to be referred to, nor SQLite's shift of bits.
/// None says anything about the tenant.
fn readable(sql: &str) -> String {
    let sql = sql
        .replace(" FOR NO KEY UPDATE", " FOR UPDATE")
        .replace(" FOR KEY SHARE", " FOR SHARE")
        .replace(" >> 32)", " / 32)");
    let sql = sql.replace(") ON CONFLICT", ") WHERE TRUE ON CONFLICT");
    let sql = if sql.contains(" VALUES ") { sql.replace(" WHERE TRUE ON", " ON") } else { sql };
    // The condition of a partial unique: `) WHERE "deleted_at" IS NULL DO `, `) WHERE "is_active" DO `.
    let Some((insert, conflict)) = sql.split_once(" ON CONFLICT (") else { return sql };
    match conflict.split_once(" DO ").map(|(target, action)| (target.split_once(") WHERE "), action)) {
        Some((Some((columns, _)), action)) => format!("{insert} ON CONFLICT ({columns}) DO {action}"),
        _ => sql,
    }
}

/// The condition of a model's living rows.
fn living(model: &ModelDef, alias: &str) -> Option<String> {
    let flagged = |field: &&FieldDef| field.soft_delete.is_some();
    let Some(field) = model.fields.iter().find(flagged) else {
        let moment = model.fields.iter().find(|field| field.role == Role::DeletedAt);
        return moment.map(|field| format!("{} IS NULL", quoted(alias, field.column)));
    };
    let column = quoted(alias, field.column);
    Some(match field.soft_delete?.deleted {
        Literal::Bool(true) => format!("NOT {column}"),
        Literal::Bool(false) => column,
        deleted => format!("{column} <> '{deleted}'"),
    })
}

fn quoted(alias: &str, column: &str) -> String {
    format!("\"{alias}\".\"{column}\"")
}

fn is_placeholder(text: &str) -> bool {
    text == "?" || text.strip_prefix('$').is_some_and(|number| number.parse::<u32>().is_ok())
}

fn is_bound(expr: &Expr, column: &str) -> bool {
    let Expr::BinaryOp { left, op: BinaryOperator::Eq, right } = expr else { return false };
    left.to_string() == column && is_placeholder(&right.to_string())
}

/// Whether a condition says that one table's row is the parent of the other's.
fn is_parent(parent: &Named, child: &Named, expr: &Expr) -> bool {
    let Tenancy::Via { field } = child.model.tenancy else { return false };
    let reference = &child.model.fields[field as usize];
    let is_its = reference
        .reference
        .is_some_and(|reference| std::ptr::eq((reference.target)().table, parent.model.table));
    let key = parent.model.fields[parent.model.key.field as usize].column;
    is_its
        && expr.to_string()
            == format!("{} = {}", quoted(&parent.alias, key), quoted(&child.alias, reference.column))
}
