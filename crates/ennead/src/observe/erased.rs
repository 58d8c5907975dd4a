//! Observers without their types, as the executor calls them.

use std::future::Future;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use ennead_core::{Error, ErrorKind, Model, ModelDef};

use super::change::{Change, RawChange, RawWrite};
use super::{Observer, ObserverScope};

type Called<'a> = Pin<Box<dyn Future<Output = Result<(), Error>> + Send + 'a>>;

/// An observer of some model.
pub(crate) trait Erased: Send + Sync {
    fn before<'a>(&'a self, write: &'a mut RawWrite<'_>, scope: &'a ObserverScope) -> Called<'a>;
    fn after<'a>(&'a self, changes: &'a [RawChange], scope: &'a ObserverScope) -> Called<'a>;
    fn committed<'a>(&'a self, changes: &'a [RawChange]) -> Called<'a>;
}

struct Typed<M, O> {
    observer: O,
    marker: PhantomData<fn() -> M>,
}

impl<M: Model + Sync, O: Observer<M>> Erased for Typed<M, O> {
    fn before<'a>(&'a self, write: &'a mut RawWrite<'_>, scope: &'a ObserverScope) -> Called<'a> {
        match write.typed::<M>() {
            Ok(write) => caught(M::DEF, "before", move || self.observer.before(write, scope)),
            Err(error) => Box::pin(std::future::ready(Err(error))),
        }
    }

    fn after<'a>(&'a self, changes: &'a [RawChange], scope: &'a ObserverScope) -> Called<'a> {
        caught(M::DEF, "after", async move || {
            let changes = typed::<M>(changes)?;
            self.observer.after(&changes, scope).await
        })
    }

    fn committed<'a>(&'a self, changes: &'a [RawChange]) -> Called<'a> {
        caught(M::DEF, "committed", async move || {
            let changes = typed::<M>(changes)?;
            self.observer.committed(&changes).await
        })
    }
}

fn typed<M: Model>(changes: &[RawChange]) -> Result<Vec<Change<M>>, Error> {
    changes.iter().map(RawChange::typed).collect()
}

/// Runs an observer; its panic becomes an error. What it said is not in the error: it may hold values of the row.
fn caught<'a, F>(
    model: &'static ModelDef,
    method: &'static str,
    call: impl FnOnce() -> F + Send + 'a,
) -> Called<'a>
where
    F: Future<Output = Result<(), Error>> + Send + 'a,
{
    let panicked = move || {
        let text = format!("an observer of {} panicked in `{method}`", model.name);
        Error::new(ErrorKind::Observer, text).with_model(model.name)
    };
    Box::pin(async move {
        // Nobody looks at the observer's own state through this future again.
        let Ok(future) = catch_unwind(AssertUnwindSafe(call)) else { return Err(panicked()) };
        let mut future = Box::pin(future);
        std::future::poll_fn(move |context| {
            match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
                Ok(poll) => poll,
                Err(_) => Poll::Ready(Err(panicked())),
            }
        })
        .await
    })
}

/// The observers of a database.
#[derive(Default)]
pub(crate) struct Observers(Vec<(&'static ModelDef, Vec<Arc<dyn Erased>>)>);

impl std::fmt::Debug for Observers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names = self.0.iter().map(|(model, all)| (model.name, all.len()));
        f.debug_map().entries(names).finish()
    }
}

impl Observers {
    pub(crate) fn add<M: Model + Sync>(&mut self, observer: impl Observer<M>) {
        let observer: Arc<dyn Erased> = Arc::new(Typed { observer, marker: PhantomData::<fn() -> M> });
        match self.0.iter_mut().find(|(model, _)| model.is(M::DEF)) {
            Some((_, all)) => all.push(observer),
            None => self.0.push((M::DEF, vec![observer])),
        }
    }

    /// Those of a model, in the order in which they were given.
    pub(crate) fn of(&self, model: &ModelDef) -> &[Arc<dyn Erased>] {
        self.0.iter().find(|(observed, _)| observed.is(model)).map_or(&[], |(_, all)| all)
    }
}
