//! What a database holds, told by queries that are not the engine's: the judge of what the engine does.

pub mod postgres;
pub mod sqlite;

use std::collections::BTreeSet;

/// What holds in a database: each fact with the name of what it is about. The order of columns is none of them.
pub type Facts = BTreeSet<String>;

/// What one has and the other has not.
pub fn differences(have: &Facts, want: &Facts) -> Vec<String> {
    let extra = have.difference(want).map(|fact| format!("has   {fact}"));
    extra.chain(want.difference(have).map(|fact| format!("wants {fact}"))).collect()
}
