//! The nine operations as values: thin generic shells over the executor.

mod aggregate;
mod bulk_create;
mod bulk_create_stream;
mod bulk_delete;
mod bulk_update;
mod count;
mod create;
mod cursor;
mod delete;
mod fetch;
mod include;
mod level;
mod list;
mod lock;
mod read;
mod update;
mod upsert;

use ennead_core::{Error, Expr, IntoTenantId, TenantId};

pub use aggregate::{Aggregate, Grouped};
pub use bulk_create::{BulkCreate, BulkUpsert};
pub use bulk_create_stream::BulkCreateStream;
pub use bulk_delete::BulkDelete;
pub use bulk_update::{BulkUpdate, BulkUpdateEach};
pub use count::Count;
pub use create::Create;
pub use cursor::{Cursor, Page};
pub use delete::Delete;
pub use fetch::{Fetch, FetchExt, Inclusion, Loading, Many, RelationsOf};
pub use include::{Including, IncludingRead, RelatedTo, With};
pub(crate) use level::{Level, LinkedSink, Links, Wanted, by_key, lists};
pub use list::{List, PagedList};
pub(crate) use lock::Lockable;
pub use lock::Locked;
pub use read::Read;
pub(crate) use update::restore;
pub use update::{Restore, Update};
pub use upsert::{CreateOrIgnore, OnConflict, OnConflictBulk, Upsert};

/// What a bulk operation did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct BulkResult {
    /// How many rows it created, changed or deleted.
    pub affected: u64,
}

/// The tenant to which an operation under `across_tenants` narrows itself.
#[derive(Debug)]
pub(crate) struct Narrow(Option<Result<TenantId, Error>>);

impl Narrow {
    /// To none.
    pub(crate) const NONE: Self = Self(None);

    pub(crate) fn to(id: impl IntoTenantId) -> Self {
        Self(Some(id.into_tenant_id()))
    }

    /// That of rows that were narrowed before.
    pub(crate) fn of(tenant: Option<TenantId>) -> Self {
        Self(tenant.map(Ok))
    }

    pub(crate) fn take(self) -> Result<Option<TenantId>, Error> {
        self.0.transpose()
    }
}

/// `.in_tenant(id)`, the same on every operation: `$narrow` is the place that holds it.
macro_rules! in_tenant {
    () => {
        in_tenant!(narrow);
    };
    ($($narrow:ident).+) => {
        /// Narrows an operation under `across_tenants` to one tenant. Creates on a tenant's model need it there.
        ///
        /// On a tenant's own scope it must name that tenant, else running is an error.
        pub fn in_tenant(mut self, id: impl ennead_core::IntoTenantId) -> Self {
            self.$($narrow).+ = $crate::op::Narrow::to(id);
            self
        }
    };
}

/// `.filter(…)`, the same on every operation that takes one: `$filter` is the place that holds it.
macro_rules! filtered {
    ($($filter:ident).+) => {
        /// Only rows that match; a second filter narrows the first.
        pub fn filter(mut self, filter: ennead_core::Filter<M>) -> Self {
            $crate::op::narrow(&mut self.$($filter).+, filter.into_expr());
            self
        }
    };
}

/// Adds a condition to those that are there.
pub(crate) fn narrow(first: &mut Option<Expr>, second: Expr) {
    *first = Some(match first.take() {
        Some(first) => first.and(second),
        None => second,
    });
}

pub(crate) use filtered;
pub(crate) use in_tenant;
