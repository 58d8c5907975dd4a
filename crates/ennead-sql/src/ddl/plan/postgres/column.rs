//! Columns that come, or change.

use ennead_core::constraints::quote;
use ennead_core::diff::{Change, mentions};
use ennead_core::snapshot::{Column, Identity, IdentitySequence, Name, SequenceOptions};

use super::sequence::{alter_options, count_on};
use super::{HazardKind, Lock, Phase, Planner, Step, convert};
use crate::ddl::{literal, render};

impl Planner<'_> {
    pub(super) fn add_column(&mut self, table: &Name, column: &Column) {
        let phase = if column.generated.is_some() { Phase::Generated } else { Phase::Columns };
        let bare = column.nullable
            || column.default.is_some()
            || column.generated.is_some()
            || column.identity.is_some();
        let fill = self.options.fill(table, &column.name).filter(|_| !bare);
        // A default takes no subquery: such a fill is an update of its own.
        let asks = fill.is_some_and(|fill| mentions(fill, "select"));
        let given = fill.filter(|_| !asks).map(str::to_owned);
        let shown = Column {
            default: given.or(column.default.clone()),
            nullable: column.nullable || asks,
            ..column.clone()
        };
        let sql = format!("ALTER TABLE {} ADD COLUMN {}", table.sql(), render::column(&shown));
        let mut step = Step::new(sql, Lock::All);
        let volatile = column.generated.is_some()
            || column.identity.is_some()
            || column.default.as_ref().is_some_and(|default| default.contains("nextval("));
        if volatile {
            let reason = format!("all of {table} is written anew");
            step = step.rewriting(true).hazard(HazardKind::Locks, reason);
        }
        if !bare && fill.is_none() {
            let reason = format!(
                "{table}.{} takes no NULL and has no default: it fails where {table} has rows",
                column.name
            );
            step = step.hazard(HazardKind::DataDependent, reason);
        }
        self.add(phase, step);
        let alter = format!("ALTER TABLE {} ALTER COLUMN {}", table.sql(), quote(&column.name));
        if asks {
            self.not_null(table, &alter, &column.name);
        } else if fill.is_some() {
            self.add(phase, Step::new(format!("{alter} DROP DEFAULT"), Lock::All));
        }
        if let Some(storage) = &column.storage {
            let sql = set_storage(table, &column.name, storage);
            self.add(phase, Step::new(sql, Lock::All));
        }
        let on = ennead_core::diff::CommentOn::Column(table.clone(), column.name.clone());
        self.comment(crate::ddl::postgres::comment(&on, column.comment.as_deref()));
    }

    pub(super) fn alter_column(&mut self, table: &Name, from: &Column, to: &Column) {
        let place = (table.clone(), to.name.clone());
        if self.dependents.rebuilt.contains(&place) {
            // Done with all that is rebuilt; see `rebuild`.
            return;
        }
        let alter = format!("ALTER TABLE {} ALTER COLUMN {}", table.sql(), quote(&to.name));
        if from.generated.is_some() && to.generated.is_none() {
            self.add(Phase::DropDefaults, Step::new(format!("{alter} DROP EXPRESSION"), Lock::All));
        }
        let retyped = self.dependents.retyped.contains(&place);
        self.defaults(&alter, from, to, retyped);
        if retyped {
            self.retype(table, &alter, from, to);
        }
        self.identity(table, &alter, from, to);
        if from.nullable && !to.nullable {
            self.not_null(table, &alter, &to.name);
        } else if !from.nullable && to.nullable {
            self.add(Phase::Columns, Step::new(format!("{alter} DROP NOT NULL"), Lock::All));
        }
        if from.storage != to.storage {
            let storage = to.storage.as_deref().unwrap_or_else(|| convert::usual_storage(&to.data_type));
            self.add(Phase::Tables, Step::new(set_storage(table, &to.name, storage), Lock::All));
        }
    }

    /// A default of another type, sequence or enumeration goes before these do.
    fn defaults(&mut self, alter: &str, from: &Column, to: &Column, retyped: bool) {
        if from.default == to.default && !retyped {
            return;
        }
        let gone = retyped || to.default.is_none();
        let leans = |default: &String| default.contains("nextval(") || default.contains("::");
        if let Some(default) = &from.default
            && (gone || leans(default))
        {
            self.add(Phase::DropDefaults, Step::new(format!("{alter} DROP DEFAULT"), Lock::All));
        }
        if let Some(default) = &to.default {
            self.add(Phase::Defaults, Step::new(format!("{alter} SET DEFAULT {default}"), Lock::All));
        }
    }

    fn retype(&mut self, table: &Name, alter: &str, from: &Column, to: &Column) {
        let collation =
            to.collation.as_ref().map_or_else(String::new, |name| format!(" COLLATE {}", quote(name)));
        let enums = self.diff.from.enums.iter().chain(&self.diff.to.enums);
        let is_enum = enums
            .into_iter()
            .any(|kind| mentions(&from.data_type, &kind.name) || mentions(&to.data_type, &kind.name));
        let conversion = convert::conversion(&from.data_type, &to.data_type, &quote(&to.name), is_enum);
        let using = conversion.using.map_or_else(String::new, |using| format!(" USING {using}"));
        let mut step = Step::new(format!("{alter} TYPE {}{collation}{using}", to.data_type), Lock::All);
        let what = format!("{table}.{}", to.name);
        if conversion.rewrites || from.collation != to.collation {
            let reason = format!("all of {table} is written anew");
            step = step.rewriting(conversion.rewrites).hazard(HazardKind::Locks, reason);
        }
        if conversion.narrows {
            let reason = format!("{what} goes from {} to {}, which holds less", from.data_type, to.data_type);
            step = step.hazard(HazardKind::Narrows, reason);
        }
        if conversion.may_fail {
            let reason = format!("each value of {what} must be of type {}", to.data_type);
            step = step.hazard(HazardKind::DataDependent, reason);
        }
        if from.data_type != to.data_type {
            let reason = format!("programs that take {what} for {} fail", from.data_type);
            step = step.hazard(HazardKind::Incompatible, reason);
        }
        self.add(Phase::Columns, step);
    }

    fn not_null(&mut self, table: &Name, alter: &str, column: &str) {
        let quoted = quote(column);
        if let Some(fill) = self.options.fill(table, column) {
            let sql = format!("UPDATE {} SET {quoted} = {fill} WHERE {quoted} IS NULL", table.sql());
            self.add(Phase::NotNull, Step::new(sql, Lock::None));
            self.let_fill(table);
        }
        let reason = format!("no row of {table} may have NULL in {column}");
        let set = Step::new(format!("{alter} SET NOT NULL"), Lock::All);
        if !self.options.online {
            let read = format!("all of {table} is read meanwhile");
            let step = set.hazard(HazardKind::DataDependent, reason).hazard(HazardKind::Locks, read);
            self.add(Phase::NotNull, step);
            return;
        }
        // Postgres takes a valid CHECK as proof, and does not read the table under the strong lock.
        let name = ennead_core::naming::fit(&format!("ennead_not_null_{}_{column}", table.name));
        let (table, name) = (table.sql(), quote(&name));
        let sql = format!("ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({quoted} IS NOT NULL) NOT VALID");
        self.add(Phase::NotNull, Step::new(sql, Lock::All));
        let sql = format!("ALTER TABLE {table} VALIDATE CONSTRAINT {name}");
        let step = Step::new(sql, Lock::Schema).alone().hazard(HazardKind::DataDependent, reason);
        self.add(Phase::NotNull, step);
        self.add(Phase::NotNull, set);
        let sql = format!("ALTER TABLE {table} DROP CONSTRAINT {name}");
        self.add(Phase::NotNull, Step::new(sql, Lock::All));
    }

    fn identity(&mut self, table: &Name, alter: &str, from: &Column, to: &Column) {
        let effective = |column: &Column| {
            column.sequence.as_ref().map_or_else(
                || SequenceOptions::of_type(&column.data_type),
                |sequence| sequence.options.clone(),
            )
        };
        match (from.identity, to.identity) {
            (None, None) => {}
            (None, Some(_)) => {
                let Some(identity) = render::identity(to) else { return };
                self.add(Phase::Identities, Step::new(format!("{alter} ADD {identity}"), Lock::All));
                let (name, column) = (literal::text(&table.sql()), literal::text(&to.name));
                let sequence = format!("pg_catalog.pg_get_serial_sequence({name}, {column})");
                self.add(Phase::Identities, count_on(&sequence, table, &to.name, &effective(to)));
            }
            (Some(_), None) => {
                let reason = format!("how far {table}.{} counted is forgotten", to.name);
                let step = Step::new(format!("{alter} DROP IDENTITY"), Lock::All)
                    .hazard(HazardKind::Incompatible, reason);
                self.add(Phase::DropIdentities, step);
            }
            (Some(was), Some(is)) => {
                if was != is {
                    let how = if is == Identity::Always { "ALWAYS" } else { "BY DEFAULT" };
                    let sql = format!("{alter} SET GENERATED {how}");
                    self.add(Phase::Identities, Step::new(sql, Lock::All));
                }
                let name = |column: &Column| {
                    let named = column
                        .sequence
                        .as_ref()
                        .and_then(|sequence: &IdentitySequence| sequence.name.clone());
                    table.beside(named.unwrap_or_else(|| format!("{}_{}_seq", table.name, column.name)))
                };
                // Where both are as their types make them, the new type brings its own.
                if from.sequence.is_some() || to.sequence.is_some() {
                    for sql in alter_options(&name(from), &effective(from), &effective(to)) {
                        self.add(Phase::Sequences, Step::new(sql, Lock::Writes));
                    }
                }
                if name(from) != name(to) {
                    let (old, new) = (name(from).sql(), quote(&name(to).name));
                    let sql = format!("ALTER SEQUENCE {old} RENAME TO {new}");
                    self.add(Phase::Identities, Step::new(sql, Lock::All));
                }
            }
        }
    }

    /// Columns that are dropped and added, since no statement changes them.
    pub(super) fn rebuild(&mut self) {
        for (table, column) in self.dependents.rebuilt.clone() {
            let was = self.diff.from.table_named(&table).and_then(|table| table.column(&column)).cloned();
            let is = self.diff.to.table_named(&table).and_then(|table| table.column(&column)).cloned();
            let (Some(was), Some(is)) = (was, is) else { continue };
            self.drop_column(&table, &was);
            self.add_column(&table, &is);
        }
        // The type of these has the same name and is another.
        for (table, column) in self.dependents.retyped.clone() {
            let is_told = self.diff.changes.iter().any(|change| {
                matches!(change, Change::AlterColumn { table: other, to, .. } if *other == table && to.name == column)
            });
            let column = self.diff.to.table_named(&table).and_then(|table| table.column(&column));
            if let Some(column) = column.filter(|_| !is_told).cloned() {
                self.alter_column(&table, &column, &column);
            }
        }
    }
}

fn set_storage(table: &Name, column: &str, storage: &str) -> String {
    format!("ALTER TABLE {} ALTER COLUMN {} SET STORAGE {storage}", table.sql(), quote(column))
}
