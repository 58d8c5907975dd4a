//! The table of the figures, and the same as JSON.

use std::fmt::Write as _;

use serde_json::json;

use super::cases::{GOALS, Goal, MODELS};

/// All figures of a run.
#[derive(Default)]
pub(super) struct Report {
    pub(super) machine: String,
    pub(super) rustc: String,
    pub(super) rows: Vec<Row>,
    /// What could not be measured, and why.
    pub(super) failed: Vec<(String, String)>,
}

/// The figures of one crate.
pub(super) struct Row {
    name: &'static str,
    label: String,
    /// Expanded lines for each model.
    lines: f64,
    /// CPU seconds of `cargo check`, one for each round.
    pub(super) check: Vec<f64>,
    /// CPU seconds of `cargo build`, one for each round.
    pub(super) build: Vec<f64>,
}

impl Row {
    pub(super) fn new(name: &'static str, label: String, lines: f64) -> Self {
        Self { name, label, lines, check: Vec::new(), build: Vec::new() }
    }
}

impl Report {
    /// The table, in Markdown, with what it was measured on and what is missing.
    pub(super) fn table(&self) -> String {
        let rounds = self.rows.iter().map(|row| row.check.len()).max().unwrap_or_default();
        let mut out = format!(
            "{MODELS} models of ten fields; CPU seconds of the rustc that compiles them (dev profile, not incremental, \
             dependencies apart), medians of {rounds} rounds; {}; {}\n\n",
            self.machine, self.rustc
        );
        out += "| | expanded lines a model | check | build |\n|---|---:|---:|---:|\n";
        for row in &self.rows {
            let (check, build) = (median(&row.check), median(&row.build));
            let _ = writeln!(out, "| {} | {:.0} | {check:.2} | {build:.2} |", row.label, row.lines);
        }
        for (label, why) in &self.failed {
            let _ = write!(out, "\nnot measured: {label}: {why}");
        }
        for goal in &GOALS {
            for row in self.rows.iter().filter(|row| row.name == goal.case) {
                let _ = write!(out, "{}", verdict(goal, row));
            }
        }
        out.trim_end().to_owned()
    }

    /// Every sample.
    pub(super) fn json(&self) -> String {
        let rows: Vec<_> = self
            .rows
            .iter()
            .map(|row| {
                json!({
                    "name": row.name,
                    "expanded_lines": row.lines,
                    "check": { "median": median(&row.check), "samples": row.check },
                    "build": { "median": median(&row.build), "samples": row.build },
                })
            })
            .collect();
        let failed: Vec<_> =
            self.failed.iter().map(|(label, why)| json!({ "label": label, "error": why })).collect();
        let report = json!({
            "machine": self.machine,
            "rustc": self.rustc,
            "models": MODELS,
            "cases": rows,
            "failed": failed,
        });
        format!("{report:#}\n")
    }
}

/// A line for each figure that has a goal.
fn verdict(goal: &Goal, row: &Row) -> String {
    let figures = [
        ("expanded lines", goal.lines.map(|lines| lines as f64), row.lines),
        ("check", goal.check, median(&row.check)),
        ("build", goal.build, median(&row.build)),
    ];
    let mut out = String::new();
    for (what, most, is) in figures {
        let Some(most) = most else { continue };
        let met = if is <= most { "met" } else { "missed" };
        let _ = write!(out, "\ngoal {met}: {}: {what} {is:.2}, at most {most}", row.name);
    }
    out
}

/// The middle one; of an even number, the mean of the two in the middle. None at all: not a number.
fn median(samples: &[f64]) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match (sorted.get(middle), sorted.len() % 2) {
        (Some(high), 0) => (sorted[middle - 1] + high) / 2.0,
        (Some(one), _) => *one,
        (None, _) => f64::NAN,
    }
}

#[cfg(test)]
mod tests {
    use super::{Report, Row, median};

    fn report() -> Report {
        let mut row = Row::new("ennead_use", "ennead".to_owned(), 200.4);
        row.check = vec![0.5, 9.0, 0.25];
        row.build = vec![1.0, 2.0, 3.0];
        let failed = vec![("peer".to_owned(), "no network".to_owned())];
        Report { machine: "2 cores".into(), rustc: "rustc 1".into(), rows: vec![row], failed }
    }

    #[test]
    fn the_middle_one_counts() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), 2.5);
        assert!(median(&[]).is_nan());
    }

    #[test]
    fn the_table_says_what_is_missing_and_which_goals_are_met() {
        let table = report().table();
        for line in [
            "| ennead | 200 | 0.50 | 2.00 |",
            "not measured: peer: no network",
            "goal met: ennead_use: check 0.50, at most 0.6",
            "goal missed: ennead_use: build 2.00, at most 1.5",
        ] {
            assert!(table.lines().any(|found| found == line), "{line}\n{table}");
        }
        assert!(table.contains("medians of 3 rounds; 2 cores; rustc 1"), "{table}");
    }

    #[test]
    fn the_json_has_every_sample() {
        let json: serde_json::Value = serde_json::from_str(&report().json()).unwrap();
        assert_eq!(json["cases"][0]["check"]["samples"][1], 9.0);
        assert_eq!(json["cases"][0]["build"]["median"], 2.0);
        assert_eq!(json["failed"][0]["error"], "no network");
    }
}
