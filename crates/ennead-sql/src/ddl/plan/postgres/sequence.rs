//! Sequences.

use ennead_core::constraints::quote;
use ennead_core::diff::{Change, CommentOn};
use ennead_core::snapshot::{Name, Sequence, SequenceOptions};

use super::{HazardKind, Lock, Phase, Planner, Step};
use crate::ddl::{literal, postgres};

impl Planner<'_> {
    pub(super) fn sequence(&mut self, change: &Change) {
        match change {
            Change::CreateSequence(sequence) => {
                self.add(Phase::Sequences, Step::new(postgres::create_sequence(sequence), Lock::None));
                self.own(sequence);
                let on = CommentOn::Sequence(sequence.full_name());
                self.comment(postgres::comment(&on, sequence.comment.as_deref()));
                // A column that had rows before it was counted: the count goes on behind them.
                if let Some((table, column)) = &sequence.owned_by
                    && self.old_column(table, column).is_some()
                    && self.is_whole_number(table, column)
                    && !self.dependents.rebuilt.contains(&(table.clone(), column.clone()))
                {
                    let sequence_name = literal::text(&sequence.full_name().sql());
                    let step = count_on(&sequence_name, table, column, &sequence.options);
                    self.add(Phase::OwnSequences, step);
                }
            }
            Change::DropSequence(sequence) => {
                let owner = sequence.owned_by.as_ref();
                if owner.is_some_and(|(table, column)| self.is_dropped(table, column)) {
                    return;
                }
                let name = sequence.full_name();
                let step = Step::new(format!("DROP SEQUENCE {}", name.sql()), Lock::None)
                    .hazard(HazardKind::DeletesData, format!("how far {name} counted is forgotten"));
                self.add(Phase::DropSequences, step);
            }
            Change::RenameSequence { from, to } => {
                let sql = format!("ALTER SEQUENCE {} RENAME TO {}", from.sql(), quote(&to.name));
                self.add(Phase::Renames, Step::new(sql, Lock::All));
            }
            Change::AlterSequence { from, to } => {
                if from.owned_by != to.owned_by {
                    if from.owned_by.is_some() {
                        let sql = format!("ALTER SEQUENCE {} OWNED BY NONE", to.full_name().sql());
                        self.add(Phase::FreeSequences, Step::new(sql, Lock::None));
                    }
                    self.own(to);
                }
                let name = to.full_name();
                for sql in alter_options(&name, &from.options, &to.options) {
                    self.add(Phase::Sequences, Step::new(sql, Lock::Writes));
                }
                if from.unlogged != to.unlogged {
                    let how = if to.unlogged { "UNLOGGED" } else { "LOGGED" };
                    let sql = format!("ALTER SEQUENCE {} SET {how}", name.sql());
                    self.add(Phase::Sequences, Step::new(sql, Lock::All));
                }
            }
            _ => {}
        }
    }

    /// Whether the column's values are such as a sequence counts; a sequence may go with any column.
    fn is_whole_number(&self, table: &Name, column: &str) -> bool {
        let table = self.diff.to.table_named(table);
        let column = table.and_then(|table| table.column(column));
        column.is_some_and(|column| matches!(column.data_type.as_str(), "smallint" | "integer" | "bigint"))
    }

    fn own(&mut self, sequence: &Sequence) {
        if let Some(sql) = postgres::own_sequence(sequence) {
            self.add(Phase::OwnSequences, Step::new(sql, Lock::Schema));
        }
    }
}

/// Goes on counting behind the rows that are there. `sequence` is an SQL expression.
pub(super) fn count_on(sequence: &str, table: &Name, column: &str, options: &SequenceOptions) -> Step {
    let column = quote(column);
    let (start, step) = (options.start, options.increment);
    let next = if step < 0 {
        format!("least(coalesce(min({column}) + ({step}), {start}), {start})")
    } else {
        format!("greatest(coalesce(max({column}) + {step}, {start}), {start})")
    };
    let sql = format!("SELECT pg_catalog.setval({sequence}, {next}, false) FROM {}", table.sql());
    Step::new(sql, Lock::None)
}

/// Where the bounds come to exclude what was within, the sequence is moved into the new ones between.
pub(super) fn alter_options(name: &Name, from: &SequenceOptions, to: &SequenceOptions) -> Vec<String> {
    if from == to {
        return Vec::new();
    }
    let name = name.sql();
    let all = |options: &SequenceOptions| {
        let cycle = if options.cycle { "CYCLE" } else { "NO CYCLE" };
        format!(
            "ALTER SEQUENCE {name} AS {} INCREMENT BY {} MINVALUE {} MAXVALUE {} START WITH {} CACHE {} {cycle}",
            options.data_type, options.increment, options.min, options.max, options.start, options.cache
        )
    };
    if to.min <= from.min && to.max >= from.max {
        return vec![all(to)];
    }
    let wider = SequenceOptions::of_type(&from.data_type).max >= SequenceOptions::of_type(&to.data_type).max;
    let between = SequenceOptions {
        data_type: if wider { from.data_type.clone() } else { to.data_type.clone() },
        min: from.min.min(to.min),
        max: from.max.max(to.max),
        ..from.clone()
    };
    let (min, max) = (to.min, to.max);
    let moved = format!(
        "SELECT pg_catalog.setval({}, greatest(least(last_value, {max}), {min}), is_called AND last_value BETWEEN {min} AND {max}) FROM {name}",
        literal::text(&name)
    );
    vec![all(&between), moved, all(to)]
}
