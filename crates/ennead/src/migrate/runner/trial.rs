//! All migrations on a database that is thrown away: up, down, and up again, with rows in the tables.

use ennead_core::diff::Diff;
use ennead_core::{Dialect, Error, ErrorKind};
use ennead_sql::ddl::{PlanOptions, plan};

use super::progress::head;
use super::session::Session;
use super::{Runner, rows};
use crate::introspect;
use crate::migrate::migration::Migration;

/// What a trial of migrations found; it ran to its end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Trial {
    /// How many rows were put into tables, all together.
    pub rows: usize,
    /// The tables that no row could be put into, and why: nothing is known of how the migrations treat theirs.
    pub without_rows: Vec<String>,
    /// Where rows went: `0003_split up: people had 3 rows and has 0`.
    pub lost: Vec<String>,
}

/// How many rows each table gets.
const ROWS: usize = 3;

impl Runner<'_> {
    /// Tries all migrations on an empty database: each up, with rows in its tables, then each down, then all up again. After
    /// each way the database must hold what the snapshot of its last migration says, and with none of them nothing.
    ///
    /// # Errors
    /// `is_invalid_input` where the database is not empty; `is_conflict` where a migration does not lead where its snapshot
    /// says, or leaves something behind; those of [`up`](Self::up) and [`down`](Self::down).
    pub async fn trial(&self) -> Result<Trial, Error> {
        let there = introspect::introspect(self.db).await?;
        if !there.tables.is_empty() {
            return Err(Error::invalid(
                "migrations are tried on an empty database, and this one has tables: make one for it",
            ));
        }
        let mut trial = Trial::default();
        let all: Vec<&Migration> = self.migrations.all().iter().collect();
        // Both times with rows: the second time in tables that were dropped and made again.
        for is_first in [true, false] {
            for (at, migration) in all.iter().enumerate() {
                let before = self.counts(at.checked_sub(1).and_then(|at| all.get(at).copied())).await?;
                self.up_to(migration.version()).await?;
                if is_first {
                    self.must_be_as_said(migration).await?;
                }
                let now = self.counts(Some(migration)).await?;
                missing(&format!("{migration} up"), &before, &now, &mut trial.lost);
                self.fill(migration, &mut trial).await?;
            }
            if !is_first {
                break;
            }
            for at in (0..all.len()).rev() {
                let Some(migration) = all.get(at) else { continue };
                let earlier = at.checked_sub(1).and_then(|at| all.get(at).copied());
                let before = self.counts(Some(migration)).await?;
                self.down_to(earlier.map(Migration::version)).await?;
                match earlier {
                    None => same("the way down leaves something behind", &self.verify().await?)?,
                    Some(earlier) => {
                        let what =
                            format!("{migration} reversed leads elsewhere than to what {earlier} left");
                        same(&what, &self.verify().await?)?;
                    }
                }
                let now = self.counts(earlier).await?;
                missing(&format!("{migration} down"), &before, &now, &mut trial.lost);
            }
        }
        trial.lost.sort();
        trial.lost.dedup();
        trial.without_rows.sort();
        trial.without_rows.dedup();
        Ok(trial)
    }

    async fn must_be_as_said(&self, migration: &Migration) -> Result<(), Error> {
        let found = self.verify().await?;
        same(&format!("{migration} leads elsewhere than its snapshot.json says"), &found)
    }

    /// The rows of each table that a migration leaves.
    async fn counts(&self, migration: Option<&Migration>) -> Result<Vec<(String, u64)>, Error> {
        let Some(snapshot) = migration.and_then(|migration| migration.snapshot(self.dialect())) else {
            return Ok(Vec::new());
        };
        let mut session = Session::new(self.db);
        let kind = if self.dialect() == Dialect::Postgres { "::text" } else { " || ''" };
        let mut counts = Vec::new();
        for table in &snapshot.tables {
            let name = table.full_name();
            let counted = session.texts(&format!("SELECT count(*){kind} FROM {}", name.sql())).await?;
            let count = counted.first().and_then(|text| text.parse().ok()).unwrap_or(0);
            counts.push((name.to_string(), count));
        }
        Ok(counts)
    }

    /// Puts rows into the tables that have none, those first that others refer to.
    async fn fill(&self, migration: &Migration, trial: &mut Trial) -> Result<(), Error> {
        let Some(snapshot) = migration.snapshot(self.dialect()) else { return Ok(()) };
        let empty: Vec<String> = self
            .counts(Some(migration))
            .await?
            .into_iter()
            .filter(|(_, count)| *count == 0)
            .map(|(name, _)| name)
            .collect();
        let mut session = Session::new(self.db);
        for table in ennead_sql::ddl::in_order(snapshot) {
            let name = table.full_name().to_string();
            if !empty.contains(&name) {
                continue;
            }
            for row in 1..=ROWS {
                let sql = rows::insert(snapshot, table, row, true);
                if session.run(&sql).await.is_ok() {
                    trial.rows += 1;
                    continue;
                }
                let sql = rows::insert(snapshot, table, row, false);
                match session.run(&sql).await {
                    Ok(_) => trial.rows += 1,
                    Err(error) if row == 1 => {
                        trial.without_rows.push(format!("{name}: {error} [{}]", head(&sql)));
                        break;
                    }
                    // A unique constraint over few values: one row is enough.
                    Err(_) => break,
                }
            }
        }
        Ok(())
    }
}

fn missing(way: &str, before: &[(String, u64)], now: &[(String, u64)], lost: &mut Vec<String>) {
    for (table, had) in before {
        if let Some((_, has)) = now.iter().find(|(name, has)| name == table && has < had) {
            lost.push(format!("{way}: {table} had {had} rows and has {has}"));
        }
    }
}

/// Refuses a difference, and tells it as SQL.
fn same(what: &str, found: &Diff) -> Result<(), Error> {
    if found.is_empty() {
        return Ok(());
    }
    let mut told: Vec<String> =
        plan(found, &PlanOptions::default()).iter().map(|step| head(&step.sql)).collect();
    told.extend(found.unmodelled.iter().map(ToString::to_string));
    Err(Error::new(ErrorKind::Conflict, format!("{what}, by: {}", told.join("; "))))
}
