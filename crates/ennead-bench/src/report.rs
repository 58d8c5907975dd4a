//! Medians, ratios with their intervals, tables and JSON.

mod goals;

use std::fmt::{self, Write as _};

use serde_json::json;

use crate::peers::{BY_NAME, ENNEAD, ENNEAD_GLOBAL};

/// The samples of one operation by one peer.
pub(crate) struct Row {
    pub(crate) db: &'static str,
    pub(crate) op: &'static str,
    pub(crate) peer: &'static str,
    pub(crate) is_floor: bool,
    /// Nanoseconds of one operation, one for each round.
    pub(crate) samples: Vec<f64>,
    pub(crate) allocations: u64,
}

/// A ratio of two medians, and the interval that holds it in 95 of 100 resamplings of the rounds.
#[derive(Debug, Clone, Copy)]
struct Ratio {
    value: f64,
    low: f64,
    high: f64,
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2} ({:.2}–{:.2})", self.value, self.low, self.high)
    }
}

/// How often the rounds are drawn anew.
const RESAMPLES: usize = 2_000;

impl Row {
    pub(crate) fn new(
        db: &'static str,
        op: &'static str,
        peer: &'static str,
        is_floor: bool,
        samples: Vec<f64>,
        allocations: u64,
    ) -> Self {
        Self { db, op, peer, is_floor, samples, allocations }
    }

    fn ratio_to(&self, other: &Row) -> Ratio {
        let rounds = self.samples.len().min(other.samples.len());
        // The same draws for every pair: no run differs from another by luck of ours.
        let mut random = Random(0x9E37_79B9_7F4A_7C15);
        let mut ratios: Vec<f64> = (0..RESAMPLES)
            .map(|_| {
                // Rounds are drawn, not samples: what disturbed both in a round stays with both.
                let drawn: Vec<usize> = (0..rounds).map(|_| random.below(rounds)).collect();
                let of = |row: &Row| median(drawn.iter().map(|at| row.samples[*at]).collect());
                of(self) / of(other)
            })
            .collect();
        ratios.sort_by(f64::total_cmp);
        let at =
            |share: f64| ratios.get((share * (RESAMPLES - 1) as f64) as usize).copied().unwrap_or(f64::NAN);
        Ratio {
            value: median(self.samples.clone()) / median(other.samples.clone()),
            low: at(0.025),
            high: at(0.975),
        }
    }
}

struct Random(u64);

impl Random {
    /// xorshift64*.
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        high as usize % bound.max(1)
    }
}

fn median(mut samples: Vec<f64>) -> f64 {
    samples.sort_by(f64::total_cmp);
    let middle = samples.len() / 2;
    match (samples.get(middle), samples.len() % 2) {
        (Some(high), 0) => (samples[middle - 1] + high) / 2.0,
        (Some(one), _) => *one,
        (None, _) => f64::NAN,
    }
}

/// Each value once, in the order in which it comes first.
fn distinct<'a>(values: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen = Vec::new();
    for value in values {
        if !seen.contains(&value) {
            seen.push(value);
        }
    }
    seen
}

fn floor_of<'a>(rows: &'a [Row], db: &str, op: &str) -> Option<&'a Row> {
    rows.iter().find(|row| row.db == db && row.op == op && row.is_floor)
}

/// The tables in Markdown: for each database the ratios to the floor, then the allocations.
pub(crate) fn tables(rows: &[Row]) -> String {
    let mut out = String::new();
    for db in distinct(rows.iter().map(|row| row.db)) {
        let here: Vec<&Row> = rows.iter().filter(|row| row.db == db).collect();
        let peers = distinct(here.iter().map(|row| row.peer));
        let ops = distinct(here.iter().map(|row| row.op));
        let find = |op: &str, peer: &str| here.iter().find(|row| row.op == op && row.peer == peer);
        let floor = here.iter().find(|row| row.is_floor).map_or("floor", |row| row.peer);
        let others: Vec<&str> = peers.iter().copied().filter(|peer| *peer != floor).collect();
        out += &goals::table(rows, db, &ops);
        let _ = writeln!(out, "### {db}: ratio to {floor}\n\n| op | {floor} µs | {} |", others.join(" | "));
        let _ = writeln!(out, "|---|---:|{}", "---:|".repeat(others.len()));
        for op in &ops {
            let Some(base) = floor_of(rows, db, op) else { continue };
            let _ = write!(out, "| {op} | {:.1} |", median(base.samples.clone()) / 1_000.0);
            for peer in &others {
                let _ = match find(op, peer).map(|row| row.ratio_to(base)) {
                    Some(ratio) => write!(out, " {ratio} |"),
                    None => write!(out, " |"),
                };
            }
            out.push('\n');
        }
        let _ = writeln!(out, "\n### {db}: allocations of one operation\n\n| op | {} |", peers.join(" | "));
        let _ = writeln!(out, "|---|{}", "---:|".repeat(peers.len()));
        for op in ops.iter().filter(|op| !op.ends_with("tasks")) {
            let _ = write!(out, "| {op} |");
            for peer in &peers {
                let _ = match find(op, peer) {
                    Some(row) => write!(out, " {} |", row.allocations),
                    None => write!(out, " |"),
                };
            }
            out.push('\n');
        }
        out += &tenant_table(&here, db, &ops);
        out += &by_name_table(&here, db, &ops);
    }
    out
}

/// What the tenant's predicate costs: ennead with a tenant's scope against ennead without.
fn tenant_table(here: &[&Row], db: &str, ops: &[&str]) -> String {
    let mut out = format!("\n### {db}: tenant predicate on, against off\n\n| op | on / off |\n|---|---:|\n");
    let find = |op: &str, peer: &str| here.iter().find(|row| row.op == op && row.peer == peer);
    let mut any = false;
    for op in ops {
        if let (Some(on), Some(off)) = (find(op, ENNEAD), find(op, ENNEAD_GLOBAL)) {
            let ratio = on.ratio_to(off);
            let _ = writeln!(out, "| {op} | {ratio} |");
            any = true;
        }
    }
    if any { format!("{out}\n") } else { "\n".to_owned() }
}

/// What the JSON face costs: each operation by name against the typed one, and the time that it adds.
fn by_name_table(here: &[&Row], db: &str, ops: &[&str]) -> String {
    let mut out =
        format!("### {db}: by name, against typed\n\n| op | by name / typed | adds µs |\n|---|---:|---:|\n");
    let find = |op: &str, peer: &str| here.iter().find(|row| row.op == op && row.peer == peer);
    let mut any = false;
    for op in ops {
        if let (Some(named), Some(typed)) = (find(op, BY_NAME), find(op, ENNEAD)) {
            let ratio = named.ratio_to(typed);
            let added = (median(named.samples.clone()) - median(typed.samples.clone())) / 1_000.0;
            let _ = writeln!(out, "| {op} | {ratio} | {added:.1} |");
            any = true;
        }
    }
    if any { format!("{out}\n") } else { String::new() }
}

/// One object for each operation of each peer.
pub(crate) fn json(rows: &[Row]) -> String {
    let of = |row: &Row| {
        let ratio = floor_of(rows, row.db, row.op).map(|floor| row.ratio_to(floor));
        json!({
            "db": row.db,
            "op": row.op,
            "peer": row.peer,
            "median_ns": median(row.samples.clone()).round(),
            "ratio_to_floor": ratio.map(|ratio| ratio.value),
            "ratio_low": ratio.map(|ratio| ratio.low),
            "ratio_high": ratio.map(|ratio| ratio.high),
            "allocs": row.allocations,
        })
    };
    let all: Vec<_> = rows.iter().map(of).collect();
    format!("{:#}\n", serde_json::Value::Array(all))
}

#[cfg(test)]
mod tests {
    use super::{Row, median, tables};

    fn row(peer: &'static str, is_floor: bool, samples: Vec<f64>) -> Row {
        Row::new("sqlite", "read", peer, is_floor, samples, 7)
    }

    #[test]
    fn the_middle_one_counts() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), 2.5);
        assert!(median(Vec::new()).is_nan());
    }

    #[test]
    fn a_disturbance_of_a_round_does_not_widen_the_interval() {
        let floor = row("floor", true, vec![100.0, 110.0, 900.0, 105.0, 95.0]);
        let other = row("ennead", false, vec![200.0, 220.0, 1800.0, 210.0, 190.0]);
        let ratio = other.ratio_to(&floor);
        assert_eq!((ratio.value, ratio.low, ratio.high), (2.0, 2.0, 2.0));
    }

    #[test]
    fn the_table_tells_ratio_and_allocations() {
        let rows = [row("floor", true, vec![2_000.0]), row("ennead", false, vec![3_000.0])];
        let text = tables(&rows);
        assert!(text.contains("| read | 2.0 | 1.50 (1.50–1.50) |"), "{text}");
        assert!(text.contains("| read | 7 | 7 |"), "{text}");
    }
}
