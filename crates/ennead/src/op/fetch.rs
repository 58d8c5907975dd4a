//! Relations with conditions, and how the rows that they lead to are read: one statement for each level.

use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use ennead_core::{
    Cardinality, Deleted, Error, Expr, Filter, Hop, Model, Operand, OrderBy, Orders, Relation, Select,
    TenantId, ToMany, ToOne, Value,
};

use crate::exec::{self, Handle};
use crate::op::With;
use crate::scopes::Scope;
use crate::sink::{LinkedRows, downcast};

/// The values of some columns of rows: what ties them to related rows.
#[doc(hidden)]
#[derive(Debug)]
pub struct Links {
    pub(super) columns: Vec<u16>,
    pub(super) rows: Vec<Vec<Value>>,
}

impl Links {
    /// The values of these columns, for each row; `None` where one of them is NULL.
    fn of(&self, columns: &[u16]) -> Vec<Option<Vec<Value>>> {
        let at: Vec<Option<usize>> =
            columns.iter().map(|column| self.columns.iter().position(|has| has == column)).collect();
        let value = |row: &Vec<Value>, at: &Option<usize>| row.get((*at)?).filter(|v| !v.is_null()).cloned();
        self.rows.iter().map(|row| at.iter().map(|at| value(row, at)).collect()).collect()
    }
}

/// Rows that are being read with what is related to them: a future.
pub type Loading<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

mod private {
    use super::{Handle, Links, Loading, TenantId};

    /// How what is included is read; outside of this crate nobody makes an inclusion.
    pub trait Load<M, S> {
        /// What belongs to each row.
        type Related: Send;
        /// The columns of the rows that it needs.
        fn columns(&self) -> Vec<u16>;
        /// Reads what belongs to the rows, in their order.
        fn load<'a>(
            self,
            links: &'a Links,
            handle: Handle<'a>,
            narrow: Option<TenantId>,
        ) -> Loading<'a, Vec<Self::Related>>
        where
            Self: 'a;
    }

    /// What is read beside the rows of a level.
    pub trait Then<T, S> {
        /// A row with it.
        type Item: Send;
        /// The columns of the rows that it needs.
        fn columns(&self) -> Vec<u16>;
        /// Reads it.
        fn join<'a>(
            self,
            rows: Vec<T>,
            links: Links,
            handle: Handle<'a>,
            narrow: Option<TenantId>,
        ) -> Loading<'a, Vec<Self::Item>>
        where
            Self: 'a,
            T: 'a;
    }

    /// How rows are given to those to which they belong.
    pub trait Gather: ennead_core::Cardinality {
        /// What belongs to one row.
        type Of<X: Send + Sync>: Send;
        /// Gives each row its own.
        fn gather<X: Send + Sync>(
            wanted: Vec<Option<Vec<super::Value>>>,
            found: Vec<(Vec<super::Value>, X)>,
        ) -> Vec<Self::Of<X>>;
    }
}

use private::{Gather, Load, Then};

impl Gather for ToOne {
    type Of<X: Send + Sync> = Option<Arc<X>>;
    fn gather<X: Send + Sync>(
        wanted: Vec<Option<Vec<Value>>>,
        found: Vec<(Vec<Value>, X)>,
    ) -> Vec<Option<Arc<X>>> {
        let found: HashMap<Vec<Value>, Arc<X>> =
            found.into_iter().map(|(key, row)| (key, Arc::new(row))).collect();
        wanted.into_iter().map(|key| found.get(&key?).cloned()).collect()
    }
}

impl Gather for ToMany {
    type Of<X: Send + Sync> = Vec<X>;
    fn gather<X: Send + Sync>(wanted: Vec<Option<Vec<Value>>>, found: Vec<(Vec<Value>, X)>) -> Vec<Vec<X>> {
        let mut lists: HashMap<Vec<Value>, Vec<X>> = HashMap::new();
        for (key, row) in found {
            lists.entry(key).or_default().push(row);
        }
        wanted.into_iter().map(|key| key.and_then(|key| lists.remove(&key)).unwrap_or_default()).collect()
    }
}

/// What can be included beside rows of `M`: a relation, one with conditions ([`Fetch`]), or a tuple of up to four of these.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no relation of `{M}`",
    label = "not a relation of `{M}`",
    note = "include `{M}::RELATION`, which `#[references]` makes, or a tuple of such relations"
)]
pub trait RelationsOf<M> {}

impl<M, T, C> RelationsOf<M> for Relation<M, T, C> {}
impl<M, T, C, J> RelationsOf<M> for Fetch<M, T, C, J> {}

/// What can be included beside rows of `M` in the scope `S`: relations of `M` to rows that can be read in that scope.
pub trait Inclusion<M: Model, S>: RelationsOf<M> + Load<M, S> + Send {}

/// A relation with conditions on the related rows: what `Dashboard::WIDGETS.filter(…)` gives.
#[must_use = "a relation is read by `include` or `related`"]
pub struct Fetch<M, T, C, J = ()> {
    relation: Relation<M, T, C>,
    filter: Option<Expr>,
    order: Vec<OrderBy>,
    deleted: Deleted,
    then: J,
}

impl<M: Model, T: Model, C: Cardinality, J> fmt::Debug for Fetch<M, T, C, J> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Fetch");
        out.field("relation", &self.relation).field("filter", &self.filter).field("order", &self.order);
        out.finish_non_exhaustive()
    }
}

/// What is included beside the rows of a relation.
#[derive(Debug)]
#[doc(hidden)]
pub struct Beside<N>(N);

/// Conditions on the rows that a relation leads to.
pub trait FetchExt<M, T, C>: Sized {
    /// What is read beside them.
    #[doc(hidden)]
    type Then;

    /// The relation with conditions.
    #[doc(hidden)]
    fn fetch(self) -> Fetch<M, T, C, Self::Then>;

    /// Only related rows that match; the rows beside which they are included stay.
    fn filter(self, filter: Filter<T>) -> Fetch<M, T, C, Self::Then> {
        let mut fetch = self.fetch();
        crate::op::narrow(&mut fetch.filter, filter.into_expr());
        fetch
    }

    /// Related rows in that order; by their key where nothing is said.
    fn order_by(self, orders: impl Orders<T>) -> Fetch<M, T, C, Self::Then> {
        let mut fetch = self.fetch();
        fetch.order.extend(orders.parts());
        fetch
    }

    /// Related rows that were deleted softly, too.
    fn with_deleted(self) -> Fetch<M, T, C, Self::Then> {
        let mut fetch = self.fetch();
        fetch.deleted = Deleted::Include;
        fetch
    }

    /// What is related to the related rows, in turn.
    fn include<N: RelationsOf<T>>(self, next: N) -> Fetch<M, T, C, Beside<N>> {
        let Fetch { relation, filter, order, deleted, .. } = self.fetch();
        Fetch { relation, filter, order, deleted, then: Beside(next) }
    }
}

impl<M, T, C> FetchExt<M, T, C> for Relation<M, T, C> {
    type Then = ();
    fn fetch(self) -> Fetch<M, T, C> {
        Fetch { relation: self, filter: None, order: Vec::new(), deleted: Deleted::Exclude, then: () }
    }
}

impl<M, T, C, J> FetchExt<M, T, C> for Fetch<M, T, C, J> {
    type Then = J;
    fn fetch(self) -> Self {
        self
    }
}

impl<T: Send, S> Then<T, S> for () {
    type Item = T;
    fn columns(&self) -> Vec<u16> {
        Vec::new()
    }
    fn join<'a>(self, rows: Vec<T>, _: Links, _: Handle<'a>, _: Option<TenantId>) -> Loading<'a, Vec<T>>
    where
        T: 'a,
    {
        Box::pin(std::future::ready(Ok(rows)))
    }
}

impl<T: Model, S, N: Inclusion<T, S>> Then<T, S> for Beside<N> {
    type Item = With<T, N::Related>;
    fn columns(&self) -> Vec<u16> {
        self.0.columns()
    }
    fn join<'a>(
        self,
        rows: Vec<T>,
        links: Links,
        handle: Handle<'a>,
        narrow: Option<TenantId>,
    ) -> Loading<'a, Vec<Self::Item>>
    where
        Self: 'a,
        T: 'a,
    {
        Box::pin(async move {
            let related = self.0.load(&links, handle, narrow).await?;
            Ok(rows.into_iter().zip(related).map(|(row, related)| With { row, related }).collect())
        })
    }
}

impl<M, T, C, J, S> Load<M, S> for Fetch<M, T, C, J>
where
    M: Model,
    T: Model + Sync,
    C: Gather,
    S: Scope<T>,
    J: Then<T, S, Item: Sync> + Send,
{
    type Related = C::Of<J::Item>;

    fn columns(&self) -> Vec<u16> {
        self.relation.hop().columns(M::DEF).into_iter().map(|(here, _)| here).collect()
    }

    fn load<'a>(
        self,
        links: &'a Links,
        handle: Handle<'a>,
        narrow: Option<TenantId>,
    ) -> Loading<'a, Vec<Self::Related>>
    where
        Self: 'a,
    {
        Box::pin(async move {
            let Fetch { relation, filter, order, deleted, then } = self;
            let hop = relation.hop();
            let (here, there): (Vec<u16>, Vec<u16>) = hop.columns(M::DEF).into_iter().unzip();
            let wanted = links.of(&here);
            let mut columns = there.clone();
            columns.extend(then.columns());
            let select = select(hop, &there, &wanted, filter, order, deleted);
            let LinkedRows { rows, links, .. } = match select {
                Some(select) => {
                    let sink = Box::new(LinkedRows::<T>::new(&columns));
                    let done = exec::start::keyed(handle, narrow.clone(), select, sink).await?;
                    downcast::<LinkedRows<T>>(done.sink)?
                }
                // Nothing is named, so nothing is asked.
                None => LinkedRows::new(&columns),
            };
            let links = Links { columns, rows: links };
            let keys = links.of(&there);
            let items = then.join(rows, links, handle, narrow).await?;
            let found = keys.into_iter().zip(items).filter_map(|(key, item)| Some((key?, item))).collect();
            Ok(C::gather(wanted, found))
        })
    }
}

/// The question for the rows that these name, or that name these.
fn select(
    hop: Hop,
    there: &[u16],
    wanted: &[Option<Vec<Value>>],
    mut filter: Option<Expr>,
    mut order: Vec<OrderBy>,
    deleted: Deleted,
) -> Option<Select> {
    let mut seen = std::collections::HashSet::new();
    let named = wanted.iter().flatten().filter_map(|values| values.first());
    let values: Vec<Value> = named.filter(|value| seen.insert(*value)).cloned().collect();
    if values.is_empty() {
        return None;
    }
    let tie = Expr::In { left: Operand::Column(*there.first()?), values, negated: false };
    crate::op::narrow(&mut filter, tie);
    let key = hop.model.key.field;
    if !order.iter().any(|by| by.column == key) {
        order.push(OrderBy { column: key, descending: false });
    }
    Some(Select { filter, order, deleted, ..Select::of(hop.model.0) })
}

impl<M, T, C, S> Load<M, S> for Relation<M, T, C>
where
    M: Model,
    T: Model + Sync,
    C: Gather,
    S: Scope<T>,
{
    type Related = C::Of<T>;
    fn columns(&self) -> Vec<u16> {
        Load::<M, S>::columns(&self.fetch())
    }
    fn load<'a>(
        self,
        links: &'a Links,
        handle: Handle<'a>,
        narrow: Option<TenantId>,
    ) -> Loading<'a, Vec<Self::Related>>
    where
        Self: 'a,
    {
        Load::<M, S>::load(self.fetch(), links, handle, narrow)
    }
}

impl<M: Model, T, C, S> Inclusion<M, S> for Relation<M, T, C> where Self: Load<M, S> + Send {}
impl<M: Model, T, C, J, S> Inclusion<M, S> for Fetch<M, T, C, J> where Self: Load<M, S> + Send {}

macro_rules! tuple {
    ($($name:ident $at:tt),+) => {
        impl<M: Model, S, $($name: Inclusion<M, S>),+> Load<M, S> for ($($name,)+) {
            type Related = ($($name::Related,)+);
            fn columns(&self) -> Vec<u16> {
                let mut columns = Vec::new();
                $(columns.extend(self.$at.columns());)+
                columns
            }
            fn load<'a>(
                self,
                links: &'a Links,
                handle: Handle<'a>,
                narrow: Option<TenantId>,
            ) -> Loading<'a, Vec<Self::Related>>
            where
                Self: 'a,
            {
                Box::pin(async move {
                    let mut all = ($(self.$at.load(links, handle, narrow.clone()).await?.into_iter(),)+);
                    let next = || Some(($(all.$at.next()?,)+));
                    Ok(std::iter::from_fn(next).collect())
                })
            }
        }
        impl<M: Model, S, $($name: Inclusion<M, S>),+> Inclusion<M, S> for ($($name,)+) {}
        impl<M, $($name: RelationsOf<M>),+> RelationsOf<M> for ($($name,)+) {}
    };
}
tuple!(A 0, B 1);
tuple!(A 0, B 1, C 2);
tuple!(A 0, B 1, C 2, D 3);
