//! What the code that `#[model]` emits is written with: short ways to say a definition, and what it asserts at compile
//! time across models.

mod field;

use rust_decimal::Decimal;

use crate::audit::Audit;
use crate::def::{
    Action, FieldDef, IndexDef, IndexMethod, IndexPart, IndexTarget, KeyGeneration, ModelDef, Nulls,
    ReferenceDef, Role, Tenancy, Uniqueness,
};
use crate::kind::Kind;

impl IndexDef {
    /// An index by B-tree with nothing else declared, and no parts yet.
    pub const PLAIN: Self = Self {
        name: None,
        parts: &[],
        unique: false,
        method: IndexMethod::BTree,
        condition: None,
        include: &[],
        exact: false,
        dialect: None,
    };
}

impl IndexPart {
    /// A field, ascending.
    #[must_use]
    pub const fn field(name: &'static str) -> Self {
        Self { target: IndexTarget::Field(name), descending: false, nulls: None }
    }

    /// An SQL expression, ascending.
    #[must_use]
    pub const fn expression(sql: &'static str) -> Self {
        Self { target: IndexTarget::Expression(sql), descending: false, nulls: None }
    }

    /// The same, descending.
    #[must_use]
    pub const fn desc(self) -> Self {
        Self { descending: true, ..self }
    }

    /// The same, with NULLs there.
    #[must_use]
    pub const fn nulls(self, nulls: Nulls) -> Self {
        Self { nulls: Some(nulls), ..self }
    }
}

impl ReferenceDef {
    /// A reference with nothing declared but its target.
    #[must_use]
    pub const fn to(target: fn() -> &'static ModelDef) -> Self {
        Self {
            target,
            on_delete: Action::NoAction,
            on_update: Action::NoAction,
            deferrable: false,
            cross_tenant: false,
            name: None,
            inverse: None,
        }
    }
}

impl ModelDef {
    /// Whether at most one living row of this model names any row of `parent` by that field, at compile time: the field is the
    /// key or unique, and where that holds in each tenant only, the named row belongs to the same tenant.
    #[must_use]
    pub const fn names_once(&self, field: u16, parent: &ModelDef) -> bool {
        let definition = &self.fields[field as usize];
        let one_tenant = match definition.reference {
            Some(reference) => parent.is_tenant_owned() && !reference.cross_tenant,
            None => false,
        };
        let one_tenant = one_tenant || self.tenant_field().is_none();
        let by_itself = match definition.unique {
            Uniqueness::Global => true,
            Uniqueness::PerTenant => one_tenant,
            Uniqueness::No => false,
        };
        if by_itself || self.key.field == field && (one_tenant || self.key.global) {
            return true;
        }
        let mut at = 0;
        while at < self.indexes.len() {
            let index = &self.indexes[at];
            if let (true, [part], None, None) = (index.unique, index.parts, index.condition, index.dialect)
                && let IndexTarget::Field(name) = part.target
                && same(name, definition.name)
                && (index.exact || one_tenant)
            {
                return true;
            }
            at += 1;
        }
        false
    }

    /// The definition with what follows from its fields, at compile time.
    ///
    /// # Panics
    /// At compile time only: on an encrypted field from which something is asked that only plain values give.
    #[must_use]
    pub const fn settled(mut self) -> Self {
        let (fields, indexes) = (self.fields, self.indexes);
        let mut at = 0;
        while at < fields.len() {
            let field = &fields[at];
            if matches!(field.kind, Kind::Encrypted) {
                self.encrypts = true;
                assert!(
                    matches!(field.unique, Uniqueness::No)
                        && !field.indexed
                        && !is_indexed(indexes, field.name),
                    "an encrypted value has other bytes each time that it is stored: no index and no unique finds it"
                );
                assert!(
                    field.check.is_none() && field.rules.is_empty() && field.generated.is_none(),
                    "the database sees nothing of an encrypted value: it cannot check or compute it"
                );
                assert!(
                    field.default.is_none(),
                    "an encrypted value has no default: a secret is given by each create"
                );
                assert!(
                    matches!(field.role, Role::Plain) && field.reference.is_none(),
                    "an encrypted value is no key, tenant or reference: the database compares those"
                );
                assert!(
                    !matches!(self.key.generation, KeyGeneration::Auto),
                    "an encrypted value is bound to its row's key, and #[key(auto)] tells that only after the INSERT: use another key"
                );
            }
            at += 1;
        }
        self
    }

    /// Whether a field of that kind can hold this model's key, at compile time.
    #[must_use]
    pub const fn key_fits(&self, kind: Kind) -> bool {
        let key = self.fields[self.key.field as usize].kind;
        matches!(
            (key, kind),
            (Kind::Text, Kind::Text)
                | (Kind::Uuid, Kind::Uuid)
                | (Kind::I16, Kind::I16)
                | (Kind::I32, Kind::I32)
                | (Kind::I64, Kind::I64)
        )
    }

    /// Whether a field of that kind can hold a list of this model's keys, at compile time. What stands in JSON is seen only
    /// when it is written.
    #[must_use]
    pub const fn keys_fit(&self, kind: Kind) -> bool {
        match kind {
            Kind::Json => true,
            Kind::Array(item) => self.key_fits(*item),
            _ => false,
        }
    }

    /// Whether a field of that kind can tell by that value of which model a key is, at compile time.
    #[must_use]
    pub const fn tells(kind: Kind, value: &str) -> bool {
        match kind {
            Kind::Text => true,
            Kind::Enum(def) => has_text(def.variants, value),
            _ => false,
        }
    }

    /// Whether each variant of an enumeration is among the values, at compile time; a text has no variants.
    #[must_use]
    pub const fn tells_all(kind: Kind, values: &[&str]) -> bool {
        let Kind::Enum(def) = kind else { return true };
        let mut at = 0;
        while at < def.variants.len() {
            if !has_text(values, def.variants[at]) {
                return false;
            }
            at += 1;
        }
        true
    }

    /// Whether rows have a tenant column and yet their key alone names them, or they have none: what a table without a
    /// tenant column may reference, at compile time.
    #[must_use]
    pub const fn is_named_by_key(&self) -> bool {
        self.key_is_global()
    }

    /// The index of the tenant field, found at compile time; for models whose `#[tenant]` stands in an embedded struct.
    #[must_use]
    pub const fn find_tenant(fields: &[FieldDef]) -> Option<u16> {
        let mut at = 0;
        while at < fields.len() {
            if matches!(fields[at].role, Role::Tenant) {
                return Some(at as u16);
            }
            at += 1;
        }
        None
    }

    /// How many fields have the tenant's role, at compile time.
    #[must_use]
    pub const fn count_tenants(fields: &[FieldDef]) -> usize {
        let (mut at, mut count) = (0, 0);
        while at < fields.len() {
            if matches!(fields[at].role, Role::Tenant) {
                count += 1;
            }
            at += 1;
        }
        count
    }

    /// Whether writes of its rows are recorded, at compile time.
    #[must_use]
    pub const fn is_audited(&self) -> bool {
        matches!(self.audit, Audit::Into { .. })
    }

    /// Whether it can hold the records of a model, at compile time: those of a tenant's rows belong to that tenant.
    #[must_use]
    pub const fn records(&self, other: Tenancy) -> bool {
        match (self.tenancy, other) {
            _ if matches!(self.audit, Audit::Library(_)) => true,
            (Tenancy::Global, Tenancy::Global) => true,
            (Tenancy::Column { .. }, other) => !matches!(other, Tenancy::Global),
            _ => false,
        }
    }

    /// Whether rows belong to some tenant, at compile time.
    #[must_use]
    pub const fn is_tenant_owned(&self) -> bool {
        !matches!(self.tenancy, Tenancy::Global)
    }

    /// Puts the fields of several lists behind one another at compile time: how `#[embed]` is flattened.
    #[must_use]
    pub const fn concat<const N: usize>(lists: &[&[FieldDef]]) -> [FieldDef; N] {
        let mut all = [FieldDef::new("", Kind::Bool, false); N];
        let (mut list, mut next) = (0, 0);
        while list < lists.len() {
            let mut at = 0;
            while at < lists[list].len() {
                all[next] = lists[list][at];
                next += 1;
                at += 1;
            }
            list += 1;
        }
        assert!(next == N, "the number of fields does not match");
        all
    }

    /// Whether some field has that Rust name, at compile time.
    #[must_use]
    pub const fn has_field(fields: &[FieldDef], name: &str) -> bool {
        let mut at = 0;
        while at < fields.len() {
            if same(fields[at].name, name) {
                return true;
            }
            at += 1;
        }
        false
    }
}

/// Whether a text is among others, at compile time.
const fn has_text(all: &[&str], text: &str) -> bool {
    let mut at = 0;
    while at < all.len() {
        if same(all[at], text) {
            return true;
        }
        at += 1;
    }
    false
}

/// Whether some index names a field, at compile time.
const fn is_indexed(indexes: &[IndexDef], name: &str) -> bool {
    let mut at = 0;
    while at < indexes.len() {
        let (parts, include) = (indexes[at].parts, indexes[at].include);
        let mut part = 0;
        while part < parts.len() {
            if let IndexTarget::Field(field) = parts[part].target
                && same(field, name)
            {
                return true;
            }
            part += 1;
        }
        let mut part = 0;
        while part < include.len() {
            if same(include[part], name) {
                return true;
            }
            part += 1;
        }
        at += 1;
    }
    false
}

impl KeyGeneration {
    /// Whether keys of that kind can come about this way, at compile time.
    #[must_use]
    pub const fn suits(self, kind: Kind) -> bool {
        match self {
            KeyGeneration::Uuid => matches!(kind, Kind::Text | Kind::Uuid),
            KeyGeneration::Prefixed(_) | KeyGeneration::Ulid(_) => matches!(kind, Kind::Text),
            KeyGeneration::Auto => matches!(kind, Kind::I16 | Kind::I32 | Kind::I64),
            KeyGeneration::Assigned => true,
        }
    }
}

const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut at = 0;
    while at < a.len() {
        if a[at] != b[at] {
            return false;
        }
        at += 1;
    }
    true
}

/// The decimal with those digits, which the macro has checked.
#[must_use]
pub fn decimal(digits: &str) -> Decimal {
    digits.parse().unwrap_or_default()
}
