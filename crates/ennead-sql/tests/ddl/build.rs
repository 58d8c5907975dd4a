//! The parts that models are written with.

use ennead_core::{
    Action, DefaultDef, FieldDef, IndexDef, IndexMethod, IndexPart, IndexTarget, KeyDef, KeyGeneration, Kind,
    Literal, ModelDef, ReferenceDef, Role, Tenancy, Value,
};

pub(crate) const fn field(name: &'static str, kind: Kind) -> FieldDef {
    FieldDef::new(name, kind, false)
}

pub(crate) const fn optional(name: &'static str, kind: Kind) -> FieldDef {
    FieldDef::new(name, kind, true)
}

pub(crate) const fn key(name: &'static str, kind: Kind) -> FieldDef {
    FieldDef { role: Role::Key, immutable: true, ..field(name, kind) }
}

pub(crate) const fn reference(target: fn() -> &'static ModelDef) -> ReferenceDef {
    ReferenceDef {
        target,
        on_delete: Action::Restrict,
        on_update: Action::NoAction,
        deferrable: false,
        cross_tenant: false,
        name: None,
        inverse: None,
    }
}

pub(crate) const fn defaulted(field: FieldDef, literal: Literal) -> FieldDef {
    FieldDef { default: Some(DefaultDef { literal: Some(literal), value: || Value::Null }), ..field }
}

pub(crate) const fn model(name: &'static str, table: &'static str, fields: &'static [FieldDef]) -> ModelDef {
    ModelDef {
        name,
        table,
        doc: "",
        fields,
        key: KeyDef { field: 0, generation: KeyGeneration::Uuid, global: false },
        tenancy: Tenancy::Global,
        indexes: &[],
        checks: &[],
        renamed_from: None,
        append_only: false,
        no_hard_delete: false,
        encrypts: false,
        audit: ennead_core::Audit::None,
    }
}

pub(crate) const fn on(name: &'static str) -> IndexPart {
    IndexPart { target: IndexTarget::Field(name), descending: false, nulls: None }
}

pub(crate) const fn expression(text: &'static str) -> IndexPart {
    IndexPart { target: IndexTarget::Expression(text), descending: false, nulls: None }
}

pub(crate) const fn desc(part: IndexPart) -> IndexPart {
    IndexPart { descending: true, ..part }
}

pub(crate) const fn index(parts: &'static [IndexPart]) -> IndexDef {
    IndexDef {
        name: None,
        parts,
        unique: false,
        method: IndexMethod::BTree,
        condition: None,
        include: &[],
        exact: false,
        dialect: None,
    }
}
