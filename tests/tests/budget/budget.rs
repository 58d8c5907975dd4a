//! The file of what each operation may cost.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use ennead_suite::Kind;
use libtest_mimic::Failed;

/// What is counted, in the order of the file's columns.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Figure {
    Statements,
    Allocations,
    Instructions,
}

/// How much of each figure; what was not counted is absent.
type Line = [Option<u64>; 3];

/// An operation, what was counted of it, and how many.
pub(crate) type Found = (String, Figure, u64);

const HEAD: &str = "\
# What an operation may cost: the test `budget` measures it, see docs/testing.md. Instructions are those of a debug build.
# database | operation                | statements | allocations | instructions
";

/// Compares what was found with the file, or writes it there.
pub(crate) fn hold(kind: Kind, found: &[Found]) -> Result<(), Failed> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("budget.txt");
    let mut budget = read(&fs::read_to_string(&path).unwrap_or_default())?;
    let key = |operation: &String| (kind.to_string(), operation.clone());
    if std::env::var("ENNEAD_BUDGET").is_ok_and(|asked| asked == "write") {
        for (operation, figure, count) in found {
            budget.entry(key(operation)).or_default()[*figure as usize] = Some(*count);
        }
        fs::write(&path, written(&budget))?;
        return Ok(());
    }
    let may = |operation, figure: Figure| budget.get(&key(operation)).and_then(|line| line[figure as usize]);
    let wrong: Vec<String> = found
        .iter()
        .filter_map(|(operation, figure, count)| {
            let why = judged(kind, *figure, *count, may(operation, *figure))?;
            Some(format!("{kind}, {operation}: {count} {figure:?}, {why}"))
        })
        .collect();
    if wrong.is_empty() {
        return Ok(());
    }
    let advice = "if this is meant, write tests/budget.txt anew: \
        ENNEAD_BUDGET=write cargo xtask pg -- cargo test -p ennead-tests --test budget";
    Err(format!("{}\n{advice}", wrong.join("\n")).into())
}

/// What is wrong with a figure. One that is too low is told too: a budget with room to spare hides the next change.
fn judged(kind: Kind, figure: Figure, count: u64, may: Option<u64>) -> Option<String> {
    let Some(may) = may else {
        return Some("and there is no budget for it".to_owned());
    };
    let room = match (figure, kind) {
        (Figure::Statements, _) | (Figure::Allocations, Kind::Sqlite) => 0,
        // The server's answers come in one piece or in several.
        (Figure::Allocations, _) => 2 + may / 100,
        // Hashes begin with a random number, and the C library chooses its routines by the processor.
        (Figure::Instructions, _) => may / 10,
    };
    if count > may + room {
        Some(format!("more than the {may} of the budget"))
    } else if count + room < may {
        Some(format!("less than the {may} of the budget"))
    } else {
        None
    }
}

fn read(text: &str) -> Result<BTreeMap<(String, String), Line>, Failed> {
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    lines
        .map(|line| {
            let parts: Vec<&str> = line.split('|').map(str::trim).collect();
            let [kind, operation, figures @ ..] = &parts[..] else {
                return Err(format!("tests/budget.txt: no operation: {line}").into());
            };
            let figures: Vec<Option<u64>> = figures.iter().map(|figure| figure.parse().ok()).collect();
            let figures =
                figures.try_into().map_err(|_| format!("tests/budget.txt: not three figures: {line}"))?;
            Ok((((*kind).to_owned(), (*operation).to_owned()), figures))
        })
        .collect()
}

fn written(budget: &BTreeMap<(String, String), Line>) -> String {
    let mut text = HEAD.to_owned();
    for ((kind, operation), line) in budget {
        let [statements, allocations, instructions] =
            line.map(|figure| figure.map_or_else(|| "-".to_owned(), |figure| figure.to_string()));
        let _ = writeln!(
            text,
            "{kind:10} | {operation:24} | {statements:>10} | {allocations:>11} | {instructions:>12}"
        );
    }
    text
}
