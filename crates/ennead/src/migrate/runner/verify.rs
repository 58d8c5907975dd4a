//! Whether a database holds what its migrations left in it.

use ennead_core::Error;
use ennead_core::diff::{Diff, Hints, diff};
use ennead_core::snapshot::Snapshot;

use super::ledger::{self, State};
use super::session::Session;
use super::{Runner, check};
use crate::introspect;
use crate::migrate::migration::Migration;

impl Runner<'_> {
    /// Tells what was done to the database beside its migrations: the difference from what the last of them left to what is
    /// there. It is empty where nobody did anything.
    ///
    /// Nothing is changed: on Postgres what should be there is made in a schema of its own, in a transaction that is
    /// rolled back.
    ///
    /// # Errors
    /// `is_conflict` where the database has a migration in part, or one that is not known; what a role may not see or do.
    pub async fn verify(&self) -> Result<Diff, Error> {
        let mut session = Session::new(self.db);
        let rows = ledger::rows(&mut session, self.dialect()).await?;
        session.rest();
        if let Some(row) = rows.iter().find(|row| row.state != State::Applied) {
            let (how, command) = match row.state {
                State::Reverting => ("reversed", "migrate down 1"),
                _ => ("applied", "migrate up"),
            };
            return Err(check::conflict(format!(
                "{} is {how} in part: run `{command}` to the end first",
                row.folder()
            )));
        }
        let last = rows.last().map(|row| self.known(row)).transpose()?;
        let expected = last.and_then(|migration| migration.snapshot(self.dialect())).cloned();
        let expected = expected.unwrap_or_else(|| Snapshot::empty(self.dialect()));
        let walls: Vec<String> = last
            .and_then(Migration::row_security)
            .filter(|_| self.dialect() == ennead_core::Dialect::Postgres)
            .map(|security| security.tables.values().flatten().cloned().collect())
            .unwrap_or_default();
        let expected = introspect::normalised(self.db, &expected, &walls).await?;
        let live = introspect::introspect(self.db).await?;
        Ok(diff(&expected, &live, &Hints::default()))
    }
}
