//! A difference as data. The form is told in the guide, and kept: what is added later has names of its own.

use ennead::migrate::{Candidate, ColumnHint, Diff, HazardKind, Lock, Step};
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::source::Source;

pub(super) fn value(from: &Source, to: &Source, diff: &Diff, steps: &[Step]) -> Result<Value, Failure> {
    let changes = serde_json::to_value(&diff.changes)
        .map_err(|error| Failure::new(format!("the changes cannot be told as JSON: {error}")))?;
    Ok(json!({
        "version": 1,
        "dialect": diff.to.dialect.to_string(),
        "from": from.to_string(),
        "to": to.to_string(),
        "same": diff.is_empty(),
        "changes": changes,
        "steps": steps.iter().map(step).collect::<Vec<_>>(),
        "unmodelled": diff.unmodelled.iter().map(|thing| json!({ "kind": thing.kind, "name": thing.name })).collect::<Vec<_>>(),
        "access": diff.access.iter().map(|thing| json!({ "kind": thing.kind, "name": thing.name })).collect::<Vec<_>>(),
        "candidates": diff.candidates.iter().map(candidate).collect::<Vec<_>>(),
    }))
}

fn step(step: &Step) -> Value {
    json!({
        "sql": step.sql,
        "lock": match step.lock {
            Lock::None => "none",
            Lock::Schema => "schema",
            Lock::Writes => "writes",
            Lock::All => "all",
        },
        "rewrite": step.rewrite,
        "transactional": step.transactional,
        "gives_nothing": step.gives_nothing,
        "hazards": step.hazards.iter().map(|hazard| json!({
            "kind": kind(hazard.kind),
            "reason": hazard.reason,
        })).collect::<Vec<_>>(),
    })
}

fn kind(kind: HazardKind) -> &'static str {
    match kind {
        HazardKind::DeletesData => "deletes_data",
        HazardKind::Narrows => "narrows",
        HazardKind::DataDependent => "data_dependent",
        HazardKind::Incompatible => "incompatible",
        HazardKind::Locks => "locks",
    }
}

fn candidate(candidate: &Candidate) -> Value {
    match candidate {
        Candidate::Table { from, to } => {
            json!({ "kind": "table", "from": from.to_string(), "to": to.to_string() })
        }
        Candidate::Column(ColumnHint { table, from, to }) => {
            json!({ "kind": "column", "table": table.to_string(), "from": from, "to": to })
        }
    }
}
