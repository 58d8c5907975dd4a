//! The id of a tenant: what may be one, and what it is in a column of some kind.

use std::borrow::Cow;
use std::fmt;

use uuid::Uuid;

use crate::def::ModelDef;
use crate::error::Error;
use crate::kind::Kind;
use crate::value::Value;

/// The id of a tenant: a text of `[A-Za-z0-9_-]{1,64}`, a UUID or an integer.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum TenantId {
    /// A text.
    Text(Box<str>),
    /// A UUID.
    Uuid(Uuid),
    /// An integer.
    Int(i64),
}

impl fmt::Debug for TenantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TenantId({self})")
    }
}

impl fmt::Display for TenantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TenantId::Text(text) => f.write_str(text),
            TenantId::Uuid(uuid) => write!(f, "{uuid}"),
            TenantId::Int(int) => write!(f, "{int}"),
        }
    }
}

impl TenantId {
    /// Checks a text as a tenant's id.
    ///
    /// # Errors
    /// Invalid input, where it is empty, too long, or holds another character than `A-Z a-z 0-9 _ -`.
    ///
    /// ```
    /// use ennead_core::TenantId;
    /// assert!(TenantId::parse("org-456").is_ok());
    /// assert!(TenantId::parse("").unwrap_err().is_invalid_input());
    /// ```
    pub fn parse(text: &str) -> Result<Self, Error> {
        let allowed = |c: u8| c.is_ascii_alphanumeric() || c == b'_' || c == b'-';
        if text.is_empty() || text.len() > 64 || !text.bytes().all(allowed) {
            return Err(Error::invalid(
                "a tenant id is 1 to 64 characters of A-Z, a-z, 0-9, `_` and `-`: this one is not",
            ));
        }
        Ok(TenantId::Text(text.into()))
    }

    /// The id that a tenant column's value is.
    #[must_use]
    pub fn of_value(value: &Value) -> Option<Self> {
        match value {
            Value::Text(text) => Some(TenantId::Text((**text).into())),
            Value::Uuid(uuid) => Some(TenantId::Uuid(*uuid)),
            Value::Int(int) => Some(TenantId::Int(*int)),
            _ => None,
        }
    }

    /// The id as a value of the tenant column's kind. Only a text that is written just so turns into another kind.
    pub(crate) fn to_value(&self, model: &ModelDef, kind: &Kind) -> Result<Value, Error> {
        let value = match (self, kind) {
            (TenantId::Text(text), Kind::Text | Kind::Enum(_)) => {
                Value::Text(Cow::Owned((**text).to_owned()))
            }
            (TenantId::Uuid(uuid), Kind::Text) => Value::Text(Cow::Owned(uuid.to_string())),
            (TenantId::Int(int), Kind::Text) => Value::Text(Cow::Owned(int.to_string())),
            (TenantId::Uuid(uuid), Kind::Uuid) => Value::Uuid(*uuid),
            (TenantId::Int(int), Kind::I64 | Kind::I32 | Kind::I16) => integer(model, kind, *int)?,
            (TenantId::Text(text), Kind::Uuid) => match Uuid::try_parse(text) {
                Ok(uuid) if uuid.to_string() == **text => Value::Uuid(uuid),
                _ => return Err(mismatch(model, kind)),
            },
            (TenantId::Text(text), Kind::I64 | Kind::I32 | Kind::I16) => match text.parse::<i64>() {
                Ok(int) if int.to_string() == **text => integer(model, kind, int)?,
                _ => return Err(mismatch(model, kind)),
            },
            _ => return Err(mismatch(model, kind)),
        };
        Ok(value)
    }
}

/// An integer that the column holds. A larger one would be cut to its width on the way, and be another tenant's.
fn integer(model: &ModelDef, kind: &Kind, int: i64) -> Result<Value, Error> {
    match kind.integer_bounds() {
        Some((low, high)) if (low..=high).contains(&int) => Ok(Value::Int(int)),
        _ => Err(mismatch(model, kind)),
    }
}

fn mismatch(model: &ModelDef, kind: &Kind) -> Error {
    Error::invalid(format!(
        "{} belongs to tenants whose id is a {}: this scope's id is not",
        model.name,
        kind.rust_name()
    ))
    .with_model(model.name)
}

/// What may be given as a tenant's id: texts, UUIDs and `i64`.
pub trait IntoTenantId {
    /// Checks it.
    ///
    /// # Errors
    /// Invalid input, see [`TenantId::parse`].
    fn into_tenant_id(self) -> Result<TenantId, Error>;
}

impl IntoTenantId for &str {
    fn into_tenant_id(self) -> Result<TenantId, Error> {
        TenantId::parse(self)
    }
}

impl IntoTenantId for String {
    fn into_tenant_id(self) -> Result<TenantId, Error> {
        TenantId::parse(&self)
    }
}

impl IntoTenantId for &String {
    fn into_tenant_id(self) -> Result<TenantId, Error> {
        TenantId::parse(self)
    }
}

impl IntoTenantId for Uuid {
    fn into_tenant_id(self) -> Result<TenantId, Error> {
        Ok(TenantId::Uuid(self))
    }
}

impl IntoTenantId for i64 {
    fn into_tenant_id(self) -> Result<TenantId, Error> {
        Ok(TenantId::Int(self))
    }
}

impl IntoTenantId for TenantId {
    fn into_tenant_id(self) -> Result<TenantId, Error> {
        match self {
            TenantId::Text(text) => TenantId::parse(&text),
            other => Ok(other),
        }
    }
}

impl IntoTenantId for &TenantId {
    fn into_tenant_id(self) -> Result<TenantId, Error> {
        self.clone().into_tenant_id()
    }
}
