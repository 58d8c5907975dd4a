//! Completes a write before it is scoped: generated keys, times, versions, defaults; then every value passes `admit`.

use std::collections::HashSet;
use std::hash::Hash;

use crate::admit::{admit, admit_operand};
use crate::aggregate::admit_aggregate;
use crate::constraints::{column_names, find_unique, primary_key};
use crate::def::{FieldDef, KeyGeneration, ModelDef, Role};
use crate::error::{Error, ErrorKind};
use crate::filter::{Expr, Operand};
use crate::id::Sources;
use crate::kind::Kind;
use crate::lifecycle;
use crate::model::Values;
use crate::operation::{Assignment, Conflict, ConflictAction, Insert, ModelRef, Operation, Target};
use crate::paths::{check_changes, merge_amounts, merge_changes};
use crate::value::Value;
use crate::version::version_column;

/// How many bytes a LIKE pattern holds at most. SQLite takes 50,000, and a byte of a pattern becomes up to three there.
const MAX_PATTERN: usize = 16_384;

/// Makes an insert of rows of which some values are given: the rest is generated, defaulted or NULL.
///
/// The tenant is left NULL: [`Scope::apply`](crate::Scope::apply) stamps it.
///
/// # Errors
/// A value that does not fit its field, a required field that is missing, or a key that stands twice.
pub fn fill_insert(model: &'static ModelDef, rows: Vec<Values>, sources: &Sources) -> Result<Insert, Error> {
    let auto = model.key.generation == KeyGeneration::Auto;
    let keys_given = rows.iter().filter(|row| row.get(model.key.field).is_some()).count();
    if auto && keys_given != 0 && keys_given != rows.len() {
        return Err(Error::invalid(format!(
            "{}: give the key of all rows or of none, since the database counts the others",
            model.name
        )));
    }
    let columns: Vec<u16> = (0..model.fields.len() as u16)
        .filter(|at| model.field(*at).is_writable() && !(auto && *at == model.key.field && keys_given == 0))
        .collect();
    let mut filled = Vec::with_capacity(rows.len());
    let now = Value::DateTime(sources.now());
    for mut row in rows {
        let mut out = Vec::with_capacity(columns.len());
        for at in &columns {
            out.push(fill_field(model, *at, row.take(*at), &now, sources)?);
        }
        filled.push(out);
    }
    if let Some(key_at) = columns.iter().position(|at| *at == model.key.field) {
        // Whole rows of several tenants may have the same key, where keys are each tenant's own.
        let tenant = model.tenant_field().filter(|_| !model.key.global);
        let tenant_at = tenant.and_then(|tenant| columns.iter().position(|at| *at == tenant));
        refuse_duplicates(model, filled.iter().map(|row| (tenant_at.map(|at| &row[at]), &row[key_at])))?;
    }
    Ok(Insert { model: ModelRef(model), columns, rows: filled, conflict: None, returning: false })
}

fn fill_field(
    model: &ModelDef,
    at: u16,
    given: Option<Value>,
    now: &Value,
    sources: &Sources,
) -> Result<Value, Error> {
    let field = model.field(at);
    let generated = || match field.role {
        Role::Key => sources.key(model),
        Role::CreatedAt | Role::UpdatedAt => Some(time_of(field.kind, now)),
        Role::Version => Some(field.default.map_or(Value::Int(1), |default| (default.value)())),
        _ => field.default.map(|default| (default.value)()),
    };
    let tenant = field.role == Role::Tenant;
    match given.or_else(generated) {
        Some(mut value) => {
            if !(tenant && value.is_null()) {
                admit(model, field, &mut value)?;
            }
            Ok(value)
        }
        None if field.nullable || tenant => Ok(Value::Null),
        None => Err(Error::invalid(format!("{}.{} is required", model.name, field.name))
            .with_model(model.name)
            .with_fields(vec![field.name])),
    }
}

/// The time in the form of the field that takes it.
fn time_of(kind: Kind, now: &Value) -> Value {
    match (kind, now) {
        (Kind::NaiveDateTime, Value::DateTime(time)) => Value::NaiveDateTime(time.naive_utc()),
        _ => now.clone(),
    }
}

/// Refuses keys that stand twice in one request.
///
/// # Errors
/// A unique violation of the primary key.
pub fn refuse_duplicates<K: Eq + Hash>(model: &ModelDef, keys: impl Iterator<Item = K>) -> Result<(), Error> {
    let (least, most) = keys.size_hint();
    if most.is_some_and(|most| most < 2) {
        return Ok(());
    }
    let mut seen = HashSet::with_capacity(least);
    for key in keys {
        if !seen.insert(key) {
            let name = model.key_field().name;
            return Err(Error::new(
                ErrorKind::UniqueViolation,
                format!("{}.{name}: the same key stands twice in one request", model.name),
            )
            .with_model(model.name)
            .with_constraint(crate::naming::primary_key(model.table))
            .with_fields(column_names(model, &primary_key(model))));
        }
    }
    Ok(())
}

/// Refuses rows of one insert that have the same values in these columns; NULLs are never the same.
///
/// # Errors
/// A unique violation that names the columns.
pub fn refuse_duplicates_of(model: &'static ModelDef, insert: &Insert, columns: &[u16]) -> Result<(), Error> {
    let positions: Vec<usize> =
        columns.iter().filter_map(|at| insert.columns.iter().position(|column| column == at)).collect();
    if positions.len() != columns.len() {
        return Ok(());
    }
    let mut seen = HashSet::new();
    for row in &insert.rows {
        let values: Vec<&Value> = positions.iter().map(|at| &row[*at]).collect();
        if !values.iter().any(|value| value.is_null()) && !seen.insert(values) {
            let fields = column_names(model, columns);
            let text =
                format!("{}: the same ({}) stands twice in one request", model.name, fields.join(", "));
            let name = find_unique(model, columns).map_or_else(String::new, |unique| unique.name);
            return Err(Error::new(ErrorKind::UniqueViolation, text)
                .with_model(model.name)
                .with_constraint(name)
                .with_fields(fields));
        }
    }
    Ok(())
}

/// Adds what every update sets (the time of the last write, the version) and checks what it sets.
///
/// # Errors
/// A value that does not fit its field; a field that is set twice or cannot be set; nothing to set.
pub fn fill_assignments(
    model: &'static ModelDef,
    set: &mut Vec<Assignment>,
    sources: &Sources,
) -> Result<(), Error> {
    check_assignments(model, set, &always_set(model, sources))
}

/// The same with what every update sets given: one moment for a whole bulk update.
///
/// # Errors
/// As [`fill_assignments`].
pub fn check_assignments(
    model: &'static ModelDef,
    set: &mut Vec<Assignment>,
    always: &[(u16, Value, bool)],
) -> Result<(), Error> {
    if set.is_empty() {
        return Err(Error::invalid(format!(
            "an update of {} sets nothing: add `.set(column, value)`",
            model.name
        ))
        .with_model(model.name));
    }
    merge_changes(model, set);
    set.iter_mut().try_for_each(|assignment| check_assignment(model, assignment))?;
    // A handful of columns: looking through them costs less than a set of them.
    let stands_before = |at: usize| set[..at].iter().any(|before| before.column == set[at].column);
    if let Some(twice) = (1..set.len()).find(|at| stands_before(*at)).map(|at| &set[at]) {
        return Err(set_twice(model, model.field(twice.column)));
    }
    for (column, value, add) in always {
        if !set.iter().any(|assignment| assignment.column == *column) {
            set.push(Assignment { column: *column, value: value.clone(), add: *add });
        }
    }
    Ok(())
}

/// What every update sets beside what it is asked to.
pub fn always_set(model: &'static ModelDef, sources: &Sources) -> Vec<(u16, Value, bool)> {
    let mut set = Vec::new();
    if let Some(at) = model.role(Role::UpdatedAt) {
        set.push((at, time_of(model.field(at).kind, &Value::DateTime(sources.now())), false));
    }
    if let Some(at) = model.role(Role::Version) {
        set.push((at, Value::Int(1), true));
    }
    set
}

fn check_assignment(model: &ModelDef, assignment: &mut Assignment) -> Result<(), Error> {
    let field = model.field(assignment.column);
    // What every update adds to the version is checked with the rest, where observers changed it.
    if is_fixed(field) || (field.role == Role::Version && !assignment.add) {
        return Err(cannot_be_changed(model, field));
    }
    if assignment.add {
        plain_column(model, field)?;
        return admit_amount(model, field, &mut assignment.value);
    }
    admit(model, field, &mut assignment.value)?;
    lifecycle::refuse_mark(model, field, &assignment.value)
}

/// Checks what is added to a field: a number, or changes at paths of JSON.
fn admit_amount(model: &ModelDef, field: &FieldDef, value: &mut Value) -> Result<(), Error> {
    match field.kind {
        Kind::Json => check_changes(value).map_err(|what| refused(model, field, &what)),
        _ => admit_operand(model, field, value),
    }
}

/// Whether no update may set the field.
fn is_fixed(field: &FieldDef) -> bool {
    matches!(field.role, Role::Key | Role::Tenant) || field.immutable || !field.is_writable()
}

/// Refuses to compute with encrypted values: the database does not know them.
fn plain_column(model: &ModelDef, field: &FieldDef) -> Result<(), Error> {
    match field.kind {
        Kind::Encrypted => {
            Err(refused(model, field, "is encrypted: it is set, and never compared with or added to"))
        }
        _ => Ok(()),
    }
}

fn cannot_be_changed(model: &ModelDef, field: &FieldDef) -> Error {
    Error::invalid(format!("{}.{} cannot be changed", model.name, field.name))
        .with_model(model.name)
        .with_fields(vec![field.name])
}

fn set_twice(model: &ModelDef, field: &FieldDef) -> Error {
    let also = match field.kind {
        Kind::Json => ": set it as a whole, or change it at paths",
        _ => "",
    };
    Error::invalid(format!("{}.{} is set twice in one update{also}", model.name, field.name))
        .with_model(model.name)
        .with_fields(vec![field.name])
}

/// Names the arbiter of an `on_conflict` and checks what it sets.
///
/// # Errors
/// The target is no declared unique of the model, or a column cannot be set.
pub fn fill_conflict(
    model: &'static ModelDef,
    conflict: &mut Conflict,
    sources: &Sources,
) -> Result<(), Error> {
    let arbiter = find_unique(model, &conflict.target).ok_or_else(|| {
        let names: Vec<&str> = conflict.target.iter().map(|at| model.field(*at).name).collect();
        Error::invalid(format!(
            "{} has no unique over ({}): `on_conflict` names a declared #[unique], unique(…) or the key",
            model.name,
            names.join(", ")
        ))
        .with_model(model.name)
        .with_fields(names)
    })?;
    conflict.arbiter = arbiter.columns;
    conflict.living_only = arbiter.living_only;
    if let ConflictAction::Update { columns, add, version } = &mut conflict.action {
        if version.is_some() {
            version_column(model)?;
        }
        merge_amounts(model, add);
        let mut seen = HashSet::new();
        for column in columns.iter().chain(add.iter().map(|(column, _)| column)) {
            let field = model.field(*column);
            // The version's own growth is checked with the rest, where the conflict was filled before.
            if is_fixed(field) || (field.role == Role::Version && columns.contains(column)) {
                return Err(cannot_be_changed(model, field));
            }
            if !seen.insert(*column) {
                return Err(set_twice(model, field));
            }
        }
        for (column, value) in add.iter_mut() {
            plain_column(model, model.field(*column))?;
            admit_amount(model, model.field(*column), value)?;
        }
        for (column, value, adds) in always_set(model, sources) {
            if columns.contains(&column) || add.iter().any(|(at, _)| *at == column) {
                continue;
            }
            if adds {
                add.push((column, value));
            } else {
                columns.push(column);
            }
        }
    }
    Ok(())
}

/// Checks the size of a filter and each of its values.
///
/// # Errors
/// Too deep, too large, or a value that does not fit its field.
pub fn admit_filter(model: &ModelDef, filter: &mut Expr) -> Result<(), Error> {
    filter.check_size()?;
    admit_expr(model, filter)
}

fn admit_expr(model: &ModelDef, expr: &mut Expr) -> Result<(), Error> {
    let field = |operand: &Operand| model.field(operand.column());
    if let Expr::Compare { left, .. } | Expr::In { left, .. } = expr {
        plain_column(model, field(left))?;
    }
    match expr {
        Expr::And(all) | Expr::Or(all) => all.iter_mut().try_for_each(|expr| admit_expr(model, expr)),
        Expr::Not(inner) => admit_expr(model, inner),
        Expr::Related(related) => {
            related.filter.as_mut().map_or(Ok(()), |filter| admit_expr(related.hop.model.0, filter))
        }
        Expr::Compare { left: Operand::JsonPath(at, path), value, .. } => {
            admit_path(model, *at, path)?;
            match value {
                Value::Json(json) if !json.is_object() && !json.is_array() => {
                    admit_operand(model, model.field(*at), value)
                }
                _ => Err(refused(
                    model,
                    model.field(*at),
                    "a JSON path is compared with a text, number, bool or null; for objects and arrays use `contains`",
                )),
            }
        }
        Expr::Compare { left, value, .. } => admit_operand(model, field(left), value),
        Expr::ComparePaths { left, right, .. } => {
            admit_path(model, left.0, &left.1)?;
            admit_path(model, right.0, &right.1)
        }
        Expr::In { left, values, .. } => values
            .iter_mut()
            .filter(|value| !value.is_null())
            .try_for_each(|value| admit_operand(model, field(left), value)),
        Expr::Null { left, .. } => match left {
            Operand::JsonPath(at, path) => admit_path(model, *at, path),
            Operand::Column(_) => Ok(()),
        },
        Expr::Like { left, pattern, .. } => {
            if let Value::Text(text) = pattern
                && text.bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1
            {
                let what = "the pattern ends in a lone backslash, which escapes nothing";
                return Err(refused(model, field(left), what));
            }
            if let Value::Text(text) = pattern
                && text.len() > MAX_PATTERN
            {
                let what = format!("a pattern holds at most {MAX_PATTERN} bytes");
                return Err(refused(model, field(left), &what));
            }
            admit_operand(model, field(left), pattern)
        }
        Expr::JsonContains { left, value } => {
            if let Operand::JsonPath(at, path) = left {
                admit_path(model, *at, path)?;
            }
            admit_operand(model, field(left), value)
        }
        Expr::ArrayContains { left, value } => {
            let field = field(left);
            let Kind::Array(element) = field.kind else {
                return Err(Error::invalid(format!("{}.{} is no array", model.name, field.name)));
            };
            crate::admit::check(element, value).map_err(|what| refused(model, field, &what))
        }
    }
}

fn admit_path(model: &ModelDef, at: u16, path: &[String]) -> Result<(), Error> {
    let wrong = |what: &str| Err(refused(model, model.field(at), what));
    if path.is_empty() || path.len() > 32 {
        return wrong("a JSON path has 1 to 32 parts");
    }
    if path.iter().any(|part| part.contains(['\0', '"', '\\'])) {
        return wrong("a part of a JSON path holds no quote, backslash or NUL");
    }
    Ok(())
}

/// An error that names the model and the field.
fn refused(model: &ModelDef, field: &FieldDef, what: &str) -> Error {
    Error::invalid(format!("{}.{}: {what}", model.name, field.name))
        .with_model(model.name)
        .with_fields(vec![field.name])
}

/// Checks the filter and the keys of a target.
///
/// # Errors
/// A key or a filter value that does not fit its field.
pub fn admit_target(model: &'static ModelDef, target: &mut Target) -> Result<(), Error> {
    let key = model.key_field();
    match target {
        Target::Key(value) => admit_operand(model, key, value),
        Target::Keys(values) => values.iter_mut().try_for_each(|value| admit_operand(model, key, value)),
        Target::Filter(filter) => admit_filter(model, filter),
        Target::All => Ok(()),
    }
}

/// Checks the values of a whole operation that are no rows: its filter, its target, its condition.
///
/// # Errors
/// A value that does not fit its field, or a filter that is too large.
pub fn admit_operation(operation: &mut Operation) -> Result<(), Error> {
    let model = operation.model();
    match operation {
        Operation::Select(op) => op.filter.as_mut().map_or(Ok(()), |filter| admit_filter(model, filter)),
        Operation::Count(op) => op.filter.as_mut().map_or(Ok(()), |filter| admit_filter(model, filter)),
        Operation::Aggregate(op) => {
            admit_aggregate(op)?;
            op.filter.as_mut().map_or(Ok(()), |filter| admit_filter(model, filter))
        }
        Operation::Update(op) => {
            admit_target(model, &mut op.target)?;
            op.when.as_mut().map_or(Ok(()), |filter| admit_filter(model, filter))
        }
        Operation::Delete(op) => {
            admit_target(model, &mut op.target)?;
            op.when.as_mut().map_or(Ok(()), |filter| admit_filter(model, filter))
        }
        Operation::Insert(_) | Operation::UpdateEach(_) => Ok(()),
    }
}
