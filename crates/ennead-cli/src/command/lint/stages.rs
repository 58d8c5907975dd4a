//! The transactions of a migration's script, by line.

use std::collections::BTreeMap;

use ennead::migrate::{Script, StageKind};
use ennead_lint::Transactions;

/// Of each line on which a statement begins, the stage that it runs in.
#[derive(Debug)]
pub(super) struct Stages {
    lines: BTreeMap<usize, (usize, StageKind)>,
}

impl Stages {
    pub(super) fn of(script: &Script) -> Self {
        let mut lines = BTreeMap::new();
        for (number, stage) in script.stages().into_iter().enumerate() {
            for statement in script.statements().get(stage.statements).unwrap_or_default() {
                lines.insert(statement.line, (number, stage.kind));
            }
        }
        Self { lines }
    }
}

impl Transactions for Stages {
    fn of(&self, line: usize) -> Option<usize> {
        // One that is not known is taken to be with the one above it.
        let (_, (number, kind)) = self.lines.range(..=line).next_back()?;
        (*kind == StageKind::Transaction).then_some(*number)
    }

    fn is_batched(&self, line: usize) -> bool {
        self.lines.get(&line).is_some_and(|(_, kind)| *kind == StageKind::Batches)
    }
}
