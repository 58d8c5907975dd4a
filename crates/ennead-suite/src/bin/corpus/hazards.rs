//! What plans and the lint tell of danger, beside what the cases say.

use std::collections::{BTreeMap, BTreeSet};

use ennead::Dialect;
use ennead::migrate::{HazardKind, Lock, Snapshot, Step};
use ennead_lint::{Group, Options, Script, Transactions};

/// What is told of one plan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Told {
    /// The words of the cases that the plan's own facts bear out.
    pub(crate) plan: BTreeSet<&'static str>,
    /// Whether the lint finds that data is gone.
    pub(crate) lint_deletes: bool,
    /// What the lint cannot read.
    pub(crate) unreadable: Vec<String>,
    /// The rules that fire.
    pub(crate) rules: BTreeSet<&'static str>,
}

/// Which transaction each step is in, by the line that it stands on.
#[derive(Debug)]
struct Lines(BTreeMap<usize, Option<usize>>);

impl Transactions for Lines {
    fn of(&self, line: usize) -> Option<usize> {
        self.0.get(&line).copied().flatten()
    }

    fn is_batched(&self, _line: usize) -> bool {
        false
    }
}

/// Judges a plan, by its facts and by its text.
pub(crate) fn judge(dialect: Dialect, before: &Snapshot, steps: &[Step]) -> Told {
    let (mut sql, mut line, mut lines, mut transaction) = (String::new(), 1, BTreeMap::new(), 0);
    for step in steps {
        transaction += usize::from(!step.transactional);
        lines.insert(line, step.transactional.then_some(transaction));
        sql.push_str(&format!("{};\n", step.sql));
        line += step.sql.matches('\n').count() + 1;
    }
    let script = Script { sql: &sql, dialect, before: Some(before), transaction: Some(&Lines(lines)) };
    let findings = ennead_lint::lint(&script, &Options::default());
    let destructive = |group: Group, name: &str| group == Group::Destructive && name != "narrow-type";
    Told {
        plan: facts(steps),
        lint_deletes: findings.iter().any(|one| destructive(one.rule.group, one.rule.name)),
        unreadable: findings
            .iter()
            .filter(|one| one.rule.group == Group::Script)
            .map(|one| format!("{}: {}", one.rule.name, one.message))
            .collect(),
        rules: findings.iter().map(|one| one.rule.name).collect(),
    }
}

/// The cases' words, in terms of a plan.
fn facts(steps: &[Step]) -> BTreeSet<&'static str> {
    let has = |kind: HazardKind| steps.iter().flat_map(|step| &step.hazards).any(|one| one.kind == kind);
    let says = |words: &[&str]| steps.iter().any(|step| words.iter().any(|word| step.sql.contains(word)));
    let all = [
        ("DeletesData", has(HazardKind::DeletesData)),
        ("AcquiresAccessExclusiveLock", steps.iter().any(|step| step.lock == Lock::All)),
        ("ImpactsDatabasePerformance", has(HazardKind::Locks) || steps.iter().any(|step| step.rewrite)),
        ("IndexBuild", says(&["CREATE INDEX", "CREATE UNIQUE INDEX", " UNIQUE (", " PRIMARY KEY ("])),
        ("IndexDropped", says(&["DROP INDEX", "DROP CONSTRAINT", "DROP COLUMN"])),
        ("Correctness", says(&["REPLICA IDENTITY"])),
    ];
    all.into_iter().filter(|(_, is)| *is).map(|(word, _)| word).collect()
}
