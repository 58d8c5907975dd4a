//! The one error type of the library.

use std::borrow::Cow;
use std::fmt;

use crate::rule::Violation;
use crate::version::VersionConflict;

/// What kind of failure an [`Error`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// No row with that key is visible in this scope.
    NotFound,
    /// A unique constraint or a primary key is violated.
    UniqueViolation,
    /// A foreign key is violated, or a referenced row is not visible in this scope.
    ForeignKeyViolation,
    /// A CHECK constraint is violated.
    CheckViolation,
    /// A NULL where the column takes none.
    NotNullViolation,
    /// The condition of an update was not met, or an optimistic lock was lost.
    Conflict,
    /// A value was refused by a rule of the model.
    Validation,
    /// The model forbids it of its rows, whoever asks (`append_only`, `no_hard_delete`), or the host forbids it to the caller.
    Forbidden,
    /// An observer panicked, or the writes of observers lead to one another without an end.
    Observer,
    /// Who asks is not known: a key that is not accepted.
    Unauthorized,
    /// A tenant was needed and none was given.
    TenantMissing,
    /// A request that cannot be right: a bad value, name, key, filter or combination.
    InvalidInput,
    /// The backend lacks what was asked for.
    Unsupported,
    /// A time limit ran out.
    Timeout,
    /// The database could not be reached, or the connection was lost.
    Connection,
    /// A deadlock or a serialization failure: the transaction may be run again.
    Retryable,
    /// The connection was lost during COMMIT: it may or may not have happened.
    CommitUnknown,
    /// The transaction already failed; it refuses work until it is rolled back.
    TransactionAborted,
    /// The database and the model disagree about a table or a column.
    SchemaMismatch,
    /// A stored value could not be read as the type of the model.
    Decode,
    /// An encrypted value cannot be opened, or a stored one belongs to another place.
    Decryption,
    /// The configuration (URL, option, certificate) cannot be used.
    Configuration,
    /// Any other failure of the database.
    Database,
}

/// An error of any operation. It is one opaque type on both databases; ask it what it is.
///
/// Its text names models, columns and constraints, and never holds the values of a row.
///
/// ```
/// use ennead_core::Error;
/// let error = Error::not_found("User");
/// assert!(error.is_not_found());
/// assert_eq!(error.http_status(), 404);
/// assert!(error.to_string().contains("not found"));
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    message: Cow<'static, str>,
    model: Option<&'static str>,
    constraint: Option<String>,
    fields: Vec<&'static str>,
    code: Option<String>,
    workflow: Option<Box<FailedWorkflow>>,
    violations: Vec<Violation>,
    versions: Vec<VersionConflict>,
}

/// Where a workflow failed, and what had been done by then.
struct FailedWorkflow {
    node: Option<String>,
    run: String,
    results: serde_json::Map<String, serde_json::Value>,
}

impl Error {
    /// An error of a kind, with a text that names the thing and the fix, and never a row's value.
    #[must_use]
    pub fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            model: None,
            constraint: None,
            fields: Vec::new(),
            code: None,
            workflow: None,
            violations: Vec::new(),
            versions: Vec::new(),
        }))
    }

    /// A row that is not there, or not visible in this scope: the two cannot be told apart.
    #[must_use]
    pub fn not_found(model: &'static str) -> Self {
        Self::new(ErrorKind::NotFound, format!("{model} not found")).with_model(model)
    }

    /// A request that cannot be right.
    #[must_use]
    pub fn invalid(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::InvalidInput, message)
    }

    /// Something that a backend lacks.
    #[must_use]
    pub fn unsupported(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Unsupported, message)
    }

    /// Names the model.
    #[must_use]
    pub fn with_model(mut self, model: &'static str) -> Self {
        self.0.model = Some(model);
        self
    }

    /// Names the violated constraint.
    #[must_use]
    pub fn with_constraint(mut self, constraint: impl Into<String>) -> Self {
        self.0.constraint = Some(constraint.into());
        self
    }

    /// Names the columns concerned, in the constraint's order.
    #[must_use]
    pub fn with_fields(mut self, fields: Vec<&'static str>) -> Self {
        self.0.fields = fields;
        self
    }

    /// Keeps the database's own code (an SQLSTATE, or SQLite's extended result code).
    #[must_use]
    pub fn with_code(mut self, code: impl Into<String>) -> Self {
        self.0.code = Some(code.into());
        self
    }

    /// Tells each field that a rule of the model refuses.
    #[must_use]
    pub fn with_violations(mut self, violations: Vec<Violation>) -> Self {
        self.0.violations = violations;
        self
    }

    /// Each field that a rule of the model refuses, with its row in a bulk operation: all of them at once.
    #[must_use]
    pub fn violations(&self) -> &[Violation] {
        &self.0.violations
    }

    /// Tells each row that has another version than a write was made for.
    #[must_use]
    pub fn with_version_conflicts(mut self, versions: Vec<VersionConflict>) -> Self {
        self.0.versions = versions;
        self
    }

    /// Each row that somebody changed since it was read, with the version that was expected and the one that was found: what an
    /// optimistic lock (`#[version]`) lost. Empty for a conflict of another kind.
    #[must_use]
    pub fn version_conflicts(&self) -> &[VersionConflict] {
        &self.0.versions
    }

    /// Says in which run of a workflow it happened, at which node (none where its transaction failed as a whole), and what
    /// the others gave. The results are told by [`results`](Self::results) alone: neither `Display` nor `Debug` shows them.
    #[must_use]
    pub fn with_workflow(
        mut self,
        node: Option<String>,
        run: impl Into<String>,
        results: serde_json::Map<String, serde_json::Value>,
    ) -> Self {
        if let Some(node) = &node {
            self.0.message = format!("node {node:?}: {}", self.0.message).into();
        }
        self.0.workflow = Some(Box::new(FailedWorkflow { node, run: run.into(), results }));
        self
    }

    /// The id of the workflow's node that failed; none where the workflow's transaction did.
    #[must_use]
    pub fn node(&self) -> Option<&str> {
        self.0.workflow.as_ref()?.node.as_deref()
    }

    /// The id of the workflow's run that failed.
    #[must_use]
    pub fn run_id(&self) -> Option<&str> {
        self.0.workflow.as_ref().map(|workflow| workflow.run.as_str())
    }

    /// What the other nodes of a failed workflow gave, by their ids. In a transaction nothing of it lasts.
    #[must_use]
    pub fn results(&self) -> Option<&serde_json::Map<String, serde_json::Value>> {
        self.0.workflow.as_ref().map(|workflow| &workflow.results)
    }

    /// What kind of failure it is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The model concerned, where one is known.
    #[must_use]
    pub fn model(&self) -> Option<&'static str> {
        self.0.model
    }

    /// The name of the violated constraint, the same on both databases.
    #[must_use]
    pub fn constraint(&self) -> Option<&str> {
        self.0.constraint.as_deref()
    }

    /// The columns of the violated constraint in its order, or the fields that a message is about.
    #[must_use]
    pub fn fields(&self) -> &[&'static str] {
        &self.0.fields
    }

    /// The database's own code: an SQLSTATE, or SQLite's extended result code.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// The HTTP status that fits this kind of error.
    #[must_use]
    pub fn http_status(&self) -> u16 {
        match self.0.kind {
            ErrorKind::NotFound => 404,
            ErrorKind::UniqueViolation | ErrorKind::Conflict | ErrorKind::ForeignKeyViolation => 409,
            ErrorKind::CheckViolation | ErrorKind::NotNullViolation | ErrorKind::Validation => 422,
            ErrorKind::InvalidInput => 400,
            ErrorKind::Forbidden => 403,
            ErrorKind::TenantMissing | ErrorKind::Unauthorized => 401,
            ErrorKind::Unsupported => 501,
            ErrorKind::Timeout => 504,
            ErrorKind::Connection | ErrorKind::Retryable => 503,
            _ => 500,
        }
    }
}

macro_rules! predicates {
    ($($(#[$doc:meta])* $name:ident => $($kind:ident)|+;)*) => {
        impl Error {
            $($(#[$doc])* #[must_use] pub fn $name(&self) -> bool { matches!(self.0.kind, $(ErrorKind::$kind)|+) })*
        }
    };
}

predicates! {
    /// No row with that key is visible in this scope.
    is_not_found => NotFound;
    /// A unique constraint or a primary key is violated.
    is_unique_violation => UniqueViolation;
    /// A foreign key is violated, or a referenced row is not visible in this scope.
    is_foreign_key_violation => ForeignKeyViolation;
    /// A CHECK constraint is violated.
    is_check_violation => CheckViolation;
    /// A NULL where the column takes none.
    is_not_null_violation => NotNullViolation;
    /// The condition of an update was not met, or an optimistic lock was lost: see [`version_conflicts`](Error::version_conflicts).
    is_conflict => Conflict;
    /// A value was refused by a rule of the model.
    is_validation => Validation;
    /// The model forbids it of its rows, whoever asks (`append_only`, `no_hard_delete`), or the host forbids it to the caller.
    is_forbidden => Forbidden;
    /// An observer panicked, or the writes of observers lead to one another without an end.
    is_observer => Observer;
    /// Who asks is not known: a key that is not accepted.
    is_unauthorized => Unauthorized;
    /// A tenant was needed and none was given.
    is_tenant_missing => TenantMissing;
    /// A request that cannot be right.
    is_invalid_input => InvalidInput;
    /// The backend lacks what was asked for.
    is_unsupported => Unsupported;
    /// A time limit ran out.
    is_timeout => Timeout;
    /// The database could not be reached, or the connection was lost.
    is_connection => Connection;
    /// A deadlock or serialization failure: run the transaction again.
    is_retryable => Retryable;
    /// The connection was lost during COMMIT: whether it happened is not known.
    is_commit_unknown => CommitUnknown;
    /// The transaction already failed and refuses work until it is rolled back.
    is_transaction_aborted => TransactionAborted;
    /// The database and the model disagree about a table or a column.
    is_schema_mismatch => SchemaMismatch;
    /// A stored value could not be read as the type of the model.
    is_decode => Decode;
    /// An encrypted value cannot be opened: its key is unknown or another one, or it was changed, cut short or moved.
    is_decryption => Decryption;
    /// The configuration cannot be used.
    is_configuration => Configuration;
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Error");
        debug.field("kind", &self.0.kind).field("message", &self.0.message);
        if let Some(model) = self.0.model {
            debug.field("model", &model);
        }
        if let Some(constraint) = &self.0.constraint {
            debug.field("constraint", constraint);
        }
        if !self.0.fields.is_empty() {
            debug.field("fields", &self.0.fields);
        }
        if let Some(code) = &self.0.code {
            debug.field("code", code);
        }
        if let Some(workflow) = &self.0.workflow {
            debug.field("node", &workflow.node).field("run", &workflow.run);
        }
        debug.finish()
    }
}

impl std::error::Error for Error {}
