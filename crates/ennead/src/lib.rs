//! `ennead`: a schema-first data layer for multi-tenant Rust.
//!
//! Annotate a struct with [`#[model]`](macro@model) and get nine operations, DDL for Postgres and SQLite, and tenant
//! isolation that cannot be forgotten.
//!
//! ```
//! use ennead::prelude::*;
//!
//! #[model(tenant_root)]
//! pub struct Organization {
//!     #[key] pub id: String,
//!     pub name: String,
//! }
//!
//! #[model]
//! pub struct User {
//!     #[key(prefix = "user-")] pub id: String,
//!     #[tenant] #[references(Organization)] pub organization_id: String,
//!     #[unique] pub email: String,
//! }
//!
//! # #[cfg(feature = "sqlite")]
//! # #[tokio::main] async fn main() -> Result<(), Error> {
//! let db = Db::connect("sqlite::memory:").await?;
//! ennead::schema![Organization, User].create(&db).await?;
//! Organization::create(NewOrganization { name: "Acme".into() })
//!     .set(Organization::ID, "acme")
//!     .run(&db.across_tenants("sign-up"))
//!     .await?;
//! let acme = db.tenant("acme")?;
//! let user = User::create(NewUser { email: "jo@acme.com".into() }).run(&acme).await?;
//! assert_eq!(user.organization_id, "acme");
//! assert_eq!(User::count().run(&db.tenant("other")?).await?, 0);
//! # Ok(()) }
//! # #[cfg(not(feature = "sqlite"))] fn main() {}
//! ```

#![cfg_attr(
    not(any(feature = "sqlite", feature = "postgres")),
    allow(
        dead_code,
        unused_variables,
        unreachable_patterns,
        unreachable_code,
        reason = "without a backend, statements can be shown and none is run"
    )
)]

pub mod api_keys;
mod audit;
mod backend;
mod builder;
mod db;
#[cfg(feature = "__detour")]
#[doc(hidden)]
pub mod detour;
#[cfg(all(doctest, feature = "sqlite"))]
mod doctests;
mod envelope;
mod exec;
#[cfg(feature = "http")]
pub mod http;
mod introspect;
mod keys;
mod known;
pub mod migrate;
mod model_ext;
mod node;
mod observe;
pub mod op;
pub mod outbox;
mod rotation;
mod running;
mod schema;
mod scopes;
mod sink;
mod statement;
mod strict;
mod sync;
mod tenant_context;
mod transaction;
mod verify;
mod workflow;

pub use audit::{AuditInto, AuditRecord, Audited, History, NewAuditRecord, Revision};
pub use builder::DbBuilder;
pub use db::Db;
pub use ennead_core::{
    Actor, Aggregates, ArrayElement, AuditEntry, AuditOperation, Clock, Column, Concealed, DbEnum,
    DeletableModel, Dialect, Embed, Encrypted, Error, ErrorKind, FieldType, Filter, GlobalModel, GroupKeys,
    IdGenerator, IntoKey, IntoTenantId, IntoValue, Json, JsonPath, KeyType, Kind, Measured, Model, ModelDef,
    MutableModel, Order, OwnedModel, Ranking, Relation, RemovableModel, Tenancy, TenantId, TenantModel,
    ToEach, ToMany, ToOne, ToUnique, Value, Violation, count, generate_id, generate_ulid,
};
pub use ennead_macros::{DbEnum, DbNewtype, model};
pub use keys::{Key, KeyProvider, KeyRing};
pub use model_ext::ModelExt;
pub use node::{Node, NodeInfo, NodeOperation, NodeScope};
pub use observe::{Change, ChangeKind, Creating, Observer, ObserverScope, Updating, Write};
pub use op::{BulkResult, Cursor, Page, With};
pub use rotation::{Rotating, Rotation};
pub use running::Running;
pub use schema::Schema;
pub use scopes::{AcrossTenants, CreateScope, LockScope, Scope, Tenant, UpdateScope};
pub use statement::Statement;
pub use strict::parse_json;
pub use tenant_context::TenantContext;
pub use transaction::Transaction;
pub use verify::{Dangling, ReferenceFault, Verification};
pub use workflow::{Results, Runtime, Workflow, WorkflowBuilder};

/// What a [`ModelDef`] is made of, for programs that read definitions: generators of pages, of clients, of tests.
pub mod def {
    pub use ennead_core::{
        Action, CheckDef, DefaultDef, EnumDef, FieldDef, IndexDef, IndexMethod, IndexPart, IndexTarget,
        KeyDef, KeyGeneration, Kind, Literal, LooseKind, LooseReference, LooseTarget, ModelDef, Nulls,
        Precision, ReferenceDef, Role, Rule, SoftDelete, Tenancy, Uniqueness,
    };
}

/// Collects models into a [`Schema`].
///
/// ```
/// use ennead::prelude::*;
/// #[model(global)]
/// struct Plan { #[key(assigned)] id: String, name: String }
/// let schema = ennead::schema![Plan];
/// assert_eq!(schema.models().len(), 1);
/// ```
#[macro_export]
macro_rules! schema {
    ($($model:ty),* $(,)?) => {
        $crate::Schema::new([$(<$model as $crate::Model>::DEF),*])
    };
}

/// What nearly every file of an application needs.
pub mod prelude {
    pub use crate::{
        AcrossTenants, Db, DbEnum, DbNewtype, Error, Model as _, ModelExt as _, Runtime, Schema, Tenant,
        TenantContext, WorkflowBuilder, model, op::FetchExt as _,
    };
}

/// What the macros name. Not for people: it may change in any release.
#[doc(hidden)]
pub mod __private {
    pub use crate::audit::{AuditRecord, Audited, audited};
    pub use crate::op::Create;
    pub use ennead_core::*;
    pub use std::borrow::Cow;
}
