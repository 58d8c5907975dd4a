//! What came of the cases, counted.

use std::collections::BTreeMap;

use crate::case::Case;
use crate::hazards::Told;

/// How one direction of a case went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    Passed,
    /// The engine said that there is something which it does not model.
    Unmodelled(String),
    /// It did not apply, or a second diff was not empty.
    Failed(String),
    /// The engine was content and the judge is not.
    Wrong(String),
}

/// How a case went in which nothing is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Noop {
    /// The engine finds no difference.
    pub(crate) empty: bool,
    /// The judge finds none.
    pub(crate) same: bool,
}

/// What came of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The databases could not be made as the case says.
    Unloadable(String),
    Ran {
        forward: Verdict,
        backward: Verdict,
        noop: Option<Noop>,
        /// What is told of the two plans, there and back.
        told: Box<[Told; 2]>,
        plans: String,
        /// Directions in which no row was found that keeps the new constraints, and that passed without rows.
        without_rows: usize,
        /// How many rows were there before and after, in the two directions.
        rows: i64,
    },
}

/// All outcomes of one dialect.
pub(crate) struct Report {
    dialect: &'static str,
    outcomes: Vec<(Case, Outcome)>,
}

/// Of one direction: passed, unmodelled, failed, wrong.
type Counts = [usize; 4];

impl Report {
    pub(crate) fn new(dialect: &'static str, outcomes: Vec<(Case, Outcome)>) -> Self {
        Self { dialect, outcomes }
    }

    /// Prints it, and says whether anything failed.
    pub(crate) fn print(&self, verbose: bool) -> bool {
        let mut suites: BTreeMap<&str, [Counts; 2]> = BTreeMap::new();
        let mut changes: BTreeMap<&str, [Counts; 2]> = BTreeMap::new();
        let mut failed = false;
        let (mut noops, mut empty, mut bare, mut kept) = (0, 0, 0, 0);
        let (mut plans_judged, mut apart) = (0, 0);
        let mut agreed: BTreeMap<&String, (usize, usize)> = BTreeMap::new();
        for (case, outcome) in &self.outcomes {
            let title = format!("{} {}", case.suite, case.name);
            let Outcome::Ran { forward, backward, noop, told, plans, without_rows, rows } = outcome else {
                if let Outcome::Unloadable(why) = outcome {
                    println!("NOT LOADED {title}: {why}");
                }
                continue;
            };
            for (direction, verdict) in [("forward", forward), ("backward", backward)] {
                let at = usize::from(direction == "backward");
                for key in ["all", &case.suite] {
                    count(&mut suites.entry(key).or_default()[at], verdict);
                }
                for kind in &case.changes {
                    count(&mut changes.entry(kind).or_default()[at], verdict);
                }
                match verdict {
                    Verdict::Passed => {}
                    Verdict::Unmodelled(what) => println!("UNMODELLED {direction} {title}: {what}"),
                    Verdict::Failed(why) => println!("FAILED {direction} {title}: {why}"),
                    Verdict::Wrong(why) => println!("WRONG {direction} {title}: {why}"),
                }
                failed |= matches!(verdict, Verdict::Failed(_) | Verdict::Wrong(_));
            }
            if let Some(noop) = noop.filter(|noop| !noop.same && !noop.empty) {
                println!("NO NO-OP {title}: the judge sees a difference too ({noop:?})");
            } else if let Some(noop) = noop {
                noops += 1;
                empty += usize::from(noop.empty);
                if !noop.empty {
                    println!("NOT EMPTY {title}: a difference where there is none");
                    failed = true;
                }
            }
            kept += rows;
            if *without_rows > 0 {
                bare += without_rows;
                println!("WITHOUT ROWS {title}: no row was found that keeps the new constraints");
            }
            for told in &**told {
                for what in &told.unreadable {
                    println!("UNREADABLE {title}: {what}");
                    failed = true;
                }
                plans_judged += 1;
                if told.lint_deletes != told.plan.contains("DeletesData") {
                    println!(
                        "LINT {title}: it deletes data by the lint {}, by the plan {}",
                        told.lint_deletes, !told.lint_deletes
                    );
                    apart += 1;
                }
            }
            if let Some(hazards) = &case.hazards {
                let expected = hazards.iter().any(|hazard| hazard == "DeletesData");
                let found = told[0].plan.contains("DeletesData");
                if expected != found {
                    println!("HAZARD {title}: deletes data {found}, expected {expected}");
                    failed = true;
                }
                for hazard in hazards {
                    let agreed = agreed.entry(hazard).or_insert((0, 0));
                    agreed.0 += 1;
                    agreed.1 += usize::from(told[0].plan.contains(hazard.as_str()));
                    if !told[0].plan.contains(hazard.as_str()) {
                        println!("NOT TOLD {title}: {hazard}");
                    }
                }
            }
            if verbose {
                println!("{plans}");
            }
        }
        println!(
            "\n{} cases of {}; no-ops without difference: {empty} of {noops}; directions without rows: {bare}; rows kept: {kept}",
            self.outcomes.len(),
            self.dialect
        );
        println!(
            "plans that the lint read: {plans_judged}; where it and the plan are apart on what deletes data: {apart}"
        );
        for (hazard, (named, told)) in &agreed {
            println!("hazard {hazard}: named by {named} cases, told in {told}");
        }
        table("suite", &suites);
        table("change", &changes);
        failed
    }
}

fn count(counts: &mut Counts, verdict: &Verdict) {
    let at = match verdict {
        Verdict::Passed => 0,
        Verdict::Unmodelled(_) => 1,
        Verdict::Failed(_) => 2,
        Verdict::Wrong(_) => 3,
    };
    counts[at] += 1;
}

fn table(title: &str, rows: &BTreeMap<&str, [Counts; 2]>) {
    println!(
        "\n| {title} | forward passed | unmodelled | failed | wrong | backward passed | unmodelled | failed | wrong |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    for (name, [forward, backward]) in rows {
        let cell = |counts: &Counts| {
            let core = counts[0] + counts[2] + counts[3];
            let share = if core == 0 { 100.0 } else { counts[0] as f64 * 100.0 / core as f64 };
            format!("{} ({share:.1} %) | {} | {} | {}", counts[0], counts[1], counts[2], counts[3])
        };
        println!("| {name} | {} | {} |", cell(forward), cell(backward));
    }
}
