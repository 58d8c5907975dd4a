//! Witnessed writes: those of a model that is observed or audited.
//!
//! Such a write makes a detour. In a transaction, or a savepoint of the one that there is, the rows that it will touch are read
//! and locked; observers see them, and may refuse; the write is done by the ordinary functions, restricted to just those rows;
//! then observers and the audit see each row as it was and as it is. All of it lasts or none of it does.

mod change;
mod images;
mod insert;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use ennead_core::{Error, ErrorKind, ModelDef};

use super::Handle;
use crate::observe::{ChangeKind, Erased, ObserverScope, RawChange, RawWrite};
use crate::sink::Sink;
use crate::transaction::Within;
use crate::value_reader::ValueReader;

pub(super) use change::{remove, update, update_each};
pub(super) use insert::insert;

/// How deep writes of observers may lead to writes that are observed.
const MAX_DEPTH: u8 = 8;

/// Who watches the writes of a model.
#[derive(Clone, Copy)]
pub(crate) struct Watch<'a> {
    model: &'static ModelDef,
    observers: &'a [Arc<dyn Erased>],
}

impl<'a> Handle<'a> {
    /// Who watches the writes of a model; most often nobody.
    pub(crate) fn watch(&self, model: &'static ModelDef) -> Option<Watch<'a>> {
        let observers = self.db.observers.of(model);
        let watched = !observers.is_empty() || everything();
        watched.then_some(Watch { model, observers })
    }
}

/// Whether the tests send every write this way.
fn everything() -> bool {
    #[cfg(feature = "__detour")]
    return crate::detour::everything_is_witnessed();
    #[cfg(not(feature = "__detour"))]
    false
}

/// A witnessed write in its transaction.
struct Witness<'a> {
    watch: Watch<'a>,
    /// The handle inside.
    handle: Handle<'a>,
}

/// Begins a witnessed write.
async fn begin(handle: Handle<'_>, watch: Watch<'_>) -> Result<Within, Error> {
    if handle.depth >= MAX_DEPTH {
        let text = format!(
            "observers have led to a write of {} in a write of another for {MAX_DEPTH} times: they go in a circle",
            watch.model.name
        );
        return Err(Error::new(ErrorKind::Observer, text).with_model(watch.model.name));
    }
    Within::witness(handle).await
}

impl Witness<'_> {
    fn scope(&self) -> Result<ObserverScope, Error> {
        let transaction = self.handle.transaction;
        let transaction =
            transaction.ok_or_else(|| Error::invalid("a witnessed write runs in a transaction"))?;
        Ok(ObserverScope::of(self.handle, transaction))
    }

    /// Asks the observers before the write. Whether any of them wrote rows of observed models, so that what was read of the
    /// rows may be true no more.
    async fn before(&self, mut write: RawWrite<'_>) -> Result<bool, Error> {
        if self.watch.observers.is_empty() {
            return Ok(false);
        }
        let scope = self.scope()?;
        let count = || self.handle.transaction.map(|tx| tx.state.witnessed.load(Ordering::SeqCst));
        let seen = count();
        for observer in self.watch.observers {
            observer.before(&mut write, &scope).await?;
        }
        Ok(count() != seen)
    }

    /// Tells what was done.
    async fn after(&self, changes: Vec<RawChange>) -> Result<(), Error> {
        if changes.is_empty() {
            return Ok(());
        }
        let scope = self.scope()?;
        if let Some(transaction) = self.handle.transaction {
            transaction.state.witnessed.fetch_add(1, Ordering::SeqCst);
        }
        for observer in self.watch.observers {
            observer.after(&changes, &scope).await?;
        }
        self.on_commit(changes);
        Ok(())
    }

    fn on_commit(&self, changes: Vec<RawChange>) {
        let Some(transaction) = self.handle.transaction else { return };
        if self.watch.observers.is_empty() {
            return;
        }
        let (model, observers) = (self.watch.model.name, self.watch.observers.to_vec());
        let later = async move {
            for observer in observers {
                if let Err(error) = observer.committed(&changes).await {
                    tracing::error!(target: "ennead::observer", model, %error, "an observer failed behind the commit");
                }
            }
        };
        transaction.state.aftermath.on_commit(transaction.level, Box::pin(later));
    }
}

/// Gives rows to the sink that the operation's caller waits with.
fn hand_on<'a>(
    rows: impl IntoIterator<Item = &'a [ennead_core::Value]>,
    mut sink: Box<dyn Sink>,
) -> Result<Box<dyn Sink>, Error> {
    rows.into_iter().try_for_each(|row| sink.row(&mut ValueReader(row)))?;
    Ok(sink)
}

fn created(after: Vec<ennead_core::Value>) -> RawChange {
    RawChange { kind: ChangeKind::Created, before: None, after: Some(after) }
}
