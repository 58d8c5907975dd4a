//! The libraries that are measured, one file each.

mod apart;
mod by_name;
#[cfg(feature = "diesel")]
mod diesel;
pub(crate) mod ennead;
mod rusqlite;
#[cfg(feature = "sea-orm")]
mod sea_orm;
mod sqlx;
mod tokio_postgres;

use std::path::{Path, PathBuf};
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
    pub(crate) open: Open,
}

/// Where a peer is.
pub(crate) enum Open {
    /// In this process.
    Here(for<'a> fn(&'a Place, usize) -> Opening<'a>),
    /// In a process of its own: the program that it is.
    Apart(PathBuf),
}

impl Open {
    /// Connects the peer.
    pub(crate) fn open<'a>(&'a self, place: &'a Place, connections: usize) -> Opening<'a> {
        match self {
            Open::Here(open) => open(place, connections),
            Open::Apart(program) => Box::pin(async move {
                let contender: Arc<dyn Contender> =
                    Arc::new(apart::Apart::start(program, &place.url, connections)?);
                Ok(contender)
            }),
        }
    }
}

macro_rules! entry {
    ($name:literal, $concurrent:literal, |$place:ident, $connections:ident| $open:expr) => {
        Entry {
            name: $name,
            concurrent: $concurrent,
            open: Open::Here(|$place, $connections| {
                Box::pin(async move {
                    let _ = $connections;
                    let contender: Arc<dyn Contender> = Arc::new(Seat::new($open));
                    Ok(contender)
                })
            }),
        }
    };
}

/// The name of ennead with a tenant's scope, and without.
pub(crate) const ENNEAD: &str = "ennead";
pub(crate) const ENNEAD_GLOBAL: &str = "ennead, no tenant";

/// The name of ennead's operations by name.
pub(crate) const BY_NAME: &str = "ennead, by name";

/// The name of Toasty.
const TOASTY: &str = "Toasty";

/// Toasty, where its program was built.
fn toasty(program: Option<&Path>, concurrent: bool) -> Option<Entry> {
    Some(Entry { name: TOASTY, concurrent, open: Open::Apart(program?.to_path_buf()) })
}

/// The peers on SQLite; the first is the floor. Toasty takes part where its program is given.
pub(crate) fn sqlite(toasty_program: Option<&Path>) -> Vec<Entry> {
    let mut entries = vec![
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
    ];
    entries.extend(toasty(toasty_program, false));
    entries
}

/// The peers on Postgres; the first is the floor. Toasty takes part where its program is given.
pub(crate) fn postgres(toasty_program: Option<&Path>) -> Vec<Entry> {
    let mut entries = vec![
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
    ];
    entries.extend(toasty(toasty_program, true));
    entries
}

/// What is known to be left out, and why.
pub(crate) fn left_out(toasty_program: Option<&Path>) -> Vec<(&'static str, &'static str)> {
    let mut out = Vec::new();
    if toasty_program.is_none() {
        out.push((
            TOASTY,
            "no program of it was given: `cargo xtask bench run` builds it and tells where it is",
        ));
    }
    if cfg!(not(feature = "sea-orm")) {
        out.push(("SeaORM", "this program was built without its feature `sea-orm`"));
    }
    if cfg!(not(feature = "diesel")) {
        out.push(("Diesel and diesel-async", "this program was built without its feature `diesel`"));
    }
    out
}
