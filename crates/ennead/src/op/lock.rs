//! Reads that lock their rows until the transaction ends.

use ennead_core::{Dialect, Error, Model, RowLock};

use crate::op::fetch::{Inclusion, Loading};
use crate::op::{Including, IncludingRead, List, Read, RelationsOf, With};
use crate::running::Running;
use crate::scopes::LockScope;
use crate::statement::Statement;

/// A list or a read that locks its rows: what `.for_update()` gives. It runs in a transaction only (an observer's is one), and holds the
/// rows until that ends: who would change, delete or lock one of them waits.
///
/// On Postgres it is `FOR UPDATE`. On SQLite a transaction begins IMMEDIATE and so holds the whole database against other
/// writers from its first statement on: there is nothing left to lock, and nothing that another holds to be passed over.
///
/// Rows that others share with the tenant are not among them: they may be read, and not kept from their owners. With what is
/// included, the rows themselves are locked and their related rows are not.
#[derive(Debug)]
#[must_use = "an operation does nothing until `.run(&transaction).await`"]
pub struct Locked<O>(pub(super) O);

/// What can be locked.
pub trait Lockable {
    /// Says how.
    #[doc(hidden)]
    fn lock(&mut self, lock: RowLock);
}

impl<O: Lockable> Locked<O> {
    pub(super) fn new(mut operation: O) -> Self {
        operation.lock(RowLock::Wait);
        Self(operation)
    }

    /// Passes over the rows that another transaction holds, instead of waiting for it: how several workers take jobs from one
    /// table. On SQLite, where the transaction has no other beside it, every row is free.
    pub fn skip_locked(mut self) -> Self {
        self.0.lock(RowLock::SkipLocked);
        self
    }

    /// Fails where another transaction holds one of the rows, instead of waiting for it: the error is `is_timeout`. On SQLite,
    /// where the transaction has no other beside it, every row is free.
    pub fn no_wait(mut self) -> Self {
        self.0.lock(RowLock::NoWait);
        self
    }
}

impl<M: Model> Locked<List<M>> {
    /// Lists the rows and locks them.
    ///
    /// # Errors
    /// As [`List::run`]; `is_timeout` where a lock was not free in time, or at once with [`no_wait`](Self::no_wait).
    pub fn run(self, transaction: &impl LockScope<M>) -> Running<'_, Vec<M>> {
        self.0.run(transaction)
    }

    /// The first row in the order, if any, locked.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn first(self, transaction: &impl LockScope<M>) -> Running<'_, Option<M>> {
        self.0.first(transaction)
    }

    /// Reads related rows beside each row; those are not locked.
    pub fn include<I: RelationsOf<M>>(self, inclusion: I) -> Locked<Including<M, I>> {
        Locked(self.0.include(inclusion))
    }

    /// The SQL and its values, without a database: see [`List::statement`].
    ///
    /// # Errors
    /// As [`List::statement`].
    pub fn statement(&self, dialect: Dialect) -> Result<Statement, Error> {
        self.0.statement(dialect)
    }
}

impl<M: Model> Locked<Read<M>> {
    /// Reads the row and locks it.
    ///
    /// # Errors
    /// As [`Read::run`]; `is_timeout` where the lock was not free in time, or at once with [`no_wait`](Self::no_wait). A row that
    /// [`skip_locked`](Self::skip_locked) passed over is not found.
    pub fn run(self, transaction: &impl LockScope<M>) -> Running<'_, M> {
        self.0.run(transaction)
    }

    /// Reads the row and locks it, or gives `None`.
    ///
    /// # Errors
    /// As [`run`](Self::run), but for the row that is not there.
    pub fn optional(self, transaction: &impl LockScope<M>) -> Running<'_, Option<M>> {
        self.0.optional(transaction)
    }

    /// Reads related rows beside the row; those are not locked.
    pub fn include<I: RelationsOf<M>>(self, inclusion: I) -> Locked<IncludingRead<M, I>> {
        Locked(self.0.include(inclusion))
    }

    /// The SQL and its values, without a database: see [`Read::statement`].
    ///
    /// # Errors
    /// As [`Read::statement`].
    pub fn statement(&self, dialect: Dialect) -> Result<Statement, Error> {
        self.0.statement(dialect)
    }
}

impl<M: Model, I> Locked<Including<M, I>> {
    /// Lists the rows with what belongs to them, and locks the rows.
    ///
    /// # Errors
    /// As [`Locked::<List<M>>::run`](Locked::run).
    pub fn run<'a, S>(self, transaction: &'a S) -> Loading<'a, Vec<With<M, I::Related>>>
    where
        S: LockScope<M>,
        I: Inclusion<M, S> + 'a,
    {
        self.0.run(transaction)
    }
}

impl<M: Model, I> Locked<IncludingRead<M, I>> {
    /// Reads the row with what belongs to it, and locks the row.
    ///
    /// # Errors
    /// As [`Locked::<Read<M>>::run`](Locked::run).
    pub fn run<'a, S>(self, transaction: &'a S) -> Loading<'a, With<M, I::Related>>
    where
        S: LockScope<M>,
        I: Inclusion<M, S> + 'a,
    {
        self.0.run(transaction)
    }
}

impl<M, I> Lockable for Including<M, I>
where
    List<M>: Lockable,
{
    fn lock(&mut self, lock: RowLock) {
        self.list.lock(lock);
    }
}

impl<M, I> Lockable for IncludingRead<M, I>
where
    Read<M>: Lockable,
{
    fn lock(&mut self, lock: RowLock) {
        self.read.lock(lock);
    }
}
