//! What a model is: the one source that operations, DDL, migrations and the JSON face read.

use std::fmt;

use crate::audit::Audit;
use crate::kind::Kind;
use crate::value::Value;

/// A model as `#[model]` declares it. `#[model]` emits one static of this type; nothing keeps a second list of fields.
#[derive(Debug, Clone, Copy)]
pub struct ModelDef {
    /// The Rust name: `User`.
    pub name: &'static str,
    /// The table: `users`.
    pub table: &'static str,
    /// The doc comment, for COMMENT ON and reference pages.
    pub doc: &'static str,
    /// The fields, those of embedded structs in their place.
    pub fields: &'static [FieldDef],
    /// The key.
    pub key: KeyDef,
    /// To whom the rows belong.
    pub tenancy: Tenancy,
    /// Indexes and unique constraints that the struct attributes declare (those of fields are derived from the fields).
    pub indexes: &'static [IndexDef],
    /// CHECK constraints of the table.
    pub checks: &'static [CheckDef],
    /// The table's earlier name, so that a migration renames it.
    pub renamed_from: Option<&'static str>,
    /// Rows are created and read, and never changed or deleted.
    pub append_only: bool,
    /// Rows are never removed: a delete marks, or is refused.
    pub no_hard_delete: bool,
    /// How its writes are recorded.
    pub audit: Audit,
    /// Some field is encrypted: [`settled`](Self::settled) sees to it.
    pub encrypts: bool,
}

/// The key of a model.
#[derive(Debug, Clone, Copy)]
pub struct KeyDef {
    /// The index of the key field.
    pub field: u16,
    /// How a key comes about when none is given.
    pub generation: KeyGeneration,
    /// `key = "global"`: PRIMARY KEY (id) and UNIQUE (tenant, id), rather than PRIMARY KEY (tenant, id).
    pub global: bool,
}

/// How a key comes about when none is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyGeneration {
    /// A UUIDv7: for `Uuid` keys the value, for `String` keys its hyphenated text.
    Uuid,
    /// A prefix and the 32 hexadecimal digits of a UUIDv7: `user-0190…`.
    Prefixed(&'static str),
    /// A ULID, with a prefix that may be empty.
    Ulid(&'static str),
    /// The database counts (identity integers).
    Auto,
    /// The caller gives it: a natural key.
    Assigned,
}

/// To whom the rows of a model belong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tenancy {
    /// The tenant table itself: its key is the tenant's id.
    Root,
    /// Rows belong to the tenant in that column.
    Column {
        /// The index of the tenant field.
        field: u16,
        /// The index of a bool field; rows where it is true are readable by all tenants.
        shared: Option<u16>,
    },
    /// Rows belong to the tenant of the row that this reference names.
    Via {
        /// The index of the referencing field.
        field: u16,
    },
    /// Rows belong to no tenant.
    Global,
}

/// A field, and the column that holds it.
#[derive(Debug, Clone, Copy)]
pub struct FieldDef {
    /// The Rust name.
    pub name: &'static str,
    /// The column's name.
    pub column: &'static str,
    /// The logical type.
    pub kind: Kind,
    /// Whether it takes NULL.
    pub nullable: bool,
    /// The doc comment.
    pub doc: &'static str,
    /// What the library itself does with it.
    pub role: Role,
    /// Never in dynamic filters, sorts, projections or logs.
    pub hidden: bool,
    /// Cannot be set by an update.
    pub immutable: bool,
    /// What a create takes when nothing is given.
    pub default: Option<DefaultDef>,
    /// The SQL expression of a generated column.
    pub generated: Option<&'static str>,
    /// The row that it names.
    pub reference: Option<ReferenceDef>,
    /// The rows that it names where no foreign key can say so.
    pub loose: Option<crate::loose::LooseReference>,
    /// Whether it is unique, and among what.
    pub unique: Uniqueness,
    /// Whether it has an index of its own.
    pub indexed: bool,
    /// The SQL condition of its CHECK.
    pub check: Option<&'static str>,
    /// The column's earlier name, so that a migration renames it.
    pub renamed_from: Option<&'static str>,
    /// What its values must keep to: `#[validate(…)]`.
    pub rules: &'static [crate::rule::Rule],
    /// Its value tells whether the row is deleted.
    pub soft_delete: Option<SoftDelete>,
    /// What tells whether JSON is what the field's type reads, for `Json<T>`.
    pub shape: Option<crate::field::JsonShape>,
}

impl FieldDef {
    /// A field with nothing declared but its name and type: what the macro starts from. What is encrypted is hidden.
    #[must_use]
    pub const fn new(name: &'static str, kind: Kind, nullable: bool) -> Self {
        Self::plain(name, kind, nullable, None)
    }

    /// The field of a Rust type: kind and nullability come from it. What else is declared follows, one call for each.
    ///
    /// ```
    /// use ennead_core::{FieldDef, Kind, Role};
    ///
    /// const ID: FieldDef = FieldDef::of::<String>("id").column("user_id").role(Role::Key);
    /// assert_eq!((ID.name, ID.column, ID.kind, ID.role), ("id", "user_id", Kind::Text, Role::Key));
    /// ```
    #[must_use]
    pub const fn of<T: crate::FieldType>(name: &'static str) -> Self {
        Self::plain(name, T::KIND, T::NULLABLE, T::SHAPE)
    }

    /// A field with nothing declared but its name, its type and what that reads, where it is JSON.
    #[must_use]
    pub const fn plain(
        name: &'static str,
        kind: Kind,
        nullable: bool,
        shape: Option<crate::field::JsonShape>,
    ) -> Self {
        Self {
            name,
            column: name,
            kind,
            nullable,
            doc: "",
            role: Role::Plain,
            hidden: matches!(kind, Kind::Encrypted),
            immutable: false,
            default: None,
            generated: None,
            reference: None,
            loose: None,
            unique: Uniqueness::No,
            indexed: false,
            check: None,
            renamed_from: None,
            rules: &[],
            soft_delete: None,
            shape,
        }
    }

    /// Whether a statement may give it a value (a generated column takes none).
    #[must_use]
    pub const fn is_writable(&self) -> bool {
        self.generated.is_none()
    }
}

/// What the library itself does with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Nothing.
    Plain,
    /// It is the key.
    Key,
    /// It holds the tenant.
    Tenant,
    /// The time of the create.
    CreatedAt,
    /// The time of the last write.
    UpdatedAt,
    /// The time of a soft delete; NULL while the row lives.
    DeletedAt,
    /// Counts the writes, for optimistic locking.
    Version,
}

/// Whether a field is unique, and among what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Uniqueness {
    /// Not unique.
    No,
    /// Among the rows of one tenant (of the table, where the model has no tenant column).
    PerTenant,
    /// Among all rows of the table.
    Global,
}

/// What a create takes when nothing is given.
#[derive(Debug, Clone, Copy)]
pub struct DefaultDef {
    /// The literal that the DDL carries too; `None` where only the client can evaluate the expression.
    pub literal: Option<Literal>,
    /// Evaluates it.
    pub value: fn() -> Value,
}

/// A literal that DDL can carry.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Literal {
    /// `true`, `false`.
    Bool(bool),
    /// An integer, also for decimal and float columns.
    Int(i64),
    /// A float.
    Float(f64),
    /// A text; for an enumeration the stored name, for a decimal its digits.
    Text(&'static str),
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Literal::Bool(value) => value.fmt(f),
            Literal::Int(value) => value.fmt(f),
            Literal::Float(value) => value.fmt(f),
            Literal::Text(text) => f.write_str(text),
        }
    }
}

/// A field whose value tells whether the row is deleted: `#[soft_delete(…)]`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SoftDelete {
    /// The value of a deleted row.
    pub deleted: Literal,
    /// The value of a row that is brought back; that of its default where none is said.
    pub restored: Option<Literal>,
}

/// A reference to a row of another model.
#[derive(Debug, Clone, Copy)]
pub struct ReferenceDef {
    /// The referenced model (a function, so that models may refer to each other).
    pub target: fn() -> &'static ModelDef,
    /// What happens here when the referenced row is deleted.
    pub on_delete: Action,
    /// What happens here when the referenced key changes.
    pub on_update: Action,
    /// Checked at COMMIT rather than by each statement.
    pub deferrable: bool,
    /// A row of no tenant (or of another) may name it.
    pub cross_tenant: bool,
    /// The relation's name on this side, where it is not the field's less `_id`.
    pub name: Option<&'static str>,
    /// The relation's name on the other side.
    pub inverse: Option<&'static str>,
}

/// What a foreign key does when the referenced row goes or changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Nothing: the constraint refuses, at COMMIT where it is deferrable.
    NoAction,
    /// Refuses at once.
    Restrict,
    /// Does the same to the referencing rows.
    Cascade,
    /// Sets the reference to NULL.
    SetNull,
}

/// An index, or a unique constraint.
#[derive(Debug, Clone, Copy)]
pub struct IndexDef {
    /// Its name, where the usual one is not wanted.
    pub name: Option<&'static str>,
    /// Its parts in order.
    pub parts: &'static [IndexPart],
    /// Whether it is unique.
    pub unique: bool,
    /// Its method.
    pub method: IndexMethod,
    /// The condition of a partial index, in SQL.
    pub condition: Option<&'static str>,
    /// Columns that it carries beside its key, as field names.
    pub include: &'static [&'static str],
    /// No tenant column is put in front.
    pub exact: bool,
    /// Made on this dialect only.
    pub dialect: Option<Dialect>,
}

/// One part of an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndexPart {
    /// What is indexed.
    pub target: IndexTarget,
    /// Descending.
    pub descending: bool,
    /// Where NULLs stand, where the usual place (first ascending, last descending) is not wanted.
    pub nulls: Option<Nulls>,
}

/// What a part of an index is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IndexTarget {
    /// A field, by its Rust name (its column's name stands in the DDL).
    Field(&'static str),
    /// An SQL expression.
    Expression(&'static str),
}

/// Where NULLs stand in an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Nulls {
    /// Before all values.
    First,
    /// After all values.
    Last,
}

/// The method of an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IndexMethod {
    /// B-tree: both databases.
    BTree,
    /// GIN: Postgres.
    Gin,
    /// GiST: Postgres.
    Gist,
    /// BRIN: Postgres.
    Brin,
    /// Hash: Postgres.
    Hash,
}

/// A CHECK constraint of a table.
#[derive(Debug, Clone, Copy)]
pub struct CheckDef {
    /// Its name, where the usual one is not wanted.
    pub name: Option<&'static str>,
    /// The condition, in SQL.
    pub condition: &'static str,
}

/// A database's language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// PostgreSQL, 15 or later.
    Postgres,
    /// SQLite, 3.45 or later.
    Sqlite,
}

impl std::fmt::Display for Dialect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Dialect::Postgres => "postgres",
            Dialect::Sqlite => "sqlite",
        })
    }
}

impl ModelDef {
    /// The field at an index that a `Column` or the definition itself gave.
    #[must_use]
    pub fn field(&self, index: u16) -> &'static FieldDef {
        &self.fields[index as usize]
    }

    /// The key field.
    #[must_use]
    pub fn key_field(&self) -> &'static FieldDef {
        self.field(self.key.field)
    }

    /// The index and the field with that Rust name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<(u16, &'static FieldDef)> {
        let at = self.fields.iter().position(|field| field.name == name)?;
        Some((at as u16, &self.fields[at]))
    }

    /// The index of the field with that role.
    #[must_use]
    pub fn role(&self, role: Role) -> Option<u16> {
        self.fields.iter().position(|field| field.role == role).map(|at| at as u16)
    }

    /// The tenant column's index, for a model that has one.
    #[must_use]
    pub const fn tenant_field(&self) -> Option<u16> {
        match self.tenancy {
            Tenancy::Column { field, .. } => Some(field),
            _ => None,
        }
    }

    /// Whether the key alone names a row: it does not where the primary key leads with the tenant.
    #[must_use]
    pub const fn key_is_global(&self) -> bool {
        match self.tenancy {
            Tenancy::Column { .. } => self.key.global,
            _ => true,
        }
    }

    /// Whether two definitions are of the same model.
    #[must_use]
    pub fn is(&self, other: &ModelDef) -> bool {
        std::ptr::eq(self, other) || (self.name == other.name && self.table == other.table)
    }
}
