//! The table: each way to write, with an observer that lets it, refuses it, or panics, alone and in transactions.

use std::sync::{Arc, Mutex};

use ennead::prelude::*;
use ennead::{Change, ChangeKind, Observer, ObserverScope, Write};

use super::paths::*;
use crate::Bed;

/// What the observer does beside writing down what it sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mood {
    Quiet,
    RefusesBefore,
    RefusesAfter,
    PanicsBefore,
    PanicsAfter,
    FailsCommitted,
    PanicsCommitted,
}

/// Writes down what it sees.
#[derive(Clone)]
pub(super) struct Scribe {
    pub(super) seen: Arc<Mutex<Vec<String>>>,
    pub(super) mood: Arc<Mutex<Mood>>,
}

impl Scribe {
    pub(super) fn new() -> Self {
        Self { seen: Arc::default(), mood: Arc::new(Mutex::new(Mood::Quiet)) }
    }

    fn mood(&self) -> Mood {
        *self.mood.lock().unwrap()
    }

    fn set(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    fn note(&self, line: String) {
        self.seen.lock().unwrap().push(line);
    }

    pub(super) fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.seen.lock().unwrap())
    }

    fn does(&self, refuses: Mood, panics: Mood) -> Result<(), Error> {
        if self.mood() == panics {
            // Without a word of the hook of panics.
            std::panic::resume_unwind(Box::new("an observer's own"));
        }
        if self.mood() == refuses { Err(refusal()) } else { Ok(()) }
    }
}

fn refusal() -> Error {
    Error::new(ennead::ErrorKind::Validation, "refused by an observer")
}

pub(super) fn told(change: &Change<Thing>) -> String {
    let row = change.after.as_ref().or(change.before.as_ref()).unwrap();
    let (kind, before, after) = match change.kind {
        ChangeKind::Created => ("created", false, true),
        ChangeKind::Updated => ("updated", true, true),
        ChangeKind::SoftDeleted => ("soft-deleted", true, true),
        ChangeKind::Restored => ("restored", true, true),
        ChangeKind::Deleted => ("deleted", true, false),
        _ => panic!("a kind that is not known"),
    };
    assert_eq!((change.before.is_some(), change.after.is_some()), (before, after), "{kind}");
    if let (Some(before), Some(after)) = (&change.before, &change.after) {
        assert_eq!(before.id, after.id);
        assert_eq!(before.version + 1, after.version, "the one is what the other became");
    }
    format!("{kind} {}", row.id)
}

impl Observer<Thing> for Scribe {
    async fn before(&self, write: Write<'_, Thing>, scope: &ObserverScope) -> Result<(), Error> {
        assert!(scope.tenant().is_some());
        let ids = |things: &[Thing]| things.iter().map(|thing| thing.id.clone()).collect::<Vec<_>>();
        let (what, mut ids) = match write {
            Write::Create(rows) => {
                ("create", rows.iter().filter_map(|row| row.get(Thing::ID).unwrap()).collect())
            }
            Write::Update(parts) => ("update", parts.iter().flat_map(|part| ids(part.rows())).collect()),
            Write::Delete(things) => ("delete", ids(&things)),
            Write::Restore(things) => ("restore", ids(&things)),
            _ => panic!("a write that is not known"),
        };
        ids.sort();
        self.note(format!("before {what} {}", ids.join(" ")));
        self.does(Mood::RefusesBefore, Mood::PanicsBefore)
    }

    async fn after(&self, changes: &[Change<Thing>], scope: &ObserverScope) -> Result<(), Error> {
        let mut lines: Vec<String> = changes.iter().map(told).collect();
        lines.sort();
        for line in lines {
            Remark::create(NewRemark { text: line.clone() }).run(scope).await?;
            self.note(format!("after {line}"));
        }
        self.does(Mood::RefusesAfter, Mood::PanicsAfter)
    }

    async fn committed(&self, changes: &[Change<Thing>]) -> Result<(), Error> {
        let mut lines: Vec<String> = changes.iter().map(told).collect();
        lines.sort();
        lines.into_iter().for_each(|line| self.note(format!("committed {line}")));
        self.does(Mood::FailsCommitted, Mood::PanicsCommitted)
    }
}

/// The lines of one sort, without the word for it.
pub(super) fn lines(seen: &[String], sort: &str) -> Vec<String> {
    let mut all: Vec<String> =
        seen.iter().filter_map(|line| Some(line.strip_prefix(sort)?.trim().to_owned())).collect();
    all.sort();
    all
}

async fn remarks(tenant: &Tenant) -> Vec<String> {
    let all = Remark::list().order_by(Remark::TEXT.asc()).run(tenant).await.unwrap();
    all.into_iter().map(|remark| remark.text).collect()
}

async fn every_path_is_observed(bed: Bed) {
    let scribe = Scribe::new();
    let db = bed.db_with(&schema(), Db::builder().observe::<Thing>(scribe.clone())).await;
    for (at, path) in PATHS.iter().enumerate() {
        let mut changes: Vec<&str> = path.changes().to_vec();
        changes.sort_unstable();
        let begun = async |name: &str| {
            let tenant = db.tenant(format!("t{at}-{name}")).unwrap();
            scribe.set(Mood::Quiet);
            begin(&tenant).await;
            Remark::bulk_delete().all_rows().run(&tenant).await.unwrap();
            scribe.take();
            tenant
        };

        // Alone.
        let tenant = begun("alone").await;
        path.run(&tenant).await.unwrap();
        let seen = scribe.take();
        assert!(!lines(&seen, "before").is_empty(), "{path:?}: asked first");
        assert_eq!(lines(&seen, "after"), changes, "{path:?}");
        assert_eq!(lines(&seen, "committed"), changes, "{path:?}");
        assert_eq!(remarks(&tenant).await, changes, "{path:?}");

        // In a transaction: committed with it.
        let tenant = begun("transaction").await;
        tenant
            .transaction(async |tx| {
                path.run(tx).await?;
                assert_eq!(lines(&scribe.seen.lock().unwrap(), "committed"), [""; 0], "{path:?}");
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
        assert_eq!(lines(&scribe.take(), "committed"), changes, "{path:?}");

        // A transaction that is rolled back, and a nested one that is, take everything with them.
        let tenant = begun("undone").await;
        let whole = rows(&tenant).await;
        let undone = tenant.transaction(async |tx| {
            path.run(tx).await?;
            Err::<(), Error>(Error::invalid("enough"))
        });
        assert!(undone.await.unwrap_err().is_invalid_input());
        tenant
            .transaction(async |tx| {
                let nested = tx.transaction(async |tx| {
                    path.run(tx).await?;
                    Err::<(), Error>(Error::invalid("enough"))
                });
                assert!(nested.await.unwrap_err().is_invalid_input());
                Remark::create(NewRemark { text: "kept".into() }).run(tx).await?;
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
        assert_eq!(lines(&scribe.take(), "committed"), [""; 0], "{path:?}");
        assert_eq!(rows(&tenant).await, whole, "{path:?}");
        assert_eq!(remarks(&tenant).await, ["kept"], "{path:?}");

        // A nested one that lasts is told once, at the end of the whole.
        let tenant = begun("nested").await;
        tenant
            .transaction(async |tx| {
                tx.transaction(async |tx| path.run(tx).await).await?;
                assert_eq!(lines(&scribe.seen.lock().unwrap(), "committed"), [""; 0], "{path:?}");
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
        assert_eq!(lines(&scribe.take(), "committed"), changes, "{path:?}");

        // An observer that fails: nothing half done, and the connection serves the next one.
        let tenant = begun("refused").await;
        let whole = rows(&tenant).await;
        for mood in [Mood::RefusesBefore, Mood::PanicsBefore, Mood::RefusesAfter, Mood::PanicsAfter] {
            let late = matches!(mood, Mood::RefusesAfter | Mood::PanicsAfter);
            if late && changes.is_empty() {
                continue;
            }
            scribe.set(mood);
            let error = path.run(&tenant).await.unwrap_err();
            let refused = matches!(mood, Mood::RefusesBefore | Mood::RefusesAfter);
            assert_eq!((error.is_validation(), error.is_observer()), (refused, !refused), "{path:?} {error}");
            assert!(!error.to_string().contains("own"), "what a panic says stays out of the error");
            let nested = tenant.transaction(async |tx| {
                assert!(path.run(tx).await.is_err(), "{path:?}");
                // It refused by itself and not the database: the transaction goes on.
                Remark::create(NewRemark { text: "went on".into() }).run(tx).await?;
                Remark::bulk_delete().all_rows().run(tx).await?;
                Ok::<_, Error>(())
            });
            nested.await.unwrap();
            scribe.set(Mood::Quiet);
            assert_eq!(lines(&scribe.take(), "committed"), [""; 0], "{path:?}");
            assert_eq!(rows(&tenant).await, whole, "{path:?} {mood:?}");
            assert_eq!(remarks(&tenant).await, [""; 0], "{path:?} {mood:?}");
        }

        // Behind the commit nothing can be undone.
        for mood in [Mood::FailsCommitted, Mood::PanicsCommitted] {
            let tenant = begun(&format!("late-{mood:?}")).await;
            scribe.set(mood);
            path.run(&tenant).await.unwrap();
            assert_eq!(remarks(&tenant).await, changes, "{path:?}");
        }
    }
}

crate::cases![every_path_is_observed];
