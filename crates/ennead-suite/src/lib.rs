//! The behaviour suite of `ennead`: every case runs on every backend.
//!
//! A case is an `async fn(Bed)` listed by [`cases!`] in its module, and the module is listed in [`all`]. A backend's test
//! target is one line: `fn main() { ennead_suite::main(Kind::Sqlite) }`.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this crate is tests: a case fails by panicking, and its name says what it shows"
)]

pub mod accounts;
mod bed;
pub mod bulk;
pub mod ddl;
pub mod draw;
pub mod embedded_tenant;
pub mod filters;
pub mod http;
pub mod keys;
pub mod nodes;
pub mod numbers;
pub mod operations;
pub mod pages;
pub mod row_security;
pub mod soft_delete;
pub mod streams;
pub mod types;
pub mod upsert;

use std::future::Future;
use std::pin::Pin;

use libtest_mimic::{Arguments, Trial};

pub use bed::{Bed, Kind, server};

/// A case: its name, and what runs it.
pub struct Case {
    pub name: &'static str,
    pub run: fn(Bed) -> Pin<Box<dyn Future<Output = ()> + Send>>,
    /// The one kind of database that it is about; all where `None`.
    pub only: Option<Kind>,
}

/// Lists the cases of a module: `cases![this_holds, that_is_refused];` makes `pub const CASES`. Those about one kind of
/// database stand behind a semicolon: `cases![this_holds; PostgresRls: that_is_refused]`.
#[macro_export]
macro_rules! cases {
    ($($name:ident),* $(,)? $(; $kind:ident: $($special:ident),* $(,)?)*) => {
        pub const CASES: &[$crate::Case] = &[
            $($crate::Case {
                name: concat!(module_path!(), "::", stringify!($name)),
                run: |bed| Box::pin($name(bed)),
                only: None,
            },)*
            $($($crate::Case {
                name: concat!(module_path!(), "::", stringify!($special)),
                run: |bed| Box::pin($special(bed)),
                only: Some($crate::Kind::$kind),
            },)*)*
        ];
    };
}

/// The cases of all modules.
pub fn all() -> impl Iterator<Item = &'static Case> {
    [
        operations::CASES,
        embedded_tenant::CASES,
        numbers::CASES,
        keys::CASES,
        bulk::CASES,
        streams::CASES,
        upsert::CASES,
        nodes::CASES,
        http::CASES,
        soft_delete::CASES,
        row_security::CASES,
    ]
    .into_iter()
    .flatten()
    .chain(global())
}

/// The cases whose models belong to no tenant, so that row level security changes nothing for them.
fn global() -> impl Iterator<Item = &'static Case> {
    [types::ALL, filters::ALL, pages::ALL, ddl::ALL].into_iter().flatten().copied().flatten()
}

/// Runs all cases on one backend as a test target without a harness. Arguments are those of `cargo test`.
pub fn main(kind: Kind) {
    let arguments = Arguments::from_args();
    let without_tenants: Vec<&str> = global().map(|case| case.name).collect();
    let trials = all()
        .filter(|case| kind != Kind::PostgresRls || !without_tenants.contains(&case.name))
        .filter(|case| case.only.is_none_or(|only| only == kind))
        .map(|case| {
            let name = format!("{kind} {}", case.name.trim_start_matches("ennead_suite::"));
            Trial::test(name, move || {
                let runtime =
                    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
                runtime.block_on((case.run)(Bed::new(kind)));
                Ok(())
            })
        })
        .collect();
    libtest_mimic::run(&arguments, trials).exit();
}
