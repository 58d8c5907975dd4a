//! To which row, column and tenant each encrypted value of a write is bound, and the writes of which nobody could say.

use crate::def::{FieldDef, ModelDef, Tenancy};
use crate::error::Error;
use crate::kind::Kind;
use crate::operation::{ConflictAction, Insert, Operation, Target, Update, UpdateEach};
use crate::value::Value;

use super::{Guard, Scoped, needs_tenant};

/// The place of an encrypted value: it opens there and nowhere else.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The model.
    pub model: &'static ModelDef,
    /// The field.
    pub field: &'static FieldDef,
    /// The tenant whose row it is: the row's own column, of a tenant root its key, else that of the row that it belongs to; none
    /// where the model belongs to none.
    pub tenant: Option<&'a Value>,
    /// The row's key.
    pub key: &'a Value,
}

/// What seals a value for its place, or finds that sealed bytes belong there.
type Seal<'s> = &'s mut dyn FnMut(Place<'_>, Value) -> Result<Value, Error>;

impl Scoped {
    /// Puts sealed values in the place of those that are given. What writes asks for it last of all, when everything else about
    /// the rows is settled; NULL stays what it is.
    ///
    /// # Errors
    /// Those of `seal`.
    pub fn sealed(mut self, seal: Seal<'_>) -> Result<Self, Error> {
        match &mut self.operation {
            Operation::Insert(insert) => seal_rows(insert, &self.guard, seal)?,
            Operation::Update(update) => seal_row(update, &self.guard, seal)?,
            Operation::UpdateEach(each) => seal_each(each, &self.guard, seal)?,
            Operation::Select(_) | Operation::Count(_) | Operation::Aggregate(_) | Operation::Delete(_) => {}
        }
        Ok(self)
    }
}

fn seal_rows(insert: &mut Insert, guard: &Guard, seal: Seal<'_>) -> Result<(), Error> {
    let model = insert.model.0;
    let position = |field: u16| insert.columns.iter().position(|at| *at == field);
    let (key_at, tenant_at) = (position(model.key.field), model.tenant_field().and_then(position));
    let fields: Vec<(usize, &'static FieldDef)> = insert
        .columns
        .iter()
        .map(|at| model.field(*at))
        .enumerate()
        .filter(|(_, field)| is_sealed(field))
        .collect();
    let Some(key_at) = key_at else { return Err(counted(model)) };
    for row in &mut insert.rows {
        for (at, field) in &fields {
            let value = std::mem::replace(&mut row[*at], Value::Null);
            if value.is_null() {
                continue;
            }
            let key = &row[key_at];
            let tenant = match tenant_at {
                Some(at) => Some(&row[at]),
                None => tenant_of(model, guard, key),
            };
            row[*at] = seal(Place { model, field, tenant, key }, value)?;
        }
    }
    Ok(())
}

fn seal_row(update: &mut Update, guard: &Guard, seal: Seal<'_>) -> Result<(), Error> {
    let model = update.model.0;
    for set in &mut update.set {
        let field = model.field(set.column);
        if !is_sealed(field) || set.value.is_null() {
            continue;
        }
        let Target::Key(key) = &update.target else { return Err(bound_to_row(model, field)) };
        let value = std::mem::replace(&mut set.value, Value::Null);
        set.value = seal(Place { model, field, tenant: tenant_of(model, guard, key), key }, value)?;
    }
    Ok(())
}

fn seal_each(each: &mut UpdateEach, guard: &Guard, seal: Seal<'_>) -> Result<(), Error> {
    let model = each.model.0;
    let fields = each.columns.iter().map(|(at, _)| model.field(*at)).enumerate();
    let fields: Vec<(usize, &'static FieldDef)> = fields.filter(|(_, field)| is_sealed(field)).collect();
    for row in &mut each.rows {
        // The key stands first.
        for (at, field) in &fields {
            let value = std::mem::replace(&mut row[at + 1], Value::Null);
            if !value.is_null() {
                let key = &row[0];
                row[at + 1] = seal(Place { model, field, tenant: tenant_of(model, guard, key), key }, value)?;
            }
        }
    }
    Ok(())
}

fn is_sealed(field: &FieldDef) -> bool {
    field.kind == Kind::Encrypted
}

/// The tenant of a row that is named by its key.
fn tenant_of<'a>(model: &ModelDef, guard: &'a Guard, key: &'a Value) -> Option<&'a Value> {
    match model.tenancy {
        Tenancy::Global => None,
        Tenancy::Root => Some(key),
        Tenancy::Column { .. } | Tenancy::Via { .. } => guard.tenant(),
    }
}

/// Refuses, before anything is sent, writes of encrypted values of which the row or the tenant is not known.
pub(super) fn allow(model: &'static ModelDef, operation: &Operation, guard: &Guard) -> Result<(), Error> {
    let owner_is_known = match model.tenancy {
        Tenancy::Global | Tenancy::Root => true,
        Tenancy::Column { .. } | Tenancy::Via { .. } => *guard != Guard::Open,
    };
    match operation {
        Operation::Insert(insert) => {
            let Some(conflict) = &insert.conflict else { return Ok(()) };
            let ConflictAction::Update { columns, .. } = &conflict.action else { return Ok(()) };
            let changed = columns.iter().map(|at| model.field(*at)).find(|field| is_sealed(field));
            match changed {
                Some(field) if conflict.target != [model.key.field] => Err(bound_to_key(model, field)),
                _ => Ok(()),
            }
        }
        Operation::Update(update) => {
            let set = update.set.iter().filter(|set| !set.value.is_null()).map(|set| model.field(set.column));
            let Some(field) = set.into_iter().find(|field| is_sealed(field)) else { return Ok(()) };
            if !matches!(update.target, Target::Key(_)) {
                return Err(bound_to_row(model, field));
            }
            if owner_is_known { Ok(()) } else { Err(needs_tenant(model)) }
        }
        Operation::UpdateEach(each) if !owner_is_known => {
            let sealed = |position: usize, at: u16| {
                is_sealed(model.field(at)) && each.rows.iter().any(|row| !row[position + 1].is_null())
            };
            let any = each.columns.iter().enumerate().any(|(position, (at, _))| sealed(position, *at));
            if any { Err(needs_tenant(model)) } else { Ok(()) }
        }
        _ => Ok(()),
    }
}

fn counted(model: &ModelDef) -> Error {
    let text = format!(
        "{}: an encrypted value is bound to its row's key, which is known before the row is stored",
        model.name
    );
    Error::invalid(text).with_model(model.name)
}

fn bound_to_row(model: &ModelDef, field: &FieldDef) -> Error {
    let text = format!(
        "{}.{} is encrypted, and a value of it is bound to its row: update the rows by their keys, or with `bulk_update_each`",
        model.name, field.name
    );
    Error::invalid(text).with_model(model.name).with_fields(vec![field.name])
}

fn bound_to_key(model: &ModelDef, field: &FieldDef) -> Error {
    let text = format!(
        "{}.{} is encrypted, and a value of it is bound to its row's key: an upsert changes it where `on_conflict` names the key; else update the row by its key",
        model.name, field.name
    );
    Error::invalid(text).with_model(model.name).with_fields(vec![field.name])
}
