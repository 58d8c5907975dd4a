//! One level of related rows: the question for them, and which of them belongs to which row. Both faces ask it here.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use ennead_core::{
    Deleted, Each, Error, Expr, Hop, Kind, ModelDef, Operand, OrderBy, Role, Select, TenantId, ToEach,
    ToMany, ToOne, ToUnique, Value, keys_in,
};

use crate::exec::{self, Handle};
use crate::sink::{Sink, downcast};

/// The values of some columns of rows: what ties them to related rows.
#[doc(hidden)]
#[derive(Debug)]
pub struct Links {
    pub(crate) columns: Vec<u16>,
    pub(crate) rows: Vec<Vec<Value>>,
}

impl Links {
    /// The values of these columns, for each row; `None` where one of them is NULL.
    fn of(&self, columns: &[u16]) -> Vec<Option<Vec<Value>>> {
        let at: Vec<Option<usize>> = columns.iter().map(|column| self.at(*column)).collect();
        let value = |row: &Vec<Value>, at: &Option<usize>| row.get((*at)?).filter(|v| !v.is_null()).cloned();
        self.rows.iter().map(|row| at.iter().map(|at| value(row, at)).collect()).collect()
    }

    fn at(&self, column: u16) -> Option<usize> {
        self.columns.iter().position(|has| *has == column)
    }

    /// The same, where only rows count whose column holds one of these texts.
    fn told(&self, keys: &mut [Option<Vec<Value>>], (column, kinds): &(u16, Vec<&'static str>)) {
        let at = self.at(*column);
        for (row, key) in self.rows.iter().zip(keys) {
            let tells = |value: &Value| matches!(value, Value::Text(text) if kinds.contains(&text.as_ref()));
            if !at.and_then(|at| row.get(at)).is_some_and(tells) {
                *key = None;
            }
        }
    }
}

/// The keys of the rows that are wanted beside each row.
#[derive(Debug)]
pub struct Wanted {
    /// One for each row, or those of one row behind those of the other.
    pub(crate) keys: Vec<Option<Vec<Value>>>,
    /// Where lists of keys are: how many each row has.
    pub(crate) counts: Option<Vec<usize>>,
}

impl Wanted {
    /// One key for each row.
    fn one(keys: Vec<Option<Vec<Value>>>) -> Self {
        Self { keys, counts: None }
    }

    /// The keys in the lists that stand first in each key.
    fn each(lists: Vec<Option<Vec<Value>>>, kind: &Kind) -> Self {
        let (mut keys, mut counts) = (Vec::new(), Vec::new());
        for list in lists {
            let before = keys.len();
            if let Some((list, rest)) = list.as_deref().and_then(<[Value]>::split_first) {
                let tie = |key| Some(std::iter::once(key).chain(rest.iter().cloned()).collect());
                keys.extend(keys_in(list, kind).into_iter().map(tie));
            }
            counts.push(keys.len() - before);
        }
        Self { keys, counts: Some(counts) }
    }

    /// Gives each row those of its keys, where there is one for each of `found`; in the order of the lists.
    pub(crate) fn apart<X>(counts: Vec<usize>, found: Vec<Option<X>>) -> Vec<Vec<X>> {
        let mut found = found.into_iter();
        counts.into_iter().map(|count| found.by_ref().take(count).flatten().collect()).collect()
    }
}

/// A relation and the conditions on the rows that it leads to.
#[derive(Debug, Clone)]
pub(crate) struct Level {
    /// The model that it comes from.
    pub(crate) from: &'static ModelDef,
    pub(crate) hop: Hop,
    pub(crate) filter: Option<Expr>,
    pub(crate) order: Vec<OrderBy>,
    pub(crate) deleted: Deleted,
    /// How many rows at most beside each row.
    pub(crate) limit: Option<u64>,
    /// No more rows than this together, for a result that is bounded.
    pub(crate) most: Option<u64>,
    /// Only these columns of the rows, and those that tie them; all where `None`.
    pub(crate) columns: Option<Vec<u16>>,
}

/// Takes related rows, and beside each the values that tie it.
pub(crate) trait LinkedSink: Sink {
    /// The values of the columns that were asked for, for each row.
    fn links(&mut self) -> Vec<Vec<Value>>;
}

/// A row's key in a relation, and the row.
pub(crate) type Found<X> = (Vec<Value>, X);

/// The related rows of a level as they were read.
pub(crate) struct Read<S> {
    /// The keys of the rows beside which they stand.
    pub(crate) wanted: Wanted,
    /// The key of each related row.
    pub(crate) keys: Vec<Option<Vec<Value>>>,
    pub(crate) sink: S,
    pub(crate) links: Links,
}

impl Level {
    pub(crate) fn new(from: &'static ModelDef, hop: Hop) -> Self {
        let deleted = Deleted::Exclude;
        Self { from, hop, filter: None, order: Vec::new(), deleted, limit: None, most: None, columns: None }
    }

    /// The columns of the rows beside which it stands that it needs.
    pub(crate) fn here(&self) -> Vec<u16> {
        let mut here: Vec<u16> = self.hop.columns(self.from).into_iter().map(|(here, _)| here).collect();
        here.extend(self.kinds_here().map(|(column, _)| column));
        here
    }

    /// The column of the rows beside which it stands that tells of which model their keys are.
    fn kinds_here(&self) -> Option<(u16, Vec<&'static str>)> {
        self.hop.kinds(self.from).filter(|_| !self.hop.back)
    }

    /// Reads what is related to the rows, in one statement; `then` are the columns that further levels need. The sink is made for
    /// the columns that tie the rows, and for those that the statement gives where that is not all.
    pub(crate) async fn read<S: LinkedSink>(
        self,
        above: &Links,
        handle: Handle<'_>,
        narrow: Option<TenantId>,
        then: Vec<u16>,
        sink: impl FnOnce(&[u16], Option<&[u16]>) -> S,
    ) -> Result<Read<S>, Error> {
        let (here, there): (Vec<u16>, Vec<u16>) = self.hop.columns(self.from).into_iter().unzip();
        let mut keys = above.of(&here);
        if let Some(kinds) = self.kinds_here() {
            above.told(&mut keys, &kinds);
        }
        let wanted = match self.hop.is_list(self.from) {
            true => Wanted::each(keys, &self.hop.model.key_field().kind),
            false => Wanted::one(keys),
        };
        let mut columns = there.clone();
        columns.extend(then);
        let flag = self.flag();
        columns.extend(flag.filter(|flag| !columns.contains(flag)));
        let model = self.hop.model.0;
        let select = self.select(&there, &columns, &wanted.keys);
        let mut sink = sink(&columns, select.as_ref().and_then(|select| select.columns.as_deref()));
        // Where nothing is named, nothing is asked.
        if let Some(select) = select {
            let done = exec::start::keyed(handle, narrow, select, Box::new(sink)).await?;
            sink = downcast::<S>(done.sink)?;
        }
        let links = Links { columns, rows: sink.links() };
        let mut keys = links.of(&there);
        if let Some(flag) = flag {
            pass_over_dead(model, flag, &links, &mut keys);
        }
        Ok(Read { wanted, keys, sink, links })
    }

    /// The flag of a soft deletion, where one row lives at most beside the dead and no moment puts it before them.
    fn flag(&self) -> Option<u16> {
        let is_one = self.hop.back && !self.hop.is_many(self.from) && self.deleted == Deleted::Include;
        let model = self.hop.model;
        model.soft_delete().filter(|_| is_one && model.role(Role::DeletedAt).is_none())
    }

    /// The question for the rows that these name, or that name these.
    fn select(self, there: &[u16], links: &[u16], wanted: &[Option<Vec<Value>>]) -> Option<Select> {
        let Self { from, hop, mut filter, mut order, deleted, limit, most, columns } = self;
        let mut seen = HashSet::new();
        let named = wanted.iter().flatten().filter_map(|values| values.first());
        let values: Vec<Value> = named.filter(|value| seen.insert(*value)).cloned().collect();
        if values.is_empty() {
            return None;
        }
        let tie = Expr::In { left: Operand::Column(*there.first()?), values, negated: false };
        crate::op::narrow(&mut filter, tie);
        if let Some((column, kinds)) = hop.kinds(from).filter(|_| hop.back) {
            let values = kinds.into_iter().map(Value::text).collect();
            let told = Expr::In { left: Operand::Column(column), values, negated: false };
            crate::op::narrow(&mut filter, told);
        }
        if let (true, Deleted::Include, Some(at)) =
            (hop.back && !hop.is_many(from), deleted, hop.model.role(Role::DeletedAt))
        {
            // One row lives at most, and it comes before the dead.
            order.insert(0, OrderBy { column: at, descending: false });
        }
        let key = hop.model.key.field;
        if !order.iter().any(|by| by.column == key) {
            order.push(OrderBy { column: key, descending: false });
        }
        let each = limit.map(|limit| Each { columns: there.to_vec(), limit });
        let columns = columns.map(|mut columns| {
            for at in links {
                if !columns.contains(at) {
                    columns.push(*at);
                }
            }
            columns
        });
        Some(Select { filter, order, deleted, limit: most, each, columns, ..Select::of(hop.model.0) })
    }
}

/// Dead rows beside a living one belong to nobody.
fn pass_over_dead(model: &ModelDef, flag: u16, links: &Links, keys: &mut [Option<Vec<Value>>]) {
    let Some(at) = links.columns.iter().position(|column| *column == flag) else { return };
    let is_dead = |row: &Vec<Value>| row.get(at).is_some_and(|value| model.field(flag).marks(value));
    let dead: Vec<bool> = links.rows.iter().map(is_dead).collect();
    let living = keys.iter().zip(&dead).filter(|(_, dead)| !**dead).filter_map(|(key, _)| key.clone());
    let living: HashSet<Vec<Value>> = living.collect();
    for (key, dead) in keys.iter_mut().zip(dead) {
        if dead && key.as_ref().is_some_and(|key| living.contains(key)) {
            *key = None;
        }
    }
}

/// Rows by their keys, where one key is one row: the first of them.
pub(crate) fn by_key<X>(found: Vec<Found<X>>) -> HashMap<Vec<Value>, X> {
    found.into_iter().rev().collect()
}

/// Rows by their keys, in their order.
pub(crate) fn lists<X>(found: Vec<Found<X>>) -> HashMap<Vec<Value>, Vec<X>> {
    let mut lists: HashMap<Vec<Value>, Vec<X>> = HashMap::new();
    for (key, row) in found {
        lists.entry(key).or_default().push(row);
    }
    lists
}

/// How rows are given to those to which they belong.
pub trait Gather: ennead_core::Cardinality {
    /// What belongs to one row.
    type Of<X: Send + Sync>: Send;
    /// Gives each row its own.
    #[doc(hidden)]
    fn gather<X: Send + Sync>(wanted: Wanted, found: Vec<(Vec<Value>, X)>) -> Vec<Self::Of<X>>;
}

fn shared<X>(wanted: Wanted, found: Vec<Found<X>>) -> Vec<Option<Arc<X>>> {
    let found = by_key(found.into_iter().map(|(key, row)| (key, Arc::new(row))).collect());
    wanted.keys.into_iter().map(|key| found.get(&key?).cloned()).collect()
}

impl Gather for ToOne {
    type Of<X: Send + Sync> = Option<Arc<X>>;
    fn gather<X: Send + Sync>(wanted: Wanted, found: Vec<Found<X>>) -> Vec<Option<Arc<X>>> {
        shared(wanted, found)
    }
}

impl Gather for ToUnique {
    type Of<X: Send + Sync> = Option<Arc<X>>;
    fn gather<X: Send + Sync>(wanted: Wanted, found: Vec<Found<X>>) -> Vec<Option<Arc<X>>> {
        shared(wanted, found)
    }
}

impl Gather for ToEach {
    type Of<X: Send + Sync> = Vec<Arc<X>>;
    fn gather<X: Send + Sync>(mut wanted: Wanted, found: Vec<Found<X>>) -> Vec<Vec<Arc<X>>> {
        let counts = wanted.counts.take().unwrap_or_default();
        Wanted::apart(counts, shared(wanted, found))
    }
}

impl Gather for ToMany {
    type Of<X: Send + Sync> = Vec<X>;
    fn gather<X: Send + Sync>(wanted: Wanted, found: Vec<Found<X>>) -> Vec<Vec<X>> {
        let mut lists = lists(found);
        wanted
            .keys
            .into_iter()
            .map(|key| key.and_then(|key| lists.remove(&key)).unwrap_or_default())
            .collect()
    }
}
