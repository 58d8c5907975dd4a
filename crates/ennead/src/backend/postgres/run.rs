//! Running programs on a Postgres connection.

use std::sync::Arc;
use std::time::Instant;

use deadpool::managed::Object;
use ennead_core::{Error, ErrorKind, ModelDef, TenantId};
use ennead_sql::{Batch, Program};
use futures_util::TryStreamExt;
use sqlx::postgres::{PgArguments, PgConnection};
use sqlx::{Arguments, AssertSqlSafe, Either, Executor};

use super::pool::{Manager, Pool, State};
use super::row::Reader;
use super::types::Argument;
use super::{copy, error};
use crate::backend::{Failure, Ran};
use crate::sink::Sink;

/// A connection in use. Dropped inside a transaction or a request, it is closed rather than used again: the server then
/// rolls back, and nobody meets what a cancelled future left.
pub(crate) struct Conn {
    session: Object<Manager>,
    pool: Pool,
    // Dropped after the session went back to the pool.
    sweep: Sweep,
}

impl Drop for Conn {
    fn drop(&mut self) {
        if !self.session.is_reusable() {
            self.sweep.0 = Some(self.pool.clone());
        }
    }
}

/// Closes a connection that cannot be used again at once: in the pool it would hold its transaction and locks until
/// somebody draws it.
struct Sweep(Option<Pool>);

impl Drop for Sweep {
    fn drop(&mut self) {
        if let Some(pool) = &self.0 {
            pool.inner.retain(|session, _| session.is_reusable());
        }
    }
}

enum Outcome {
    Done(u64),
    Sqlx(sqlx::Error, usize),
    Sink(Error),
}

impl Conn {
    pub(super) fn new(session: Object<Manager>, pool: Pool) -> Self {
        Self { session, pool, sweep: Sweep(None) }
    }

    /// Runs a program; its rows go to the sink.
    pub(crate) async fn run(
        mut self,
        model: Option<&'static ModelDef>,
        program: Program,
        mut sink: Box<dyn Sink>,
    ) -> Ran {
        let before = self.session.state;
        self.session.state = State::Busy;
        let outcome =
            run_program(&mut self.session.conn, &program, &mut *sink, self.pool.options.prepare).await;
        self.finish(before, if let Outcome::Sqlx(error, _) = &outcome { Some(error) } else { None });
        let result = match outcome {
            Outcome::Done(affected) => Ok(affected),
            Outcome::Sqlx(error, execution) => {
                let error =
                    model.map_or_else(|| error::plain(&error), |model| error::of_model(&error, model));
                Err(Failure { error, execution, in_database: true })
            }
            Outcome::Sink(error) => {
                let error = match model {
                    Some(model) if error.model().is_none() => error.with_model(model.name),
                    _ => error,
                };
                Err(Failure { error, execution: 0, in_database: false })
            }
        };
        Ran { conn: Some(crate::backend::Conn::Postgres(self)), program: Some(program), sink, result }
    }

    fn finish(&mut self, state: State, failed: Option<&sqlx::Error>) {
        self.session.used = Instant::now();
        self.session.state = state;
        if failed.is_some_and(error::is_lost) {
            self.session.state = State::Broken;
            self.pool.forget_idle();
        } else if failed.is_some_and(error::is_stale) {
            self.session.retired = true;
            self.pool.forget_idle();
        }
    }

    async fn send(&mut self, sql: &str, after: State) -> Result<(), sqlx::Error> {
        let before = self.session.state;
        self.session.state = State::Busy;
        // Text of our own: transaction control, savepoints and DDL.
        let done = self.session.conn.execute(AssertSqlSafe(sql)).await;
        self.finish(if done.is_ok() { after } else { before }, done.as_ref().err());
        done.map(|_| ())
    }

    /// Runs raw SQL. The connection is closed afterwards: the SQL may have changed its settings, or begun a transaction.
    pub(crate) async fn script(mut self, sql: &str) -> Result<(), Error> {
        self.session.retired = true;
        self.execute(sql).await
    }

    /// Runs statements of our own that take no values.
    pub(crate) async fn execute(&mut self, sql: &str) -> Result<(), Error> {
        let state = self.session.state;
        self.send(sql, state).await.map_err(|failed| error::plain(&failed))
    }

    /// Begins a transaction. Under row level security the same message names the tenant, for this transaction only:
    /// nothing is left on the connection.
    pub(crate) async fn begin(&mut self, tenant: Option<&TenantId>) -> Result<(), Error> {
        let begun = match tenant.filter(|_| self.pool.options.row_security) {
            // A tenant's id holds letters, digits, `_` and `-` only, so it needs no quoting.
            Some(tenant) => {
                let sql = format!(
                    "BEGIN; SELECT set_config('{}', '{tenant}', true)",
                    ennead_sql::ddl::TENANT_SETTING
                );
                self.send(&sql, State::InTransaction).await
            }
            None => self.send("BEGIN", State::InTransaction).await,
        };
        begun.map_err(|failed| {
            // Its first half may have happened.
            self.session.retired = true;
            error::plain(&failed)
        })
    }

    pub(crate) async fn commit(mut self) -> Result<(), Error> {
        match self.send("COMMIT", State::Idle).await {
            Ok(()) => Ok(()),
            Err(failed) if error::is_lost(&failed) => Err(Error::new(
                ErrorKind::CommitUnknown,
                "the connection was lost during COMMIT: whether the transaction happened is not known",
            )),
            Err(failed) => {
                // A COMMIT that is refused (a deferred constraint) ends the transaction.
                self.session.state = State::Idle;
                Err(error::plain(&failed))
            }
        }
    }

    pub(crate) async fn commit_and_keep(&mut self) -> Result<(), Error> {
        self.send("COMMIT", State::Idle).await.map_err(|failed| error::plain(&failed))
    }

    pub(crate) fn will_change_settings(&mut self) {
        self.session.retired = true;
    }

    pub(crate) async fn rollback(&mut self) -> Result<(), Error> {
        self.send("ROLLBACK", State::Idle).await.map_err(|failed| error::plain(&failed))
    }
}

async fn run_program(
    conn: &mut PgConnection,
    program: &Program,
    sink: &mut dyn Sink,
    prepare: bool,
) -> Outcome {
    if let Batch::Copy(rows) = &program.batch {
        return match copy::rows(conn, &program.shape, rows).await {
            Ok(affected) => Outcome::Done(affected),
            Err(error) => Outcome::Sqlx(error, 0),
        };
    }
    let mut affected = 0;
    for number in 0..program.executions() {
        let mut arguments = PgArguments::default();
        // Room for what most statements bind: a buffer that grows value by value is copied each time.
        arguments.reserve(program.shape.slots.len(), 32 * program.shape.slots.len());
        for value in program.binds(number) {
            if let Err(error) = arguments.add(Argument(value)) {
                return Outcome::Sqlx(sqlx::Error::Encode(error), number);
            }
        }
        let sql = AssertSqlSafe(Arc::clone(&program.shape.sql));
        let query = sqlx::query_with(sql, arguments).persistent(prepare);
        if program.shape.outputs.is_empty() {
            match conn.execute(query).await {
                Ok(done) => affected += done.rows_affected(),
                Err(error) => return Outcome::Sqlx(error, number),
            }
            continue;
        }
        // Not `fetch`, which is this behind a filter and a box of its own.
        let mut rows = conn.fetch_many(query);
        let mut checked = false;
        loop {
            match rows.try_next().await {
                Ok(Some(Either::Left(_))) => {}
                Ok(Some(Either::Right(row))) => {
                    affected += 1;
                    if !checked && let Err(error) = super::row::check(&row, &program.shape.outputs) {
                        return Outcome::Sink(error);
                    }
                    checked = true;
                    if let Err(error) = sink.row(&mut Reader { row: &row }) {
                        // The rest of the rows is read and thrown away, so that the connection stays in step.
                        drop(rows);
                        return Outcome::Sink(error);
                    }
                }
                Ok(None) => break,
                Err(error) => return Outcome::Sqlx(error, number),
            }
        }
    }
    Outcome::Done(affected)
}
