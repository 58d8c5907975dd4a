//! Create, BulkCreate and their upserts.

use std::sync::Arc;

use ennead_core::{
    Compare, Conflict, ConflictAction, Count, Deleted, Error, Expr, Guard, Insert, ModelDef, ModelRef,
    Operand, Operation, Scope, TenantId, Value, Values, fill_conflict, fill_insert, refuse_duplicates_of,
};
use ennead_sql::Batch;

use super::apart::apart;
use super::kept::{Kept, behind};
use super::probe::{check_parents, explain, taken};
use super::work::{Failed, Work};
use super::{Done, Handle, seal, stale, witness};
use crate::db::DbInner;
use crate::sink::{Nothing, Sink};
use crate::transaction::Within;

/// Inserts rows, all or none.
pub(crate) async fn insert(
    handle: Handle<'_>,
    narrow: Option<TenantId>,
    model: &'static ModelDef,
    rows: Vec<Values>,
    conflict: Option<Conflict>,
    sink: Option<Box<dyn Sink>>,
) -> Result<Done, Error> {
    match handle.watch(model)?.filter(|_| !rows.is_empty()) {
        Some(watch) => witness::insert(handle, watch, narrow, model, rows, conflict, sink).await,
        None => insert_unwatched(handle, narrow, model, rows, conflict, sink).await,
    }
}

/// The same, whoever watches.
pub(super) async fn insert_unwatched(
    handle: Handle<'_>,
    narrow: Option<TenantId>,
    model: &'static ModelDef,
    rows: Vec<Values>,
    conflict: Option<Conflict>,
    sink: Option<Box<dyn Sink>>,
) -> Result<Done, Error> {
    let kept = match conflict.as_ref().map(|conflict| &conflict.action) {
        Some(ConflictAction::Update { add, .. }) => Kept::of(model, add.iter().map(|(at, _)| (*at, true))),
        _ => None,
    };
    let hands_on = sink.is_some();
    let prepared = Prepared::new(handle, narrow, model, rows, conflict, hands_on || kept.is_some()).await?;
    let sink = sink.unwrap_or_else(|| Box::new(Nothing));
    if prepared.rows == 0 {
        return Ok(Done { affected: 0, sink });
    }
    let atomic = prepared.needs_transaction() || kept.is_some();
    let mut work = Work::open(handle, true, atomic).await?;
    let result = match kept {
        Some(kept) => prepared.run(&mut work, kept.before(sink, hands_on)).await.and_then(behind),
        None => prepared.run(&mut work, sink).await,
    };
    work.end(result).await
}

/// An insert that is scoped and ready to run.
struct Prepared {
    scoped: ennead_core::Scoped,
    model: &'static ModelDef,
    columns: Vec<u16>,
    rows: usize,
    conflict: Option<Conflict>,
    /// The conflict may meet a dead row, which stays as it is.
    may_meet_dead: bool,
    /// The values of the conflict's arbiter, a list for each row, where they are needed afterwards.
    arbiters: Vec<Vec<Value>>,
}

impl Prepared {
    async fn new(
        handle: Handle<'_>,
        narrow: Option<TenantId>,
        model: &'static ModelDef,
        rows: Vec<Values>,
        conflict: Option<Conflict>,
        returning: bool,
    ) -> Result<Self, Error> {
        let scope = handle.resolve(narrow.as_ref(), model, "create")?.into_owned();
        let db = Arc::clone(handle.db);
        apart(rows.len(), move || Self::filled(&db, &scope, model, rows, conflict, returning)).await
    }

    fn filled(
        db: &DbInner,
        scope: &Scope,
        model: &'static ModelDef,
        rows: Vec<Values>,
        conflict: Option<Conflict>,
        returning: bool,
    ) -> Result<Self, Error> {
        let mut insert = fill_insert(model, rows, &db.sources)?;
        insert.returning = returning;
        if let Some(mut conflict) = conflict {
            fill_conflict(model, &mut conflict, &db.sources)?;
            insert.conflict = Some(conflict);
        }
        let (columns, rows, conflict) = (insert.columns.clone(), insert.rows.len(), insert.conflict.clone());
        let scoped = scope.apply(Operation::Insert(insert))?;
        let (mut arbiters, mut may_meet_dead) = (Vec::new(), false);
        if let (Some(conflict), Operation::Insert(insert)) = (&conflict, scoped.operation()) {
            if matches!(conflict.action, ConflictAction::Update { .. }) {
                refuse_duplicates_of(model, insert, &conflict.arbiter)?;
                may_meet_dead = !conflict.living_only && model.soft_delete().is_some();
            }
            if may_meet_others(model, conflict, scoped.guard()) || expected(conflict).is_some() {
                arbiters = insert.rows.iter().map(|row| arbiter_of(insert, row, &conflict.arbiter)).collect();
            }
        }
        Ok(Self { scoped, model, columns, rows, conflict, may_meet_dead, arbiters })
    }

    fn needs_transaction(&self) -> bool {
        self.rows > 1 || !self.scoped.parents().is_empty() || !self.arbiters.is_empty()
    }

    async fn run(self, work: &mut Work<'_>, sink: Box<dyn Sink>) -> Result<Done, Error> {
        let model = self.model;
        let guard = self.scoped.guard().clone();
        check_parents(work, model, self.scoped.parents()).await?;
        let (db, scoped) = (Arc::clone(work.db), self.scoped);
        let program = apart(self.rows, move || seal::plan(&db, scoped)).await?;
        let columns = self.columns;
        let done = match work.run(model, program, sink).await {
            Ok(done) => done,
            Err(failed) => {
                let written = |failed: &Failed, at: u16| written(failed, &columns, at);
                return Err(Box::pin(explain(work, model, failed, written, &guard)).await);
            }
        };
        if let Some(conflict) = self.conflict
            && done.affected < self.rows as u64
        {
            if self.may_meet_dead && expected(&conflict).is_none() {
                return Err(taken(model, &conflict.target));
            }
            Box::pin(check_left(work, model, &guard, &conflict, self.arbiters)).await?;
        }
        Ok(done)
    }
}

fn written(failed: &Failed, columns: &[u16], at: u16) -> Option<Value> {
    let position = columns.iter().position(|column| *column == at)?;
    match &failed.program.as_ref()?.batch {
        Batch::Rows(rows) => rows.get(failed.failure.execution)?.get(position).cloned(),
        _ => None,
    }
}

/// Whether the row that a conflict meets may be one that this scope does not see.
fn may_meet_others(model: &ModelDef, conflict: &Conflict, guard: &Guard) -> bool {
    let holds_tenant = model.tenant_field().is_some_and(|tenant| conflict.arbiter.contains(&tenant));
    !holds_tenant && *guard != Guard::Open
}

/// The version that the row must have which an upsert meets.
fn expected(conflict: &Conflict) -> Option<i64> {
    match &conflict.action {
        ConflictAction::Update { version: Some(Value::Int(version)), .. } => Some(*version),
        _ => None,
    }
}

fn arbiter_of(insert: &Insert, row: &[Value], arbiter: &[u16]) -> Vec<Value> {
    let value = |at: &u16| insert.columns.iter().position(|column| column == at).map(|at| row[at].clone());
    arbiter.iter().map(|at| value(at).unwrap_or(Value::Null)).collect()
}

/// Rows that were neither created nor changed met one that is there. Where that one is not this scope's, it is a unique
/// violation like any other, and never "it exists".
async fn check_left(
    work: &mut Work<'_>,
    model: &'static ModelDef,
    guard: &Guard,
    conflict: &Conflict,
    arbiters: Vec<Vec<Value>>,
) -> Result<(), Error> {
    if arbiters.is_empty() {
        return Ok(());
    }
    let deleted = if conflict.living_only { Deleted::Exclude } else { Deleted::Include };
    let met = |values: Vec<Value>| {
        let same = conflict.arbiter.iter().zip(values).map(|(at, value)| match value {
            Value::Null => Expr::Null { left: Operand::Column(*at), negated: false },
            value => Expr::Compare { left: Operand::Column(*at), op: Compare::Eq, value },
        });
        Expr::And(same.collect())
    };
    if matches!(conflict.action, ConflictAction::Update { .. }) {
        if let (Some(expected), Some(values)) = (expected(conflict), arbiters.into_iter().next()) {
            let (guard, filter) = (guard.clone(), met(values));
            let told = stale::explain_one(work, model, guard, filter, Deleted::Exclude, expected).await?;
            // A row that this scope does not see, or that is deleted, is taken, as without a version.
            return Err(told.filter(Error::is_conflict).unwrap_or_else(|| taken(model, &conflict.target)));
        }
        return Err(taken(model, &conflict.target));
    }
    let (rows, mut own) = (arbiters.len() as u64, 0);
    for values in arbiters {
        let filter = Some(met(values));
        let count = Count { model: ModelRef(model), filter, deleted };
        let program = work.db.planner.plan(guard.clone().over(Operation::Count(count)))?;
        own += u64::from(work.ask(model, program).await? > 0);
    }
    // Those created now are among the own ones.
    if own < rows { Err(taken(model, &conflict.target)) } else { Ok(()) }
}

/// Several inserts in one transaction, as they come.
pub(crate) struct Atomic<'a> {
    handle: Handle<'a>,
    way: Way<'a>,
}

enum Way<'a> {
    Straight(Box<Work<'a>>),
    Witnessed(Within),
}

impl<'a> Atomic<'a> {
    /// Begins with inserts of a model.
    pub(crate) async fn begin(handle: Handle<'a>, model: &'static ModelDef) -> Result<Self, Error> {
        let way = match handle.watch(model)? {
            Some(_) => Way::Witnessed(Within::begin(handle).await?),
            None => Way::Straight(Box::new(Work::open(handle, true, true).await?)),
        };
        Ok(Self { handle, way })
    }

    pub(crate) async fn insert(
        &mut self,
        narrow: Option<TenantId>,
        model: &'static ModelDef,
        rows: Vec<Values>,
    ) -> Result<u64, Error> {
        match &mut self.way {
            Way::Straight(work) => {
                let prepared = Prepared::new(self.handle, narrow, model, rows, None, false).await?;
                Ok(prepared.run(work, Box::new(Nothing)).await?.affected)
            }
            Way::Witnessed(within) => {
                let handle = within.handle(self.handle);
                Ok(insert(handle, narrow, model, rows, None, None).await?.affected)
            }
        }
    }

    pub(crate) async fn commit(self) -> Result<(), Error> {
        self.end(Ok(())).await
    }

    /// Rolls back, and gives the error that made it.
    pub(crate) async fn rollback(self, error: Error) -> Error {
        match self.end(Err(error)).await {
            Err(error) => error,
            Ok(()) => Error::invalid("a failed bulk operation was committed"),
        }
    }

    async fn end(self, result: Result<(), Error>) -> Result<(), Error> {
        match self.way {
            Way::Straight(work) => work.end(result).await,
            Way::Witnessed(within) => within.end(result).await,
        }
    }
}
