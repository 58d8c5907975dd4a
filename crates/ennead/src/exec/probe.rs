//! Questions asked beside an operation: whether parents are there, which foreign key SQLite meant.

use std::collections::HashSet;

use ennead_core::constraints::{column_names, foreign_keys};
use ennead_core::{Dialect, Error, ErrorKind, Guard, ModelDef, ParentCheck, Tenancy, Value, naming};
use ennead_sql::{ambiguity, parent_exists, row_exists};

use super::work::{Failed, Work};

/// Refuses a write whose references name rows that are not there for this tenant. The text is that of a missing row,
/// whoever owns the one that is named.
pub(crate) async fn check_parents(
    work: &mut Work<'_>,
    model: &'static ModelDef,
    checks: &[ParentCheck],
    keys_of: impl Fn(u16) -> Vec<Value>,
) -> Result<(), Error> {
    for check in checks {
        let keys: HashSet<Value> = keys_of(check.column).into_iter().filter(|key| !key.is_null()).collect();
        if keys.is_empty() {
            continue;
        }
        let probe = parent_exists(work.db.planner.dialect(), check, keys.into_iter().collect());
        if !work.holds(check.parent.0, probe).await? {
            return Err(missing_parent(model, check.column));
        }
    }
    Ok(())
}

fn missing_parent(model: &'static ModelDef, column: u16) -> Error {
    let key = foreign_keys(model).into_iter().find(|key| key.field == column);
    let (name, columns) = key.map_or((String::new(), vec![column]), |key| (key.name, key.columns));
    violation(model, &name, &columns)
}

fn violation(model: &'static ModelDef, name: &str, columns: &[u16]) -> Error {
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

/// The tenant, where the column holds it and the write itself does not give it.
fn tenant_of(model: &ModelDef, guard: &Guard, at: u16) -> Option<Value> {
    let own = match model.tenancy {
        Tenancy::Root => model.key.field,
        _ => model.tenant_field()?,
    };
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
