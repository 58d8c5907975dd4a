//! The goals, and whether they are met.

use std::fmt::Write as _;

use super::{Ratio, Row, floor_of};
use crate::peers::{BY_NAME, ENNEAD, ENNEAD_GLOBAL};

/// No slower than another library, by its interval; and what the tenant's predicate may cost.
const EVEN: f64 = 1.05;

/// How much an operation may take of the floor, where that is said: on SQLite and on Postgres.
fn to_floor(op: &str) -> Option<(f64, f64)> {
    Some(match op {
        "read" | "create" | "update" | "delete" | "count" => (1.2, 1.1),
        "list 10" | "list 100" | "list 1000" | "list 10000" => (1.0, 1.0),
        "bulk create 1k" | "bulk create 10k" | "bulk create 10k, scattered" => (0.7, 1.05),
        "bulk update 1k" => (0.8, 0.8),
        "bulk delete 1k" => (1.05, 0.9),
        _ => return None,
    })
}

/// How often a read may allocate: on SQLite and on Postgres.
const ALLOCATIONS: (u64, u64) = (12, 18);

fn on(db: &str, (sqlite, postgres): (f64, f64)) -> f64 {
    if db == "sqlite" { sqlite } else { postgres }
}

/// A miss is when the whole interval lies above the goal; where the goal is within it, the rounds do not tell.
fn verdict(ratio: Ratio, goal: f64) -> &'static str {
    if ratio.low > goal {
        "**missed**"
    } else if ratio.value <= goal {
        "met"
    } else {
        "open"
    }
}

/// Each operation against its goals: the floor, the fastest of the other libraries, and itself without a tenant.
pub(super) fn table(rows: &[Row], db: &str, ops: &[&str]) -> String {
    let find =
        |op: &str, peer: &str| rows.iter().find(|row| row.db == db && row.op == op && row.peer == peer);
    if !rows.iter().any(|row| row.db == db && row.peer == ENNEAD) {
        return String::new();
    }
    let mut out = format!(
        "### {db}: goals\n\n| op | to the floor | goal | | fastest other | to it | ≤ {EVEN} | tenant on / off | ≤ {EVEN} |\n|---|---:|---:|---|---|---:|---|---:|---|\n"
    );
    for op in ops {
        let Some(ours) = find(op, ENNEAD) else { continue };
        let _ = write!(out, "| {op} |");
        match (floor_of(rows, db, op), to_floor(op).map(|goal| on(db, goal))) {
            (Some(floor), Some(goal)) => {
                let ratio = ours.ratio_to(floor);
                let _ = write!(out, " {ratio} | {goal} | {} |", verdict(ratio, goal));
            }
            (Some(floor), None) => {
                let _ = write!(out, " {} | | |", ours.ratio_to(floor));
            }
            (None, _) => out.push_str(" | | |"),
        }
        let others = rows.iter().filter(|row| {
            let own = [ENNEAD, ENNEAD_GLOBAL, BY_NAME].contains(&row.peer);
            row.db == db && row.op == *op && !row.is_floor && !own
        });
        // The one to which we stand worst is the fastest.
        let worst =
            others.map(|row| (row.peer, ours.ratio_to(row))).max_by(|a, b| a.1.value.total_cmp(&b.1.value));
        match worst {
            Some((peer, ratio)) => {
                let _ = write!(out, " {peer} | {ratio} | {} |", verdict(ratio, EVEN));
            }
            None => out.push_str(" | | |"),
        }
        match find(op, ENNEAD_GLOBAL) {
            Some(off) => {
                let ratio = ours.ratio_to(off);
                let _ = writeln!(out, " {ratio} | {} |", verdict(ratio, EVEN));
            }
            None => out.push_str(" | |\n"),
        }
    }
    if let Some(read) = find("read", ENNEAD) {
        let goal = if db == "sqlite" { ALLOCATIONS.0 } else { ALLOCATIONS.1 };
        let verdict = if read.allocations <= goal { "met" } else { "**missed**" };
        let _ = writeln!(out, "\nAllocations of a read: {}, goal {goal}: {verdict}.", read.allocations);
    }
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(op: &'static str, peer: &'static str, is_floor: bool, micros: f64) -> Row {
        Row::new("sqlite", op, peer, is_floor, vec![micros * 1_000.0; 5], 13)
    }

    #[test]
    fn each_goal_is_told_as_met_or_missed() {
        let rows = [
            row("read", "floor", true, 10.0),
            row("read", ENNEAD, false, 11.0),
            row("read", ENNEAD_GLOBAL, false, 10.0),
            row("read", "slow", false, 50.0),
            row("read", "quick", false, 10.9),
            row("list 10", "floor", true, 10.0),
            row("list 10", ENNEAD, false, 11.0),
        ];
        let text = table(&rows, "sqlite", &["read", "list 10"]);
        assert!(text.contains("| read | 1.10 (1.10–1.10) | 1.2 | met | quick | 1.01 (1.01–1.01) | met | 1.10 (1.10–1.10) | **missed** |"), "{text}");
        assert!(text.contains("| list 10 | 1.10 (1.10–1.10) | 1 | **missed** | | | | | |"), "{text}");
        assert!(text.contains("Allocations of a read: 13, goal 12: **missed**."), "{text}");
        assert_eq!(table(&rows[..1], "sqlite", &["read"]), "");
    }

    #[test]
    fn a_goal_within_the_interval_is_open() {
        let ratio = |low, value, high| Ratio { low, value, high };
        assert_eq!(verdict(ratio(0.9, 1.0, 1.3), 1.0), "met");
        assert_eq!(verdict(ratio(0.9, 1.1, 1.3), 1.0), "open");
        assert_eq!(verdict(ratio(1.01, 1.1, 1.3), 1.0), "**missed**");
    }
}
