//! The connection that a run works on.

use ennead_core::Error;

use crate::backend::{Access, Conn};
use crate::db::Db;
use crate::exec;
use crate::sink::Nothing;

/// A connection of the tables' owner, with the settings that a script has made so far. One that is lost is replaced.
pub(super) struct Session<'a> {
    db: &'a Db,
    conn: Option<Conn>,
    settings: Vec<String>,
}

impl<'a> Session<'a> {
    pub(super) fn new(db: &'a Db) -> Self {
        Self { db, conn: None, settings: Vec::new() }
    }

    /// Gives the connection back, for what needs one of its own.
    pub(super) fn rest(&mut self) {
        self.conn = None;
        self.settings.clear();
    }

    async fn take(&mut self) -> Result<Conn, Error> {
        if let Some(conn) = self.conn.take() {
            return Ok(conn);
        }
        let mut conn = self.db.inner().backend.acquire(Access { write: true, owner: true }).await?;
        conn.will_change_settings();
        for setting in &self.settings {
            conn.execute(setting).await?;
        }
        Ok(conn)
    }

    /// Changes a setting of the connection, for this one and for what replaces it.
    pub(super) async fn set(&mut self, sql: &str) -> Result<(), Error> {
        self.execute(sql).await?;
        self.settings.push(sql.to_owned());
        Ok(())
    }

    /// Runs a short statement of our own.
    pub(super) async fn execute(&mut self, sql: &str) -> Result<(), Error> {
        let mut conn = self.take().await?;
        // A connection that is dropped rolls back.
        conn.execute(sql).await?;
        self.conn = Some(conn);
        Ok(())
    }

    /// Runs one statement, and tells how many rows it changed or, on Postgres, gave.
    pub(super) async fn run(&mut self, sql: &str) -> Result<u64, Error> {
        let conn = self.take().await?;
        let mut program = ennead_sql::Program::raw(sql, Vec::new());
        program.heavy = true;
        let ran = conn.run(None, program, Nothing::sink()).await;
        match ran.result {
            Ok(affected) => {
                self.conn = ran.conn;
                Ok(affected)
            }
            Err(failure) => Err(failure.error),
        }
    }

    /// The first column of what a question of our own gives, as texts.
    pub(super) async fn texts(&mut self, sql: &str) -> Result<Vec<String>, Error> {
        let conn = self.take().await?;
        let (conn, texts) = exec::raw_texts(conn, sql).await?;
        self.conn = Some(conn);
        Ok(texts)
    }

    /// Begins a transaction.
    pub(super) async fn begin(&mut self) -> Result<(), Error> {
        let mut conn = self.take().await?;
        conn.begin(None).await?;
        self.conn = Some(conn);
        Ok(())
    }

    /// Commits it.
    pub(super) async fn commit(&mut self) -> Result<(), Error> {
        let mut conn = self.take().await?;
        conn.commit_and_keep().await?;
        self.conn = Some(conn);
        Ok(())
    }
}
