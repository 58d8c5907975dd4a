//! The invariants of `docs/architecture.md` that no compiler checks: who may name what, and how long a file may be.
//!
//! Code is read as tokens, so comments, texts and `#[cfg(test)]` items do not count.

#![allow(clippy::expect_used, clippy::panic, reason = "it is how a test fails, in its functions too")]

mod local;
mod source;
mod tokens;

use std::fmt::Write as _;
use std::io::Write as _;
use std::{fs, io};

use local::local_name;
use source::{Source, dependencies, files, root, sources};
use tokens::{built_structs, is_ident, line_of, panics};

const LONG: usize = 450;
const TOO_LONG: usize = 600;

#[test]
fn what_may_panic_says_why_it_does_not() {
    // A driver of tests may panic, it is how a test fails.
    let sources = sources(|krate| !["xtask", "ennead-suite", "ennead-bench"].contains(&krate));
    let offences = sources.iter().flat_map(|source| {
        let sites = panics(&source.tokens);
        let unexplained = sites.into_iter().filter(|(line, _)| !source.has_reason(*line));
        unexplained.map(|(line, what)| format!("{}:{line}: {what}", source.path))
    });
    refuse(
        offences,
        "return an error, or say on the same or the preceding line why it cannot happen: `// reason: …`",
    );
}

#[test]
fn only_ennead_sql_names_sea_query() {
    let naming = naming("sea_query", |source| source.krate == "ennead-sql");
    let depending = depending("sea-query", "ennead-sql");
    refuse(naming.into_iter().chain(depending), "build SQL in ennead-sql");
}

#[test]
fn only_the_backends_name_sqlx() {
    // The suite reads raw catalogues, so as not to ask the library about itself.
    let may = |source: &Source| {
        source.krate == "ennead-suite" || source.path.starts_with("crates/ennead/src/backend/")
    };
    let depending =
        depending("sqlx", "ennead").into_iter().filter(|found| !found.starts_with("crates/ennead-suite/"));
    refuse(
        naming("sqlx", may).into_iter().chain(depending),
        "talk to a driver in crates/ennead/src/backend/",
    );
}

#[test]
fn the_core_is_pure_data() {
    let offences = ["syn", "sea_query", "sqlx"].into_iter().flat_map(|name| {
        let naming = naming(name, |source| source.krate != "ennead-core");
        let dependency = name.replace('_', "-");
        let depends = dependencies("ennead-core").contains(&dependency);
        naming.into_iter().chain(depends.then(|| format!("crates/ennead-core/Cargo.toml: {dependency}")))
    });
    refuse(offences, "ennead-core does no I/O and names no macro crate, SQL builder or driver");
}

#[test]
fn only_the_scope_makes_tenant_predicates() {
    let sources = sources(|krate| krate != "xtask");
    let elsewhere = sources.iter().filter(|source| source.path != "crates/ennead-core/src/scope.rs");
    let offences = elsewhere.flat_map(|source| {
        let made = built_structs(&source.tokens, ["Guard", "Column"]);
        made.into_iter().map(|line| format!("{}:{line}: makes a Guard::Column", source.path))
    });
    refuse(offences, "make it in scope.rs; if it is a pattern, let it end in `..`");
}

#[test]
fn no_file_names_the_machine_it_was_written_on() {
    let files = files().into_iter().filter(|path| !path.starts_with("crates/xtask/"));
    let offences = files.flat_map(|path| {
        let text = fs::read(root().join(&path)).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let lines: Vec<String> = text.unwrap_or_default().lines().map(str::to_owned).collect();
        let found =
            lines.into_iter().zip(1..).filter_map(|(line, number)| Some((local_name(&line)?, number)));
        found.map(|(name, number)| format!("{path}:{number}: {name}")).collect::<Vec<_>>()
    });
    refuse(offences, "name things by their place in the repository");
}

#[test]
fn files_are_short() {
    let mut sizes: Vec<(usize, String)> =
        sources(|_| true).into_iter().map(|source| (source.length, source.path)).collect();
    sizes.sort();
    for (length, path) in sizes.iter().rev().take_while(|(length, _)| *length > LONG) {
        // Past the test harness, which would keep it to itself.
        let _ = writeln!(io::stderr(), "tidy: {path} has {length} lines, think of splitting it");
    }
    let offences = sizes.iter().filter(|(length, _)| *length > TOO_LONG);
    refuse(
        offences.map(|(length, path)| format!("{path}: {length} lines")),
        "split the file: one thing each, that its name says",
    );
}

/// Where the sources name this identifier, other than those that may.
fn naming(name: &str, may: impl Fn(&Source) -> bool) -> Vec<String> {
    let sources = sources(|krate| !["xtask", "ennead-bench"].contains(&krate));
    let others = sources.iter().filter(|source| !may(source));
    let sites = others.flat_map(|source| {
        let named = source.tokens.iter().filter(|token| is_ident(token, name));
        named.map(|token| format!("{}:{}: {name}", source.path, line_of(token)))
    });
    sites.collect()
}

/// Which crates other than `owner` depend on `name`, tests apart.
fn depending(name: &str, owner: &str) -> Vec<String> {
    let manifests = files().into_iter().filter_map(|path| match path.split('/').collect::<Vec<_>>()[..] {
        ["crates", krate, "Cargo.toml"] => Some(krate.to_owned()),
        _ => None,
    });
    let others = manifests.filter(|krate| ![owner, "xtask", "ennead-bench"].contains(&krate.as_str()));
    let depending = others.filter(|krate| dependencies(krate).iter().any(|dependency| dependency == name));
    depending.map(|krate| format!("crates/{krate}/Cargo.toml: {name}")).collect()
}

fn refuse(offences: impl IntoIterator<Item = String>, instead: &str) {
    let (mut list, mut number) = (String::new(), 0);
    for offence in offences {
        let _ = write!(list, "\n  {offence}");
        number += 1;
    }
    assert!(number == 0, "{number} found; {instead}:{list}\n");
}
