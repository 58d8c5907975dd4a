//! A connection for one operation: from the pool, or the transaction's own.

use std::sync::Arc;

use ennead_core::{Error, ErrorKind, ModelDef};
use ennead_sql::{Probe, Program};
use tokio::sync::MutexGuard;

use super::{Done, Handle};
use crate::backend::{Conn, Failure};
use crate::db::DbInner;
use crate::sink::{Sink, ValueRows, downcast};
use crate::transaction::{TxState, cancelled};

const SAVEPOINT: &str = "ennead_operation";

/// A connection in use by one operation. Dropped without an end, what it began is rolled back.
pub(crate) struct Work<'a> {
    pub(crate) db: &'a Arc<DbInner>,
    lease: Lease<'a>,
    /// It began a transaction or a savepoint of its own.
    atomic: bool,
    /// The kind of scope that it is for, as the traces tell it.
    scope: &'static str,
}

enum Lease<'a> {
    Pool(Option<Conn>),
    Transaction(MutexGuard<'a, Option<Conn>>, &'a TxState),
}

/// A failed run: the error, and what is needed to ask the database why.
pub(crate) struct Failed {
    pub(crate) failure: Failure,
    pub(crate) program: Option<Program>,
}

impl<'a> Work<'a> {
    /// Takes a connection. `atomic` work of several statements gets a transaction, or a savepoint within one.
    pub(crate) async fn open(handle: Handle<'a>, write: bool, atomic: bool) -> Result<Self, Error> {
        let lease = match handle.transaction {
            Some(transaction) => {
                Lease::Transaction(transaction.state.enter(transaction.level).await?, transaction.state)
            }
            None => Lease::Pool(Some(handle.db.backend.acquire(handle.access(write)).await?)),
        };
        // Row level security knows the tenant for a transaction, so scoped work is one.
        let named =
            handle.transaction.is_none() && handle.tenant().is_some() && handle.db.backend.row_security();
        let atomic = atomic || named;
        let mut work = Self { db: handle.db, lease, atomic, scope: handle.scope_kind() };
        if atomic {
            let in_transaction = matches!(work.lease, Lease::Transaction(..));
            let mut conn = work.take()?;
            let begun = if in_transaction {
                conn.execute(&format!("SAVEPOINT {SAVEPOINT}")).await
            } else {
                conn.begin(handle.tenant()).await
            };
            work.put(Some(conn));
            begun.inspect_err(|_| work.fail())?;
        }
        Ok(work)
    }

    fn take(&mut self) -> Result<Conn, Error> {
        match &mut self.lease {
            Lease::Pool(conn) => conn.take(),
            Lease::Transaction(slot, _) => slot.take(),
        }
        .ok_or_else(cancelled)
    }

    fn put(&mut self, conn: Option<Conn>) {
        match &mut self.lease {
            Lease::Pool(slot) => *slot = conn,
            Lease::Transaction(slot, _) => **slot = conn,
        }
    }

    fn fail(&self) {
        if let Lease::Transaction(_, state) = &self.lease {
            state.fail();
        }
    }

    /// Runs a program.
    pub(crate) async fn run(
        &mut self,
        model: &'static ModelDef,
        program: Program,
        sink: Box<dyn Sink>,
    ) -> Result<Done, Failed> {
        let conn = match self.take() {
            Ok(conn) => conn,
            Err(error) => return Err(Failed { failure: Failure::new(error), program: None }),
        };
        for (shape, executions) in program.statements() {
            let (scope, model) = (self.scope, model.name);
            tracing::trace!(target: "ennead::sql", scope, model, sql = &*shape.sql, executions);
        }
        let ran = conn.run(Some(model), program, sink).await;
        self.put(ran.conn);
        match ran.result {
            Ok(affected) => Ok(Done { affected, sink: ran.sink }),
            Err(failure) => {
                if failure.in_database {
                    self.fail();
                }
                Err(Failed { failure, program: ran.program })
            }
        }
    }

    /// Asks a question that a number answers.
    pub(crate) async fn ask(&mut self, model: &'static ModelDef, program: Program) -> Result<i64, Error> {
        let sink = Box::new(ValueRows::new(vec![ennead_core::Kind::I64]));
        let done = self.run(model, program, sink).await.map_err(|failed| failed.failure.error)?;
        match downcast::<ValueRows>(done.sink)?.rows.first().and_then(|row| row.first()) {
            Some(ennead_core::Value::Int(answer)) => Ok(*answer),
            _ => Err(Error::new(ErrorKind::Decode, format!("{}: a count gave no number", model.name))),
        }
    }

    /// Asks SQL of our own that gives columns of texts.
    pub(crate) async fn texts(
        &mut self,
        model: &'static ModelDef,
        sql: &str,
        columns: usize,
    ) -> Result<Vec<Vec<String>>, Error> {
        let kinds = vec![ennead_core::Kind::Text; columns];
        let sink = Box::new(ValueRows::new(kinds.clone()));
        let program = Program::raw(sql, kinds);
        let done = self.run(model, program, sink).await.map_err(|failed| failed.failure.error)?;
        let text = |value| match value {
            ennead_core::Value::Text(text) => text.into_owned(),
            _ => String::new(),
        };
        let rows = downcast::<ValueRows>(done.sink)?.rows;
        Ok(rows.into_iter().map(|row| row.into_iter().map(text).collect()).collect())
    }

    /// Whether a question's answer is the one that means that all is well.
    pub(crate) async fn holds(&mut self, model: &'static ModelDef, probe: Probe) -> Result<bool, Error> {
        Ok(self.ask(model, probe.program).await? == probe.expected)
    }

    /// Ends atomic work: commits on `Ok`, rolls back on `Err`.
    pub(crate) async fn end<T>(mut self, result: Result<T, Error>) -> Result<T, Error> {
        if !self.atomic {
            return result;
        }
        let in_transaction = matches!(self.lease, Lease::Transaction(..));
        let mut conn = match (self.take(), &result) {
            (Ok(conn), _) => conn,
            (Err(_), Err(_)) => return result,
            (Err(lost), Ok(_)) => return Err(lost),
        };
        let ended = match (&result, in_transaction) {
            (Ok(_), false) => {
                self.atomic = false;
                // Boxed, as most work does not end with it.
                let committed = Box::pin(conn.commit()).await;
                return result.and_then(|value| committed.map(|()| value));
            }
            (Ok(_), true) => conn.execute(&format!("RELEASE SAVEPOINT {SAVEPOINT}")).await,
            (Err(_), false) => conn.rollback().await,
            (Err(_), true) => {
                conn.execute(&format!("ROLLBACK TO SAVEPOINT {SAVEPOINT}; RELEASE SAVEPOINT {SAVEPOINT}"))
                    .await
            }
        };
        self.put(Some(conn));
        self.atomic = false;
        if ended.is_err() {
            self.fail();
        }
        // The operation's own error says more than that of the rollback after it.
        result.and_then(|value| ended.map(|()| value))
    }
}

impl Drop for Work<'_> {
    fn drop(&mut self) {
        // A connection from the pool rolls back by itself. In a transaction the savepoint is still open, and what was
        // done since must not be committed with the rest.
        if self.atomic {
            self.fail();
        }
    }
}
