//! Foreign keys, and what takes the place of `SET NULL (column)` where a database lacks it.

use ennead_core::constraints::{self, column_names, quote};
use ennead_core::snapshot::{Deferrable, ForeignKey, ReferentialAction, Trigger};
use ennead_core::{Action, Dialect, Error, Kind, ModelDef, naming};

use super::{invalid, unsupported};

/// A trigger, and the table that it belongs to.
pub(super) type TableTrigger = (&'static str, Trigger);

/// The foreign keys of a model, and the triggers that its parents need for them.
pub(super) fn foreign_keys(
    model: &'static ModelDef,
    models: &[&'static ModelDef],
    dialect: Dialect,
) -> Result<(Vec<ForeignKey>, Vec<TableTrigger>), Error> {
    let mut keys = Vec::new();
    let mut triggers = Vec::new();
    for key in constraints::foreign_keys(model) {
        check(model, &key, models)?;
        let nulls_one_of_two = key.is_composite() && key.on_delete == Action::SetNull;
        let (mut on_delete, mut on_delete_columns) = (action(key.on_delete), Vec::new());
        if model.no_hard_delete && key.on_delete == Action::Cascade {
            // Rows of this model are marked with their parent, and never removed with it.
            on_delete = ReferentialAction::Restrict;
        }
        match dialect {
            Dialect::Postgres if nulls_one_of_two => {
                on_delete_columns.push(model.field(key.field).column.to_owned());
            }
            Dialect::Sqlite if nulls_one_of_two => {
                on_delete = ReferentialAction::NoAction;
                triggers.push((key.parent.table, set_null_trigger(model, &key)));
            }
            _ => {}
        }
        keys.push(ForeignKey {
            columns: owned(&column_names(model, &key.columns)),
            parent: key.parent.table.to_owned(),
            parent_columns: owned(&column_names(key.parent, &key.parent_columns)),
            on_delete,
            on_delete_columns,
            on_update: action(key.on_update),
            deferrable: if key.deferrable { Deferrable::InitiallyDeferred } else { Deferrable::No },
            name: key.name,
            ..ForeignKey::default()
        });
    }
    Ok((keys, triggers))
}

fn check(
    model: &'static ModelDef,
    key: &constraints::ForeignKey,
    models: &[&'static ModelDef],
) -> Result<(), Error> {
    let (field, parent) = (model.field(key.field), key.parent);
    if !models.iter().any(|other| other.is(parent)) {
        let what = format!("it references {0}, which is not in the list of models: add {0}", parent.name);
        return Err(invalid(model, field, &what));
    }
    if !key.is_composite() && !parent.key_is_global() {
        let what = format!(
            "it references {0} by its key alone, and {0}'s key is unique among one tenant's rows only: write #[model(key = \"global\")] on {0}, or give {1} a #[tenant] column",
            parent.name, model.name
        );
        return Err(invalid(model, field, &what));
    }
    for (own, other) in key.columns.iter().zip(&key.parent_columns) {
        let (own, other) = (model.field(*own), parent.field(*other));
        if !comparable(own.kind, other.kind) {
            let what = format!(
                "it is {}, and {}.{}, which it references, is {}: the types must be the same",
                own.kind.rust_name(),
                parent.name,
                other.name,
                other.kind.rust_name()
            );
            return Err(invalid(model, own, &what));
        }
    }
    let changes_rows = |action| matches!(action, Action::Cascade | Action::SetNull);
    if model.append_only && (changes_rows(key.on_delete) || changes_rows(key.on_update)) {
        let what =
            "its action would change or delete rows of an append_only model: choose restrict or no_action";
        return Err(invalid(model, field, what));
    }
    if !field.nullable && (key.on_delete == Action::SetNull || key.on_update == Action::SetNull) {
        return Err(invalid(model, field, "set_null needs a field that takes NULL: make it an Option"));
    }
    if key.is_composite() && key.on_update == Action::SetNull {
        let what = "on_update = set_null would null the tenant too, and no database can say otherwise: use cascade or restrict";
        return Err(unsupported(model, field, what));
    }
    Ok(())
}

/// Whether a foreign key may compare the two: integers of any width, or the same kind.
fn comparable(own: Kind, other: Kind) -> bool {
    own == other || (own.integer_bounds().is_some() && other.integer_bounds().is_some())
}

fn action(action: Action) -> ReferentialAction {
    match action {
        Action::NoAction => ReferentialAction::NoAction,
        Action::Restrict => ReferentialAction::Restrict,
        Action::Cascade => ReferentialAction::Cascade,
        Action::SetNull => ReferentialAction::SetNull,
    }
}

/// SQLite's SET NULL nulls all columns of a key, the tenant too. So the key itself does nothing, and this runs before it
/// is checked.
fn set_null_trigger(model: &ModelDef, key: &constraints::ForeignKey) -> Trigger {
    let columns = column_names(model, &key.columns);
    let name = naming::constraint("tr", model.table, &columns);
    let pairs: Vec<String> = columns
        .iter()
        .zip(column_names(key.parent, &key.parent_columns))
        .map(|(own, other)| format!("{} = OLD.{}", quote(own), quote(other)))
        .collect();
    let statement = format!(
        "CREATE TRIGGER {} BEFORE DELETE ON {} FOR EACH ROW\nBEGIN\n    UPDATE {} SET {} = NULL WHERE {};\nEND",
        quote(&name),
        quote(key.parent.table),
        quote(model.table),
        quote(model.field(key.field).column),
        pairs.join(" AND ")
    );
    Trigger { name, statement }
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}
