//! What is included beside the rows of a node: read from its parameters, and put into its rows.

use std::future::Future;
use std::pin::Pin;

use ennead_core::{Deleted, Error, MAX_RELATION_HOPS, ModelDef};
use serde_json::{Value as Json, json};

use super::params::{Params, invalid, visible};
use super::read::Call;
use super::relations::Relation;
use super::sink::JsonRows;
use crate::exec::Handle;
use crate::op::{Level, Links, Wanted, by_key, lists};

/// How many relations one request may include.
const MAX_INCLUDED: usize = 64;
/// How many related rows one result may hold. A row beside many rows stands there many times, which a request of a few words
/// could else make into any number.
pub(super) const MAX_RELATED: usize = 100_000;

/// A relation whose rows are included.
#[derive(Debug)]
pub(crate) struct Include {
    pub(crate) relation: Relation,
    level: Level,
    /// Which fields of its rows; all but the hidden ones where `None`.
    fields: Option<Vec<u16>>,
    pub(crate) then: Vec<Include>,
    /// It was named itself, and not only one behind it.
    said: bool,
}

/// The columns of rows that these need, each once.
pub(super) fn needed(includes: &[Include]) -> Vec<u16> {
    let mut columns: Vec<u16> = includes.iter().flat_map(|include| include.level.here()).collect();
    columns.sort_unstable();
    columns.dedup();
    columns
}

impl Call<'_> {
    /// Takes `include`: a name, names, or an object of names and what is said about their rows.
    pub(super) fn includes(&self, params: &mut Params) -> Result<Vec<Include>, Error> {
        let Some(json) = params.take("include").filter(|json| !json.is_null()) else { return Ok(Vec::new()) };
        let mut all = Vec::new();
        self.include(&mut Reading { path: "include".to_owned(), hops: 0, count: &mut 0 }, &mut all, json)?;
        Ok(all)
    }

    fn include(&self, reading: &mut Reading<'_>, all: &mut Vec<Include>, json: Json) -> Result<(), Error> {
        match json {
            Json::Array(items) => {
                for (at, item) in items.into_iter().enumerate() {
                    if item.is_array() {
                        let what = "expected a name or an object of names";
                        return Err(invalid(self.model, &format!("{}[{at}]", reading.path), what));
                    }
                    self.include(&mut reading.at(&format!("[{at}]")), all, item)?;
                }
                Ok(())
            }
            Json::String(name) => self.one(reading, all, &name, json!({})),
            Json::Object(map) => map.into_iter().try_for_each(|(name, said)| {
                let reading = &mut reading.at(&format!(".{name}"));
                if !said.is_object() {
                    let what = "expected an object with `filter`, `order_by`, `limit`, `fields`, `include` or nothing";
                    return Err(invalid(self.model, &reading.path, what));
                }
                if name.contains('.') {
                    let what = "names with dots stand by themselves: what is behind a relation goes into its `include`";
                    return Err(invalid(self.model, &reading.path, what));
                }
                self.one(reading, all, &name, said)
            }),
            _ => Err(invalid(self.model, &reading.path, "expected names of relations, or an object of them")),
        }
    }

    /// One relation, or several behind one another: `"tasks.person"`.
    fn one(
        &self,
        reading: &mut Reading<'_>,
        all: &mut Vec<Include>,
        name: &str,
        said: Json,
    ) -> Result<(), Error> {
        let path = reading.path.clone();
        if reading.hops == MAX_RELATION_HOPS {
            let what = format!("more than {MAX_RELATION_HOPS} relations, one inside the other");
            return Err(invalid(self.model, &path, &what));
        }
        let (name, rest) = name.split_once('.').map_or((name, None), |(name, rest)| (name, Some(rest)));
        let relation = self.relations.find(self.model, &path, name)?;
        let at = match all.iter().position(|include| include.relation.name == name) {
            Some(at) => at,
            None => {
                *reading.count += 1;
                if *reading.count > MAX_INCLUDED {
                    let what = format!("more than {MAX_INCLUDED} relations are included");
                    return Err(invalid(self.model, &path, &what));
                }
                let level = Level::new(self.model, relation.hop);
                let (fields, then) = (None, Vec::new());
                all.push(Include { relation, level, fields, then, said: false });
                all.len() - 1
            }
        };
        let include = &mut all[at];
        let guard = self.scope.guard(relation.model(), false)?;
        let there = Call { model: relation.model(), guard: &guard, ..*self };
        let reading = &mut Reading { path, hops: reading.hops + 1, count: reading.count };
        if let Some(rest) = rest {
            self.relations.ask(relation, &reading.path, || json!({}))?;
            return there.one(reading, &mut include.then, rest, said);
        }
        if std::mem::replace(&mut include.said, true) {
            return Err(invalid(self.model, &reading.path, "is included twice"));
        }
        self.relations.ask(relation, &reading.path, || said.clone())?;
        there.said(reading, include, said)
    }

    /// What is said about the rows of a relation.
    fn said(&self, reading: &mut Reading<'_>, include: &mut Include, said: Json) -> Result<(), Error> {
        let mut params = Params::new(self.model, &reading.path, said)?;
        include.level.filter = self.filter(&mut params)?;
        if let Some(order) = params.take("order_by") {
            include.level.order = self.reader().order(&params.at("order_by"), order)?;
        }
        include.level.limit = params.count("limit")?;
        if include.level.limit.is_some() && !include.relation.may_be_limited(include.level.from) {
            let what = if include.relation.many {
                "leads to the rows of a list: a limit is for relations to rows that name this one"
            } else {
                "leads to one row at most: a limit is for relations to many"
            };
            return Err(invalid(self.model, &params.at("limit"), what));
        }
        if params.flag("with_deleted")? {
            include.level.deleted = Deleted::Include;
        }
        include.fields = self.fields(&mut params)?;
        include.level.columns.clone_from(&include.fields);
        if let Some(json) = params.take("include").filter(|json| !json.is_null()) {
            self.include(&mut reading.at(".include"), &mut include.then, json)?;
        }
        params.finish(&["filter", "order_by", "limit", "with_deleted", "fields", "include"])
    }
}

/// Where an include is being read.
struct Reading<'a> {
    path: String,
    hops: usize,
    count: &'a mut usize,
}

impl Reading<'_> {
    fn at(&mut self, part: &str) -> Reading<'_> {
        Reading { path: format!("{}{part}", self.path), hops: self.hops, count: self.count }
    }
}

/// A row, and how many related rows it holds.
pub(super) type Weighed = (Json, usize);

type Putting<'a> = Pin<Box<dyn Future<Output = Result<Vec<Weighed>, Error>> + Send + 'a>>;

/// Puts what is included into rows: one statement for each relation, whatever the number of rows.
pub(super) fn put<'a>(
    rows: Vec<Json>,
    links: Links,
    includes: Vec<Include>,
    handle: Handle<'a>,
) -> Putting<'a> {
    Box::pin(async move {
        let mut rows: Vec<Weighed> = rows.into_iter().map(|row| (row, 0)).collect();
        for include in includes {
            let Include { relation, mut level, fields, then, .. } = include;
            let model = relation.model();
            let shown = fields.unwrap_or_else(|| visible(model).map(|(at, _)| at).collect());
            level.most = Some(MAX_RELATED as u64 + 1);
            let sink = |links: &[u16], given: Option<&[u16]>| JsonRows::linked(model, &shown, links, given);
            let read = level.read(&links, handle, None, needed(&then), sink).await?;
            if read.sink.rows.len() > MAX_RELATED {
                return Err(too_many(model));
            }
            let items = put(read.sink.rows, read.links, then, handle).await?;
            let found = read.keys.into_iter().zip(items).filter_map(|(key, item)| Some((key?, item)));
            give(&mut rows, relation, read.wanted, found.collect())?;
        }
        Ok(rows)
    })
}

/// Gives each row what belongs to it.
fn give(
    rows: &mut [Weighed],
    relation: Relation,
    mut wanted: Wanted,
    found: Vec<(Vec<ennead_core::Value>, Weighed)>,
) -> Result<(), Error> {
    let mut total: usize = rows.iter().map(|(_, weight)| weight).sum();
    let put = |row: &mut Weighed, json: Json, weight: usize| {
        row.1 += weight;
        if let Json::Object(map) = &mut row.0 {
            map.insert(relation.name.to_owned(), json);
        }
    };
    if let Some(counts) = wanted.counts.take() {
        let found = by_key(found);
        let weight = |key: &Option<Vec<_>>| {
            key.as_ref().and_then(|key| found.get(key)).map_or(0, |(_, weight)| weight + 1)
        };
        // Before the copies are made.
        total = wanted.keys.iter().fold(total, |total, key| total.saturating_add(weight(key)));
        if total > MAX_RELATED {
            return Err(too_many(relation.model()));
        }
        let items = wanted.keys.into_iter().map(|key| found.get(&key?).cloned()).collect();
        for (row, list) in rows.iter_mut().zip(Wanted::apart(counts, items)) {
            let weight = list.iter().map(|(_, weight)| weight + 1).sum();
            put(row, list.into_iter().map(|(json, _)| json).collect(), weight);
        }
    } else if relation.many {
        let mut lists = lists(found);
        for (row, key) in rows.iter_mut().zip(wanted.keys) {
            let list = key.and_then(|key| lists.remove(&key)).unwrap_or_default();
            let weight = list.iter().map(|(_, weight)| weight + 1).sum();
            total += weight;
            put(row, list.into_iter().map(|(json, _)| json).collect(), weight);
        }
    } else {
        let found = by_key(found);
        for (row, key) in rows.iter_mut().zip(wanted.keys) {
            let one = key.and_then(|key| found.get(&key));
            let weight = one.map_or(0, |(_, weight)| weight + 1);
            total += weight;
            // Before the copy is made.
            if total > MAX_RELATED {
                return Err(too_many(relation.model()));
            }
            put(row, one.map_or(Json::Null, |(json, _)| json.clone()), weight);
        }
    }
    if total > MAX_RELATED { Err(too_many(relation.model())) } else { Ok(()) }
}

fn too_many(model: &'static ModelDef) -> Error {
    let what =
        format!("more than {MAX_RELATED} related rows: give it a `limit`, or list {} by itself", model.name);
    invalid(model, "include", &what)
}
