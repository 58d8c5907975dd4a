//! The suite by name: every typed operation of a case is turned into a node's name and JSON parameters, run as such, and
//! the JSON that comes back is read as rows.
//!
//! The cases are the same and know nothing of it. What JSON does not say, on purpose, stays typed for one of the
//! [reasons](Reason); the run says how many of each there were.

mod conditions;
mod reasons;
mod report;
mod rows;
mod translate;
mod values;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use ennead::__private::{ModelDef, RowReader};
use ennead::NodeOperation;
use ennead::detour::{Asking, Detour};
use serde_json::Value as Json;

pub use reasons::Reason;
pub use report::finish;
pub use translate::translate;

/// Sends the typed operations of this process through the nodes.
pub fn begin() {
    BEGUN.store(true, Ordering::Relaxed);
    ennead::detour::set(ByName);
}

/// Whether it was begun: for what a case can only expect of one of the two faces.
pub fn begun() -> bool {
    BEGUN.load(Ordering::Relaxed)
}

static BEGUN: AtomicBool = AtomicBool::new(false);
static THROUGH: [AtomicUsize; NodeOperation::ALL.len()] =
    [const { AtomicUsize::new(0) }; NodeOperation::ALL.len()];
static TYPED: [AtomicUsize; Reason::ALL.len()] = [const { AtomicUsize::new(0) }; Reason::ALL.len()];

struct ByName;

impl Detour for ByName {
    fn node(&self, asking: Asking<'_>) -> Option<(NodeOperation, Json)> {
        match translate(asking) {
            Ok((operation, params)) => {
                let at = NodeOperation::ALL.iter().position(|known| *known == operation)?;
                THROUGH[at].fetch_add(1, Ordering::Relaxed);
                Some((operation, params))
            }
            Err(reason) => {
                TYPED[reason as usize].fetch_add(1, Ordering::Relaxed);
                None
            }
        }
    }

    fn reader(&self, model: &'static ModelDef, row: Json) -> Box<dyn RowReader + Send> {
        Box::new(rows::JsonRow::new(model, row))
    }
}
