//! Turns scoped operations into programs; a shape is rendered once and kept.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ennead_core::{Dialect, Error, Operation, Scoped, Value};
use lru::LruCache;

use super::hash::CacheHasher;
use super::lower::lower;
use super::program::Program;
use super::shape::{Form, Key, MAX_PLACEHOLDERS, SEVERAL, Shape};
use super::{aggregate, order, select, write};

/// How many shapes are kept. Those of a program's own operations are few; dynamic filters make more.
const KEPT: usize = 1024;

/// Turns scoped operations into programs for one dialect, and keeps their shapes.
#[derive(Debug)]
pub struct Planner {
    dialect: Dialect,
    copies: bool,
    shapes: Mutex<LruCache<Key, Arc<Shape>, CacheHasher>>,
}

impl Planner {
    /// A planner with no shapes yet.
    #[must_use]
    pub fn new(dialect: Dialect) -> Self {
        let kept = NonZeroUsize::new(KEPT).unwrap_or(NonZeroUsize::MIN);
        let shapes = Mutex::new(LruCache::with_hasher(kept, CacheHasher::default()));
        Self { dialect, copies: dialect == Dialect::Postgres, shapes }
    }

    /// The same without COPY, which Postgres refuses to a role that row level security holds.
    #[must_use]
    pub fn without_copy(mut self) -> Self {
        self.copies = false;
        self
    }

    /// The dialect.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Turns a scoped operation into a program.
    ///
    /// # Errors
    /// `is_unsupported` for what the dialect lacks.
    pub fn plan(&self, scoped: Scoped) -> Result<Program, Error> {
        let (mut key, mut program) = lower(self.dialect, scoped, self.copies)?;
        program.shape = self.shape(&key)?;
        let together = |rows: &[Vec<Value>]| go_together(self.dialect, &key.operation, rows);
        if program.many_rows().is_some_and(together) {
            key.form = Form::Several;
            program.several = Some(self.shape(&key)?);
        }
        Ok(program)
    }

    fn shape(&self, key: &Key) -> Result<Arc<Shape>, Error> {
        if let Some(shape) = self.kept().get(key) {
            return Ok(Arc::clone(shape));
        }
        let shape = Arc::new(render(self.dialect, key)?);
        self.kept().put(key.clone(), Arc::clone(&shape));
        Ok(shape)
    }

    fn kept(&self) -> MutexGuard<'_, LruCache<Key, Arc<Shape>, CacheHasher>> {
        self.shapes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Turns a scoped operation into a program, without keeping its shape. A bulk create is an INSERT here, with its values
/// as binds; a planner sends larger ones as COPY.
///
/// # Errors
/// `is_unsupported` for what the dialect lacks.
pub fn plan(dialect: Dialect, scoped: Scoped) -> Result<Program, Error> {
    let (key, mut program) = lower(dialect, scoped, false)?;
    program.shape = Arc::new(render(dialect, &key)?);
    Ok(program)
}

fn render(dialect: Dialect, key: &Key) -> Result<Shape, Error> {
    match &key.operation {
        Operation::Select(op) => select::list(dialect, op, &key.guard),
        Operation::Count(op) => select::count(dialect, op, &key.guard),
        Operation::Aggregate(op) => aggregate::aggregate(dialect, op, &key.guard),
        Operation::Insert(op) => write::insert(dialect, op, &key.guard, key.form, key.steps),
        Operation::Update(op) => write::update(dialect, op, &key.guard, key.steps),
        Operation::UpdateEach(op) => write::update_each(dialect, op, &key.guard, key.form, key.steps),
        Operation::Delete(op) => write::delete(dialect, op, &key.guard),
    }
}

/// Whether rows go several at a time. They may where nothing comes back, and none is the parent of another, which a row that goes
/// alone finds only if it stands before it; and it is worth it where they change few pages of each index, since SQLite copies each page
/// that such a statement changes.
fn go_together(dialect: Dialect, operation: &Operation, rows: &[Vec<Value>]) -> bool {
    let Operation::Insert(op) = operation else { return false };
    let model = op.model.0;
    let itself = |at: &u16| model.field(*at).reference.is_some_and(|parent| (parent.target)().is(model));
    dialect == Dialect::Sqlite
        && op.conflict.is_none()
        && !op.returning
        && op.columns.len() * SEVERAL <= MAX_PLACEHOLDERS
        && !op.columns.iter().any(itself)
        && order::is_kept(model, &op.columns, rows)
}
