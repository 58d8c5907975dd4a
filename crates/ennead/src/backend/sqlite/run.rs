//! Running programs: short ones in the calling thread, long ones on a thread of their own, waiting for locks asynchronously.

use std::sync::Arc;
use std::time::{Duration, Instant};

use deadpool::managed::Object;
use ennead_core::{Error, ErrorKind, ModelDef};
use ennead_sql::{Program, SEVERAL, Shape};
use tokio::sync::OwnedSemaphorePermit;

use super::error;
use super::lane::{Lane, SqliteError};
use super::options::Options;
use super::pool::Manager;
use super::row::{Reader, bind};
use super::watch::Waiting;
use crate::backend::{Failure, Ran};
use crate::sink::Sink;

/// A connection in use, and its place in the line of writers.
pub(crate) struct Conn {
    session: Object<Manager>,
    options: Arc<Options>,
    _permit: Option<OwnedSemaphorePermit>,
    /// It ran a program on another thread, so its transaction may be a large one.
    worked_apart: bool,
    /// Its settings may be other than they were.
    is_changed: bool,
}

/// How long a statement that only reads may hold the calling thread, before it is begun anew on another.
const PATIENCE: Duration = Duration::from_millis(5);

impl Drop for Conn {
    fn drop(&mut self) {
        // Whatever dropped it (a cancelled future, a panic), no transaction goes back to the pool. Where even this
        // fails, recycling sees the open transaction and closes the connection.
        let lane = &mut self.session.lane;
        lane.watch().begin();
        if !lane.autocommit() {
            let _ = lane.execute("ROLLBACK");
        }
        if self.is_changed && lane.restore_settings().is_err() {
            self.session.retired = true;
        }
    }
}

/// What a run of a program ended in.
enum Outcome {
    Done(u64),
    Sqlite(SqliteError, usize),
    /// It takes too long for the calling thread, and has changed nothing.
    Slow,
    Sink(Error),
}

impl Conn {
    pub(super) fn new(
        session: Object<Manager>,
        permit: Option<OwnedSemaphorePermit>,
        options: Arc<Options>,
    ) -> Self {
        Self { session, options, _permit: permit, worked_apart: false, is_changed: false }
    }

    /// Runs a program; its rows go to the sink.
    pub(crate) async fn run(
        mut self,
        model: Option<&'static ModelDef>,
        mut program: Program,
        mut sink: Box<dyn Sink>,
    ) -> Ran {
        let started = Instant::now();
        let mut pause = Duration::from_micros(200);
        let mut apart = program.heavy || self.session.lane.is_slow(&program.shape);
        loop {
            let outcome;
            if apart {
                self.worked_apart = true;
                let waiting = Waiting::begin(self.session.lane.watch());
                let work = move || {
                    let begun = Instant::now();
                    let outcome = self.run_here(&program, &mut *sink, None);
                    if begun.elapsed() < PATIENCE / 2 {
                        // It was the machine that was slow, or there are fewer rows now.
                        self.session.lane.set_slow(&program.shape, false);
                    }
                    (self, program, sink, outcome)
                };
                let joined = tokio::task::spawn_blocking(work).await;
                waiting.over();
                match joined {
                    Ok(done) => (self, program, sink, outcome) = done,
                    Err(failed) => {
                        let error = Error::new(
                            ErrorKind::Database,
                            format!("a SQLite statement did not end: {failed}"),
                        );
                        let sink = Box::new(crate::sink::Nothing);
                        return Ran { conn: None, program: None, sink, result: Err(Failure::new(error)) };
                    }
                }
            } else {
                self.session.lane.watch().begin();
                outcome = self.run_here(&program, &mut *sink, Some(PATIENCE));
            }
            let failure = match outcome {
                Outcome::Done(affected) => {
                    return Ran {
                        conn: Some(crate::backend::Conn::Sqlite(self)),
                        program: Some(program),
                        sink,
                        result: Ok(affected),
                    };
                }
                Outcome::Slow => {
                    self.session.lane.set_slow(&program.shape, true);
                    apart = true;
                    sink.clear();
                    continue;
                }
                // Only the first execution: after it there is something that must not be done twice.
                Outcome::Sqlite(error, 0)
                    if error.is_busy() && started.elapsed() < self.options.busy_timeout =>
                {
                    sink.clear();
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(Duration::from_millis(20));
                    continue;
                }
                Outcome::Sqlite(error, _) if error.is_busy() => {
                    Failure::new(error::busy(self.options.busy_timeout))
                }
                Outcome::Sqlite(error, execution) => {
                    let error =
                        model.map_or_else(|| error::plain(&error), |model| error::of_model(&error, model));
                    Failure { error, execution, in_database: true }
                }
                Outcome::Sink(error) => Failure { error, execution: 0, in_database: false },
            };
            let conn = Some(crate::backend::Conn::Sqlite(self));
            return Ran { conn, program: Some(program), sink, result: Err(failure) };
        }
    }

    fn run_here(&mut self, program: &Program, sink: &mut dyn Sink, patience: Option<Duration>) -> Outcome {
        let limit = self.options.statement_timeout;
        let outcome = run_program(&mut self.session.lane, program, sink, limit, patience);
        self.session.lane.watch().set_deadline(None);
        outcome
    }

    /// Runs short statements of our own (transaction control, savepoints, DDL), waiting for locks.
    pub(crate) async fn execute(&mut self, sql: &str) -> Result<(), Error> {
        self.wait_for(sql).await.map_err(|error| error::plain(&error))
    }

    /// Runs raw SQL, on a thread of its own and waiting for locks. The connection is closed afterwards, since the SQL may
    /// have changed its settings; that of a memory database is the database, and gets its settings back.
    pub(crate) async fn script(mut self, sql: &str) -> Result<(), Error> {
        self.session.retired = !self.options.memory;
        let (started, limit) = (Instant::now(), self.options.statement_timeout);
        let mut pause = Duration::from_micros(200);
        let (sql, mut from): (Arc<str>, usize) = (sql.into(), 0);
        loop {
            let (waiting, text) = (Waiting::begin(self.session.lane.watch()), Arc::clone(&sql));
            let work = move || {
                let lane = &mut self.session.lane;
                lane.watch().set_deadline(limit.map(|limit| Instant::now() + limit));
                let done = lane.script(&text, &mut from);
                lane.watch().set_deadline(None);
                (self, from, done)
            };
            let joined = tokio::task::spawn_blocking(work).await;
            waiting.over();
            let done;
            (self, from, done) = joined.map_err(|failed| {
                Error::new(ErrorKind::Database, format!("a SQLite statement did not end: {failed}"))
            })?;
            match done {
                Err(error) if error.is_busy() && started.elapsed() < self.options.busy_timeout => {
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(Duration::from_millis(20));
                }
                Err(error) if error.is_busy() => return Err(error::busy(self.options.busy_timeout)),
                done => {
                    if self.options.memory {
                        let _ = self.rollback().await;
                        self.session.retired = self.session.lane.restore_settings().is_err();
                    }
                    return done.map_err(|error| error::plain(&error));
                }
            }
        }
    }

    async fn wait_for(&mut self, sql: &str) -> Result<(), SqliteError> {
        let started = Instant::now();
        let mut pause = Duration::from_micros(200);
        let mut from = 0;
        self.session.lane.watch().begin();
        loop {
            match self.session.lane.script(sql, &mut from) {
                Err(error) if error.is_busy() && started.elapsed() < self.options.busy_timeout => {
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(Duration::from_millis(20));
                }
                done => return done,
            }
        }
    }

    pub(crate) async fn begin(&mut self) -> Result<(), Error> {
        let limit = self.options.busy_timeout;
        self.wait_for("BEGIN IMMEDIATE")
            .await
            .map_err(|failure| if failure.is_busy() { error::busy(limit) } else { error::plain(&failure) })
    }

    pub(crate) async fn commit(mut self) -> Result<(), Error> {
        let (started, mut pause) = (Instant::now(), Duration::from_micros(200));
        loop {
            let done;
            if self.worked_apart {
                // Much was written, and the COMMIT may move it from the log to the database.
                let work = move || {
                    let done = self.session.lane.execute("COMMIT");
                    (self, done)
                };
                (self, done) = tokio::task::spawn_blocking(work).await.map_err(|failed| {
                    let text = format!("the COMMIT did not end, whether it happened is not known: {failed}");
                    Error::new(ErrorKind::CommitUnknown, text)
                })?;
            } else {
                done = self.session.lane.execute("COMMIT");
            }
            match done {
                Ok(()) => return Ok(()),
                Err(failure) if failure.is_busy() && started.elapsed() < self.options.busy_timeout => {
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(Duration::from_millis(20));
                }
                Err(failure) if failure.is_busy() => return Err(error::busy(self.options.busy_timeout)),
                // What is still open is rolled back as the connection is dropped.
                Err(failure) => {
                    return Err(self.deferred_violation(&failure).unwrap_or_else(|| error::plain(&failure)));
                }
            }
        }
    }

    /// Which deferred foreign key a COMMIT failed on: the transaction is still open, so SQLite can be asked.
    fn deferred_violation(&mut self, failure: &SqliteError) -> Option<Error> {
        if failure.code != libsqlite3_sys::SQLITE_CONSTRAINT_FOREIGNKEY {
            return None;
        }
        let shape = unkept(
            "SELECT c.\"table\", c.\"parent\", l.\"from\" \
             FROM (SELECT * FROM pragma_foreign_key_check LIMIT 1) AS c, pragma_foreign_key_list(c.\"table\") AS l \
             WHERE l.id = c.fkid ORDER BY l.seq",
        );
        let mut execution = self.session.lane.execution(&shape).ok()?;
        let text = |execution: &mut super::lane::Execution<'_>, at| {
            String::from_utf8_lossy(execution.column_text(at)).into_owned()
        };
        let (mut table, mut parent, mut columns) = (String::new(), String::new(), Vec::new());
        while execution.step().ok()? {
            table = text(&mut execution, 0);
            parent = text(&mut execution, 1);
            columns.push(text(&mut execution, 2));
        }
        if columns.is_empty() {
            return None;
        }
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        let name = ennead_core::naming::constraint("fk", &table, &columns);
        let text = format!(
            "a row of {table} refers to a row of {parent} that is not there when the transaction ends ({name})"
        );
        let error = Error::new(ErrorKind::ForeignKeyViolation, text).with_constraint(name);
        Some(error.with_code(failure.code.to_string()))
    }

    pub(crate) async fn commit_and_keep(&mut self) -> Result<(), Error> {
        self.execute("COMMIT").await
    }

    pub(crate) fn will_change_settings(&mut self) {
        self.is_changed = true;
    }

    pub(crate) async fn rollback(&mut self) -> Result<(), Error> {
        let lane = &mut self.session.lane;
        if lane.autocommit() {
            // Some errors (a full disk) roll back by themselves.
            return Ok(());
        }
        lane.execute("ROLLBACK").map_err(|error| error::plain(&error))
    }
}

/// Runs a program on the calling thread. With `patience`, a statement that only reads is given up after it.
fn run_program(
    lane: &mut Lane,
    program: &Program,
    sink: &mut dyn Sink,
    limit: Option<Duration>,
    patience: Option<Duration>,
) -> Outcome {
    let (mut affected, first) = match run_several(lane, program, limit) {
        Ok(done) => done,
        Err((error, number)) => return Outcome::Sqlite(error, number),
    };
    if first == program.executions() {
        return Outcome::Done(affected);
    }
    let mut execution = match lane.execution(&program.shape) {
        Ok(execution) => execution,
        Err(error) => return Outcome::Sqlite(error, 0),
    };
    // A write that is interrupted takes its whole transaction with it, so it is never given up.
    let patience = patience.filter(|_| execution.reads_only());
    let patience = patience.filter(|patience| limit.is_none_or(|limit| *patience < limit));
    for number in first..program.executions() {
        let allowed = if patience.is_some() { patience } else { limit };
        execution.watch().set_deadline(allowed.map(|allowed| Instant::now() + allowed));
        if number > 0 && execution.watch().abandoned() {
            return Outcome::Sqlite(SqliteError::interrupted(), number);
        }
        for (at, value) in program.binds(number).enumerate() {
            // SAFETY: `program` outlives `execution`, which ends with this function.
            if let Err(error) = unsafe { bind(&mut execution, at + 1, value) } {
                return Outcome::Sqlite(error, number);
            }
        }
        let (mut passed, mut taken) = (0, 0);
        while program.limit.is_none_or(|limit| taken < limit) {
            match execution.step() {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) if patience.is_some() && error.primary() == libsqlite3_sys::SQLITE_INTERRUPT => {
                    return Outcome::Slow;
                }
                Err(error) => return Outcome::Sqlite(error, number),
            }
            if passed < program.offset {
                passed += 1;
                continue;
            }
            taken += 1;
            if let Err(error) =
                sink.row(&mut Reader { execution: &mut execution, kinds: &program.shape.outputs })
            {
                return Outcome::Sink(error);
            }
        }
        execution.reset();
        affected += execution.changes();
    }
    Outcome::Done(affected)
}

/// Runs rows [`SEVERAL`] at a time: how many they changed, and how many of them are done. Rows among which one breaks a
/// constraint are left to go one by one, since then it is known which one: SQLite has taken back all of them.
fn run_several(
    lane: &mut Lane,
    program: &Program,
    limit: Option<Duration>,
) -> Result<(u64, usize), (SqliteError, usize)> {
    let (mut affected, mut done) = (0, 0);
    let Some(shape) = &program.several else { return Ok((affected, done)) };
    let mut execution = lane.execution(shape).map_err(|error| (error, 0))?;
    while done + SEVERAL <= program.executions() {
        execution.watch().set_deadline(limit.map(|allowed| Instant::now() + allowed));
        if done > 0 && execution.watch().abandoned() {
            return Err((SqliteError::interrupted(), done));
        }
        for (at, value) in program.binds_of(shape, done).enumerate() {
            // SAFETY: `program` outlives `execution`, which ends with this function.
            unsafe { bind(&mut execution, at + 1, value) }.map_err(|error| (error, done))?;
        }
        match execution.step() {
            Ok(_) => {}
            Err(error) if error.primary() == libsqlite3_sys::SQLITE_CONSTRAINT => break,
            Err(error) => return Err((error, done)),
        }
        execution.reset();
        affected += execution.changes();
        done += SEVERAL;
    }
    Ok((affected, done))
}

fn unkept(sql: &str) -> Arc<Shape> {
    Arc::new(Shape { id: 0, sql: sql.into(), slots: Vec::new(), row_kinds: Vec::new(), outputs: Vec::new() })
}

/// The integer that a pragma tells.
pub(super) fn pragma_int(lane: &mut Lane, sql: &str) -> Result<i64, SqliteError> {
    let shape = unkept(sql);
    let mut execution = lane.execution(&shape)?;
    Ok(if execution.step()? { execution.column_int(0) } else { 0 })
}
