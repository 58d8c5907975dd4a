//! Whose rows are, where pages of a table are read across tenants.

use ennead_core::{Error, ModelDef, Tenancy, Value};

use super::{Handle, key_text, witness};

/// The column that tells to whom a row belongs, where its key does not: the tenant's, or the one that names its parent.
pub(super) fn owner_column(model: &ModelDef) -> Option<u16> {
    match model.tenancy {
        Tenancy::Column { field, .. } | Tenancy::Via { field } => Some(field),
        Tenancy::Root | Tenancy::Global => None,
    }
}

/// The tenant of each row: `value` gives a row's value of a column.
pub(super) async fn owners<R>(
    handle: Handle<'_>,
    model: &'static ModelDef,
    rows: &[R],
    value: impl Fn(&R, u16) -> Value,
) -> Result<Vec<Option<String>>, Error> {
    let of_column = |at: u16| rows.iter().map(|row| Some(key_text(&value(row, at)))).collect();
    Ok(match model.tenancy {
        Tenancy::Global => vec![None; rows.len()],
        Tenancy::Root => of_column(model.key.field),
        Tenancy::Column { field, .. } => of_column(field),
        Tenancy::Via { field } => match handle.scope.guard(model, false)?.tenant() {
            Some(tenant) => vec![Some(key_text(tenant)); rows.len()],
            None => {
                let keys = rows.iter().map(|row| value(row, field)).collect();
                witness::tenants_via(handle, model, field, keys).await?
            }
        },
    })
}
