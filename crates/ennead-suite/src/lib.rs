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
pub mod aggregates;
pub mod api_keys;
pub mod append_only;
mod bed;
pub mod bulk;
pub mod by_name;
pub mod cancel;
pub mod cancelling;
pub mod connect;
pub mod contention;
pub mod context;
pub mod dataflow;
pub mod ddl;
pub mod deferred;
pub mod draw;
pub mod embedded_tenant;
pub mod encrypted;
pub mod errors;
pub mod faults;
pub mod filters;
pub mod http;
pub mod inputs;
mod item;
pub mod json_paths;
pub mod judge;
pub mod keys;
pub mod killed;
pub mod limits;
pub mod live_schema;
pub mod locks;
pub mod loose;
pub mod memory;
pub mod migrations;
pub mod nodes;
pub mod numbers;
mod observer;
pub mod operations;
pub mod outbox;
pub mod pages;
pub mod random_schema;
pub mod relations;
pub mod row_security;
pub mod runs;
pub mod schema_diff;
pub(crate) mod slowest;
pub mod soft_delete;
pub mod soft_flags;
pub mod soft_references;
pub mod statements;
pub mod streams;
pub mod syncing;
pub mod tenancy;
pub mod tls;
pub mod transactions;
pub mod types;
pub mod upsert;
pub mod validation;
pub mod versions;
mod watch;
pub mod witness;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use libtest_mimic::{Arguments, Trial};

pub use bed::{Bed, Kind, server};

/// A case: its name, and what runs it.
pub struct Case {
    pub name: &'static str,
    pub run: fn(Bed) -> Pin<Box<dyn Future<Output = ()> + Send>>,
    /// The one kind of database that it is about; all where `None`.
    pub only: Option<Kind>,
    /// When it does not run unless asked for.
    pub unless: Option<Unless>,
}

/// When a case is told as ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unless {
    /// Unless `cargo xtask pg` has set this variable; it does not where the server is given.
    Set(&'static str),
    /// Unless asked for with `--ignored`: it takes long.
    Asked,
}

/// Lists the cases of a module: `cases![this_holds, that_is_refused];` makes `pub const CASES`. Those about one kind of
/// database stand behind a semicolon: `cases![this_holds; PostgresRls: that_is_refused]`. Those that do not always run say
/// when: `cases![a_million_rows_go_through [Unless::Asked]]`.
#[macro_export]
macro_rules! cases {
    (@) => { None };
    (@ $unless:expr) => { Some($unless) };
    ($($name:ident $([$unless:expr])?),* $(,)? $(; $kind:ident: $($special:ident $([$when:expr])?),* $(,)?)*) => {
        pub const CASES: &[$crate::Case] = &[
            $($crate::Case {
                name: concat!(module_path!(), "::", stringify!($name)),
                run: |bed| Box::pin($name(bed)),
                only: None,
                unless: $crate::cases!(@ $($unless)?),
            },)*
            $($($crate::Case {
                name: concat!(module_path!(), "::", stringify!($special)),
                run: |bed| Box::pin($special(bed)),
                only: Some($crate::Kind::$kind),
                unless: $crate::cases!(@ $($when)?),
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
        validation::CASES,
        versions::CASES,
        nodes::CASES,
        http::CASES,
        api_keys::CASES,
        runs::CASES,
        soft_delete::CASES,
        soft_references::CASES,
        soft_flags::CASES,
        append_only::CASES,
        transactions::CASES,
        cancelling::CASES,
        locks::CASES,
        deferred::CASES,
        errors::CASES,
        context::CASES,
        statements::CASES,
        live_schema::CASES,
        syncing::CASES,
        row_security::CASES,
        cancel::CASES,
        connect::CASES,
        contention::CASES,
        faults::CASES,
        killed::CASES,
        limits::CASES,
        memory::CASES,
        migrations::SECURED,
        tls::CASES,
    ]
    .into_iter()
    .flatten()
    .chain(dataflow::ALL.iter().chain(relations::ALL).chain(aggregates::ALL).copied().flatten())
    .chain(witness::ALL.iter().chain(outbox::ALL).chain(json_paths::ALL).copied().flatten())
    .chain(encrypted::ALL.iter().chain(loose::ALL).copied().flatten())
    .chain(tenancy::all())
    .chain(global())
}

/// The cases whose models belong to no tenant, and those of what never comes to a database: row level security changes
/// nothing for them.
fn global() -> impl Iterator<Item = &'static Case> {
    [types::ALL, filters::ALL, pages::ALL, ddl::ALL, inputs::ALL, schema_diff::ALL, migrations::ALL]
        .into_iter()
        .flatten()
        .copied()
        .flatten()
        .chain(random_schema::CASES)
}

/// The cases of the operations themselves: those that run by name as well. The others are about connections, other faces
/// and what is sent, whoever asked for it.
fn operations() -> impl Iterator<Item = &'static Case> {
    [
        operations::CASES,
        embedded_tenant::CASES,
        numbers::CASES,
        keys::CASES,
        bulk::CASES,
        streams::CASES,
        upsert::CASES,
        validation::CASES,
        versions::CASES,
        soft_delete::CASES,
        soft_references::CASES,
        soft_flags::CASES,
        transactions::CASES,
        locks::CASES,
        deferred::CASES,
        errors::CASES,
        context::CASES,
        nodes::CASES,
    ]
    .into_iter()
    .chain(dataflow::ALL.iter().chain(relations::ALL).chain(aggregates::ALL).chain(json_paths::ALL).copied())
    .chain(loose::ALL.iter().copied())
    .chain([types::ALL, filters::ALL, pages::ALL].into_iter().flatten().copied())
    .flatten()
}

/// Runs all cases on one backend as a test target without a harness. Arguments are those of `cargo test`.
pub fn main(kind: Kind) {
    if memory::ran_as_child() || migrations::ran_as_child() || outbox::ran_as_child() {
        return;
    }
    let without_tenants: Vec<&str> = global().map(|case| case.name).collect();
    let cases = all().filter(|case| kind != Kind::PostgresRls || !without_tenants.contains(&case.name));
    run(&Arguments::from_args(), kind, &kind.to_string(), cases).exit();
}

/// Runs the cases of the operations on one backend by name: see [`by_name`].
pub fn main_by_name(kind: Kind) {
    by_name::begin();
    let arguments = Arguments::from_args();
    let conclusion = run(&arguments, kind, &format!("{kind} by name"), operations());
    let whole = arguments.filter.is_none() && arguments.skip.is_empty() && !arguments.list;
    if !arguments.list && !by_name::finish(whole) {
        std::process::exit(101);
    }
    conclusion.exit();
}

/// Runs the cases on one backend with every write witnessed, as if each model were observed: the same is expected of them.
pub fn main_witnessed(kind: Kind) {
    ennead::detour::witness_everything();
    let arguments = Arguments::from_args();
    let cases = operations().chain(tenancy::all());
    run(&arguments, kind, &format!("{kind} witnessed"), cases).exit();
}

fn run(
    arguments: &Arguments,
    kind: Kind,
    shown: &str,
    cases: impl Iterator<Item = &'static Case>,
) -> libtest_mimic::Conclusion {
    tenancy::recorder::install();
    let trials = cases
        .filter(|case| case.only.is_none_or(|only| only == kind))
        .map(|case| {
            let name = format!("{shown} {}", case.name.trim_start_matches("ennead_suite::"));
            let trial = Trial::test(name, move || {
                let log = Arc::new(watch::Log::default());
                let of_threads = Arc::clone(&log);
                let runtime = tokio::runtime::Builder::new_multi_thread()
                    .worker_threads(2)
                    .on_thread_start(move || watch::enter(Some(Arc::clone(&of_threads))))
                    .enable_all()
                    .build()?;
                let of_case = Arc::clone(&log);
                let bed = Bed::new(kind);
                let made = bed.made();
                let run = move || {
                    watch::enter(Some(of_case));
                    runtime.block_on((case.run)(bed));
                    watch::enter(None);
                };
                let clock = slowest::Clock::begin(case.name);
                let ran = with_room(run);
                made.clear();
                drop(clock);
                ran.map_err(|panic| libtest_mimic::Failed::from(told(&*panic)))?;
                with_room(move || watch::judge(kind, &log))
                    .map_err(|_| libtest_mimic::Failed::from("a statement carries no tenant, see above"))
            });
            match case.unless {
                Some(Unless::Set(variable)) if std::env::var_os(variable).is_none() => {
                    trial.with_kind(format!("needs {variable}")).with_ignored_flag(true)
                }
                Some(Unless::Asked) => trial.with_kind("takes long").with_ignored_flag(true),
                _ => trial,
            }
        })
        .collect();
    let conclusion = libtest_mimic::run(arguments, trials);
    watch::report(kind);
    slowest::report(shown);
    conclusion
}

/// Runs work on a thread with much room: a case that is one long function has, without optimization, a frame of hundreds
/// of kilobytes, and the parser of statements recurses over filters that are nested as deep as the library lets them.
pub(crate) fn with_room(work: impl FnOnce() + Send + 'static) -> std::thread::Result<()> {
    let spawned = std::thread::Builder::new().stack_size(256 << 20).spawn(work);
    spawned.expect("a thread for a case").join()
}

/// What a panic said.
fn told(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no text");
    format!("test panicked: {text}")
}
