//! Witnessed writes: those of a model that is observed or audited.
//!
//! Such a write makes a detour. In a transaction, or a savepoint of the one that there is, the rows that it will touch are read
//! and locked; observers see them, and may refuse; the write is done by the ordinary functions, restricted to just those rows;
//! then observers and the audit see each row as it was and as it is. All of it lasts or none of it does.

mod audit;
mod change;
mod images;
mod insert;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use ennead_core::{Audit, AuditOperation, Error, ErrorKind, ModelDef, TenantId, ValueReader};

use super::{Done, Handle};
use crate::observe::{ChangeKind, Erased, ObserverScope, RawChange, RawWrite};
use crate::sink::Sink;
use crate::transaction::Within;
use audit::Book;

pub(crate) use audit::key_text;
pub(super) use audit::tenants_via;
pub(super) use change::{remove, update, update_each};
pub(super) use insert::insert;

/// How deep writes of observers may lead to writes that are observed.
const MAX_DEPTH: u8 = 4;

/// Who watches the writes of a model.
#[derive(Clone, Copy)]
pub(crate) struct Watch<'a> {
    model: &'static ModelDef,
    observers: &'a [Arc<dyn Erased>],
    book: Option<Book>,
}

impl<'a> Handle<'a> {
    /// Who watches the writes of a model; most often nobody.
    ///
    /// # Errors
    /// It is a table of the library's own, and somebody else writes it.
    pub(crate) fn watch(&self, model: &'static ModelDef) -> Result<Option<Watch<'a>>, Error> {
        if let Audit::Library(what) = model.audit {
            if self.own {
                return Ok(None);
            }
            let text = format!("{} holds {what}: the library alone writes it", model.name);
            return Err(Error::new(ErrorKind::Forbidden, text).with_model(model.name));
        }
        let observers = self.db.observers.of(model);
        if matches!(model.audit, Audit::None) && observers.is_empty() && !everything() {
            return Ok(None);
        }
        Ok(Some(Watch { model, observers, book: Book::of(model) }))
    }
}

/// Whether the tests send every write this way.
fn everything() -> bool {
    #[cfg(feature = "__detour")]
    return crate::detour::everything_is_witnessed();
    #[cfg(not(feature = "__detour"))]
    false
}

/// A write that is about to be witnessed: what is recorded of it where it fails.
struct Writing<'a> {
    watch: Watch<'a>,
    handle: Handle<'a>,
    narrow: Option<TenantId>,
    operation: AuditOperation,
    /// The key, where it names one row.
    key: Option<String>,
}

/// A witnessed write in its transaction.
struct Witness<'a> {
    watch: Watch<'a>,
    /// The handle inside.
    handle: Handle<'a>,
    narrow: Option<&'a TenantId>,
}

impl Writing<'_> {
    async fn begin(&self) -> Result<Within, Error> {
        let model = self.watch.model;
        if self.handle.depth >= MAX_DEPTH {
            let text = format!(
                "observers have led to a write of {} in a write of another for {MAX_DEPTH} times: they go in a circle",
                model.name
            );
            return Err(Error::new(ErrorKind::Observer, text).with_model(model.name));
        }
        Within::witness(self.handle).await
    }

    fn witness<'b>(&'b self, within: &'b Within) -> Witness<'b> {
        Witness { watch: self.watch, handle: within.handle(self.handle), narrow: self.narrow.as_ref() }
    }

    async fn end(self, within: Within, result: Result<Done, Error>) -> Result<Done, Error> {
        let (nested, worked) = (within.is_nested(), result.is_ok());
        if let Err(error) = &result
            && let Some(later) = self.attempt(error)
        {
            within.aftermath().on_end(later);
        }
        let ended = within.end(result).await;
        // What a COMMIT refuses is known when the transaction is over.
        if let (true, false, Err(error)) = (worked, nested, &ended)
            && let Some(later) = self.attempt(error)
        {
            later.await;
        }
        ended
    }
}

impl Witness<'_> {
    fn scope(&self) -> Result<ObserverScope, Error> {
        let transaction = self.handle.transaction;
        let transaction =
            transaction.ok_or_else(|| Error::invalid("a witnessed write runs in a transaction"))?;
        Ok(ObserverScope::of(self.handle, transaction, self.narrow))
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
        self.record(&changes).await?;
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
