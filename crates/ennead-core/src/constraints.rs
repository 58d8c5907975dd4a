//! The constraints and indexes that follow from a model: their names and columns, the same on both databases.
//!
//! DDL is rendered from these, and a driver's error is read back through them.

mod find;

use crate::def::{
    Action, FieldDef, IndexDef, IndexMethod, IndexPart, IndexTarget, Literal, ModelDef, Tenancy, Uniqueness,
};
use crate::naming;
use crate::rule::Rule;
use crate::scope::is_composite;

pub use find::{Violated, find_by_name, find_unique};

/// A primary key or unique constraint.
#[derive(Debug, Clone, PartialEq)]
pub struct Unique {
    /// Its name.
    pub name: String,
    /// Its columns by the index of their fields, in order; empty where a part is an expression.
    pub columns: Vec<u16>,
    /// The index behind it, where it must be one: it has what a constraint cannot have (a condition, an expression, a
    /// direction, columns beside its key) or is made on one dialect only.
    pub index: Option<Index>,
    /// It holds among living rows only (of a soft-deleted model).
    pub living_only: bool,
}

/// A foreign key.
#[derive(Debug, Clone)]
pub struct ForeignKey {
    /// Its name.
    pub name: String,
    /// The referencing field.
    pub field: u16,
    /// Its columns: the tenant's first, where it is composite.
    pub columns: Vec<u16>,
    /// The referenced model.
    pub parent: &'static ModelDef,
    /// The referenced columns.
    pub parent_columns: Vec<u16>,
    /// What happens when the referenced row goes.
    pub on_delete: Action,
    /// What happens when the referenced key changes.
    pub on_update: Action,
    /// Checked at COMMIT.
    pub deferrable: bool,
}

impl ForeignKey {
    /// Whether it holds the tenant beside the reference itself.
    #[must_use]
    pub fn is_composite(&self) -> bool {
        self.columns.len() > 1
    }
}

/// An index.
#[derive(Debug, Clone, PartialEq)]
pub struct Index {
    /// Its name.
    pub name: String,
    /// Its parts, the tenant's first where the model has one and the index is not exact.
    pub parts: Vec<IndexPart>,
    /// Its method.
    pub method: IndexMethod,
    /// The condition of a partial index, in SQL.
    pub condition: Option<String>,
    /// Columns that it carries beside its key, by the index of their fields.
    pub include: Vec<u16>,
    /// Made on this dialect only.
    pub dialect: Option<crate::Dialect>,
}

/// A CHECK that the model declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Its name.
    pub name: String,
    /// The condition, in SQL.
    pub condition: &'static str,
    /// The field that declares it; `None` for one of the struct.
    pub field: Option<u16>,
}

/// The primary key's columns: (tenant, key), or the key alone.
#[must_use]
pub fn primary_key(model: &ModelDef) -> Vec<u16> {
    match model.tenant_field() {
        Some(tenant) if !model.key.global => vec![tenant, model.key.field],
        _ => vec![model.key.field],
    }
}

/// The names of the columns at these indexes.
#[must_use]
pub fn column_names(model: &ModelDef, columns: &[u16]) -> Vec<&'static str> {
    columns.iter().map(|at| model.field(*at).column).collect()
}

/// The unique constraints beside the primary key, in the order of the fields, then of the attributes.
#[must_use]
pub fn uniques(model: &ModelDef) -> Vec<Unique> {
    let mut all = Vec::new();
    for field in model.fields {
        let part = IndexPart { target: IndexTarget::Field(field.name), descending: false, nulls: None };
        match field.unique {
            Uniqueness::No => {}
            Uniqueness::PerTenant => all.push(unique(model, vec![part], at_tenant(model, false), None)),
            Uniqueness::Global => all.push(unique(model, vec![part], None, None)),
        }
    }
    for def in model.indexes.iter().filter(|def| def.unique) {
        all.push(unique(model, def.parts.to_vec(), at_tenant(model, def.exact), Some(def)));
    }
    all
}

/// UNIQUE (tenant, key), for a tenant's model whose primary key is the key alone. It stands in the DDL only where some
/// composite foreign key names it, and holds for dead rows too: a foreign key cannot lean on a partial index.
#[must_use]
pub fn tenant_key(model: &ModelDef) -> Option<Unique> {
    let columns = vec![model.tenant_field().filter(|_| model.key.global)?, model.key.field];
    let name = naming::constraint("uq", model.table, &column_names(model, &columns));
    Some(Unique { name, columns, index: None, living_only: false })
}

fn at_tenant(model: &ModelDef, exact: bool) -> Option<u16> {
    model.tenant_field().filter(|_| !exact)
}

fn unique(model: &ModelDef, parts: Vec<IndexPart>, tenant: Option<u16>, def: Option<&IndexDef>) -> Unique {
    let parts = lead_with(model, tenant, parts);
    let columns = columns_of(model, &parts);
    let name = def
        .and_then(|def| def.name)
        .map_or_else(|| naming::constraint("uq", model.table, &part_names(model, &parts)), naming::fit);
    let living = living(model);
    let living_only = living.is_some();
    let condition = match (def.and_then(|def| def.condition), living) {
        (Some(condition), Some(living)) => Some(format!("({condition}) AND {living}")),
        (condition, living) => condition.map(str::to_owned).or(living),
    };
    let is_plain = |part: &IndexPart| {
        matches!(part.target, IndexTarget::Field(_)) && !part.descending && part.nulls.is_none()
    };
    let as_declared = def.is_some_and(|def| {
        def.method != IndexMethod::BTree || !def.include.is_empty() || def.dialect.is_some()
    });
    let index = (condition.is_some() || as_declared || !parts.iter().all(is_plain)).then(|| Index {
        name: name.clone(),
        parts,
        method: def.map_or(IndexMethod::BTree, |def| def.method),
        condition,
        include: def.map_or_else(Vec::new, |def| included(model, def)),
        dialect: def.and_then(|def| def.dialect),
    });
    Unique { name, columns, index, living_only }
}

/// The condition of a soft-deleted model's living rows, in SQL.
#[must_use]
pub fn living(model: &ModelDef) -> Option<String> {
    condition(model, "", true)
}

/// The same of its rows or of those that are deleted, with what stands before the name of the column. It is one text for both
/// databases, and for partial indexes and questions alike, so that these find those.
#[must_use]
pub fn condition(model: &ModelDef, before: &str, living: bool) -> Option<String> {
    let field = model.field(model.soft_delete()?);
    let column = format!("{before}{}", quote(field.column));
    let Some(flag) = field.soft_delete else {
        return Some(format!("{column} IS {}NULL", if living { "" } else { "NOT " }));
    };
    Some(match flag.deleted {
        Literal::Bool(deleted) if deleted == living => format!("NOT {column}"),
        Literal::Bool(_) => column,
        Literal::Text(deleted) => {
            format!("{column} {} '{}'", if living { "<>" } else { "=" }, deleted.replace('\'', "''"))
        }
        Literal::Int(deleted) => format!("{column} {} {deleted}", if living { "<>" } else { "=" }),
        Literal::Float(deleted) => format!("{column} {} {deleted}", if living { "<>" } else { "=" }),
    })
}

/// A name in SQL: both databases quote alike.
#[must_use]
pub fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Puts the tenant's column in front, wherever in the parts it was.
fn lead_with(model: &ModelDef, tenant: Option<u16>, mut parts: Vec<IndexPart>) -> Vec<IndexPart> {
    if let Some(tenant) = tenant {
        let target = IndexTarget::Field(model.field(tenant).name);
        let at = parts.iter().position(|part| part.target == target);
        let first = at.map_or(IndexPart { target, descending: false, nulls: None }, |at| parts.remove(at));
        parts.insert(0, first);
    }
    parts
}

fn columns_of(model: &ModelDef, parts: &[IndexPart]) -> Vec<u16> {
    let columns: Option<Vec<u16>> = parts
        .iter()
        .map(|part| match part.target {
            IndexTarget::Field(name) => model.find(name).map(|(at, _)| at),
            IndexTarget::Expression(_) => None,
        })
        .collect();
    columns.unwrap_or_default()
}

fn part_names(model: &ModelDef, parts: &[IndexPart]) -> Vec<&'static str> {
    parts
        .iter()
        .map(|part| match part.target {
            IndexTarget::Field(name) => model.find(name).map_or(name, |(_, field)| field.column),
            IndexTarget::Expression(_) => "expr",
        })
        .collect()
}

/// The foreign keys, in the order of the fields.
#[must_use]
pub fn foreign_keys(model: &ModelDef) -> Vec<ForeignKey> {
    let mut all = Vec::new();
    for (at, field) in model.fields.iter().enumerate() {
        let at = at as u16;
        let Some(reference) = field.reference else {
            continue;
        };
        let parent = (reference.target)();
        let (columns, parent_columns) = reference_columns(model, at, reference.cross_tenant, parent)
            .into_iter()
            .unzip::<_, _, Vec<_>, Vec<_>>();
        all.push(ForeignKey {
            name: naming::constraint("fk", model.table, &column_names(model, &columns)),
            field: at,
            columns,
            parent,
            parent_columns,
            on_delete: reference.on_delete,
            on_update: reference.on_update,
            deferrable: reference.deferrable,
        });
    }
    all
}

/// The columns by which a reference names its row, and those of that row: the tenant's first, where it is composite.
pub(crate) fn reference_columns(
    model: &ModelDef,
    at: u16,
    cross_tenant: bool,
    parent: &ModelDef,
) -> Vec<(u16, u16)> {
    match (own_tenant(model), parent.tenant_field()) {
        (Some(own), Some(tenant)) if own != at && !cross_tenant && is_composite(model, parent) => {
            vec![(own, tenant), (at, parent.key.field)]
        }
        _ => vec![(at, parent.key.field)],
    }
}

/// The column that holds the row's own tenant: the tenant column, or a tenant root's key.
#[must_use]
pub fn own_tenant(model: &ModelDef) -> Option<u16> {
    match model.tenancy {
        Tenancy::Root => Some(model.key.field),
        _ => model.tenant_field(),
    }
}

/// The CHECKs that the model declares, in the order of the fields, then of the attributes. Those that follow from types
/// are the dialect's.
#[must_use]
pub fn checks(model: &ModelDef) -> Vec<Check> {
    let mut all = Vec::new();
    for (at, field) in model.fields.iter().enumerate() {
        if let Some(condition) = field.check {
            let name = naming::constraint("ck", model.table, &[field.column]);
            all.push(Check { name, condition, field: Some(at as u16) });
        }
    }
    for (at, check) in model.checks.iter().enumerate() {
        let name = check
            .name
            .map_or_else(|| naming::constraint("ck", model.table, &[&format!("{}", at + 1)]), naming::fit);
        all.push(Check { name, condition: check.condition, field: None });
    }
    all
}

/// The name of the CHECK of a rule, where a database keeps it too.
#[must_use]
pub fn rule_check(model: &ModelDef, field: &FieldDef, rule: &Rule) -> String {
    naming::constraint("ck", model.table, &[field.column, rule.name()])
}

/// The indexes: those declared, then one for each reference and for the tenant column that leads none yet.
#[must_use]
pub fn indexes(model: &ModelDef) -> Vec<Index> {
    let mut all: Vec<Index> = Vec::new();
    for field in model.fields.iter().filter(|field| field.indexed) {
        let part = IndexPart { target: IndexTarget::Field(field.name), descending: false, nulls: None };
        all.push(index(model, vec![part], None));
    }
    for def in model.indexes.iter().filter(|def| !def.unique) {
        all.push(index(model, def.parts.to_vec(), Some(def)));
    }
    let mut needed: Vec<Vec<u16>> = foreign_keys(model).into_iter().map(|key| key.columns).collect();
    needed.extend(model.tenant_field().map(|tenant| vec![tenant]));
    for columns in needed {
        if !leads_some_index(model, &columns, &all) {
            let parts = columns
                .iter()
                .map(|at| IndexPart {
                    target: IndexTarget::Field(model.field(*at).name),
                    descending: false,
                    nulls: None,
                })
                .collect();
            let mut derived = index(model, parts, None);
            if all.iter().any(|index| index.name == derived.name) {
                // A partial index over the same columns was declared and has the usual name.
                let mut names = column_names(model, &columns);
                names.push("all");
                derived.name = naming::constraint("ix", model.table, &names);
            }
            all.push(derived);
        }
    }
    all
}

fn index(model: &ModelDef, parts: Vec<IndexPart>, def: Option<&IndexDef>) -> Index {
    let method = def.map_or(IndexMethod::BTree, |def| def.method);
    let exact = def.is_some_and(|def| def.exact) || method != IndexMethod::BTree;
    let parts = lead_with(model, at_tenant(model, exact), parts);
    let name = def
        .and_then(|def| def.name)
        .map_or_else(|| naming::constraint("ix", model.table, &part_names(model, &parts)), naming::fit);
    Index {
        name,
        parts,
        method,
        condition: def.and_then(|def| def.condition).map(str::to_owned),
        include: def.map_or_else(Vec::new, |def| included(model, def)),
        dialect: def.and_then(|def| def.dialect),
    }
}

fn included(model: &ModelDef, def: &IndexDef) -> Vec<u16> {
    def.include.iter().filter_map(|name| model.find(name)).map(|(at, _)| at).collect()
}

fn leads_some_index(model: &ModelDef, columns: &[u16], indexes: &[Index]) -> bool {
    let leads = |other: &[u16]| other.starts_with(columns);
    leads(&primary_key(model))
        || uniques(model).iter().any(|unique| unique.index.is_none() && leads(&unique.columns))
        || indexes.iter().any(|index| {
            index.method == IndexMethod::BTree
                && index.condition.is_none()
                && index.dialect.is_none()
                && leads(&columns_of(model, &index.parts))
        })
}
