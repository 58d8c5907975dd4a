//! API keys over the application's own model: issued once, kept as a hash, resolved to their tenant.
//!
//! ```
//! use ennead::api_keys::ApiKeys;
//! use ennead::prelude::*;
//! use ennead::Json;
//! use chrono::{DateTime, Utc};
//!
//! #[model]
//! #[derive(Debug, Clone)]
//! pub struct ApiKey {
//!     #[key(prefix = "key-")] pub id: String,
//!     #[tenant] pub organization_id: String,
//!     #[hidden] #[unique(global)] pub key_hash: String,
//!     pub key_prefix: String,
//!     pub scopes: Json<Vec<String>>,
//!     pub expires_at: Option<DateTime<Utc>>,
//!     pub revoked_at: Option<DateTime<Utc>>,
//!     pub last_used_at: Option<DateTime<Utc>>,
//! }
//!
//! # #[cfg(feature = "sqlite")]
//! # #[tokio::main] async fn main() -> Result<(), Error> {
//! let db = Db::connect("sqlite::memory:").await?;
//! ennead::schema![ApiKey].create(&db).await?;
//! let keys = ApiKeys::new("acme", ApiKey::KEY_HASH)?
//!     .scopes(ApiKey::SCOPES)
//!     .expires_at(ApiKey::EXPIRES_AT)
//!     .revoked_at(ApiKey::REVOKED_AT)
//!     .last_used_at(ApiKey::LAST_USED_AT);
//!
//! // Shown once; what is stored cannot be turned back into it.
//! let issued = keys.generate();
//! let new = NewApiKey {
//!     key_hash: issued.hash(),
//!     key_prefix: issued.prefix().to_owned(),
//!     scopes: Json(vec!["agent:read".into()]),
//! };
//! ApiKey::create(new).run(&db.tenant("org-1")?).await?;
//!
//! let verified = keys.verify(&db, issued.reveal(), Some("agent:read")).await?;
//! assert_eq!(verified.tenant.id().to_string(), "org-1");
//! let error = keys.verify(&db, issued.reveal(), Some("agent:write")).await.unwrap_err();
//! assert!(error.is_unauthorized());
//! # Ok(()) }
//! # #[cfg(not(feature = "sqlite"))] fn main() {}
//! ```

#[cfg(feature = "http")]
mod bearer;
mod issued;
mod used;

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use ennead_core::{
    Column, Compare, Error, ErrorKind, Expr, FieldType, Filter, Json, Model, MutableModel, Operand,
    OwnedModel, Row, Tenancy, TenantId, Uniqueness, Value, ValueReader, Values, class,
};

use crate::db::Db;
use crate::exec::key_text;
use crate::model_ext::ModelExt;
use crate::scopes::Tenant;

#[cfg(feature = "http")]
pub use bearer::Bearer;
pub use issued::Issued;
use issued::{brand_of, hash_of};
use used::Used;

/// Why every tenant is asked.
const REASON: &str = "verify an API key";

/// How often at most the use of a key is written down.
const EVERY: TimeDelta = TimeDelta::minutes(1);

/// The API keys of an application: which model holds them, and in which columns.
pub struct ApiKeys<M> {
    inner: Arc<Inner>,
    marker: PhantomData<fn() -> M>,
}

#[derive(Debug, Clone)]
struct Inner {
    brand: String,
    hash: u16,
    tenant: u16,
    scopes: Option<(u16, ReadScopes)>,
    expires_at: Option<u16>,
    revoked_at: Option<u16>,
    is_active: Option<u16>,
    last_used_at: Option<u16>,
    used: Arc<Used>,
}

type ReadScopes = fn(&Value) -> Result<Vec<String>, Error>;

impl<M> Clone for ApiKeys<M> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner), marker: PhantomData }
    }
}

impl<M> fmt::Debug for ApiKeys<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiKeys").field("brand", &self.inner.brand).finish_non_exhaustive()
    }
}

/// A key that was verified.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Verified<M> {
    /// The scope of the tenant whose key it is.
    pub tenant: Tenant,
    /// The id of the key's row, as text: what the audit may call it by.
    pub id: String,
    /// The key's row.
    pub key: M,
    /// What it may do; none where the model has no scopes.
    pub scopes: Vec<String>,
}

/// A column of scopes: `Json<Vec<String>>` or `Vec<String>`.
pub trait Scopes: FieldType {
    /// The list.
    #[doc(hidden)]
    fn list(self) -> Vec<String>;
}

impl Scopes for Json<Vec<String>> {
    fn list(self) -> Vec<String> {
        self.0
    }
}

impl Scopes for Vec<String> {
    fn list(self) -> Vec<String> {
        self
    }
}

impl<M: OwnedModel + MutableModel> ApiKeys<M> {
    /// The keys of a model whose hashes stand in this column: 64 hexadecimal digits. `brand` is what every key begins with, so
    /// that people and scanners know one when they see it: `acme`.
    ///
    /// # Errors
    /// `is_configuration` where the column is not `#[unique(global)]`, since one tenant's key would then be found among another's;
    /// where the model has no `#[tenant]` column to tell whose a key is; and for a brand that is not 1 to 16 of `a-z` and `0-9`.
    pub fn new<T: FieldType<Class = class::Text>, A>(
        brand: &str,
        hash: Column<M, T, A>,
    ) -> Result<Self, Error> {
        let model = M::DEF;
        let refused = |text: String| Error::new(ErrorKind::Configuration, text).with_model(model.name);
        let field = model.field(hash.index());
        if field.unique != Uniqueness::Global {
            let text = format!(
                "{}.{} holds the hashes of API keys, and is not unique among all tenants: put #[unique(global)] on it",
                model.name, field.name
            );
            return Err(refused(text).with_fields(vec![field.name]));
        }
        let Tenancy::Column { field: tenant, .. } = model.tenancy else {
            let text =
                format!("{} holds API keys, and does not say whose: give it a #[tenant] column", model.name);
            return Err(refused(text));
        };
        let inner = Inner {
            brand: brand_of(brand)
                .ok_or_else(|| refused("the brand of API keys is 1 to 16 of a-z and 0-9".into()))?,
            hash: hash.index(),
            tenant,
            scopes: None,
            expires_at: None,
            revoked_at: None,
            is_active: None,
            last_used_at: None,
            used: Arc::default(),
        };
        Ok(Self { inner: Arc::new(inner), marker: PhantomData })
    }

    fn with(mut self, set: impl FnOnce(&mut Inner)) -> Self {
        set(Arc::make_mut(&mut self.inner));
        self
    }

    /// What a key may do stands in this column. Without it, a key may do what any other may, and whoever asks for a scope is refused.
    #[must_use]
    pub fn scopes<T: Scopes, A>(self, column: Column<M, T, A>) -> Self {
        let read: ReadScopes =
            |value| T::decode(&mut ValueReader(std::slice::from_ref(value)), 0).map(T::list);
        self.with(|inner| inner.scopes = Some((column.index(), read)))
    }

    /// From this moment on a key is refused.
    #[must_use]
    pub fn expires_at<A>(self, column: Column<M, Option<DateTime<Utc>>, A>) -> Self {
        self.with(|inner| inner.expires_at = Some(column.index()))
    }

    /// A key with a moment in this column is refused.
    #[must_use]
    pub fn revoked_at<A>(self, column: Column<M, Option<DateTime<Utc>>, A>) -> Self {
        self.with(|inner| inner.revoked_at = Some(column.index()))
    }

    /// A key with `false` in this column is refused.
    #[must_use]
    pub fn is_active<A>(self, column: Column<M, bool, A>) -> Self {
        self.with(|inner| inner.is_active = Some(column.index()))
    }

    /// Writes down when a key was used: at most once a minute for each, behind the request.
    #[must_use]
    pub fn last_used_at(self, column: Column<M, Option<DateTime<Utc>>>) -> Self {
        self.with(|inner| inner.last_used_at = Some(column.index()))
    }

    /// A new key. Nothing is stored: that is the application's, as a row of its model.
    #[must_use]
    pub fn generate(&self) -> Issued {
        Issued::new(&self.inner.brand)
    }

    /// The row of a key that somebody presents, and the scope of its tenant; with a scope that the key must have.
    ///
    /// # Errors
    /// `is_unauthorized`, with one text, for a key that is unknown, malformed, expired, revoked or deleted, and for one without the scope: who
    /// tries keys learns nothing from the answer. Else a connection or time limit error.
    pub async fn verify(
        &self,
        db: &Db,
        presented: &str,
        required_scope: Option<&str>,
    ) -> Result<Verified<M>, Error> {
        let inner = &*self.inner;
        let hash = hash_of(presented);
        let is = has_hash(inner.hash, Value::text(hash));
        // A text that cannot be a key costs what any other costs.
        let mut found = M::list().filter(is).limit(2).run(&db.across_tenants(REASON)).await?;
        // Two rows have one hash where somebody took the unique index away: then nobody knows whose the key is.
        let Some(row) = found.pop().filter(|_| found.is_empty()) else { return Err(refused()) };
        let mut values = Values::new(M::DEF);
        row.encode(&mut values);
        let image: Vec<Value> =
            (0..M::DEF.fields.len() as u16).map(|at| values.take(at).unwrap_or(Value::Null)).collect();
        let now = db.inner().sources.now();
        let Some((tenant, scopes)) = inner.allows(&image, now, required_scope)? else {
            return Err(refused());
        };
        let tenant = db.tenant(tenant)?;
        if let Some(column) = inner.last_used_at {
            inner.touch::<M>(&tenant, column, &image, now);
        }
        let key = M::decode(&mut Row::new(&mut ValueReader(&image)), 0)?;
        let id = key_text(&image[M::DEF.key.field as usize]);
        Ok(Verified { tenant, id, key, scopes })
    }
}

impl Inner {
    /// Whose a key is and what it may do; none where it is not good now, or not for this.
    fn allows(
        &self,
        image: &[Value],
        now: DateTime<Utc>,
        required: Option<&str>,
    ) -> Result<Option<(TenantId, Vec<String>)>, Error> {
        let expired = moment(image, self.expires_at)?.is_some_and(|end| end <= now);
        let revoked = moment(image, self.revoked_at)?.is_some();
        let inactive = self.is_active.is_some_and(|at| image[at as usize] != Value::Bool(true));
        let scopes = match self.scopes {
            Some((at, read)) => read(&image[at as usize])?,
            None => Vec::new(),
        };
        let may = required.is_none_or(|required| scopes.iter().any(|scope| scope == required));
        let tenant = TenantId::of_value(&image[self.tenant as usize]);
        Ok(tenant.filter(|_| may && !expired && !revoked && !inactive).map(|tenant| (tenant, scopes)))
    }

    /// Writes down that a key was used, unless that was done within the last minute, here or elsewhere. Nobody waits for it, and
    /// nobody is refused for it.
    fn touch<M: OwnedModel + MutableModel>(
        &self,
        tenant: &Tenant,
        column: u16,
        image: &[Value],
        now: DateTime<Utc>,
    ) {
        let Some(Value::Text(hash)) = image.get(self.hash as usize) else { return };
        let earlier = moment(image, Some(column)).ok().flatten();
        if !self.used.is_due(hash, now) || earlier.is_some_and(|earlier| now - earlier < EVERY) {
            return;
        }
        let own = has_hash(self.hash, Value::Text(hash.clone()));
        let last = Column::<M, Option<DateTime<Utc>>>::at(column);
        let stale = last.is_null().or(last.le(now - EVERY));
        let update = M::bulk_update().filter(own.and(stale)).set(last, now);
        let tenant = tenant.clone();
        tokio::spawn(async move {
            if let Err(error) = update.run(&tenant).await {
                tracing::warn!(target: "ennead::api_keys", %error, "the use of an API key was not written down");
            }
        });
    }
}

fn has_hash<M: Model>(column: u16, hash: Value) -> Filter<M> {
    Filter::from_expr(Expr::Compare { left: Operand::Column(column), op: Compare::Eq, value: hash })
}

fn moment(image: &[Value], at: Option<u16>) -> Result<Option<DateTime<Utc>>, Error> {
    let Some(at) = at else { return Ok(None) };
    Option::decode(&mut ValueReader(image), at as usize)
}

fn refused() -> Error {
    Error::new(ErrorKind::Unauthorized, "the API key is not accepted")
}
