//! The way from the generic shells into the executor.
//!
//! The futures are boxed here, where nothing is generic: an `async fn` is compiled in each crate that polls it, so else
//! every crate of models would compile the executor and the driver below it.

use std::future::Future;
use std::pin::Pin;

use ennead_core::{
    Aggregate, Conflict, Count, Delete, Error, ModelDef, RowUpdate, Select, TenantId, Update, Value, Values,
};

use super::{Done, Handle};
#[cfg(feature = "__detour")]
use crate::detour::{Ask, way};
use crate::op::Narrow;
use crate::sink::{MakeSink, Nothing, Sink, ValueRows};

/// Where the tests send the operation another way, goes it: see `detour`.
macro_rules! detour {
    ($handle:expr, $narrow:expr, $ask:expr, $sink:expr) => {
        #[cfg(feature = "__detour")]
        if let Some(way) = way(&$handle, $narrow.is_some(), $ask) {
            return Ok(way.go($handle, $sink).await?.0);
        }
    };
}

/// An operation in the executor.
pub(crate) type Started<'a> = Pin<Box<dyn Future<Output = Result<Done, Error>> + Send + 'a>>;

/// Create and its upserts.
pub(crate) fn create<'a>(
    handle: Handle<'a>,
    narrow: Narrow,
    model: &'static ModelDef,
    values: Values,
    conflict: Option<Conflict>,
    sink: MakeSink,
) -> Started<'a> {
    Box::pin(async move {
        let (narrow, rows) = (narrow.take()?, vec![values]);
        detour!(handle, narrow, Ask::Create { model, values: &rows[0], conflict: conflict.as_ref() }, sink());
        super::insert(handle, narrow, model, rows, conflict, Some(sink())).await
    })
}

/// BulkCreate and its upserts; without a sink the rows do not come back.
pub(crate) fn bulk_create<'a>(
    handle: Handle<'a>,
    model: &'static ModelDef,
    rows: Result<(Option<TenantId>, Vec<Values>), Error>,
    conflict: Option<Conflict>,
    sink: Option<MakeSink>,
) -> Started<'a> {
    Box::pin(async move {
        let (narrow, rows) = rows?;
        detour!(
            handle,
            narrow,
            Ask::BulkCreate { model, rows: &rows, conflict: conflict.as_ref(), returning: sink.is_some() },
            Nothing::sink()
        );
        super::insert(handle, narrow, model, rows, conflict, sink.map(|sink| sink())).await
    })
}

/// Read.
pub(crate) fn read(handle: Handle<'_>, narrow: Narrow, select: Select, sink: MakeSink) -> Started<'_> {
    Box::pin(async move {
        let narrow = narrow.take()?;
        detour!(handle, narrow, Ask::Read(&select), sink());
        super::select(handle, narrow, select, sink()).await
    })
}

/// List.
pub(crate) fn select(handle: Handle<'_>, narrow: Narrow, select: Select, sink: MakeSink) -> Started<'_> {
    Box::pin(async move {
        let narrow = narrow.take()?;
        detour!(handle, narrow, Ask::List(&select), sink());
        super::select(handle, narrow, select, sink()).await
    })
}

/// List into a sink that knows the order of its rows.
pub(crate) fn keyed(
    handle: Handle<'_>,
    narrow: Option<TenantId>,
    select: Select,
    sink: Box<dyn Sink>,
) -> Started<'_> {
    Box::pin(super::select(handle, narrow, select, sink))
}

/// Count; the number is what was affected.
pub(crate) fn count(handle: Handle<'_>, narrow: Narrow, count: Count) -> Started<'_> {
    Box::pin(async move {
        let narrow = narrow.take()?;
        detour!(handle, narrow, Ask::Count(&count), Nothing::sink());
        let affected = super::count(handle, narrow, count).await?;
        Ok(Done { affected, sink: Box::new(Nothing) })
    })
}

/// An aggregate; its values are the sink's rows.
pub(crate) fn aggregate(handle: Handle<'_>, narrow: Narrow, aggregate: Aggregate) -> Started<'_> {
    Box::pin(async move {
        let narrow = narrow.take()?;
        #[cfg(feature = "__detour")]
        if let Some(way) = way(&handle, narrow.is_some(), Ask::Aggregate(&aggregate)) {
            return way.figures(handle, &aggregate).await.map(figures);
        }
        super::aggregate(handle, narrow, aggregate).await.map(figures)
    })
}

fn figures(rows: Vec<Vec<Value>>) -> Done {
    Done { affected: rows.len() as u64, sink: Box::new(ValueRows { kinds: Vec::new(), rows }) }
}

/// Update and BulkUpdate.
pub(crate) fn update(
    handle: Handle<'_>,
    narrow: Narrow,
    update: Result<Update, Error>,
    sink: MakeSink,
) -> Started<'_> {
    Box::pin(async move {
        let (narrow, update) = (narrow.take()?, update?);
        detour!(handle, narrow, Ask::Update(&update), sink());
        super::update(handle, narrow, update, sink()).await
    })
}

/// Restore.
pub(crate) fn restore(
    handle: Handle<'_>,
    narrow: Narrow,
    update: Result<Update, Error>,
    sink: MakeSink,
) -> Started<'_> {
    Box::pin(async move {
        let (narrow, update) = (narrow.take()?, update?);
        detour!(handle, narrow, Ask::Update(&update), sink());
        super::restore(handle, narrow, update, sink()).await
    })
}

/// Delete and BulkDelete.
pub(crate) fn delete(
    handle: Handle<'_>,
    narrow: Narrow,
    delete: Result<Delete, Error>,
    hard: bool,
) -> Started<'_> {
    Box::pin(async move {
        let (narrow, delete) = (narrow.take()?, delete?);
        detour!(handle, narrow, Ask::Delete(&delete, hard), Nothing::sink());
        let affected = super::delete(handle, narrow, delete, hard).await?;
        Ok(Done { affected, sink: Box::new(Nothing) })
    })
}

/// BulkUpdate with a value for each row.
pub(crate) fn update_each<'a>(
    handle: Handle<'a>,
    narrow: Narrow,
    model: &'static ModelDef,
    updates: Result<Vec<RowUpdate>, Error>,
) -> Started<'a> {
    Box::pin(async move {
        let (narrow, updates) = (narrow.take()?, updates?);
        detour!(handle, narrow, Ask::UpdateEach(model, &updates), Nothing::sink());
        let affected = super::update_each(handle, narrow, model, updates).await?;
        Ok(Done { affected, sink: Box::new(Nothing) })
    })
}
