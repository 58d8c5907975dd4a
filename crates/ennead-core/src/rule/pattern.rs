//! Regular expressions, each compiled once.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{LazyLock, PoisonError, RwLock};

use regex::Regex;

/// What is written in models: as many as there are rules.
static COMPILED: LazyLock<RwLock<HashMap<&'static str, Regex>>> = LazyLock::new(RwLock::default);

/// Whether a text matches.
pub(super) fn check(pattern: &'static str, text: &str) -> Result<(), Cow<'static, str>> {
    let known = COMPILED.read().unwrap_or_else(PoisonError::into_inner).get(pattern).cloned();
    let regex = match known {
        Some(regex) => regex,
        None => {
            // The macro has read it; what it cannot see is a pattern that compiles to more than the limit.
            let regex =
                Regex::new(pattern).map_err(|_| format!("the pattern {pattern} cannot be compiled"))?;
            let mut compiled = COMPILED.write().unwrap_or_else(PoisonError::into_inner);
            compiled.entry(pattern).or_insert(regex).clone()
        }
    };
    if regex.is_match(text) { Ok(()) } else { Err(format!("must match {pattern}").into()) }
}
