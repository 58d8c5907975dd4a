//! A difference for readers.

use ennead::migrate::{Diff, HazardKind, Lock, Step};

use crate::output;
use crate::source::Source;

/// Prints the list.
pub(super) fn print(from: &Source, to: &Source, diff: &Diff, steps: &[Step]) {
    if diff.is_empty() {
        return;
    }
    output::data(&list(&format!("from {from} to {to} ({})", diff.to.dialect), steps));
}

/// The statements, each with what it costs and risks.
fn list(title: &str, steps: &[Step]) -> String {
    let mut text = format!("{title}\n");
    for (number, step) in (1..).zip(steps) {
        text.push_str(&format!("\n{number:>3}. {};\n", step.sql.replace('\n', "\n     ")));
        text.push_str(&format!("     {}\n", facts(step)));
        for hazard in &step.hazards {
            text.push_str(&format!("     ! {}: {}\n", hazard.kind, hazard.reason));
        }
    }
    text
}

/// Lock, rewrite and transaction of a statement.
fn facts(step: &Step) -> String {
    let mut facts = vec![match step.lock {
        Lock::None => "no lock",
        Lock::Schema => "lock: other changes of the schema wait",
        Lock::Writes => "lock: writers wait",
        Lock::All => "lock: readers and writers wait",
    }];
    if step.rewrite {
        facts.push("writes the table anew");
    }
    facts.push(if step.transactional { "in a transaction" } else { "by itself, in no transaction" });
    if step.gives_nothing {
        facts.push("an answer stops it");
    }
    facts.join(" · ")
}

/// All of it in a line.
pub(super) fn sum(steps: &[Step]) -> String {
    let count = |kind: HazardKind| {
        steps.iter().filter(|step| step.hazards.iter().any(|hazard| hazard.kind == kind)).count()
    };
    let kinds = [
        HazardKind::DeletesData,
        HazardKind::Narrows,
        HazardKind::DataDependent,
        HazardKind::Incompatible,
        HazardKind::Locks,
    ];
    let told: Vec<String> = kinds
        .into_iter()
        .map(|kind| (kind, count(kind)))
        .filter(|(_, number)| *number > 0)
        .map(|(kind, number)| format!("{kind}: {number}"))
        .collect();
    let text = format!("{} statement{}", steps.len(), if steps.len() == 1 { "" } else { "s" });
    if told.is_empty() { text } else { format!("{text} ({})", told.join(", ")) }
}
