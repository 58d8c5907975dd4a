//! One script on one database: its stages, and how far it came.

use std::time::{Duration, Instant};

use ennead_core::{Dialect, Error, ErrorKind};

use super::ledger::Writes;
use super::lock::Lock;
use super::progress::{Progress, head};
use super::recover;
use super::session::Session;
use crate::migrate::migration::{Direction, Migration, file_name};
use crate::migrate::script::words;
use crate::migrate::script::{Script, ScriptStatement, Stage, StageKind};

/// A run of one script.
pub(super) struct Run<'r, 'a> {
    pub(super) session: &'r mut Session<'a>,
    pub(super) lock: &'r mut Lock,
    pub(super) migration: &'r Migration,
    pub(super) direction: Direction,
    pub(super) script: &'r Script,
    pub(super) writes: Writes<'r>,
    pub(super) lock_timeout: Duration,
    pub(super) attempts: u32,
    pub(super) tell: &'r (dyn Fn(&Progress<'_>) + Send + Sync),
    /// Whether the ledger has it that this was begun.
    pub(super) is_begun: bool,
    pub(super) stages_done: usize,
    /// The stage outside of a transaction that an earlier run was killed in.
    pub(super) was_running: Option<usize>,
}

/// How many batches in a row may change rows before it is asked whether there can be so many.
const MANY_BATCHES: u64 = 256;

/// What the ledger is told with a stage.
struct End {
    /// How many stages are done with it.
    stages: usize,
    /// Whether it is the last one.
    is_last: bool,
    /// When the run began.
    started: Instant,
}

impl End {
    fn sql(&self, writes: &Writes<'_>) -> String {
        if self.is_last {
            writes.finish(self.started.elapsed().as_millis())
        } else {
            writes.done(self.stages)
        }
    }
}

/// What failed, at which statement.
struct Failed {
    error: Error,
    statement: Option<usize>,
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self { error, statement: None }
    }
}

impl Run<'_, '_> {
    /// Runs all stages that are not done.
    pub(super) async fn all(&mut self) -> Result<(), Error> {
        let started = Instant::now();
        let (migration, direction) = (self.migration, self.direction);
        (self.tell)(&Progress::Begins { migration, direction, resumed: self.is_begun });
        let stages = self.script.stages();
        // Settings of the connection are no part of the database: they are said again by each run.
        let is_counted = |stage: &Stage| !self.is_setting(stage);
        let last = stages.iter().rposition(is_counted);
        if self.stages_done == 0 && self.was_running.is_none() && self.is_begun {
            self.session.execute(&self.writes.abandon()).await?;
            self.is_begun = false;
        }
        for (at, stage) in stages.iter().enumerate() {
            if self.is_setting(stage) {
                let sql = self.statement(stage).map(|statement| statement.sql.clone()).unwrap_or_default();
                let set = self.session.set(&sql).await;
                set.map_err(|error| {
                    self.explained(Failed { error, statement: Some(stage.statements.start) })
                })?;
                continue;
            }
            if at < self.stages_done {
                continue;
            }
            self.lock.must_be_held().await?;
            let end = End { stages: at + 1, is_last: last == Some(at), started };
            let done = match stage.kind {
                StageKind::Transaction => self.transaction(stage, &end).await,
                StageKind::NoTransaction => self.alone(at, stage, &end).await,
                StageKind::Batches => self.batches(stage, &end).await,
            };
            done.map_err(|failed| self.explained(failed))?;
            self.stages_done = at + 1;
        }
        if last.is_none() {
            let nothing = Stage { kind: StageKind::Transaction, statements: 0..0 };
            let end = End { stages: 0, is_last: true, started };
            self.transaction(&nothing, &end).await.map_err(|failed| self.explained(failed))?;
        }
        (self.tell)(&Progress::Done { migration, direction, took: started.elapsed() });
        Ok(())
    }

    fn statement(&self, stage: &Stage) -> Option<&ScriptStatement> {
        self.script.statements().get(stage.statements.start)
    }

    fn is_setting(&self, stage: &Stage) -> bool {
        let word = |sql: &str| sql.split_whitespace().next().unwrap_or_default().to_ascii_uppercase();
        stage.kind == StageKind::NoTransaction
            && self.statement(stage).is_some_and(|statement| match self.script.dialect() {
                Dialect::Postgres => matches!(word(&statement.sql).as_str(), "SET" | "RESET"),
                Dialect::Sqlite => word(&statement.sql) == "PRAGMA",
            })
    }

    /// Begins a transaction whose statements do not wait for long, and tells the ledger where that knows nothing yet.
    async fn begin(&mut self) -> Result<(), Error> {
        self.session.begin().await?;
        if self.script.dialect() == Dialect::Postgres {
            let limit = self.lock_timeout.as_millis().max(1);
            self.session.execute(&format!("SET LOCAL lock_timeout = {limit}")).await?;
        }
        if !self.is_begun {
            self.session.execute(&self.writes.begin()).await?;
        }
        Ok(())
    }

    async fn transaction(&mut self, stage: &Stage, end: &End) -> Result<(), Failed> {
        let mut attempt = 1;
        loop {
            match self.transaction_once(stage, end).await {
                Ok(()) => {
                    self.is_begun = true;
                    return Ok(());
                }
                Err(failed) => attempt = self.again(attempt, failed).await?,
            }
        }
    }

    async fn transaction_once(&mut self, stage: &Stage, end: &End) -> Result<(), Failed> {
        self.begin().await?;
        for at in stage.statements.clone() {
            let Some(statement) = self.script.statements().get(at) else { continue };
            let started = Instant::now();
            let failed = |error| Failed { error, statement: Some(at) };
            if statement.gives_nothing {
                self.must_give_nothing(statement).await.map_err(failed)?;
            } else {
                self.session.run(&statement.sql).await.map_err(failed)?;
            }
            self.tell_statement(at, started);
            stop_here_in_tests(self.migration, at, "statement");
        }
        self.session.execute(&end.sql(&self.writes)).await?;
        self.session.commit().await?;
        stop_here_in_tests(self.migration, stage.statements.end, "commit");
        Ok(())
    }

    async fn must_give_nothing(&mut self, statement: &ScriptStatement) -> Result<(), Error> {
        let answer = match self.script.dialect() {
            // The first column of `PRAGMA foreign_key_check` is the table.
            Dialect::Sqlite => self.session.texts(&statement.sql).await?.into_iter().next(),
            Dialect::Postgres => {
                let rows = self.session.run(&statement.sql).await?;
                (rows > 0).then(|| format!("{rows} rows"))
            }
        };
        match answer {
            None => Ok(()),
            Some(answer) if words(&statement.sql).iter().any(|word| word == "FOREIGN_KEY_CHECK") => {
                Err(Error::new(
                    ErrorKind::ForeignKeyViolation,
                    format!("rows of {answer} would refer to rows that are not there"),
                ))
            }
            Some(answer) => Err(Error::new(
                ErrorKind::CheckViolation,
                format!("this must give nothing, and gives {answer}"),
            )),
        }
    }

    /// Tells the ledger that it is begun, outside of any stage.
    async fn must_be_begun(&mut self) -> Result<(), Error> {
        if !self.is_begun {
            self.session.execute(&self.writes.begin()).await?;
            self.is_begun = true;
        }
        Ok(())
    }

    async fn alone(&mut self, number: usize, stage: &Stage, end: &End) -> Result<(), Failed> {
        let at = stage.statements.start;
        let Some(statement) = self.script.statements().get(at) else { return Ok(()) };
        self.must_be_begun().await?;
        let was_killed_here = self.was_running == Some(number);
        let is_done = recover::is_done(self.session, self.script.dialect(), &statement.sql, was_killed_here);
        if let Some(why) = is_done.await? {
            (self.tell)(&Progress::Skips { migration: self.migration, sql: &statement.sql, why });
            self.session.execute(&end.sql(&self.writes)).await?;
            return Ok(());
        }
        let mut attempt = 1;
        loop {
            self.session.execute(&self.writes.running(Some(number))).await?;
            let started = Instant::now();
            stop_here_in_tests(self.migration, at, "begun");
            let failed = match self.session.run(&statement.sql).await {
                Ok(_) => {
                    stop_here_in_tests(self.migration, at, "statement");
                    self.session.execute(&end.sql(&self.writes)).await?;
                    self.tell_statement(at, started);
                    stop_here_in_tests(self.migration, at, "commit");
                    return Ok(());
                }
                Err(error) => Failed { error, statement: Some(at) },
            };
            if failed.error.is_connection() {
                // Whether it was done is found out by who runs again.
                return Err(failed);
            }
            recover::clean(self.session, self.script.dialect(), &statement.sql).await;
            let undo = if self.stages_done == 0 { self.writes.abandon() } else { self.writes.running(None) };
            let is_again = may_be_tried_again(&failed.error) && attempt < self.attempts;
            if !is_again {
                self.session.execute(&undo).await?;
            }
            attempt = self.again(attempt, failed).await?;
        }
    }

    async fn batches(&mut self, stage: &Stage, end: &End) -> Result<(), Failed> {
        let at = stage.statements.start;
        let Some(statement) = self.script.statements().get(at) else { return Ok(()) };
        let (started, mut total, mut batches) = (Instant::now(), 0, 0_u64);
        let mut attempt = 1;
        loop {
            let began = Instant::now();
            let rows = match self.batch(statement, at, end).await {
                Ok(rows) => rows,
                Err(failed) => {
                    attempt = self.again(attempt, failed).await?;
                    continue;
                }
            };
            self.is_begun = true;
            attempt = 1;
            stop_here_in_tests(self.migration, at, "batch");
            if rows == 0 {
                self.tell_statement(at, started);
                return Ok(());
            }
            total += rows;
            batches += 1;
            let (migration, took) = (self.migration, began.elapsed());
            (self.tell)(&Progress::Batch { migration, rows, total, took });
            if batches >= MANY_BATCHES && batches.is_power_of_two() {
                self.must_come_to_an_end(statement, total)
                    .await
                    .map_err(|error| Failed { error, statement: Some(at) })?;
                self.lock.must_be_held().await?;
            }
        }
    }

    /// One batch in its transaction. The one that changes nothing is the last: its transaction tells the ledger.
    async fn batch(&mut self, statement: &ScriptStatement, at: usize, end: &End) -> Result<u64, Failed> {
        self.begin().await?;
        let ran = self.session.run(&statement.sql).await;
        let rows = ran.map_err(|error| Failed { error, statement: Some(at) })?;
        if rows == 0 {
            self.session.execute(&end.sql(&self.writes)).await?;
        }
        self.session.commit().await?;
        Ok(rows)
    }

    /// A batch that changes what it has changed already would go on for ever.
    async fn must_come_to_an_end(&mut self, statement: &ScriptStatement, total: u64) -> Result<(), Error> {
        let Some(table) = recover::changed_table(&statement.sql) else { return Ok(()) };
        let kind = if self.script.dialect() == Dialect::Postgres { "::text" } else { " || ''" };
        let counted = self.session.texts(&format!("SELECT count(*){kind} FROM {table}")).await?;
        let rows: u64 = counted.first().and_then(|text| text.parse().ok()).unwrap_or(u64::MAX);
        if total <= rows.saturating_mul(2) {
            return Ok(());
        }
        Err(Error::invalid(format!(
            "the batches changed {total} rows of {table}, which has {rows}: each batch finds rows that were changed already. Its WHERE must leave them out"
        )))
    }

    /// Waits where it may be tried again, and gives the number of the next attempt.
    async fn again(&mut self, attempt: u32, failed: Failed) -> Result<u32, Failed> {
        if !may_be_tried_again(&failed.error) || attempt >= self.attempts {
            return Err(failed);
        }
        let pause = Duration::from_millis(100 * u64::from(attempt.min(20)));
        let why = failed.error.to_string();
        (self.tell)(&Progress::Retries { migration: self.migration, why: &why, attempt, pause });
        tokio::time::sleep(pause).await;
        Ok(attempt + 1)
    }

    fn tell_statement(&self, at: usize, started: Instant) {
        let sql =
            self.script.statements().get(at).map(|statement| statement.sql.as_str()).unwrap_or_default();
        (self.tell)(&Progress::Statement {
            migration: self.migration,
            number: at + 1,
            of: self.script.statements().len(),
            sql,
            took: started.elapsed(),
        });
    }

    /// The error with its place, what it left, and what to do next.
    fn explained(&self, failed: Failed) -> Error {
        let Failed { error, statement } = failed;
        let file = format!("{}/{}", self.migration, file_name(self.script.dialect(), self.direction));
        let statement = statement.and_then(|at| self.script.statements().get(at));
        let place = statement.map_or_else(|| file.clone(), |statement| format!("{file}:{}", statement.line));
        let what = statement.map(|statement| format!(" [{}]", head(&statement.sql))).unwrap_or_default();
        let command = match self.direction {
            Direction::Up => "migrate up",
            Direction::Down => "migrate down",
        };
        let stages = self.script.stages();
        let counted = stages.iter().take(self.stages_done).filter(|stage| !self.is_setting(stage)).count();
        let left = if error.is_commit_unknown() || error.is_connection() {
            format!("What was committed is kept: run `{command}` again, and it goes on from there")
        } else if counted == 0 {
            format!("Nothing of {} was done: mend it and run `{command}` again", self.migration)
        } else {
            format!(
                "{counted} of its {} stages are done and kept: mend what is left of it, or the data, and run `{command}` again to go on from there",
                stages.iter().filter(|stage| !self.is_setting(stage)).count()
            )
        };
        let role = if error.code() == Some("42501") {
            ". Connect as the owner of the tables, or have the owner grant what is missing"
        } else {
            ""
        };
        let told = Error::new(error.kind(), format!("{place}: {error}{what}{role}. {left}"));
        let told = error.code().into_iter().fold(told, |told, code| told.with_code(code));
        error.constraint().into_iter().fold(told, |told, name| told.with_constraint(name))
    }
}

/// A lock that was not free, or a deadlock: later it may go through.
fn may_be_tried_again(error: &Error) -> bool {
    error.code() == Some("55P03") || error.is_retryable()
}

/// Ends the process where a test has said so: there is no other way to see what a killed run leaves.
fn stop_here_in_tests(migration: &Migration, statement: usize, point: &str) {
    #[cfg(feature = "__detour")]
    if let Ok(said) = std::env::var("ENNEAD_TEST_ABORT")
        && said == format!("{migration} {statement} {point}")
    {
        std::process::abort();
    }
    #[cfg(not(feature = "__detour"))]
    let _ = (migration, statement, point);
}
