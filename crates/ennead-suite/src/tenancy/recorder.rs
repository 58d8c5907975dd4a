//! What the library traces while a future runs: the SQL that it sends, and each use of the bypass.

use std::fmt::Debug;
use std::future::Future;
use std::sync::{Arc, Mutex, Once};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Event, Metadata, Subscriber};

const SQL: &str = "ennead::sql";
const BYPASS: &str = "ennead::across_tenants";

/// One event of the library's.
#[derive(Debug, Clone, Default)]
struct Told {
    target: String,
    fields: Vec<(&'static str, String)>,
}

impl Told {
    fn get(&self, name: &str) -> String {
        self.fields.iter().find(|(field, _)| *field == name).map(|(_, text)| text.clone()).unwrap_or_default()
    }
}

type Log = Arc<Mutex<Vec<Told>>>;

tokio::task_local! {
    /// Events are told in the task that runs the operation.
    static LOG: Log;
}

struct Recorder;

impl Subscriber for Recorder {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if metadata.target().starts_with("ennead") { Interest::always() } else { Interest::never() }
    }
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("ennead")
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        if event.metadata().target() == SQL {
            let mut told = Told::default();
            event.record(&mut Fields(&mut told));
            crate::watch::sent(&told.get("scope"), &told.get("sql"));
        }
        let _ = LOG.try_with(|log| {
            let mut told = Told { target: event.metadata().target().to_owned(), fields: Vec::new() };
            event.record(&mut Fields(&mut told));
            log.lock().unwrap().push(told);
        });
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

struct Fields<'a>(&'a mut Told);

impl Visit for Fields<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.fields.push((field.name(), value.to_owned()));
    }
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.fields.push((field.name(), format!("{value:?}")));
    }
}

/// Listens from here on.
pub(crate) fn install() {
    static INSTALL: Once = Once::new();
    INSTALL.call_once(|| tracing::subscriber::set_global_default(Recorder).unwrap());
}

async fn record(future: impl Future<Output = ()>) -> Vec<Told> {
    install();
    let log = Log::default();
    LOG.scope(Arc::clone(&log), future).await;
    let told = log.lock().unwrap();
    told.clone()
}

/// The SQL that is sent.
pub(crate) async fn statements(future: impl Future<Output = ()>) -> Vec<String> {
    record(future).await.iter().filter(|told| told.target == SQL).map(|told| told.get("sql")).collect()
}

/// Reason, model and operation of each use of the bypass.
pub(super) async fn bypasses(future: impl Future<Output = ()>) -> Vec<(String, String, String)> {
    let told = record(future).await;
    let all = told.iter().filter(|told| told.target == BYPASS);
    all.map(|told| (told.get("reason"), told.get("model"), told.get("operation"))).collect()
}

/// Every event as text.
pub(crate) async fn everything(future: impl Future<Output = ()>) -> Vec<String> {
    record(future).await.iter().map(|told| format!("{told:?}")).collect()
}
