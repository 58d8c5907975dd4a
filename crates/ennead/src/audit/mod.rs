//! The audit's records: the built-in table, the application's own, and the history of a row.

mod history;

use chrono::{DateTime, Utc};
use ennead_core::{Audit, AuditEntry, Model, ModelDef, NO_TENANT, Values};
use ennead_macros::model;
use serde_json::Value as Json;

use crate::model_ext::ModelExt;
use crate::op::Create;

pub use history::{History, Revision};

/// One record of the audit: a row of the table `ennead_audit`, which every schema has in which a model is `audited`.
///
/// The library alone writes it; nobody changes or deletes its rows. A tenant reads its own: by
/// [`history`](crate::ModelExt::history), by `AuditRecord::list()`, and by name as `ListAuditRecordNode`. Records of models that
/// belong to no tenant are read on the [`Db`](crate::Db) itself, by `history` and by name.
#[model(
    crate = crate,
    table = "ennead_audit",
    __library = "the records of the audit",
    append_only,
    index(model, row_key, id),
    index(at)
)]
#[derive(Debug, Clone, PartialEq)]
pub struct AuditRecord {
    /// Counts the records. Those of one row are in the order of its writes.
    #[key(auto, all_tenants)]
    pub id: i64,
    /// The tenant whose row it is, as text; empty where it belongs to none.
    #[tenant]
    pub tenant: String,
    /// The model.
    pub model: String,
    /// The row's key, as text; none for an attempt that names no single row.
    pub row_key: Option<String>,
    /// What happened: `create`, `update`, `soft_delete`, `restore`, `delete`.
    pub operation: String,
    /// What acted: `user`, `api_key`, `system`; none where the scope named nobody.
    pub actor_kind: Option<String>,
    /// Its id.
    pub actor_id: Option<String>,
    /// Its email.
    pub actor_email: Option<String>,
    /// The address that it called from.
    pub actor_ip: Option<String>,
    /// What ties the call to the logs.
    pub trace: Option<String>,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// The row as it was, by the names of its fields, without the hidden ones.
    pub before: Option<Json>,
    /// The row as it is, likewise.
    pub after: Option<Json>,
    /// The names of the fields that changed, hidden ones too.
    pub changed: Json,
    /// Of an attempt that failed, the kind of its error: `UniqueViolation`.
    pub error: Option<String>,
    /// The run of the workflow that it was part of.
    pub run: Option<String>,
}

/// A model whose rows are the records of other models: `#[model(audited(into = AuditLog))]`.
///
/// ```
/// use ennead::prelude::*;
/// use ennead::{AuditEntry, AuditInto, op::Create};
///
/// #[model(append_only)]
/// pub struct AuditLog {
///     #[key] pub id: String,
///     #[tenant] pub organization_id: String,
///     pub resource_type: String,
///     pub resource_id: Option<String>,
///     pub action: String,
///     pub actor_id: Option<String>,
///     pub changes: serde_json::Value,
///     pub result: String,
/// }
///
/// impl AuditInto for AuditLog {
///     fn record(entry: AuditEntry) -> Create<Self> {
///         Self::create(NewAuditLog {
///             resource_type: entry.model.to_owned(),
///             action: entry.operation.name().to_owned(),
///             changes: serde_json::json!({ "before": entry.before, "after": entry.after }),
///             result: if entry.error.is_some() { "failure" } else { "success" }.to_owned(),
///         })
///         .set(Self::RESOURCE_ID, entry.key)
///         .set(Self::ACTOR_ID, entry.actor.and_then(|actor| actor.id))
///     }
/// }
///
/// #[model(audited(into = AuditLog))]
/// pub struct Team { #[key] pub id: String, #[tenant] pub organization_id: String, pub name: String }
///
/// # #[cfg(feature = "sqlite")]
/// # #[tokio::main] async fn main() -> Result<(), Error> {
/// let db = Db::connect("sqlite::memory:").await?;
/// ennead::schema![AuditLog, Team].create(&db).await?;
/// let acme = db.tenant("acme")?;
/// Team::create(NewTeam { name: "Core".into() }).run(&acme).await?;
/// let log = AuditLog::list().run(&acme).await?;
/// assert_eq!((log[0].resource_type.as_str(), log[0].action.as_str()), ("Team", "create"));
/// # Ok(()) }
/// # #[cfg(not(feature = "sqlite"))] fn main() {}
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say how a record of the audit becomes one of its rows",
    label = "no `AuditInto`",
    note = "write `impl ennead::AuditInto for {Self}`, or `#[model(audited)]` for the library's own table"
)]
pub trait AuditInto: Model {
    /// The row that records an entry. The tenant comes from the write.
    fn record(entry: AuditEntry) -> Create<Self>;
}

/// A model whose records are in the library's own table: `#[model(audited)]`.
#[diagnostic::on_unimplemented(
    message = "the library records no history of `{Self}`",
    label = "not audited, or into a model of the application's own",
    note = "write `#[model(audited)]`; a model that is `audited(into = …)` has its history in that model's rows"
)]
pub trait Audited: Model {}

impl AuditInto for AuditRecord {
    fn record(entry: AuditEntry) -> Create<Self> {
        let actor = entry.actor.unwrap_or_default();
        let object = |image: Option<serde_json::Map<String, Json>>| image.map(Json::Object);
        Self::create(NewAuditRecord {
            model: entry.model.to_owned(),
            operation: entry.operation.name().to_owned(),
            at: entry.at,
            changed: entry.changed.into_iter().map(Json::from).collect(),
        })
        .set(Self::ROW_KEY, entry.key)
        .set(Self::ACTOR_KIND, Some(actor.kind).filter(|kind| !kind.is_empty()))
        .set(Self::ACTOR_ID, actor.id)
        .set(Self::ACTOR_EMAIL, actor.email)
        .set(Self::ACTOR_IP, actor.ip)
        .set(Self::TRACE, actor.trace)
        .set(Self::BEFORE, object(entry.before))
        .set(Self::AFTER, object(entry.after))
        .set(Self::ERROR, entry.error.map(|kind| format!("{kind:?}")))
        .set(Self::RUN, entry.run)
    }
}

/// How `#[model(audited)]` says it: for generated code.
#[doc(hidden)]
pub const fn audited<R: AuditInto>() -> Audit {
    Audit::Into { model: definition::<R>, record: values::<R> }
}

fn definition<R: Model>() -> &'static ModelDef {
    R::DEF
}

fn values<R: AuditInto>(entry: AuditEntry) -> Values {
    R::record(entry).values
}

/// The tenant of a record that is told across tenants, where nothing else says it.
pub(crate) fn with_tenant(mut values: Values, tenant: Option<&str>) -> Values {
    let tenant = tenant.unwrap_or(NO_TENANT).to_owned();
    values.set(AuditRecord::TENANT.index(), ennead_core::Value::text(tenant));
    values
}
