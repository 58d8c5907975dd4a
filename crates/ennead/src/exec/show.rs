//! Statements without a database, for people to read.

use ennead_core::{
    Conflict, Delete, Dialect, Error, ModelDef, Operation, Scope, Sources, Update, Value, Values,
    admit_operation, fill_assignments, fill_conflict, fill_insert,
};

use super::delete::{Marking, marking};
use crate::statement::Statement;

/// The statement of an operation.
pub(crate) fn show(dialect: Dialect, mut operation: Operation) -> Result<Statement, Error> {
    admit_operation(&mut operation)?;
    let mut scoped = Scope::Shown.apply(operation)?;
    if scoped.operation().model().encrypts {
        // Neither what is given nor what is stored.
        scoped = scoped.sealed(&mut |_, _| Ok(Value::text("{encrypted}")))?;
    }
    let program = ennead_sql::plan(dialect, scoped)?;
    Ok(Statement::new(&program))
}

/// The statement of an insert.
pub(crate) fn show_insert(
    dialect: Dialect,
    model: &'static ModelDef,
    rows: Vec<Values>,
    conflict: Option<Conflict>,
) -> Result<Statement, Error> {
    let sources = Sources::default();
    let mut insert = fill_insert(model, rows, &sources)?;
    if let Some(mut conflict) = conflict {
        fill_conflict(model, &mut conflict, &sources)?;
        insert.conflict = Some(conflict);
    }
    insert.returning = insert.rows.len() == 1;
    show(dialect, Operation::Insert(insert))
}

/// The statement of an update.
pub(crate) fn show_update(dialect: Dialect, mut update: Update) -> Result<Statement, Error> {
    fill_assignments(update.model.0, &mut update.set, &Sources::default())?;
    show(dialect, Operation::Update(update))
}

/// The statement of a delete.
pub(crate) fn show_delete(dialect: Dialect, delete: Delete, hard: bool) -> Result<Statement, Error> {
    if hard {
        return show(dialect, Operation::Delete(delete));
    }
    let sources = Sources::default();
    match marking(delete.model.0, sources.now(), &sources, delete)? {
        Marking::Mark(update) => show(dialect, Operation::Update(update)),
        Marking::Remove(delete) => show(dialect, Operation::Delete(delete)),
    }
}
