//! Every statement that the suite sends, judged at each case's end: a tenant's statement carries the bound tenant on each
//! of its tables, and one without a scope touches no tenant's table.
//!
//! A case has a runtime of its own, whose threads know the case: statements of tasks that it spawns are its, too.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use ennead::{ModelDef, Schema};
use sqlparser::dialect::{Dialect, PostgreSqlDialect, SQLiteDialect};

use crate::Kind;
use crate::tenancy::rules::Rules;

/// What a case sent, and the models of the databases that it made.
#[derive(Default)]
pub(crate) struct Log {
    sent: Mutex<BTreeSet<(String, String)>>,
    models: Mutex<Vec<&'static ModelDef>>,
}

/// All cases of this run together.
static SENT: AtomicU64 = AtomicU64::new(0);
static JUDGED: AtomicU64 = AtomicU64::new(0);
static BYPASS: AtomicU64 = AtomicU64::new(0);

thread_local! {
    static CASE: RefCell<Option<Arc<Log>>> = const { RefCell::new(None) };
}

/// From here on, what this thread sends is the case's.
pub(crate) fn enter(log: Option<Arc<Log>>) {
    let _ = CASE.try_with(|case| *case.borrow_mut() = log);
}

/// A statement that is sent, and the kind of scope that sends it.
pub(crate) fn sent(scope: &str, sql: &str) {
    // A thread that ends has no case any more.
    let _ = CASE.try_with(|case| {
        if let Some(log) = &*case.borrow() {
            SENT.fetch_add(1, Ordering::Relaxed);
            log.sent.lock().unwrap().insert((scope.to_owned(), sql.to_owned()));
        }
    });
}

/// The case made a database with these tables.
pub(crate) fn knows(schema: &Schema) {
    // A thread that ends has no case any more.
    let _ = CASE.try_with(|case| {
        if let Some(log) = &*case.borrow() {
            let mut models = log.models.lock().unwrap();
            for model in schema.models() {
                if !models.iter().any(|known| std::ptr::eq(*known, *model)) {
                    models.push(model);
                }
            }
        }
    });
}

/// The same, for a schema that a case creates by itself.
pub(crate) fn known(schema: Schema) -> Schema {
    knows(&schema);
    schema
}

/// Fails the case where a statement of it carries no tenant.
pub(crate) fn judge(kind: Kind, log: &Log) {
    if cfg!(ennead_sabotage) {
        return;
    }
    // Some cases of Postgres open SQLite beside it: what has a bare `?` for a bind is SQLite's.
    let dialect = |sql: &str| -> &'static (dyn Dialect + Sync) {
        let bare = sql.contains("= ?") || sql.contains("(?");
        if kind == Kind::Sqlite || bare { &SQLiteDialect {} } else { &PostgreSqlDialect {} }
    };
    let rules = Rules::of(log.models.lock().unwrap().clone());
    let sent = log.sent.lock().unwrap();
    let all: Vec<&str> = sent.iter().map(|(_, sql)| sql.as_str()).collect();
    // Tasks of a case run side by side, so a parent is asked for before in the case, and not in the statement before.
    let before = all.join("\n");
    let mut wrong = Vec::new();
    for (scope, sql) in sent.iter() {
        // Which reference held a row back that was to be deleted: asked of one's own rows, in the tables that name them.
        if sql.contains(" AS \"ennead_child\" WHERE ") {
            continue;
        }
        let judged = match scope.as_str() {
            "tenant" => rules.check(dialect(sql), sql, Some(&before)),
            // Of the library's own rows, a scope without a tenant sees and writes those of no tenant, and says so.
            "none" if sql.contains("\"ennead_audit\"") || sql.contains("\"ennead_outbox\"") => {
                rules.check(dialect(sql), sql, Some(&before))
            }
            "none" => rules.touches_no_tenant(dialect(sql), sql),
            "across_tenants" => {
                BYPASS.fetch_add(1, Ordering::Relaxed);
                continue;
            }
            other => Err(format!("an unknown scope {other:?}")),
        };
        JUDGED.fetch_add(1, Ordering::Relaxed);
        if let Err(why) = judged {
            wrong.push(format!("{scope}: {why}: {sql}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} statements carry no tenant:\n  {}",
        wrong.len(),
        wrong[..wrong.len().min(8)].join("\n  ")
    );
}

/// What was judged in the whole run.
pub(crate) fn report(kind: Kind) {
    println!(
        "statements {kind}: {} sent; of the distinct ones of each case {} judged, {} by the bypass",
        SENT.load(Ordering::Relaxed),
        JUDGED.load(Ordering::Relaxed),
        BYPASS.load(Ordering::Relaxed),
    );
}
