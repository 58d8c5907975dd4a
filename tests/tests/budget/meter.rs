//! Counts what happens while a future runs.

use std::future::Future;
use std::hint::black_box;
use std::sync::Once;
use std::sync::atomic::{AtomicU64, Ordering};

use stats_alloc::Region;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// What one operation cost.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cost {
    /// Statements with values; BEGIN and COMMIT are not among them.
    pub(crate) statements: u64,
    pub(crate) allocations: u64,
}

/// Runs the future between the marks.
pub(crate) async fn measured<T>(future: impl Future<Output = T>, costs: &mut Vec<Cost>) -> T {
    static LISTEN: Once = Once::new();
    LISTEN.call_once(|| tracing::subscriber::set_global_default(Statements).unwrap());
    let before = SENT.load(Ordering::Relaxed);
    let region = Region::new(crate::ALLOCATOR);
    ennead_budget_begins();
    let done = future.await;
    ennead_budget_ends();
    let allocations = region.change();
    let allocations = (allocations.allocations + allocations.reallocations) as u64;
    costs.push(Cost { statements: SENT.load(Ordering::Relaxed) - before, allocations });
    done
}

/// Valgrind counts from here,
#[inline(never)]
#[allow(unsafe_code, reason = "valgrind finds it by this name")]
#[unsafe(no_mangle)]
pub(crate) extern "C" fn ennead_budget_begins() {
    black_box(());
}

/// to here.
#[inline(never)]
#[allow(unsafe_code, reason = "valgrind finds it by this name")]
#[unsafe(no_mangle)]
pub(crate) extern "C" fn ennead_budget_ends() {
    black_box(1);
}

static SENT: AtomicU64 = AtomicU64::new(0);

/// Counts the statements that are traced.
struct Statements;

impl Subscriber for Statements {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "ennead::sql"
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, _: &Event<'_>) {
        SENT.fetch_add(1, Ordering::Relaxed);
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}
