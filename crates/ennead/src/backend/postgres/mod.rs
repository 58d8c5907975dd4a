//! Postgres: connections of sqlx in a pool of our own, which does not ping, and discards what a cancelled future left.

mod copy;
mod error;
mod migration_lock;
#[cfg(unix)]
mod nodelay;
mod numeric;
mod options;
mod pool;
mod roles;
mod row;
mod run;
mod types;

pub(crate) use migration_lock::MigrationLock;
pub(crate) use options::Options;
pub(crate) use roles::Backend;
pub(crate) use run::Conn;
