//! Create, BulkCreate and their upserts, witnessed.

use std::collections::{HashMap, HashSet};

use ennead_core::{
    AuditOperation, Conflict, ConflictAction, Deleted, Error, ErrorKind, Expr, Guard, Insert, ModelDef,
    Operand, Operation, RowLock, TenantId, Value, Values, fill_conflict, fill_insert, refuse_duplicates_of,
};

use super::super::insert::insert_unwatched;
use super::super::probe::taken;
use super::super::start::Started;
use super::super::{Done, Handle};
use super::audit::key_text;
use super::images::{self, Image};
use super::{Watch, Witness, Writing, created, hand_on};
use crate::observe::{ChangeKind, RawWrite};
use crate::sink::{Sink, ValueRows, downcast};

/// How often an upsert looks again, where rows come and go beside it.
const LOOKS: usize = 16;

/// Inserts rows, all or none.
pub(in super::super) fn insert<'a>(
    handle: Handle<'a>,
    watch: Watch<'a>,
    narrow: Option<TenantId>,
    model: &'static ModelDef,
    rows: Vec<Values>,
    conflict: Option<Conflict>,
    sink: Option<Box<dyn Sink>>,
) -> Started<'a> {
    Box::pin(async move {
        let (operation, key) = (AuditOperation::Create, key_of(model, &rows));
        let writing = Writing { watch, handle, narrow: narrow.clone(), operation, key };
        let within = writing.begin().await?;
        let witness = writing.witness(&within);
        let result = insert_within(&witness, narrow, model, rows, conflict, sink).await;
        writing.end(within, result).await
    })
}

/// The key of the one row, where it is given.
fn key_of(model: &ModelDef, rows: &[Values]) -> Option<String> {
    match rows {
        [row] => row.get(model.key.field).map(key_text),
        _ => None,
    }
}

async fn insert_within(
    witness: &Witness<'_>,
    narrow: Option<TenantId>,
    model: &'static ModelDef,
    mut rows: Vec<Values>,
    conflict: Option<Conflict>,
    sink: Option<Box<dyn Sink>>,
) -> Result<Done, Error> {
    witness.before(RawWrite::Create(&mut rows)).await?;
    let (images, changes) = match conflict {
        Some(conflict) if matches!(conflict.action, ConflictAction::Update { .. }) => {
            let upserted = Upsert::new(witness.handle, narrow, model, rows, conflict)?.run(witness).await?;
            let mut changes = Vec::new();
            for (before, after) in &upserted {
                changes.extend(match before {
                    Some(before) => {
                        let after = std::slice::from_ref(after);
                        images::paired(model, ChangeKind::Updated, vec![before.clone()], after)
                    }
                    None => vec![created(after.clone())],
                });
            }
            (upserted.into_iter().map(|(_, after)| after).collect(), changes)
        }
        conflict => {
            let images = stored(witness.handle, narrow, model, rows, conflict).await?;
            let changes = images.iter().cloned().map(created).collect();
            (images, changes)
        }
    };
    let affected = images.len() as u64;
    let sink: Box<dyn Sink> = match sink {
        Some(sink) => hand_on(images.iter().map(Vec::as_slice), sink)?,
        None => Box::new(crate::sink::Nothing),
    };
    witness.after(changes).await?;
    Ok(Done { affected, sink })
}

/// Inserts rows and gives those that were created or changed, as stored.
async fn stored(
    handle: Handle<'_>,
    narrow: Option<TenantId>,
    model: &'static ModelDef,
    rows: Vec<Values>,
    conflict: Option<Conflict>,
) -> Result<Vec<Image>, Error> {
    let done = insert_unwatched(handle, narrow, model, rows, conflict, Some(images::sink(model))).await?;
    Ok(downcast::<ValueRows>(done.sink)?.rows)
}

/// Rows that are created, or change the one that is there. Which of the two it was, and what was there before, no database tells
/// of an `ON CONFLICT DO UPDATE`: so the rows that are there are locked first, the others are inserted with DO NOTHING, and those
/// that came into being beside it are locked then, until each row is known to be the one or the other.
struct Upsert {
    narrow: Option<TenantId>,
    model: &'static ModelDef,
    conflict: Conflict,
    guard: Guard,
    /// The rows, and what of each the arbiter compares; none where it holds a NULL, which meets nothing.
    rows: Vec<(Values, Option<Vec<Value>>)>,
}

/// A row as it was, where one was there, and as it is.
type Upserted = (Option<Image>, Image);

impl Upsert {
    fn new(
        handle: Handle<'_>,
        narrow: Option<TenantId>,
        model: &'static ModelDef,
        rows: Vec<Values>,
        mut conflict: Conflict,
    ) -> Result<Self, Error> {
        // Keys and times are made once, and given to each of the statements that follow.
        let mut insert = fill_insert(model, rows, &handle.db.sources)?;
        fill_conflict(model, &mut conflict, &handle.db.sources)?;
        insert.conflict = Some(conflict.clone());
        let scoped = handle.narrowed(narrow.as_ref(), model)?.apply(Operation::Insert(insert))?;
        let guard = scoped.guard().clone();
        let Operation::Insert(insert) = scoped.operation() else {
            return Err(Error::invalid("no insert"));
        };
        refuse_duplicates_of(model, insert, &conflict.arbiter)?;
        let one = |row: &Vec<Value>| (values_of(insert, row), arbiter_of(insert, row, &conflict.arbiter));
        let rows = insert.rows.iter().map(one).collect();
        Ok(Self { narrow, model, conflict, guard, rows })
    }

    async fn run(self, witness: &Witness<'_>) -> Result<Vec<Upserted>, Error> {
        let (handle, model) = (witness.handle, self.model);
        let mut before: HashMap<Vec<Value>, Image> = HashMap::new();
        let mut after: Vec<Option<Image>> = vec![None; self.rows.len()];
        let mut open: Vec<usize> = (0..self.rows.len()).collect();
        for _ in 0..LOOKS {
            before.extend(self.locked(handle, &open).await?);
            let is_there = |at: &usize| matches!(&self.rows[*at].1, Some(own) if before.contains_key(own));
            open.retain(|at| !is_there(at));
            if open.is_empty() {
                break;
            }
            let ignoring = Conflict { action: ConflictAction::Ignore, ..self.conflict.clone() };
            let rows = open.iter().map(|at| self.rows[*at].0.clone()).collect();
            let stored = stored(handle, self.narrow.clone(), model, rows, Some(ignoring)).await?;
            self.place(&mut open, stored, &mut after);
        }
        if !open.is_empty() {
            let text = format!("{}: rows came and went beside an upsert of them", model.name);
            return Err(Error::new(ErrorKind::Retryable, text).with_model(model.name));
        }
        let mut there: Vec<usize> = (0..self.rows.len()).filter(|at| after[*at].is_none()).collect();
        if !there.is_empty() {
            let rows = there.iter().map(|at| self.rows[*at].0.clone()).collect();
            let stored =
                stored(handle, self.narrow.clone(), model, rows, Some(self.conflict.clone())).await?;
            self.place(&mut there, stored, &mut after);
        }
        let was = |at: usize, before: &mut HashMap<Vec<Value>, Image>| {
            self.rows[at].1.as_ref().and_then(|own| before.remove(own))
        };
        let placed = after.into_iter().enumerate();
        Ok(placed.filter_map(|(at, after)| Some((was(at, &mut before), after?))).collect())
    }

    /// Reads and locks the rows that are there for some of the rows that are to be.
    async fn locked(&self, handle: Handle<'_>, open: &[usize]) -> Result<HashMap<Vec<Value>, Image>, Error> {
        let wanted: HashSet<&Vec<Value>> = open.iter().filter_map(|at| self.rows[*at].1.as_ref()).collect();
        if wanted.is_empty() {
            return Ok(HashMap::new());
        }
        let arbiter = &self.conflict.arbiter;
        let among = |(position, column): (usize, &u16)| {
            let values: HashSet<Value> = wanted.iter().map(|own| own[position].clone()).collect();
            Expr::In { left: Operand::Column(*column), values: values.into_iter().collect(), negated: false }
        };
        let filter = Expr::And(arbiter.iter().enumerate().map(among).collect());
        let deleted = if self.conflict.living_only { Deleted::Exclude } else { Deleted::Include };
        let rows = images::read(
            handle,
            self.model,
            self.guard.clone(),
            Some(filter),
            deleted,
            Some(RowLock::Change),
        )
        .await?;
        // A dead row is in the way, and writes pass over it.
        if rows.iter().any(|image| self.model.is_marked(image) && wanted.contains(&self.own(image))) {
            return Err(taken(self.model, &self.conflict.target));
        }
        let own = |image: Image| (self.own(&image), image);
        Ok(rows.into_iter().map(own).filter(|(own, _)| wanted.contains(own)).collect())
    }

    fn own(&self, image: &Image) -> Vec<Value> {
        self.conflict.arbiter.iter().map(|at| image[*at as usize].clone()).collect()
    }

    /// Puts stored rows where they belong; what is left of `open` was not stored.
    fn place(&self, open: &mut Vec<usize>, stored: Vec<Image>, after: &mut [Option<Image>]) {
        let (mut named, mut others) = (HashMap::new(), Vec::new());
        let compared: HashSet<&Vec<Value>> = open.iter().filter_map(|at| self.rows[*at].1.as_ref()).collect();
        for image in stored {
            let own = self.own(&image);
            if compared.contains(&own) {
                named.insert(own, image);
            } else {
                others.push(image);
            }
        }
        let mut others = others.into_iter();
        open.retain(|at| {
            let image = match &self.rows[*at].1 {
                Some(own) => named.remove(own),
                None => others.next(),
            };
            after[*at] = image;
            after[*at].is_none()
        });
    }
}

fn values_of(insert: &Insert, row: &[Value]) -> Values {
    let mut values = Values::new(insert.model.0);
    for (column, value) in insert.columns.iter().zip(row) {
        values.set(*column, value.clone());
    }
    values
}

fn arbiter_of(insert: &Insert, row: &[Value], arbiter: &[u16]) -> Option<Vec<Value>> {
    let value = |at: &u16| {
        let position = insert.columns.iter().position(|column| column == at)?;
        Some(row[position].clone()).filter(|value| !value.is_null())
    };
    arbiter.iter().map(value).collect()
}
