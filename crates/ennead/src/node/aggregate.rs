//! Aggregates by name: what the Count node takes beside a filter, and what it then gives.

use ennead_core::{
    Aggregate, Deleted, Error, Expr, Measure, ModelDef, ModelRef, Rank, RankBy, Value, admit_aggregate,
};
use serde_json::{Map, Value as Json, json};

use super::json::to_json;
use super::params::{Params, field, invalid};
use super::read::{Call, DEFAULT_LIMIT};

/// What makes a measure of a column.
pub(crate) type OfColumn = fn(u16) -> Measure;

/// The parameters that name columns to sum up. What they give stands under the same name.
pub(crate) const MEASURES: [(&str, OfColumn); 4] =
    [("sum", Measure::Sum), ("avg", Measure::Avg), ("min", Measure::Min), ("max", Measure::Max)];

/// An aggregate that a node was asked for.
pub(crate) struct Summary {
    aggregate: Aggregate,
    /// How many groups are shown: one more is asked for, which tells that there are more.
    limit: Option<u64>,
}

impl Call<'_> {
    /// Reads what a Count node is asked beside the number of rows; `None` where that is all.
    pub(super) fn summary(
        &self,
        params: &mut Params,
        filter: Option<&Expr>,
        deleted: Deleted,
    ) -> Result<Option<Summary>, Error> {
        let rows = (filter, deleted);
        let mut measures = vec![Measure::Rows];
        for (name, measure) in MEASURES {
            measures.extend(self.columns(params, name)?.unwrap_or_default().into_iter().map(measure));
        }
        let group_by = self.columns(params, "group_by")?;
        let (order, limit) = (params.take("order_by").filter(|json| !json.is_null()), params.count("limit")?);
        let Some(group_by) = group_by else {
            let stray = [("order_by", order.is_some()), ("limit", limit.is_some())];
            if let Some((name, _)) = stray.iter().find(|(_, given)| *given) {
                return Err(invalid(
                    self.model,
                    &params.at(name),
                    "is about groups: name their fields in `group_by`",
                ));
            }
            if measures.len() == 1 {
                return Ok(None);
            }
            return self.admitted(rows, measures, Vec::new(), Vec::new(), None).map(Some);
        };
        let order =
            order.map_or(Ok(Vec::new()), |json| self.ranks(&params.at("order_by"), json, &group_by))?;
        self.admitted(rows, measures, group_by, order, Some(limit.unwrap_or(DEFAULT_LIMIT))).map(Some)
    }

    fn admitted(
        &self,
        (filter, deleted): (Option<&Expr>, Deleted),
        measures: Vec<Measure>,
        group_by: Vec<u16>,
        order: Vec<RankBy>,
        limit: Option<u64>,
    ) -> Result<Summary, Error> {
        let mut aggregate = Aggregate {
            model: ModelRef(self.model),
            filter: filter.cloned(),
            deleted,
            measures,
            group_by,
            order,
            limit: limit.map(|limit| limit.saturating_add(1)),
        };
        admit_aggregate(&mut aggregate)?;
        Ok(Summary { aggregate, limit })
    }

    /// Reads an order of groups: `"-sum.amount"`, or a list of such texts.
    fn ranks(&self, path: &str, json: Json, group_by: &[u16]) -> Result<Vec<RankBy>, Error> {
        match json {
            Json::String(text) => Ok(vec![self.rank(path, &text, group_by)?]),
            Json::Array(items) => {
                let rank = |(at, item): (usize, Json)| match item {
                    Json::String(text) => self.rank(&format!("{path}[{at}]"), &text, group_by),
                    _ => Err(invalid(self.model, &format!("{path}[{at}]"), RANKS)),
                };
                items.into_iter().enumerate().map(rank).collect()
            }
            _ => Err(invalid(self.model, path, RANKS)),
        }
    }

    fn rank(&self, path: &str, text: &str, group_by: &[u16]) -> Result<RankBy, Error> {
        let (name, descending) = match text.strip_prefix('-') {
            Some(name) => (name, true),
            None => (text.strip_prefix('+').unwrap_or(text), false),
        };
        let measure = name.split_once('.').and_then(|(function, column)| {
            MEASURES.iter().find(|(known, _)| *known == function).map(|(_, measure)| (measure, column))
        });
        let by = if let Some((measure, column)) = measure {
            Rank::Measure(measure(field(self.model, path, column, false)?.0))
        } else if name == "count" && !group_by.iter().any(|at| self.model.field(*at).name == name) {
            Rank::Measure(Measure::Rows)
        } else {
            Rank::Key(field(self.model, path, name, false)?.0)
        };
        Ok(RankBy { by, descending })
    }
}

const RANKS: &str = "expected \"field\", \"-count\", \"-sum.field\", or a list of such texts";

impl Summary {
    /// The names of what its result holds.
    pub(crate) fn names(&self) -> Vec<&'static str> {
        if self.limit.is_some() {
            return vec!["groups", "more"];
        }
        let asked = |measure: OfColumn| {
            let same = |given: &Measure| column(*given).is_some_and(|at| measure(at) == *given);
            self.aggregate.measures.iter().any(same)
        };
        let named = MEASURES.iter().filter(|(_, measure)| asked(*measure)).map(|(name, _)| *name);
        std::iter::once("count").chain(named).collect()
    }

    /// What is asked of the executor, and what its rows are as a result.
    pub(super) fn into_parts(self) -> (Aggregate, impl FnOnce(Vec<Vec<Value>>) -> Json) {
        let Self { aggregate, limit } = self;
        let (model, keys, measures) =
            (aggregate.model.0, aggregate.group_by.clone(), aggregate.measures.clone());
        let result = move |mut rows: Vec<Vec<Value>>| {
            let Some(limit) = limit else {
                return Json::Object(figures(model, &measures, rows.pop().unwrap_or_default()));
            };
            let more = rows.len() as u64 > limit;
            rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
            let group = |mut row: Vec<Value>| {
                let rest = row.split_off(keys.len().min(row.len()));
                let names = keys.iter().map(|at| model.field(*at).name.to_owned());
                let key: Map<String, Json> = names.zip(row.into_iter().map(to_json)).collect();
                let mut group = figures(model, &measures, rest);
                group.insert("group".to_owned(), Json::Object(key));
                Json::Object(group)
            };
            let groups: Vec<Json> = rows.into_iter().map(group).collect();
            json!({ "groups": groups, "more": more })
        };
        (aggregate, result)
    }
}

/// The number of rows, and under the name of each function what it gives for each field.
fn figures(model: &'static ModelDef, measures: &[Measure], values: Vec<Value>) -> Map<String, Json> {
    let mut out = Map::new();
    for (measure, value) in measures.iter().zip(values.into_iter().map(to_json)) {
        let Some(at) = column(*measure) else {
            out.insert("count".to_owned(), value);
            continue;
        };
        let function = MEASURES.iter().find(|(_, of)| of(at) == *measure).map_or("count", |(name, _)| name);
        let place = out.entry(function).or_insert_with(|| Json::Object(Map::new()));
        if let Json::Object(fields) = place {
            fields.insert(model.field(at).name.to_owned(), value);
        }
    }
    out
}

fn column(measure: Measure) -> Option<u16> {
    match measure {
        Measure::Rows => None,
        Measure::Sum(at) | Measure::Avg(at) | Measure::Min(at) | Measure::Max(at) => Some(at),
    }
}
