//! The tenant scope. This file alone adds a tenant predicate or stamps a tenant value.

mod sealing;

use std::collections::HashSet;

use crate::audit::{Audit, NO_TENANT};
use crate::def::{FieldDef, ModelDef, Role, Tenancy};
use crate::error::{Error, ErrorKind};
use crate::filter::Expr;
use crate::kind::Kind;
use crate::lifecycle;
use crate::loose::{self, LooseReference};
use crate::operation::{ConflictAction, Insert, ModelRef, Operation, Target};
use crate::rule;
use crate::tenant_id::TenantId;
use crate::value::Value;

pub use self::sealing::Place;

/// How many parents away the tenant's column may be. Models that are one another's parents have no end of them.
pub const MAX_HOPS: usize = 32;

/// Whose rows an operation concerns.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Scope {
    /// No tenant: models that belong to none.
    Global,
    /// One tenant.
    Tenant(TenantId),
    /// Every tenant: the bypass.
    AcrossTenants,
    /// The bypass, narrowed to one tenant by the operation itself.
    InTenant(TenantId),
    /// A stand-in for a tenant, for statements that are shown and never run.
    Shown,
}

/// An operation to which the tenant was added. SQL builders take nothing else, and nothing else makes one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Scoped {
    operation: Operation,
    guard: Guard,
    parents: Vec<ParentCheck>,
    single: bool,
}

/// The predicate that keeps an operation to its tenant.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Guard {
    /// None: the model belongs to no tenant, or the scope is `across_tenants`.
    Open,
    /// The column holds the tenant.
    Column {
        /// The tenant column (of a tenant root: the key).
        column: u16,
        /// The tenant.
        value: Value,
        /// Rows that their owners share are let in too (reads only).
        shared: Option<Shared>,
    },
    /// The row that the column names passes its own guard.
    Via {
        /// The referencing column.
        column: u16,
        /// The model that it references.
        parent: ModelRef,
        /// The guard of that model.
        guard: Box<Guard>,
    },
}

/// Which rows every tenant may read, whoever owns them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Shared {
    /// The bool column that is true.
    pub flag: u16,
    /// The column that tells of a soft deletion: a row that its owner deleted is shared no more, `with_deleted` or not.
    pub deleted: Option<u16>,
}

impl Guard {
    /// The tenant to which it keeps, as the column holds it that tells: the row's own, or that of the last parent.
    #[must_use]
    pub fn tenant(&self) -> Option<&Value> {
        match self {
            Guard::Open => None,
            Guard::Column { value, .. } => Some(value),
            Guard::Via { guard, .. } => guard.tenant(),
        }
    }

    /// Puts the guard of one operation over a question about the same rows.
    #[must_use]
    pub fn over(self, operation: Operation) -> Scoped {
        Scoped { operation, guard: self, parents: Vec::new(), single: false }
    }
}

/// A reference that must name a row of the same tenant, where the database's own keys do not see to it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ParentCheck {
    /// The referencing column.
    pub column: u16,
    /// The model that it references.
    pub parent: ModelRef,
    /// The guard of that model.
    pub guard: Guard,
    /// The keys that the write names, each once.
    pub keys: Vec<Value>,
}

impl Scoped {
    /// The operation.
    #[must_use]
    pub fn operation(&self) -> &Operation {
        &self.operation
    }

    /// The tenant's predicate.
    #[must_use]
    pub fn guard(&self) -> &Guard {
        &self.guard
    }

    /// The references to check.
    #[must_use]
    pub fn parents(&self) -> &[ParentCheck] {
        &self.parents
    }

    /// Whether the key must name one row among all tenants: an operation by key under `across_tenants`.
    #[must_use]
    pub fn must_be_single(&self) -> bool {
        self.single
    }

    /// Takes it apart, for the lowering to SQL.
    #[must_use]
    pub fn into_parts(self) -> (Operation, Guard, Vec<ParentCheck>, bool) {
        (self.operation, self.guard, self.parents, self.single)
    }
}

impl Scope {
    /// Adds the tenant to an operation: stamps what it inserts, and guards what it reads and writes.
    ///
    /// # Errors
    /// `is_tenant_missing` without a tenant on a tenant's model; `is_invalid_input` where this scope may not do that to
    /// this model, or where a row carries another tenant.
    pub fn apply(&self, mut operation: Operation) -> Result<Scoped, Error> {
        let model = operation.model();
        lifecycle::allow(&operation)?;
        rule::allow(&operation)?;
        self.allow(model, &operation)?;
        // Rows that others share may be read, and not kept from them.
        let guard = self.guard(model, !operation.holds())?;
        if model.encrypts {
            sealing::allow(model, &operation, &guard)?;
        }
        if let Operation::Insert(insert) = &mut operation {
            self.stamp(insert, &guard)?;
        }
        self.guard_related(&mut operation)?;
        let parents = self.parents(&operation)?;
        let single = matches!(self, Scope::AcrossTenants) && !model.key_is_global() && by_key(&operation);
        // `cargo xtask sabotage` builds this to see that the tests of isolation can fail; nothing else ever sets it.
        #[cfg(ennead_sabotage)]
        let (guard, parents) =
            if matches!(self, Scope::Tenant(_)) { (Guard::Open, Vec::new()) } else { (guard, parents) };
        Ok(Scoped { operation, guard, parents, single })
    }

    /// Which operations this scope may do at all.
    fn allow(&self, model: &'static ModelDef, operation: &Operation) -> Result<(), Error> {
        let refuse = |text: String| Err(Error::invalid(text).with_model(model.name));
        match (self, model.tenancy) {
            (Scope::Global, Tenancy::Global) => Ok(()),
            // Of the library's own rows some belong to no tenant: records of models that belong to none, events of the application.
            (Scope::Global, _) if matches!(model.audit, Audit::Library(_)) => Ok(()),
            (Scope::Global, _) => Err(no_tenant(model)),
            (Scope::Tenant(_), Tenancy::Global) if operation.holds() => refuse(format!(
                "{} belongs to no tenant: a tenant may read it, and only `&db` or `db.across_tenants(…)` may write or lock it",
                model.name
            )),
            (Scope::Tenant(_), Tenancy::Root)
                if matches!(operation, Operation::Insert(_) | Operation::Delete(_)) =>
            {
                refuse(format!(
                    "{} is the table of tenants: only `db.across_tenants(…)` may create or delete its rows",
                    model.name
                ))
            }
            (Scope::Tenant(_), Tenancy::Root) if marks_as_deleted(operation) => refuse(format!(
                "{} is the table of tenants: only `db.across_tenants(…)` may mark its rows as deleted or restore them",
                model.name
            )),
            _ => Ok(()),
        }
    }

    /// Puts its own predicate on the rows of each relation that a filter follows.
    fn guard_related(&self, operation: &mut Operation) -> Result<(), Error> {
        match operation {
            Operation::Select(op) => op.filter.iter_mut().try_for_each(|filter| self.guard_filter(filter)),
            Operation::Count(op) => op.filter.iter_mut().try_for_each(|filter| self.guard_filter(filter)),
            Operation::Aggregate(op) => op.filter.iter_mut().try_for_each(|filter| self.guard_filter(filter)),
            Operation::Update(op) => self.guard_target(&mut op.target, &mut op.when),
            Operation::Delete(op) => self.guard_target(&mut op.target, &mut op.when),
            Operation::Insert(_) | Operation::UpdateEach(_) => Ok(()),
        }
    }

    fn guard_target(&self, target: &mut Target, when: &mut Option<Expr>) -> Result<(), Error> {
        if let Target::Filter(filter) = target {
            self.guard_filter(filter)?;
        }
        when.iter_mut().try_for_each(|when| self.guard_filter(when))
    }

    fn guard_filter(&self, expr: &mut Expr) -> Result<(), Error> {
        match expr {
            Expr::And(all) | Expr::Or(all) => all.iter_mut().try_for_each(|expr| self.guard_filter(expr)),
            Expr::Not(inner) => self.guard_filter(inner),
            Expr::Related(related) => {
                let model = related.hop.model.0;
                if matches!(self, Scope::Global) && model.is_tenant_owned() {
                    return Err(no_tenant(model));
                }
                let guard = self.guard(model, true)?;
                #[cfg(ennead_sabotage)]
                let guard = if matches!(self, Scope::Tenant(_)) { Guard::Open } else { guard };
                related.guard = Some(guard);
                related.filter.iter_mut().try_for_each(|filter| self.guard_filter(filter))
            }
            _ => Ok(()),
        }
    }

    fn tenant(&self) -> Option<&TenantId> {
        match self {
            Scope::Tenant(id) | Scope::InTenant(id) => Some(id),
            _ => None,
        }
    }

    fn tenant_value(&self, model: &ModelDef, kind: &Kind) -> Result<Option<Value>, Error> {
        match self {
            Scope::Shown => Ok(Some(Value::text("{tenant}"))),
            // Of the library's own rows, a scope without a tenant has those that belong to none.
            Scope::Global if matches!(model.audit, Audit::Library(_)) => Ok(Some(Value::text(NO_TENANT))),
            _ => self.tenant().map(|id| id.to_value(model, kind)).transpose(),
        }
    }

    /// The predicate on a model's rows; `reading` lets shared rows in.
    ///
    /// # Errors
    /// Invalid input, where the tenant's id is not of the column's kind.
    pub fn guard(&self, model: &'static ModelDef, reading: bool) -> Result<Guard, Error> {
        self.guard_within(model, reading, MAX_HOPS)
    }

    fn guard_within(&self, model: &'static ModelDef, reading: bool, hops: usize) -> Result<Guard, Error> {
        let by_column = |column: u16, flag: Option<u16>| {
            let value = self.tenant_value(model, &model.field(column).kind)?;
            let shared = flag.map(|flag| Shared { flag, deleted: model.soft_delete() });
            Ok(value.map_or(Guard::Open, |value| Guard::Column { column, value, shared }))
        };
        match model.tenancy {
            Tenancy::Global => Ok(Guard::Open),
            Tenancy::Root => by_column(model.key.field, None),
            Tenancy::Column { field, shared } => by_column(field, shared.filter(|_| reading)),
            Tenancy::Via { field } => {
                let Some(reference) = model.field(field).reference else {
                    return Err(Error::invalid(format!(
                        "{} belongs to its tenant through `{}`, which references nothing",
                        model.name,
                        model.field(field).name
                    )));
                };
                let parent = (reference.target)();
                let Some(hops) = hops.checked_sub(1) else {
                    return Err(Error::invalid(format!(
                        "{} belongs to its tenant through more than {MAX_HOPS} parents, or through itself",
                        model.name
                    )));
                };
                match self.guard_within(parent, reading, hops)? {
                    Guard::Open => Ok(Guard::Open),
                    guard => {
                        Ok(Guard::Via { column: field, parent: ModelRef(parent), guard: Box::new(guard) })
                    }
                }
            }
        }
    }

    /// Writes the tenant into each row that is to be inserted.
    fn stamp(&self, insert: &mut Insert, guard: &Guard) -> Result<(), Error> {
        let model = insert.model.0;
        let Some(tenant) = model.tenant_field() else {
            return match (self, model.tenancy) {
                (Scope::AcrossTenants, Tenancy::Via { .. }) => Err(needs_tenant(model)),
                (Scope::InTenant(_), Tenancy::Root) => self.check_root(insert, guard),
                _ => Ok(()),
            };
        };
        let at = insert.columns.iter().position(|column| *column == tenant);
        match (guard, at) {
            (Guard::Column { value, .. }, Some(at)) => {
                for row in &mut insert.rows {
                    if row[at].is_null() {
                        row[at] = value.clone();
                    } else if row[at] != *value {
                        return Err(other_tenant(model, tenant));
                    }
                }
                Ok(())
            }
            // Each row says to whom it belongs; the row that a conflict meets must be settled by the same tenant's key.
            (_, Some(at))
                if insert.rows.iter().all(|row| !row[at].is_null()) && settles_by_tenant(insert, tenant) =>
            {
                Ok(())
            }
            _ => Err(needs_tenant(model)),
        }
    }

    fn check_root(&self, insert: &Insert, guard: &Guard) -> Result<(), Error> {
        let model = insert.model.0;
        let at = insert.columns.iter().position(|column| *column == model.key.field);
        match (guard, at) {
            (Guard::Column { value, .. }, Some(at)) if insert.rows.iter().all(|row| row[at] == *value) => {
                Ok(())
            }
            _ => Err(other_tenant(model, model.key.field)),
        }
    }

    /// The references that this write sets and that the database's own keys do not keep to one tenant, or do not see.
    fn parents(&self, operation: &Operation) -> Result<Vec<ParentCheck>, Error> {
        let model = operation.model();
        let mut checks = Vec::new();
        let sets: &dyn Fn(u16) -> bool = match operation {
            Operation::Insert(op) => &|column| op.columns.contains(&column),
            Operation::Update(op) => &|column| op.set.iter().any(|set| set.column == column),
            Operation::UpdateEach(op) => &|column| op.columns.iter().any(|(set, _)| *set == column),
            _ => return Ok(checks),
        };
        for (at, field) in model.fields.iter().enumerate() {
            let column = at as u16;
            if let Some(reference) = field.loose {
                if adds_to(operation, column) {
                    return Err(set_whole(model, field));
                }
                for (parent, keys) in loose::named(operation, column, reference)? {
                    let guard = self.guard(parent, false)?;
                    if matches!(guard, Guard::Open) && parent.is_tenant_owned() && !keys.is_empty() {
                        return Err(needs_tenant(model));
                    }
                    if !keys.is_empty() {
                        checks.push(ParentCheck { column, parent: ModelRef(parent), guard, keys });
                    }
                }
            }
            let Some(reference) = field.reference else { continue };
            let parent = (reference.target)();
            let tenant_itself = model.tenant_field() == Some(column);
            let owned = parent.is_tenant_owned() && model.is_tenant_owned();
            if !owned
                || reference.cross_tenant
                || tenant_itself
                || !sets(column)
                || is_composite(model, parent)
            {
                continue;
            }
            if adds_to(operation, column) {
                return Err(set_whole(model, field));
            }
            match self.guard(parent, false)? {
                Guard::Open => return Err(needs_tenant(model)),
                guard => {
                    let keys = loose::given(operation, column).unwrap_or_default().into_iter();
                    let keys: HashSet<Value> = keys.filter(|key| !key.is_null()).cloned().collect();
                    let keys = keys.into_iter().collect();
                    checks.push(ParentCheck { column, parent: ModelRef(parent), guard, keys });
                }
            }
        }
        Ok(checks)
    }
}

/// Whether a reference from one model to the other is a composite foreign key that holds the tenant: then the database
/// itself keeps the two rows to one tenant.
#[must_use]
pub fn is_composite(model: &ModelDef, parent: &ModelDef) -> bool {
    matches!(model.tenancy, Tenancy::Column { .. } | Tenancy::Root)
        && matches!(parent.tenancy, Tenancy::Column { .. })
}

/// A field that names rows is set to others, and not changed by an amount or at a path.
fn set_whole(model: &ModelDef, field: &FieldDef) -> Error {
    let what = if field.loose.is_some_and(|loose| matches!(loose, LooseReference::Each(_))) {
        "names rows: set the whole list, rather than change it at a path"
    } else {
        "names a row: it can be set, not added to"
    };
    Error::invalid(format!("{}.{} {what}", model.name, field.name))
        .with_model(model.name)
        .with_fields(vec![field.name])
}

/// Whether a column grows by an amount: what it then holds is known to the database only.
fn adds_to(operation: &Operation, column: u16) -> bool {
    match operation {
        Operation::Update(op) => op.set.iter().any(|set| set.column == column && set.add),
        Operation::UpdateEach(op) => op.columns.contains(&(column, true)),
        Operation::Insert(op) => match op.conflict.as_ref().map(|conflict| &conflict.action) {
            Some(ConflictAction::Update { add, .. }) => add.iter().any(|(at, _)| *at == column),
            _ => false,
        },
        _ => false,
    }
}

/// Whether the row that an `on_conflict` meets belongs to the tenant of the row that meets it.
fn settles_by_tenant(insert: &Insert, tenant: u16) -> bool {
    insert.conflict.as_ref().is_none_or(|conflict| conflict.arbiter.contains(&tenant))
}

/// Whether an update marks rows as deleted, or brings them back.
fn marks_as_deleted(operation: &Operation) -> bool {
    let Operation::Update(update) = operation else { return false };
    let sets_moment = |column| update.model.field(column).role == Role::DeletedAt;
    lifecycle::marks_rows(update)
        || lifecycle::is_restore(update)
        || update.set.iter().any(|set| sets_moment(set.column))
}

fn by_key(operation: &Operation) -> bool {
    match operation {
        Operation::Update(op) => matches!(op.target, Target::Key(_) | Target::Keys(_)),
        Operation::Delete(op) => matches!(op.target, Target::Key(_) | Target::Keys(_)),
        Operation::UpdateEach(_) => true,
        _ => false,
    }
}

fn no_tenant(model: &ModelDef) -> Error {
    let text = format!("{} belongs to a tenant: run this on `db.tenant(id)?`", model.name);
    Error::new(ErrorKind::TenantMissing, text).with_model(model.name)
}

fn needs_tenant(model: &ModelDef) -> Error {
    Error::new(
        ErrorKind::TenantMissing,
        format!(
            "{} belongs to a tenant: under `across_tenants`, say which with `.in_tenant(id)`",
            model.name
        ),
    )
    .with_model(model.name)
}

fn other_tenant(model: &ModelDef, field: u16) -> Error {
    let name = model.field(field).name;
    Error::invalid(format!("{}.{name} names another tenant than the scope's", model.name))
        .with_model(model.name)
        .with_fields(vec![name])
}

#[cfg(test)]
mod tests;
