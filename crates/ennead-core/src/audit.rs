//! What the audit records: who wrote what, as it was and as it is.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value as Json};

use crate::def::ModelDef;
use crate::error::ErrorKind;
use crate::model::Values;

/// Who acts, as the audit records it: `db.tenant(id)?.actor(Actor::user("user-7"))`.
///
/// ```
/// use ennead_core::Actor;
/// let actor = Actor { email: Some("jo@acme.com".into()), ..Actor::user("user-7") };
/// assert_eq!(actor.kind, "user");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Actor {
    /// What it is: `user`, `api_key`, `system`.
    pub kind: String,
    /// Its id.
    pub id: Option<String>,
    /// Its email.
    pub email: Option<String>,
    /// The address that it calls from.
    pub ip: Option<String>,
    /// What ties its call to the logs: the id of a request or of a trace.
    pub trace: Option<String>,
}

impl Actor {
    /// Somebody or something with an id.
    #[must_use]
    pub fn new(kind: impl Into<String>, id: impl Into<String>) -> Self {
        Self { kind: kind.into(), id: Some(id.into()), ..Self::default() }
    }

    /// A user.
    #[must_use]
    pub fn user(id: impl Into<String>) -> Self {
        Self::new("user", id)
    }

    /// The application itself.
    #[must_use]
    pub fn system() -> Self {
        Self { kind: "system".into(), ..Self::default() }
    }
}

/// How the writes of a model are recorded.
#[derive(Debug, Clone, Copy, Default)]
pub enum Audit {
    /// Not at all.
    #[default]
    None,
    /// As rows of a model, in the transaction of the write.
    Into {
        /// The model of the records (a function, since it may be declared anywhere).
        model: fn() -> &'static ModelDef,
        /// Makes the values of a record.
        record: fn(AuditEntry) -> Values,
    },
    /// It is a table of the library's own, which the library alone writes; the text says what its rows are. Where a scope names no
    /// tenant, its rows are those that belong to none.
    Library(&'static str),
}

/// The tenant of the library's own rows that belong to none. No tenant's id is empty.
pub const NO_TENANT: &str = "";

/// What happened to a row, or was to happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AuditOperation {
    /// It came into being.
    Create,
    /// Its values changed.
    Update,
    /// It was marked as deleted.
    SoftDelete,
    /// Its mark was taken away.
    Restore,
    /// It went.
    Delete,
}

impl AuditOperation {
    /// Its name, as records hold it: `create`, `update`, `soft_delete`, `restore`, `delete`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::SoftDelete => "soft_delete",
            Self::Restore => "restore",
            Self::Delete => "delete",
        }
    }
}

/// One record of the audit: a row that was written, or an attempt that failed.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct AuditEntry {
    /// The tenant whose row it is, as text; none for a model that belongs to none, and for an attempt across all tenants.
    pub tenant: Option<String>,
    /// The model.
    pub model: &'static str,
    /// The row's key, as text; none for an attempt that names no single row.
    pub key: Option<String>,
    /// What happened.
    pub operation: AuditOperation,
    /// Who did it, where the scope says so.
    pub actor: Option<Actor>,
    /// When, by the database's clock.
    pub at: DateTime<Utc>,
    /// The row as it was, by the names of its fields, without the hidden ones.
    pub before: Option<Map<String, Json>>,
    /// The row as it is, likewise.
    pub after: Option<Map<String, Json>>,
    /// The fields that changed, hidden ones too.
    pub changed: Vec<&'static str>,
    /// Of an attempt that failed, how.
    pub error: Option<ErrorKind>,
    /// The run of the workflow that it was part of.
    pub run: Option<String>,
}

impl AuditEntry {
    /// A record that tells of no row yet.
    #[must_use]
    pub fn new(model: &'static str, operation: AuditOperation, at: DateTime<Utc>) -> Self {
        Self {
            tenant: None,
            model,
            key: None,
            operation,
            actor: None,
            at,
            before: None,
            after: None,
            changed: Vec::new(),
            error: None,
            run: None,
        }
    }
}
