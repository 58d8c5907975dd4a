//! Plans: every kind of change, both ways, as a reviewer reads them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod postgres;
mod sqlite;

use ennead_core::diff::{Hints, diff};
use ennead_core::snapshot::Snapshot;
use ennead_sql::ddl::{Lock, PlanOptions, plan};

/// The plans of both directions, a line for each fact.
fn both(title: &str, from: &Snapshot, to: &Snapshot, hints: &Hints, options: &PlanOptions) -> String {
    let mut text = format!("=== {title}\n");
    for (arrow, diff) in [("-->", diff(from, to, hints)), ("<--", diff(to, from, &hints.reversed()))] {
        text.push_str(arrow);
        text.push('\n');
        for step in plan(&diff, options) {
            text.push_str(&format!("{};\n", step.sql));
            if step.lock > Lock::None {
                text.push_str(&format!("    locks {:?}\n", step.lock));
            }
            if step.rewrite {
                text.push_str("    rewrites\n");
            }
            if !step.transactional {
                text.push_str("    alone\n");
            }
            for hazard in &step.hazards {
                text.push_str(&format!("    {}: {}\n", hazard.kind, hazard.reason));
            }
        }
    }
    text
}
