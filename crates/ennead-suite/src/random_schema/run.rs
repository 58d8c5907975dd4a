//! One pair of schemas: there and back, judged.

use ennead::migrate::{
    self, Change, ColumnHint, Diff, Fill, HazardKind, Hints, Name, PlanOptions, Snapshot, Step, ValueHint,
};
use ennead::{Db, Error};
use ennead_lint::{Group, Options, Script};

use super::model::{Table, World};
use super::pool;
use super::site::{Kept, Site, canonical};
use crate::judge::{Facts, differences};

/// Two schemas, of which one was edited into the other.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pair {
    pub(super) from: World,
    pub(super) to: World,
    pub(super) online: bool,
}

/// How it went.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Went {
    /// Changes that were made.
    pub(super) changes: usize,
    /// Statements that were run.
    pub(super) steps: usize,
    /// Directions in which rows were refused that do not fit; without rows they passed.
    pub(super) refused: usize,
    /// Rows that were compared.
    pub(super) rows: usize,
}

/// Two databases to try pairs in.
pub(super) struct Sites {
    pub(super) a: Site,
    pub(super) b: Site,
}

impl Sites {
    /// Runs a pair with rows, and without where rows do not fit.
    pub(super) async fn run(&mut self, pair: &Pair) -> Result<Went, String> {
        let went = self.once(pair, true).await?;
        if went.refused == 0 {
            return Ok(went);
        }
        let without = self.once(pair, false).await?;
        if without.refused > 0 {
            return Err("an empty database refuses rows".to_owned());
        }
        Ok(Went { changes: without.changes, steps: without.steps, ..went })
    }

    async fn once(&mut self, pair: &Pair, rows: bool) -> Result<Went, String> {
        let Pair { from, to, online } = pair;
        self.a.load(from, rows.then_some(to)).await?;
        self.b.load(to, None).await?;
        let (here, there) = (read(&self.a.db().await).await?, read(&self.b.db().await).await?);
        let (facts_a, facts_b) = (self.a.facts().await, self.b.facts().await);
        let hints = hints(from, to);
        let mut went = Went::default();
        let forward = migrate::diff(&here, &there, &hints);
        let mut way = Way {
            now: from,
            next: to,
            facts: &facts_a,
            goal: &facts_b,
            was: &here,
            snapshot: &there,
            online: *online,
        };
        if !self.way(&forward, &way, &mut went).await.map_err(|failure| format!("forward: {failure}"))? {
            return Ok(went);
        }
        let back = migrate::diff(&there, &here, &hints.reversed());
        way = Way {
            now: to,
            next: from,
            facts: &facts_b,
            goal: &facts_a,
            was: &there,
            snapshot: &here,
            online: *online,
        };
        self.way(&back, &way, &mut went).await.map_err(|failure| format!("back: {failure}"))?;
        Ok(went)
    }

    /// Goes one way in the first database; false where its rows were refused.
    async fn way(&mut self, diff: &Diff, way: &Way<'_>, went: &mut Went) -> Result<bool, String> {
        let options = PlanOptions { online: way.online, fills: fills(diff, way.next) };
        let steps = migrate::plan(diff, &options);
        let before = self.a.rows(way.now, way.next).await;
        let db = self.a.db().await;
        let told = |failure: String| {
            let plan: String = steps.iter().map(|step| format!("  {};\n", step.sql)).collect();
            format!("{failure}\nplan:\n{plan}")
        };
        went.changes += diff.changes.len();
        went.steps += steps.len();
        linted(way.was, &steps).map_err(told)?;
        if let Err(error) = migrate::apply(&db, &steps).await {
            if !is_of_rows(&error) || !steps.iter().any(warns) {
                return Err(told(format!("{error} ({:?})", error.code())));
            }
            went.refused += 1;
            if !way.online {
                let left = differences(&self.a.facts().await, way.facts);
                if !left.is_empty() || self.a.rows(way.now, way.next).await != before {
                    return Err(told(format!("it failed and left something: {left:?}")));
                }
                return Ok(false);
            }
            if steps.iter().any(|step| step.sql.contains("RENAME")) {
                return Ok(false);
            }
            // What was done by then stays, and the rest is found by another look.
            self.a.clear(way.now).await;
            let rest = migrate::diff(&read(&db).await?, way.snapshot, &Hints::default());
            let rest = migrate::plan(&rest, &options);
            let again = migrate::apply(&db, &rest).await;
            again.map_err(|error| told(format!("after what failed: {error}\n{rest:#?}")))?;
            self.reached(way, &db).await.map_err(|failure| told(format!("after what failed: {failure}")))?;
            return Ok(false);
        }
        self.reached(way, &db).await.map_err(told)?;
        let after = self.a.rows(way.next, way.now).await;
        went.rows += after.values().map(Vec::len).sum::<usize>();
        compare(way, &before, &after).map_err(told)?;
        Ok(true)
    }

    async fn reached(&mut self, way: &Way<'_>, db: &Db) -> Result<(), String> {
        let left = differences(&self.a.facts().await, way.goal);
        if !left.is_empty() {
            return Err(format!("the judge sees\n  {}", left.join("\n  ")));
        }
        let again = migrate::diff(&read(db).await?, way.snapshot, &Hints::default());
        if again.is_empty() { Ok(()) } else { Err(format!("a second diff finds {:?}", again.changes)) }
    }
}

/// The lint reads every statement of the plan, and says of data that is gone what the plan's facts say.
fn linted(was: &Snapshot, steps: &[Step]) -> Result<(), String> {
    let sql: String = steps.iter().map(|step| format!("{};\n", step.sql)).collect();
    let script = Script { sql: &sql, dialect: was.dialect, before: Some(was), transaction: None };
    let findings = ennead_lint::lint(&script, &Options::default());
    if let Some(unreadable) = findings.iter().find(|one| one.rule.name == "unreadable") {
        return Err(format!("the lint cannot read line {}: {}", unreadable.line, unreadable.message));
    }
    let gone: Vec<&str> = findings
        .iter()
        .filter(|one| one.rule.group == Group::Destructive && one.rule.name != "narrow-type")
        .map(|one| one.message.as_str())
        .collect();
    let hazards = steps.iter().flat_map(|step| &step.hazards);
    let told: Vec<&str> = hazards
        .filter(|hazard| hazard.kind == HazardKind::DeletesData)
        .map(|hazard| hazard.reason.as_str())
        .collect();
    if gone.is_empty() == told.is_empty() {
        return Ok(());
    }
    Err(format!("of data that is gone the lint says {gone:?}, and the plan {told:?}"))
}

struct Way<'a> {
    now: &'a World,
    next: &'a World,
    facts: &'a Facts,
    goal: &'a Facts,
    was: &'a Snapshot,
    snapshot: &'a Snapshot,
    online: bool,
}

async fn read(db: &Db) -> Result<Snapshot, String> {
    let snapshot = migrate::introspect(db).await.map_err(|error| error.to_string())?;
    let strange: Vec<String> =
        snapshot.unmodelled.iter().filter(|thing| !thing.is_access()).map(ToString::to_string).collect();
    if strange.is_empty() { Ok(snapshot) } else { Err(format!("not described: {}", strange.join(", "))) }
}

/// Whether the rows are to blame.
fn is_of_rows(error: &Error) -> bool {
    error.is_unique_violation()
        || error.is_foreign_key_violation()
        || error.is_check_violation()
        || error.code().is_some_and(|code| {
            // Postgres: classes 22 and 23; SQLite: constraints (19 and what extends it).
            code.starts_with("22")
                || code.starts_with("23")
                || code.parse::<i32>().is_ok_and(|code| code & 255 == 19)
        })
}

fn warns(step: &Step) -> bool {
    let told = |kind| step.hazards.iter().any(|hazard| hazard.kind == kind);
    told(HazardKind::DataDependent) || told(HazardKind::Narrows) || step.gives_nothing
}

fn compare(way: &Way<'_>, before: &Kept, after: &Kept) -> Result<(), String> {
    for (id, rows) in before {
        let (Some(now), Some(next)) = (way.now.table(*id), way.next.table(*id)) else { continue };
        if now.other_schema != next.other_schema {
            continue;
        }
        let was = filled(way, now, next, rows);
        let is = after.get(id).cloned().unwrap_or_default();
        if was != is {
            return Err(format!("the rows of {} were {was:?} and are {is:?}", now.name));
        }
    }
    Ok(())
}

/// The rows as they shall be: with something where they had nothing and must have.
fn filled(way: &Way<'_>, now: &Table, next: &Table, rows: &[Vec<String>]) -> Vec<Vec<String>> {
    let mut columns: Vec<_> = now
        .columns
        .iter()
        .filter(|column| column.generated.is_none())
        .filter_map(|column| next.column(column.id).filter(|other| other.generated.is_none()))
        .collect();
    columns.sort_by_key(|column| column.id);
    let mut rows = rows.to_vec();
    for row in &mut rows {
        for (value, column) in row.iter_mut().zip(&columns) {
            if value == "NULL" && column.not_null {
                let sql = pool::value(way.next, column.data_type, 3);
                let plain = sql.trim_start_matches('x').trim_matches('\'').replace("''", "'");
                *value = canonical(way.next, way.now, column, now, &plain);
            }
        }
    }
    rows.sort();
    rows
}

fn name(table: &Table) -> Name {
    Name { schema: table.other_schema.then(|| "other".to_owned()), name: table.name.clone() }
}

fn hints(from: &World, to: &World) -> Hints {
    let mut hints = Hints::default();
    for table in &to.tables {
        let Some(was) = from.table(table.id).filter(|was| was.other_schema == table.other_schema) else {
            continue;
        };
        if was.name != table.name {
            hints.tables.push((name(was), name(table)));
        }
        for column in &table.columns {
            if let Some(old) = was.column(column.id).filter(|old| old.name != column.name) {
                let (from, to) = (old.name.clone(), column.name.clone());
                hints.columns.push(ColumnHint { table: name(table), from, to });
            }
        }
    }
    for kind in &to.enums {
        let Some(was) = from.enumeration(kind.id) else { continue };
        if was.name != kind.name {
            hints.enums.push((Name::new(&was.name), Name::new(&kind.name)));
        }
        for (id, label) in &kind.labels {
            if let Some((_, old)) = was.labels.iter().find(|(other, old)| other == id && old != label) {
                let (name, from, to) = (Name::new(&kind.name), old.clone(), label.clone());
                hints.values.push(ValueHint { name, from, to });
            }
        }
    }
    hints
}

/// What rows get in columns that come to take no NULL.
fn fills(diff: &Diff, next: &World) -> Vec<Fill> {
    let mut fills = Vec::new();
    for change in &diff.changes {
        let (table, column) = match change {
            Change::AddColumn { table, column } => (table, column),
            Change::AlterColumn { table, to, .. } => (table, &**to),
            _ => continue,
        };
        let open = column.nullable || column.generated.is_some() || column.identity.is_some();
        let goal = next.tables.iter().find(|other| name(other) == *table);
        let goal = goal.and_then(|goal| goal.columns.iter().find(|other| other.name == column.name));
        if let Some(goal) = goal.filter(|_| !open) {
            let value = pool::value(next, goal.data_type, 3);
            fills.push(Fill { table: table.clone(), column: column.name.clone(), value });
        }
    }
    fills
}
