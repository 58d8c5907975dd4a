//! Relations with conditions, and how the rows that they lead to are read: one statement for each level.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use ennead_core::{
    Cardinality, Deleted, Error, Expr, Filter, Model, OrderBy, Orders, Relation, TenantId, ToMany,
};

use super::level::{Gather, Level, Links};
use crate::exec::Handle;
use crate::op::With;
use crate::scopes::Scope;
use crate::sink::LinkedRows;

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
}

use private::{Load, Then};

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
    limit: Option<u64>,
    then: J,
}

impl<M: Model, T: Model, C: Cardinality, J> fmt::Debug for Fetch<M, T, C, J> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Fetch");
        out.field("relation", &self.relation).field("filter", &self.filter).field("order", &self.order);
        out.field("limit", &self.limit);
        out.finish_non_exhaustive()
    }
}

/// What is included beside the rows of a relation.
#[derive(Debug)]
#[doc(hidden)]
pub struct Beside<N>(N);

/// A relation to many rows.
#[diagnostic::on_unimplemented(
    message = "this relation leads to one row at most",
    label = "one row has no first ones",
    note = "`.limit(n)` is for relations to many rows: those that `inverse = …` names, where the reference is not unique"
)]
pub trait Many {}
impl Many for ToMany {}

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

    /// Beside each row at most so many related rows: the first in the order.
    fn limit(self, limit: u64) -> Fetch<M, T, C, Self::Then>
    where
        C: Many,
    {
        let mut fetch = self.fetch();
        fetch.limit = Some(limit);
        fetch
    }

    /// Related rows that were deleted softly, too. Where a relation leads to one row, and one that lives is there, it is that.
    fn with_deleted(self) -> Fetch<M, T, C, Self::Then> {
        let mut fetch = self.fetch();
        fetch.deleted = Deleted::Include;
        fetch
    }

    /// What is related to the related rows, in turn.
    fn include<N: RelationsOf<T>>(self, next: N) -> Fetch<M, T, C, Beside<N>> {
        let Fetch { relation, filter, order, deleted, limit, .. } = self.fetch();
        Fetch { relation, filter, order, deleted, limit, then: Beside(next) }
    }
}

impl<M, T, C> FetchExt<M, T, C> for Relation<M, T, C> {
    type Then = ();
    fn fetch(self) -> Fetch<M, T, C> {
        let (order, deleted) = (Vec::new(), Deleted::Exclude);
        Fetch { relation: self, filter: None, order, deleted, limit: None, then: () }
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
        Level::new(M::DEF, self.relation.hop()).here()
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
            let Fetch { relation, filter, order, deleted, limit, then } = self;
            let level = Level { filter, order, deleted, limit, ..Level::new(M::DEF, relation.hop()) };
            let sink = |columns: &[u16], _: Option<&[u16]>| LinkedRows::<T>::new(columns);
            let read = level.read(links, handle, narrow.clone(), then.columns(), sink).await?;
            let items = then.join(read.sink.rows, read.links, handle, narrow).await?;
            let found = read.keys.into_iter().zip(items).filter_map(|(key, item)| Some((key?, item)));
            Ok(C::gather(read.wanted, found.collect()))
        })
    }
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
