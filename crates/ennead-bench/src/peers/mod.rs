//! The libraries that are measured, one file each.

mod by_name;
#[cfg(feature = "diesel")]
mod diesel;
pub(crate) mod ennead;
mod rusqlite;
#[cfg(feature = "sea-orm")]
mod sea_orm;
mod sqlx;
mod tokio_postgres;

use std::sync::Arc;

use anyhow::Result;
use futures_util::future::LocalBoxFuture;

use crate::ground::Place;
use crate::measure::{Contender, Seat};

/// A peer that connects.
type Opening<'a> = LocalBoxFuture<'a, Result<Arc<dyn Contender>>>;

/// A peer by name, and how it is opened with so many connections.
pub(crate) struct Entry {
    pub(crate) name: &'static str,
    /// Whether it does concurrent operations too.
    pub(crate) concurrent: bool,
    pub(crate) open: for<'a> fn(&'a Place, usize) -> Opening<'a>,
}

macro_rules! entry {
    ($name:literal, $concurrent:literal, |$place:ident, $connections:ident| $open:expr) => {
        Entry {
            name: $name,
            concurrent: $concurrent,
            open: |$place, $connections| {
                Box::pin(async move {
                    let _ = $connections;
                    let contender: Arc<dyn Contender> = Arc::new(Seat::new($open));
                    Ok(contender)
                })
            },
        }
    };
}

/// The name of ennead with a tenant's scope, and without.
pub(crate) const ENNEAD: &str = "ennead";
pub(crate) const ENNEAD_GLOBAL: &str = "ennead, no tenant";

/// The name of ennead's operations by name.
pub(crate) const BY_NAME: &str = "ennead, by name";

/// The peers on SQLite; the first is the floor.
pub(crate) fn sqlite() -> Vec<Entry> {
    vec![
        entry!("rusqlite", false, |place, connections| rusqlite::Rusqlite::new(place.path())?),
        entry!("ennead", false, |place, connections| ennead::Ennead::new(&place.url, connections).await?),
        entry!("ennead, no tenant", false, |place, connections| {
            ennead::EnneadGlobal::new(&place.url, connections).await?
        }),
        entry!("ennead, by name", false, |place, connections| {
            by_name::ByName::new(&place.url, connections).await?
        }),
        entry!("sqlx", false, |place, connections| sqlx::sqlite(&place.url, connections).await?),
        #[cfg(feature = "sea-orm")]
        entry!("SeaORM", false, |place, connections| sea_orm::SeaOrm::new(&place.url, connections).await?),
        #[cfg(feature = "diesel")]
        entry!("Diesel", false, |place, connections| diesel::sqlite(place.path(), connections)?),
    ]
}

/// The peers on Postgres; the first is the floor.
pub(crate) fn postgres() -> Vec<Entry> {
    vec![
        entry!("tokio-postgres", true, |place, connections| {
            tokio_postgres::TokioPostgres::new(&place.url, connections).await?
        }),
        entry!("ennead", true, |place, connections| ennead::Ennead::new(&place.url, connections).await?),
        entry!("ennead, no tenant", true, |place, connections| {
            ennead::EnneadGlobal::new(&place.url, connections).await?
        }),
        entry!("ennead, by name", true, |place, connections| {
            by_name::ByName::new(&place.url, connections).await?
        }),
        entry!("sqlx", true, |place, connections| sqlx::postgres(&place.url, connections).await?),
        #[cfg(feature = "sea-orm")]
        entry!("SeaORM", true, |place, connections| sea_orm::SeaOrm::new(&place.url, connections).await?),
        #[cfg(feature = "diesel")]
        entry!("Diesel", true, |place, connections| diesel::postgres(&place.url, connections)?),
        #[cfg(feature = "diesel")]
        entry!("diesel-async", true, |place, connections| diesel::DieselAsync::new(&place.url, connections)?),
    ]
}

/// What is known to be left out, and why.
pub(crate) const LEFT_OUT: &[(&str, &str)] = &[
    ("Toasty", "it takes another version of libsqlite3-sys, and a workspace links one"),
    #[cfg(not(feature = "sea-orm"))]
    ("SeaORM", "this program was built without its feature `sea-orm`"),
    #[cfg(not(feature = "diesel"))]
    ("Diesel and diesel-async", "this program was built without its feature `diesel`"),
];
