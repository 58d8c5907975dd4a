//! Which constraint is meant, by its fields or by its name.

use super::{Unique, checks, foreign_keys, living, primary_key, rule_check, tenant_key, uniques};
use crate::def::{FieldDef, ModelDef};
use crate::naming;

/// The unique or primary key over exactly these fields (in any order, the tenant's left out): what `on_conflict` names.
#[must_use]
pub fn find_unique(model: &ModelDef, fields: &[u16]) -> Option<Unique> {
    let mut wanted: Vec<u16> = fields.to_vec();
    wanted.sort_unstable();
    let matches = |columns: &[u16]| {
        let mut own: Vec<u16> = columns.to_vec();
        own.sort_unstable();
        let mut less = own.clone();
        less.retain(|at| model.tenant_field() != Some(*at));
        own == wanted || less == wanted
    };
    let key = primary_key(model);
    if matches(&key) {
        let name = naming::primary_key(model.table);
        return Some(Unique { name, columns: key, index: None, living_only: false });
    }
    let living = living(model);
    uniques(model).into_iter().find(|unique| {
        let condition = unique.index.as_ref().and_then(|index| index.condition.as_ref());
        // One that holds for some of the living rows only is no arbiter for all of them.
        let of_some = condition.is_some() && condition != living.as_ref();
        !unique.columns.is_empty() && !of_some && matches(&unique.columns)
    })
}

/// A violated constraint, found by its name.
#[derive(Debug, Clone)]
pub enum Violated {
    /// The primary key or a unique.
    Unique(Vec<u16>),
    /// A foreign key.
    ForeignKey(Vec<u16>),
    /// A CHECK, with its field where it has one.
    Check(Option<u16>),
}

/// Which constraint of the model has that name.
#[must_use]
pub fn find_by_name(model: &ModelDef, name: &str) -> Option<Violated> {
    if name == naming::primary_key(model.table) {
        return Some(Violated::Unique(primary_key(model)));
    }
    if let Some(unique) = uniques(model).into_iter().find(|unique| unique.name == name) {
        return Some(Violated::Unique(unique.columns));
    }
    if let Some(unique) = tenant_key(model).filter(|unique| unique.name == name) {
        return Some(Violated::Unique(unique.columns));
    }
    if let Some(key) = foreign_keys(model).into_iter().find(|key| key.name == name) {
        return Some(Violated::ForeignKey(key.columns));
    }
    if let Some(check) = checks(model).into_iter().find(|check| check.name == name) {
        return Some(Violated::Check(check.field));
    }
    let of_field = |field: &FieldDef| {
        naming::constraint("ck", model.table, &[field.column, "type"]) == name
            || field.rules.iter().any(|rule| rule_check(model, field, rule) == name)
    };
    model.fields.iter().position(of_field).map(|at| Violated::Check(Some(at as u16)))
}
