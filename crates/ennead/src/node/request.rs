//! A node's request, read from its parameters, and its run.

use std::future::Future;
use std::pin::Pin;

use ennead_core::{
    Conflict, ConflictAction, Count, Delete, Error, Expr, ModelDef, ModelRef, RowUpdate, Select, Target,
    Update, Value, Values,
};
use serde_json::{Value as Json, json};

use super::aggregate::Summary;
use super::include::{self, Include};
use super::json::to_json;
use super::params::visible;
use super::sink::{JsonRows, Keys};
use crate::exec::{self, Done, Handle};
use crate::op::{Cursor, Links};
use crate::sink::{Nothing, Sink, ValueRows, downcast};

/// What a node was asked for: nothing of JSON is left in it.
pub(crate) enum Request {
    Create(Values),
    Upsert(Values, Conflict),
    BulkCreate(Vec<Values>, Option<Conflict>),
    Read(Select, Vec<Include>),
    List(Select, Vec<Include>),
    Page {
        select: Select,
        limit: u64,
        cursor: Option<Cursor>,
        fields: Option<Vec<u16>>,
        includes: Vec<Include>,
    },
    Count(Count),
    Aggregate(Summary),
    Update(Update),
    Restore(Update),
    BulkUpdate(Update),
    BulkUpdateEach(Vec<RowUpdate>),
    Delete(Value, Option<Expr>),
    BulkDelete(Delete),
}

/// What a node's parameters let it give.
#[derive(Debug, Default)]
pub(crate) struct Gives {
    /// What stands beside its rows.
    pub(crate) includes: Vec<Include>,
    /// The names in the result of an aggregate.
    pub(crate) figures: Option<Vec<&'static str>>,
}

impl Request {
    /// What it gives.
    pub(crate) fn gives(self) -> Gives {
        match self {
            Request::Read(_, includes) | Request::List(_, includes) | Request::Page { includes, .. } => {
                Gives { includes, figures: None }
            }
            Request::Count(_) => Gives { includes: Vec::new(), figures: Some(vec!["count"]) },
            Request::Aggregate(summary) => Gives { includes: Vec::new(), figures: Some(summary.names()) },
            _ => Gives::default(),
        }
    }

    /// Runs it.
    pub(crate) async fn run(self, model: &'static ModelDef, handle: Handle<'_>) -> Result<Json, Error> {
        let affected = |affected: u64| json!({ "affected": affected });
        match self {
            Request::Create(values) => {
                let sink = Box::new(JsonRows::all(model));
                let done = insert(handle, model, vec![values], None, sink).await?;
                exec::one(downcast::<JsonRows>(done.sink)?.rows, model)
            }
            Request::Upsert(values, conflict) => {
                let ignoring = conflict.action == ConflictAction::Ignore;
                let sink = Box::new(JsonRows::all(model));
                let done = insert(handle, model, vec![values], Some(conflict), sink).await?;
                let mut rows = downcast::<JsonRows>(done.sink)?.rows;
                if ignoring { Ok(rows.pop().unwrap_or(Json::Null)) } else { exec::one(rows, model) }
            }
            Request::BulkCreate(values, conflict) => {
                let sink = Box::new(Keys::new(model));
                let done = insert(handle, model, values, conflict, sink).await?;
                let ids: Vec<Json> = downcast::<Keys>(done.sink)?.keys.into_iter().map(to_json).collect();
                Ok(json!({ "affected": done.affected, "ids": ids }))
            }
            Request::Read(select, includes) => {
                let mut rows = rows(model, handle, select, includes).await?;
                match (rows.pop(), rows.is_empty()) {
                    (Some(row), true) => Ok(row),
                    (Some(_), false) => Err(exec::ambiguous(model)),
                    (None, _) => Err(Error::not_found(model.name)),
                }
            }
            Request::List(select, includes) => rows(model, handle, select, includes).await.map(Json::Array),
            Request::Page { select, limit, cursor, fields, includes } => {
                page(model, handle, select, limit, cursor, fields, includes).await
            }
            Request::Count(count) => Ok(json!({ "count": exec::count(handle, None, count).await? })),
            Request::Aggregate(summary) => {
                let (aggregate, result) = summary.into_parts();
                exec::aggregate(handle, None, aggregate).await.map(result)
            }
            Request::Update(update) => {
                let done = self::update(handle, update, Box::new(JsonRows::all(model))).await?;
                exec::one(downcast::<JsonRows>(done.sink)?.rows, model)
            }
            Request::Restore(update) => {
                let sink = Box::new(JsonRows::all(model));
                let done = Box::pin(exec::restore(handle, None, update, sink)).await?;
                exec::one(downcast::<JsonRows>(done.sink)?.rows, model)
            }
            Request::BulkUpdate(update) => {
                Ok(affected(self::update(handle, update, Box::new(Nothing)).await?.affected))
            }
            Request::BulkUpdateEach(updates) => Ok(affected(update_each(handle, model, updates).await?)),
            Request::Delete(key, when) => {
                let id = to_json(key.clone());
                let delete = Delete { model: ModelRef(model), target: Target::Key(key), when };
                self::delete(handle, delete).await?;
                Ok(json!({ "id": id, "deleted": true }))
            }
            Request::BulkDelete(delete) => Ok(affected(self::delete(handle, delete).await?)),
        }
    }
}

/// A write in the executor. Its future is large, since a write may make a detour: boxed in a function of its own, it is not on
/// the stack of everybody who awaits a node.
type Writing<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

fn insert<'a>(
    handle: Handle<'a>,
    model: &'static ModelDef,
    rows: Vec<Values>,
    conflict: Option<Conflict>,
    sink: Box<dyn Sink>,
) -> Writing<'a, Done> {
    Box::pin(exec::insert(handle, None, model, rows, conflict, Some(sink)))
}

fn update(handle: Handle<'_>, update: Update, sink: Box<dyn Sink>) -> Writing<'_, Done> {
    Box::pin(exec::update(handle, None, update, sink))
}

fn update_each<'a>(
    handle: Handle<'a>,
    model: &'static ModelDef,
    updates: Vec<RowUpdate>,
) -> Writing<'a, u64> {
    Box::pin(exec::update_each(handle, None, model, updates))
}

fn delete(handle: Handle<'_>, delete: Delete) -> Writing<'_, u64> {
    Box::pin(exec::delete(handle, None, delete, false))
}

async fn rows(
    model: &'static ModelDef,
    handle: Handle<'_>,
    mut select: Select,
    includes: Vec<Include>,
) -> Result<Vec<Json>, Error> {
    if !includes.is_empty() {
        let columns = include::needed(&includes);
        let shown = match &mut select.columns {
            Some(given) => {
                let shown = given.clone();
                given.extend(columns.iter().filter(|at| !shown.contains(at)));
                shown
            }
            None => visible(model).map(|(at, _)| at).collect(),
        };
        let sink = JsonRows::linked(model, &shown, &columns, select.columns.as_deref());
        let done = exec::select(handle, None, select, Box::new(sink)).await?;
        let sink = downcast::<JsonRows>(done.sink)?;
        return beside(sink.rows, Links { columns, rows: sink.links }, includes, handle).await;
    }
    let sink = match &select.columns {
        Some(columns) => JsonRows::of(model, columns),
        None => JsonRows::all(model),
    };
    let done = exec::select(handle, None, select, Box::new(sink)).await?;
    Ok(downcast::<JsonRows>(done.sink)?.rows)
}

async fn beside(
    rows: Vec<Json>,
    links: Links,
    includes: Vec<Include>,
    handle: Handle<'_>,
) -> Result<Vec<Json>, Error> {
    Ok(include::put(rows, links, includes, handle).await?.into_iter().map(|(row, _)| row).collect())
}

async fn page(
    model: &'static ModelDef,
    handle: Handle<'_>,
    mut select: Select,
    limit: u64,
    cursor: Option<Cursor>,
    fields: Option<Vec<u16>>,
    includes: Vec<Include>,
) -> Result<Json, Error> {
    exec::complete_order(handle, &None, &mut select);
    let digest = exec::page_digest(handle, &None, &select);
    if let Some(cursor) = cursor {
        select.after = Some(cursor.decode(model, &select.order, digest)?);
    }
    select.limit = Some(limit.saturating_add(1));
    let kinds = model.fields.iter().map(|field| field.kind).collect();
    let order = select.order.clone();
    let sink = Box::new(ValueRows::new(kinds));
    let done = exec::select(handle, None, select, sink).await?;
    let mut rows = downcast::<ValueRows>(done.sink)?.rows;
    let more = rows.len() as u64 > limit;
    rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next = rows.last().filter(|_| more).map(|row| {
        let values: Vec<Value> = order.iter().map(|by| row[by.column as usize].clone()).collect();
        Cursor::encode(&values, digest).to_string()
    });
    let columns = include::needed(&includes);
    let values = |row: &Vec<Value>| columns.iter().map(|at| row[*at as usize].clone()).collect();
    let links = Links { rows: rows.iter().map(values).collect(), columns: columns.clone() };
    let shown: Vec<u16> = fields.unwrap_or_else(|| visible(model).map(|(at, _)| at).collect());
    let object = |mut row: Vec<Value>| -> Json {
        let pair = |at: &u16| {
            let value = std::mem::replace(&mut row[*at as usize], Value::Null);
            (model.field(*at).name.to_owned(), to_json(value))
        };
        Json::Object(shown.iter().map(pair).collect())
    };
    let items = beside(rows.into_iter().map(object).collect(), links, includes, handle).await?;
    Ok(json!({ "items": items, "next": next }))
}
