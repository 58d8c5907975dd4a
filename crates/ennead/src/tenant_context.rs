//! The ambient tenant, for code that cannot pass a scope.

use std::future::Future;

use ennead_core::{Error, ErrorKind};

use crate::scopes::Tenant;

tokio::task_local! {
    static CURRENT: Tenant;
}

/// The ambient form of a [`Tenant`]: set around a future, read once into the same value.
///
/// It is read by [`TenantContext::current`] alone, never when an operation is polled, so a future that was built for one
/// tenant and polled within another's context keeps its own. A spawned task has no context until one is set in it.
///
/// ```
/// use ennead::prelude::*;
/// # #[cfg(feature = "sqlite")]
/// # #[tokio::main] async fn main() -> Result<(), Error> {
/// let db = Db::connect("sqlite::memory:").await?;
/// let id = TenantContext::scope(db.tenant("acme")?, async {
///     Ok::<_, Error>(TenantContext::current()?.id().to_string())
/// })
/// .await?;
/// assert_eq!(id, "acme");
/// assert!(TenantContext::current().unwrap_err().is_tenant_missing());
/// # Ok(()) }
/// # #[cfg(not(feature = "sqlite"))] fn main() {}
/// ```
#[derive(Debug)]
pub enum TenantContext {}

impl TenantContext {
    /// Runs a future with that tenant as the ambient one.
    pub async fn scope<F: Future>(tenant: Tenant, future: F) -> F::Output {
        CURRENT.scope(tenant, future).await
    }

    /// The ambient tenant.
    ///
    /// # Errors
    /// `is_tenant_missing` where none is set: never an unscoped database.
    pub fn current() -> Result<Tenant, Error> {
        CURRENT.try_with(Clone::clone).map_err(|_| {
            Error::new(
                ErrorKind::TenantMissing,
                "no tenant is set here: wrap the call in `TenantContext::scope(tenant, …)`, and set it again in spawned tasks",
            )
        })
    }
}
