//! Relations between models: what `#[references]` gives beside the foreign key.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;

use crate::constraints::reference_columns;
use crate::def::ModelDef;
use crate::filter::{Expr, Filter};
use crate::loose::LooseReference;
use crate::model::Model;
use crate::operation::ModelRef;
use crate::scope::Guard;

/// How many relations a filter may follow, one inside the other.
pub const MAX_RELATION_HOPS: usize = 8;

/// A relation to the one row that a reference names.
#[derive(Debug)]
pub enum ToOne {}
/// A relation to the rows that name this one.
#[derive(Debug)]
pub enum ToMany {}
/// A relation to the rows that stand in a list of keys, in its order.
#[derive(Debug)]
pub enum ToEach {}
/// A relation to the one row that names this one: the way back of a reference that is unique.
#[derive(Debug)]
pub enum ToUnique {}

/// Whether a relation leads to one row or to many, and in which direction of its reference.
pub trait Cardinality: 'static {
    /// To the rows that name this one, rather than to the one that it names.
    const BACK: bool;
}
impl Cardinality for ToOne {
    const BACK: bool = false;
}
impl Cardinality for ToEach {
    const BACK: bool = false;
}
impl Cardinality for ToMany {
    const BACK: bool = true;
}
impl Cardinality for ToUnique {
    const BACK: bool = true;
}

/// The way back of a reference, by whether it is unique: for generated code.
#[doc(hidden)]
#[derive(Debug)]
pub enum Back<const UNIQUE: bool> {}

/// Where a way back leads: for generated code.
#[doc(hidden)]
pub trait Leads {
    /// To one row or to many.
    type To: Cardinality;
}
impl Leads for Back<false> {
    type To = ToMany;
}
impl Leads for Back<true> {
    type To = ToUnique;
}

/// A relation from rows of `M` to rows of `T`, in one of its directions.
///
/// `#[references(Dashboard, inverse = widgets)]` on `Widget::dashboard_id` makes `Widget::DASHBOARD`, to the one row that is
/// named (called by `name = …` or by the field without its `_id`), and `Dashboard::WIDGETS`, to the rows that name it. Where the
/// reference is `#[unique]` too, or the key, that is one row at most, and the way back is [`ToUnique`].
/// [`inverse`](Self::inverse) is the other direction, also where it has no name.
pub struct Relation<M, T, C = ToOne> {
    field: u16,
    marker: Marker<M, T, C>,
}

/// Names the types without holding them, so that a relation is `Copy` and `Send` whatever they are.
type Marker<M, T, C> = PhantomData<fn() -> (M, T, C)>;

impl<M, T, C> Clone for Relation<M, T, C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M, T, C> Copy for Relation<M, T, C> {}

impl<M: Model, T: Model, C: Cardinality> fmt::Debug for Relation<M, T, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let child = if C::BACK { T::DEF } else { M::DEF };
        write!(f, "{} -> {} by {}.{}", M::DEF.name, T::DEF.name, child.name, child.field(self.field).name)
    }
}

impl<M, T, C> Relation<M, T, C> {
    /// The relation of a reference, by the index of its field: for generated code.
    #[doc(hidden)]
    #[must_use]
    pub const fn at(field: u16) -> Self {
        Self { field, marker: PhantomData }
    }
}

impl<M, T> Relation<M, T, ToOne> {
    /// From the named row to those that name it: a list, also where the reference is unique and holds one at most.
    #[must_use]
    pub const fn inverse(self) -> Relation<T, M, ToMany> {
        Relation::at(self.field)
    }
}

impl<M, T> Relation<M, T, ToMany> {
    /// From the rows that name another to that one.
    #[must_use]
    pub const fn inverse(self) -> Relation<T, M, ToOne> {
        Relation::at(self.field)
    }
}

impl<M, T> Relation<M, T, ToUnique> {
    /// From the row that names another to that one.
    #[must_use]
    pub const fn inverse(self) -> Relation<T, M, ToOne> {
        Relation::at(self.field)
    }
}

impl<M: Model, T: Model, C: Cardinality> Relation<M, T, C> {
    /// The relation as data.
    #[doc(hidden)]
    #[must_use]
    pub fn hop(self) -> Hop {
        Hop { model: ModelRef(T::DEF), field: self.field, back: C::BACK }
    }

    /// Rows with a related row that matches. Related rows are those that the scope may read: its tenant's, not deleted softly.
    #[must_use]
    pub fn exists(self, filter: Filter<T>) -> Filter<M> {
        self.related(Some(filter), false)
    }

    /// Rows without a related row that matches.
    #[must_use]
    pub fn not_exists(self, filter: Filter<T>) -> Filter<M> {
        self.related(Some(filter), true)
    }

    /// Rows with a related row, whichever.
    #[must_use]
    pub fn any(self) -> Filter<M> {
        self.related(None, false)
    }

    /// Rows without any related row.
    #[must_use]
    pub fn none(self) -> Filter<M> {
        self.related(None, true)
    }

    fn related(self, filter: Option<Filter<T>>, negated: bool) -> Filter<M> {
        Filter::related(self.hop(), filter, negated)
    }
}

/// One step from a model to a related one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hop {
    /// The model that it leads to.
    pub model: ModelRef,
    /// The referencing field: of the model it leads to where it leads back, else of the model it comes from.
    pub field: u16,
    /// It leads to the rows that name this one.
    pub back: bool,
}

impl Hash for Hop {
    // By names, so that it is the same on every run: cursors are bound to their filter by it.
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.model.name, self.model.table, self.field, self.back).hash(state);
    }
}

impl Hop {
    /// The columns that are equal in both rows, of the model it comes from and of the one it leads to: those of the reference
    /// first, then the tenants', where keys are each tenant's own. Without these a shared row would meet the row of another
    /// tenant that has its key.
    #[must_use]
    pub fn columns(&self, from: &'static ModelDef) -> Vec<(u16, u16)> {
        let (child, parent) = self.ends(from);
        let field = child.field(self.field);
        let cross_tenant = match (field.reference, field.loose) {
            (Some(reference), _) => reference.cross_tenant,
            (None, Some(_)) => false,
            (None, None) => return Vec::new(),
        };
        let pairs = reference_columns(child, self.field, cross_tenant, parent).into_iter().rev();
        pairs.map(|(child, parent)| if self.back { (parent, child) } else { (child, parent) }).collect()
    }

    /// Whether it leads to more than one living row, from a row of that model.
    #[must_use]
    pub fn is_many(&self, from: &'static ModelDef) -> bool {
        self.is_list(from) || (self.back && !self.model.0.names_once(self.field, from))
    }

    /// Whether the referencing field is a list of keys rather than one.
    #[must_use]
    pub fn is_list(&self, from: &'static ModelDef) -> bool {
        matches!(self.ends(from).0.field(self.field).loose, Some(LooseReference::Each(_)))
    }

    /// Where the referencing field names rows of several models: the column beside it that tells of which, and its values for
    /// this one.
    #[must_use]
    pub fn kinds(&self, from: &'static ModelDef) -> Option<(u16, Vec<&'static str>)> {
        let (child, parent) = self.ends(from);
        let (name, kinds) = child.field(self.field).loose?.kinds_of(parent)?;
        Some((child.find(name)?.0, kinds))
    }

    /// The model that has the referencing field, and the one that it references.
    fn ends(&self, from: &'static ModelDef) -> (&'static ModelDef, &'static ModelDef) {
        if self.back { (self.model.0, from) } else { (from, self.model.0) }
    }
}

/// A condition on related rows.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Related {
    /// Where they are.
    pub hop: Hop,
    /// What one of them fulfils; any where `None`.
    pub filter: Option<Expr>,
    /// None of them does.
    pub negated: bool,
    /// The tenant's predicate on them, put in by the scope. Nothing is rendered without.
    pub guard: Option<Guard>,
}
