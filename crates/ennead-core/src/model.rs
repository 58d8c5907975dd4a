//! What `#[model]` implements.

use crate::def::{FieldDef, ModelDef};
use crate::error::Error;
use crate::field::FieldType;
use crate::row::Row;
use crate::value::Value;

/// A struct that `#[model]` made a model. The nine operations start here: in `ennead`, each model has `create`, `read`,
/// `update`, `delete`, `list`, `bulk_create`, `bulk_update`, `bulk_delete` and `count`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a model",
    label = "not a model",
    note = "put `#[model]` above the struct, with one of #[tenant] on a field, #[model(tenant_root)], #[model(tenant(via = field))] or #[model(global)]"
)]
pub trait Model: Sized + Send + 'static {
    /// The fields that a create must give: `NewUser` for `User`.
    type New: Send + 'static;
    /// The type of the key.
    type Key: KeyType;
    /// The definition that everything else reads.
    const DEF: &'static ModelDef;
    /// Reads a row whose columns are all fields in order, from a position on.
    ///
    /// # Errors
    /// A stored value does not fit the field's type.
    fn decode(row: &mut Row<'_>, at: usize) -> Result<Self, Error>;
    /// Gives the values of all fields.
    fn encode(self, values: &mut Values);
    /// Gives the values that a create must have.
    fn encode_new(new: Self::New, values: &mut Values);
}

/// A model that belongs to no tenant: `#[model(global)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` belongs to a tenant, and `Db` alone does not say which",
    label = "this operation needs a tenant",
    note = "run it on `&db.tenant(id)?`, or on `&db.across_tenants(\"reason\")` where every tenant is meant"
)]
pub trait GlobalModel: Model {}

/// A model whose rows belong to tenants, or which is the tenant table itself: a tenant may update its rows.
#[diagnostic::on_unimplemented(
    message = "`{Self}` belongs to no tenant: a tenant may read it, not write it",
    note = "write it on `&db`, or on `&db.across_tenants(\"reason\")`"
)]
pub trait TenantModel: Model {}

/// A model whose rows belong to tenants: a tenant may create and delete its rows.
#[diagnostic::on_unimplemented(
    message = "a tenant may not create or delete rows of `{Self}`",
    note = "use `&db.across_tenants(\"reason\")` for the table of tenants, and `&db` for a model that belongs to none"
)]
pub trait OwnedModel: TenantModel {}

/// A model whose rows may be changed: all but those with `#[model(append_only)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is append-only: its rows are created and read, and never changed, marked or restored",
    label = "the rows of this model never change",
    note = "create a row that says what changed, or leave `append_only` out of its #[model(…)]"
)]
pub trait MutableModel: Model {}

/// A model whose rows may be deleted, or marked as deleted: not those with `#[model(append_only)]`, nor those with
/// `#[model(no_hard_delete)]` that have no soft deletion.
#[diagnostic::on_unimplemented(
    message = "rows of `{Self}` are never deleted: it is `append_only`, or `no_hard_delete` without a soft deletion",
    label = "the rows of this model stay",
    note = "give it #[deleted_at] or #[soft_delete], so that a delete marks its rows, or leave the option out of its #[model(…)]"
)]
pub trait DeletableModel: Model {}

/// A model whose rows may be removed for good: not those with `#[model(append_only)]` or `#[model(no_hard_delete)]`.
#[diagnostic::on_unimplemented(
    message = "rows of `{Self}` are never removed for good: it is `append_only` or `no_hard_delete`",
    label = "the rows of this model stay",
    note = "leave `.hard()` out, so that the delete marks the row, or the option out of its #[model(…)]"
)]
pub trait RemovableModel: DeletableModel {}

/// A struct whose fields other models embed: `#[model(embed)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be embedded",
    label = "not an embedded struct",
    note = "put `#[model(embed)]` above the struct"
)]
pub trait Embed: Sized + Send + 'static {
    /// The fields that a create must give.
    type New: Send + 'static;
    /// Its columns, as columns of the model that embeds it.
    type Columns<M: Model>;
    /// Its fields.
    const FIELDS: &'static [FieldDef];
    /// Whether `New` has any field.
    const REQUIRED: bool;
    /// Reads its fields, from a position on.
    ///
    /// # Errors
    /// A stored value does not fit the field's type.
    fn decode(row: &mut Row<'_>, at: usize) -> Result<Self, Error>;
    /// Gives the values of all its fields; `at` is the index of the first one.
    fn encode(self, values: &mut Values, at: usize);
    /// Gives the values that a create must have; `at` is the index of the first field.
    fn encode_new(new: Self::New, values: &mut Values, at: usize);
}

/// The values of a row to be, by the index of the field; what is not given is not set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Values {
    slots: Vec<Option<Value>>,
}

impl Values {
    /// No values, for a model.
    #[must_use]
    pub fn new(model: &ModelDef) -> Self {
        Self { slots: vec![None; model.fields.len()] }
    }

    /// Sets the value of a field.
    pub fn put<T: FieldType>(&mut self, at: usize, value: T) {
        self.slots[at] = Some(value.encode());
    }

    /// Sets the value of a field.
    pub fn set(&mut self, at: u16, value: Value) {
        self.slots[at as usize] = Some(value);
    }

    /// The value of a field, where one is set.
    #[must_use]
    pub fn get(&self, at: u16) -> Option<&Value> {
        self.slots[at as usize].as_ref()
    }

    /// Takes the value of a field out.
    pub fn take(&mut self, at: u16) -> Option<Value> {
        self.slots[at as usize].take()
    }
}

/// A type that a key may have.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a key",
    note = "keys are String, Uuid, i16, i32, i64 or a DbNewtype of one of these"
)]
pub trait KeyType: FieldType + Clone {}
impl KeyType for String {}
impl KeyType for uuid::Uuid {}
impl KeyType for i16 {}
impl KeyType for i32 {}
impl KeyType for i64 {}

/// What may be given as a key: owned, borrowed, or `&str` for text keys.
#[diagnostic::on_unimplemented(message = "`{Self}` is not a key of type `{K}`")]
pub trait IntoKey<K> {
    /// The key as a value.
    fn into_key(self) -> Value;
}

impl<K: KeyType> IntoKey<K> for K {
    fn into_key(self) -> Value {
        self.encode()
    }
}

impl<K: KeyType> IntoKey<K> for &K {
    fn into_key(self) -> Value {
        self.clone().encode()
    }
}

impl IntoKey<String> for &str {
    fn into_key(self) -> Value {
        Value::text(self.to_owned())
    }
}

impl IntoKey<i64> for i32 {
    fn into_key(self) -> Value {
        Value::Int(self.into())
    }
}
