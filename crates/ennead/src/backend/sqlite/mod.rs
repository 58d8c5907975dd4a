//! SQLite: a pool of connections that sqlx opens and configures, and whose statements run in the calling thread.

mod error;
mod json;
mod lane;
mod migration_lock;
mod options;
mod pool;
mod row;
mod run;
mod watch;

pub(crate) use migration_lock::MigrationLock;
pub(crate) use options::Options;
pub(crate) use pool::Pool;
pub(crate) use run::Conn;
