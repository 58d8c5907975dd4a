//! Optimistic locks: a write that names the version of the row that it was made for.

use crate::def::{ModelDef, Role};
use crate::error::{Error, ErrorKind};
use crate::filter::{Compare, Expr, Operand};
use crate::value::Value;

/// A row that somebody changed since it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VersionConflict {
    /// Which row of a bulk update, in the order in which they were given; `None` for a write of one row.
    pub row: Option<usize>,
    /// The version that the write was made for.
    pub expected: i64,
    /// The version that the row has.
    pub found: i64,
}

/// How many rows the text of an error tells.
const TOLD: usize = 8;

/// The column that counts the writes.
///
/// # Errors
/// The model has none.
pub fn version_column(model: &'static ModelDef) -> Result<u16, Error> {
    model.role(Role::Version).ok_or_else(|| {
        let text = format!("{} has no #[version] field: no version can be expected of its rows", model.name);
        Error::invalid(text).with_model(model.name)
    })
}

/// The condition that a row has a version.
///
/// # Errors
/// The model has no `#[version]` field.
pub fn has_version(model: &'static ModelDef, version: i64) -> Result<Expr, Error> {
    let left = Operand::Column(version_column(model)?);
    Ok(Expr::Compare { left, op: Compare::Eq, value: Value::Int(version) })
}

/// The version that a condition demands of the row, beside what else it does.
#[must_use]
pub fn expected_version(model: &ModelDef, condition: &Expr) -> Option<i64> {
    match condition {
        Expr::And(all) => all.iter().find_map(|one| expected_version(model, one)),
        Expr::Compare { left: Operand::Column(at), op: Compare::Eq, value: Value::Int(version) } => {
            (model.role(Role::Version) == Some(*at)).then_some(*version)
        }
        _ => None,
    }
}

/// The error of a write whose rows were changed meanwhile.
#[must_use]
pub fn changed_meanwhile(model: &'static ModelDef, conflicts: Vec<VersionConflict>) -> Error {
    let one = |conflict: &VersionConflict| match conflict.row {
        Some(row) => format!("row {row} has version {}, not {}", conflict.found, conflict.expected),
        None => format!("the row has version {}, not {}", conflict.found, conflict.expected),
    };
    let mut told: Vec<String> = conflicts.iter().take(TOLD).map(one).collect();
    if conflicts.len() > TOLD {
        told.push(format!("and {} more", conflicts.len() - TOLD));
    }
    if told.is_empty() {
        told.push("rows came and went beside the write".to_owned());
    }
    let text = format!("{}: changed since it was read: {}; read it again", model.name, told.join(", "));
    let field = model.role(Role::Version).map(|at| model.field(at).name);
    Error::new(ErrorKind::Conflict, text)
        .with_model(model.name)
        .with_fields(field.into_iter().collect())
        .with_version_conflicts(conflicts)
}
