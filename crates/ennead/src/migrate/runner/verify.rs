//! Whether a database holds what its migrations left in it.

use ennead_core::Error;
use ennead_core::diff::{Diff, Hints, diff};
use ennead_core::snapshot::Snapshot;

use super::ledger::{self, State};
use super::session::Session;
use super::{Runner, check};
use crate::introspect;

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
        let expected = match last {
            Some(migration) => migration.normalised(self.db).await?,
            None => Snapshot::empty(self.dialect()),
        };
        let live = introspect::introspect(self.db).await?;
        Ok(diff(&expected, &live, &Hints::default()))
    }
}
