//! Questions asked beside an operation: whether parents are there, which foreign key SQLite meant.

use ennead_core::constraints::{column_names, foreign_keys, own_tenant};
use ennead_core::{Dialect, Error, ErrorKind, Guard, ModelDef, ParentCheck, Value, naming};
use ennead_sql::{ambiguity, parent_exists, referred, row_exists};

use super::work::{Failed, Work};

/// Refuses a write whose references name rows that are not there for this tenant. The text is that of a missing row,
/// whoever owns the one that is named.
pub(crate) async fn check_parents(
    work: &mut Work<'_>,
    model: &'static ModelDef,
    checks: &[ParentCheck],
) -> Result<(), Error> {
    for check in checks.iter().filter(|check| !check.keys.is_empty()) {
        let probe = parent_exists(work.db.planner.dialect(), check);
        let found = work.ask(check.parent.0, probe.program).await?;
        if found != probe.expected {
            let error = missing_parent(model, check.column);
            // That the rows are missed by a list, or by one of several models, no constraint's name tells.
            return Err(match model.field(check.column).loose {
                Some(_) => missing_rows(error, model, check, probe.expected - found),
                None => error,
            });
        }
    }
    Ok(())
}

fn missing_rows(error: Error, model: &'static ModelDef, check: &ParentCheck, missing: i64) -> Error {
    let (field, parent) = (model.field(check.column), check.parent.name);
    let of = if check.keys.len() == 1 { String::new() } else { format!(" of {}", check.keys.len()) };
    let rows = if check.keys.len() == 1 { "row" } else { "rows" };
    let are = if missing == 1 { "is" } else { "are" };
    let text =
        format!("{}.{} names {missing}{of} {rows} that {are} not there: {parent}", model.name, field.name);
    let constraint = error.constraint().unwrap_or_default().to_owned();
    Error::new(ErrorKind::ForeignKeyViolation, text)
        .with_model(model.name)
        .with_constraint(constraint)
        .with_fields(vec![field.name])
}

fn missing_parent(model: &'static ModelDef, column: u16) -> Error {
    let key = foreign_keys(model).into_iter().find(|key| key.field == column);
    let loose = || (naming::constraint("fk", model.table, &column_names(model, &[column])), vec![column]);
    let (name, columns) = key.map_or_else(loose, |key| (key.name, key.columns));
    violation(model, &name, &columns)
}

pub(super) fn violation(model: &'static ModelDef, name: &str, columns: &[u16]) -> Error {
    Error::new(
        ErrorKind::ForeignKeyViolation,
        format!("{}: a referenced row is missing, or rows refer to it ({name})", model.name),
    )
    .with_model(model.name)
    .with_constraint(name)
    .with_fields(column_names(model, columns))
}

/// Refuses keys that more than one tenant has, under `across_tenants`.
pub(crate) async fn check_single(
    work: &mut Work<'_>,
    model: &'static ModelDef,
    keys: Vec<Value>,
) -> Result<(), Error> {
    let probe = ambiguity(work.db.planner.dialect(), model, keys);
    if work.holds(model, probe).await? { Ok(()) } else { Err(super::ambiguous(model)) }
}

/// The error of a failed write. SQLite does not say which foreign key is violated: each is asked for with the values
/// that were to be written.
pub(crate) async fn explain(
    work: &mut Work<'_>,
    model: &'static ModelDef,
    failed: Failed,
    written: impl Fn(&Failed, u16) -> Option<Value>,
    guard: &Guard,
) -> Error {
    let unnamed =
        failed.failure.error.is_foreign_key_violation() && failed.failure.error.constraint().is_none();
    if !unnamed || work.db.planner.dialect() != Dialect::Sqlite {
        return failed.failure.error;
    }
    let code = failed.failure.error.code().unwrap_or_default().to_owned();
    for key in foreign_keys(model) {
        let value_of = |at: &u16| written(&failed, *at).or_else(|| tenant_of(model, guard, *at));
        let Some(values) = key.columns.iter().map(value_of).collect::<Option<Vec<Value>>>() else { continue };
        if values.iter().any(Value::is_null) {
            continue;
        }
        let probe = row_exists(Dialect::Sqlite, key.parent, &key.parent_columns, values);
        match work.ask(key.parent, probe.program).await {
            Ok(0) => return violation(model, &key.name, &key.columns).with_code(code),
            _ => continue,
        }
    }
    failed.failure.error
}

/// The error of a failed delete by key. SQLite does not say which rows refer to the one that was to go: each foreign key
/// that names its table is asked.
pub(super) async fn explain_delete(
    work: &mut Work<'_>,
    model: &'static ModelDef,
    error: Error,
    keys: Vec<Value>,
    guard: &Guard,
) -> Error {
    let unnamed = error.is_foreign_key_violation() && error.constraint().is_none();
    if !unnamed || keys.is_empty() || work.db.planner.dialect() != Dialect::Sqlite {
        return error;
    }
    match referring(work, model, keys, guard).await {
        Ok(Some(name)) => violation(model, &name, &[]).with_code(error.code().unwrap_or_default().to_owned()),
        _ => error,
    }
}

/// The first foreign key whose rows keep one of the keys from being deleted, by the order of their creation.
async fn referring(
    work: &mut Work<'_>,
    model: &'static ModelDef,
    keys: Vec<Value>,
    guard: &Guard,
) -> Result<Option<String>, Error> {
    let parent = model.table.replace('\'', "''");
    let sql = format!(
        "SELECT m.name, l.id || '', l.\"from\", l.\"to\" \
         FROM sqlite_master AS m, pragma_foreign_key_list(m.name) AS l \
         WHERE m.type = 'table' AND l.\"table\" = '{parent}' AND l.\"to\" IS NOT NULL \
         AND l.on_delete IN ('NO ACTION', 'RESTRICT') ORDER BY m.rowid, l.id DESC, l.seq"
    );
    /// A foreign key: its table, its number there, and its columns with those that they name.
    type Referring = (String, String, Vec<(String, String)>);
    let mut found: Vec<Referring> = Vec::new();
    for row in work.texts(model, &sql, 4).await? {
        let Ok([table, id, from, to]) = <[String; 4]>::try_from(row) else { continue };
        match found.last_mut() {
            Some((last, number, pairs)) if *last == table && *number == id => pairs.push((from, to)),
            _ => found.push((table, id, vec![(from, to)])),
        }
    }
    // Where a trigger takes the place of SET NULL, the key itself keeps nothing from being deleted.
    let sql = format!("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = '{parent}'");
    let triggers = work.texts(model, &sql, 1).await?.concat();
    for (table, _, pairs) in found {
        let columns: Vec<&str> = pairs.iter().map(|(from, _)| from.as_str()).collect();
        if triggers.contains(&naming::constraint("tr", &table, &columns)) {
            continue;
        }
        let probe = referred(Dialect::Sqlite, model, guard, keys.clone(), &table, &pairs, None);
        if !work.holds(model, probe).await? {
            return Ok(Some(naming::constraint("fk", &table, &columns)));
        }
    }
    Ok(None)
}

/// The tenant, where the column holds it and the write itself does not give it.
fn tenant_of(model: &ModelDef, guard: &Guard, at: u16) -> Option<Value> {
    let own = own_tenant(model)?;
    match guard {
        Guard::Column { column, value, .. } if *column == at && own == at => Some(value.clone()),
        _ => None,
    }
}

/// A unique value that a row outside of this scope has: the text is the same whoever owns it.
pub(crate) fn taken(model: &'static ModelDef, columns: &[u16]) -> Error {
    let fields = column_names(model, columns);
    let name = ennead_core::constraints::find_unique(model, columns)
        .map_or_else(|| naming::constraint("uq", model.table, &fields), |unique| unique.name);
    Error::new(
        ErrorKind::UniqueViolation,
        format!("{}: a row with the same ({}) is there already ({name})", model.name, fields.join(", ")),
    )
    .with_model(model.name)
    .with_constraint(name)
    .with_fields(fields)
}
