//! Related rows beside their own: one statement for the rows and one for each relation, whatever their number.

use std::marker::PhantomData;

use ennead_core::{Error, Model, Select, Value, Values};

use crate::exec::{self, Handle};
use crate::op::fetch::{Inclusion, Loading};
use crate::op::{Links, List, Locked, Narrow, Read};
use crate::scopes::{Scope, sealed::Handles};
use crate::sink::{LinkedRows, downcast};

/// A row with what was included. It is its row: `with.name` is the row's field.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct With<M, R> {
    /// The row.
    pub row: M,
    /// What is related to it: a `Vec` of rows, an `Option<Arc<_>>` of one row, a `Vec<Arc<_>>` of the rows in a list of keys, or a
    /// tuple of these.
    pub related: R,
}

impl<M, R> std::ops::Deref for With<M, R> {
    type Target = M;
    fn deref(&self) -> &M {
        &self.row
    }
}

async fn included<M, S, I>(
    handle: Handle<'_>,
    narrow: Narrow,
    select: Select,
    inclusion: I,
) -> Result<Vec<With<M, I::Related>>, Error>
where
    M: Model,
    I: Inclusion<M, S>,
{
    let narrow = narrow.take()?;
    let columns = inclusion.columns();
    let sink = Box::new(LinkedRows::<M>::new(&columns));
    let done = exec::start::keyed(handle, narrow.clone(), select, sink).await?;
    let LinkedRows { rows, links, .. } = downcast::<LinkedRows<M>>(done.sink)?;
    let links = Links { columns, rows: links };
    let related = inclusion.load(&links, handle, narrow).await?;
    Ok(rows.into_iter().zip(related).map(|(row, related)| With { row, related }).collect())
}

/// A list with related rows beside each row: what `User::list().include(User::ORGANIZATION)` gives.
#[derive(Debug)]
#[must_use = "an operation does nothing until `.run(&scope).await`"]
pub struct Including<M, I> {
    pub(super) list: List<M>,
    pub(super) inclusion: I,
}

impl<M: Model, I> Including<M, I> {
    /// Locks the rows until the transaction ends, and not what belongs to them: see [`Locked`].
    pub fn for_update(self) -> Locked<Self> {
        Locked::new(self)
    }

    /// Lists the rows with what belongs to them: a statement for the rows and one for each relation, whatever their number.
    /// The statements see what is there when each runs; in a transaction of a stricter isolation they see one moment.
    ///
    /// # Errors
    /// As [`List::run`].
    pub fn run<'a, S: Scope<M>>(self, scope: &'a S) -> Loading<'a, Vec<With<M, I::Related>>>
    where
        I: Inclusion<M, S> + 'a,
    {
        let (select, narrow) = self.list.into_parts();
        Box::pin(included::<M, S, I>(scope.handle(), narrow, select, self.inclusion))
    }

    /// The first row in the order with what belongs to it, if any.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn first<'a, S: Scope<M>>(self, scope: &'a S) -> Loading<'a, Option<With<M, I::Related>>>
    where
        I: Inclusion<M, S> + 'a,
    {
        let rows = Self { list: self.list.limit(1), ..self }.run(scope);
        Box::pin(async move { Ok(rows.await?.pop()) })
    }
}

/// A read with related rows beside the row: what `User::read(id).include(User::ORGANIZATION)` gives.
#[derive(Debug)]
#[must_use = "an operation does nothing until `.run(&scope).await`"]
pub struct IncludingRead<M, I> {
    pub(super) read: Read<M>,
    pub(super) inclusion: I,
}

impl<M: Model, I> IncludingRead<M, I> {
    /// Locks the row until the transaction ends, and not what belongs to it: see [`Locked`].
    pub fn for_update(self) -> Locked<Self> {
        Locked::new(self)
    }

    /// Reads the row with what belongs to it.
    ///
    /// # Errors
    /// As [`Read::run`].
    pub fn run<'a, S: Scope<M>>(self, scope: &'a S) -> Loading<'a, With<M, I::Related>>
    where
        I: Inclusion<M, S> + 'a,
    {
        let (select, narrow) = self.read.into_parts();
        let handle = scope.handle();
        Box::pin(async move {
            let mut rows = included::<M, S, I>(handle, narrow, select, self.inclusion).await?;
            match (rows.pop(), rows.len()) {
                (Some(row), 0) => Ok(row),
                (row, others) => Err(exec::not_one(others + usize::from(row.is_some()), M::DEF)),
            }
        })
    }
}

/// What is related to one row: what `dashboard.related(Dashboard::WIDGETS)` gives.
#[derive(Debug)]
#[must_use = "an operation does nothing until `.run(&scope).await`"]
pub struct RelatedTo<M, I> {
    values: Values,
    inclusion: I,
    marker: PhantomData<fn() -> M>,
}

impl<M: Model, I> RelatedTo<M, I> {
    pub(crate) fn new(row: M, inclusion: I) -> Self {
        let mut values = Values::new(M::DEF);
        row.encode(&mut values);
        Self { values, inclusion, marker: PhantomData }
    }

    /// Reads what is related to the row.
    ///
    /// # Errors
    /// As [`List::run`].
    pub fn run<'a, S: Scope<M>>(self, scope: &'a S) -> Loading<'a, I::Related>
    where
        I: Inclusion<M, S> + 'a,
    {
        let columns = self.inclusion.columns();
        let row = columns.iter().map(|at| self.values.get(*at).cloned().unwrap_or(Value::Null)).collect();
        let links = Links { columns, rows: vec![row] };
        let handle = Handles::handle(scope);
        Box::pin(async move {
            let related = self.inclusion.load(&links, handle, None).await?.pop();
            related.ok_or_else(|| Error::not_found(M::DEF.name))
        })
    }
}
