//! Schemas drawn at random and edited at random: what diff and plan make of two of them, judged by queries that are not the
//! library's. A failure tells its seed and is made smaller before it is shown.

mod edit;
mod model;
mod pool;
mod repair;
mod run;
mod shrink;
mod site;
mod sql;

use self::run::{Pair, Sites, Went};
use self::site::Site;
use crate::Bed;
use crate::draw::Draw;

/// How many pairs an ordinary run tries on SQLite, and in each of the two ways on Postgres, which takes longer for one;
/// `ENNEAD_SCHEMAS` says otherwise.
const PAIRS: [u64; 2] = [250, 75];

/// How many smaller pairs are tried before a failure is shown.
const TRIES: usize = 300;

/// How many failures are looked for in one run.
const FAILURES: usize = 6;

async fn random(bed: &Bed, online: bool, seed: u64) {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let pairs = number("ENNEAD_SCHEMAS").unwrap_or(PAIRS[usize::from(bed.is_postgres())]);
    let seed = number("ENNEAD_SEED").unwrap_or(seed);
    let mut sites = Sites { a: Site::new(bed, "a").await, b: Site::new(bed, "b").await };
    let mut sum = Went::default();
    let started = std::time::Instant::now();
    let mut failures = Vec::new();
    for at in 0..pairs {
        let pair = pair(bed, online, seed.wrapping_mul(1_000_003).wrapping_add(at));
        match sites.run(&pair).await {
            Ok(went) => {
                sum.changes += went.changes;
                sum.steps += went.steps;
                sum.refused += went.refused;
                sum.rows += went.rows;
            }
            Err(failure) => failures.push(small(&mut sites, pair, failure, seed, at).await),
        }
        if failures.len() >= FAILURES {
            break;
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    println!(
        "schemas {}{}: {pairs} pairs there and back, {} changes, {} statements, {} rows compared, {} directions in which rows did not fit, {:.1} s, ENNEAD_SEED={seed}",
        bed.kind(),
        if online { " online" } else { "" },
        sum.changes,
        sum.steps,
        sum.rows,
        sum.refused,
        started.elapsed().as_secs_f64()
    );
    // Most pairs must say something about rows.
    assert!(sum.refused as u64 * 3 < pairs * 2, "too many rows do not fit: {}", sum.refused);
    assert!(sum.changes as u64 > pairs, "too few changes: {}", sum.changes);
}

fn pair(bed: &Bed, online: bool, seed: u64) -> Pair {
    let mut draw = Draw::seeded(seed);
    let from = edit::world(&mut draw, bed.is_postgres());
    let mut to = from.clone();
    for _ in 0..1 + draw.below(8) {
        edit::edit(&mut draw, &mut to);
    }
    Pair { from, to, online }
}

/// The failure, and the least pair that fails so.
async fn small(sites: &mut Sites, mut pair: Pair, mut failure: String, seed: u64, at: u64) -> String {
    let mut tries = 0;
    'smaller: loop {
        for smaller in shrink::smaller(&pair) {
            tries += 1;
            if tries > TRIES {
                break 'smaller;
            }
            // A schema that cannot be made shows nothing.
            match sites.run(&smaller).await {
                Err(told) if told.contains("cannot be made") == failure.contains("cannot be made") => {
                    (pair, failure) = (smaller, told);
                    continue 'smaller;
                }
                _ => {}
            }
        }
        break;
    }
    let shown =
        |world: &model::World| world.sql().iter().map(|sql| format!("  {sql};\n")).collect::<String>();
    format!(
        "ENNEAD_SEED={seed}, pair {at}, made smaller in {tries} tries: {failure}\nfrom:\n{}to:\n{}",
        shown(&pair.from),
        shown(&pair.to)
    )
}

/// Whatever is drawn is reached, kept, and gone back from.
async fn what_is_drawn_is_reached_and_left_again(bed: Bed) {
    random(&bed, false, 20_261_121).await;
}

/// The same beside the traffic: what fails half way is found and finished.
async fn what_is_drawn_is_reached_beside_the_traffic(bed: Bed) {
    random(&bed, true, 20_261_122).await;
}

crate::cases![what_is_drawn_is_reached_and_left_again; Postgres: what_is_drawn_is_reached_beside_the_traffic];
