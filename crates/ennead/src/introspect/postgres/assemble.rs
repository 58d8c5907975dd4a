//! From rows of the catalogues to a snapshot.

use std::collections::BTreeMap;

use ennead_core::snapshot::{
    Check, Column, Deferrable, EnumType, Exclusion, ForeignKey, Generated, Identity, IdentitySequence, Index,
    IndexPart, IndexTarget, Namespace, PrimaryKey, ReferentialAction, ReplicaIdentity, Sequence,
    SequenceOptions, Snapshot, Table, Trigger, Unique, Unmodelled,
};
use ennead_core::{Dialect, Nulls};
use serde::Deserialize;

use super::arrays::settle;

/// All that was read.
pub(super) struct Found {
    pub(super) schemas: Vec<Namespace>,
    pub(super) enums: Vec<EnumType>,
    pub(super) sequences: Vec<Sequence>,
    pub(super) tables: Vec<TableRow>,
    pub(super) columns: Vec<ColumnRow>,
    pub(super) constraints: Vec<ConstraintRow>,
    pub(super) indexes: Vec<IndexRow>,
    pub(super) triggers: Vec<TriggerRow>,
    pub(super) unmodelled: Vec<Unmodelled>,
}

#[derive(Deserialize)]
pub(super) struct TableRow {
    oid: i64,
    schema: Option<String>,
    name: String,
    comment: Option<String>,
    unlogged: bool,
    options: Vec<String>,
    replica_identity: String,
    replica_index: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct ColumnRow {
    table: i64,
    name: String,
    data_type: String,
    collation: Option<String>,
    nullable: bool,
    expression: Option<String>,
    generated: String,
    identity: String,
    storage: Option<String>,
    comment: Option<String>,
    sequence: Option<IdentitySequence>,
}

#[derive(Deserialize)]
pub(super) struct ConstraintRow {
    table: i64,
    kind: String,
    name: String,
    columns: Vec<String>,
    include: Vec<String>,
    nulls_not_distinct: bool,
    deferrable: bool,
    deferred: bool,
    not_valid: bool,
    no_inherit: bool,
    parent_schema: Option<String>,
    parent: Option<String>,
    parent_columns: Vec<String>,
    on_delete: String,
    on_update: String,
    on_delete_columns: Vec<String>,
    match_full: bool,
    condition: Option<String>,
    definition: Option<String>,
    comment: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct IndexRow {
    table: i64,
    name: String,
    unique: bool,
    method: Option<String>,
    condition: Option<String>,
    nulls_not_distinct: bool,
    options: Vec<String>,
    invalid: bool,
    comment: Option<String>,
    include: Vec<String>,
    parts: Vec<PartRow>,
}

#[derive(Deserialize)]
pub(super) struct TriggerRow {
    table: i64,
    #[serde(flatten)]
    trigger: Trigger,
}

#[derive(Deserialize)]
struct PartRow {
    column: Option<String>,
    expression: Option<String>,
    collation: Option<String>,
    opclass: Option<String>,
    descending: bool,
    nulls_first: Option<bool>,
}

impl Found {
    pub(super) fn assemble(self) -> Snapshot {
        let mut tables: BTreeMap<i64, Table> =
            self.tables.into_iter().map(|row| (row.oid, row.table())).collect();
        for row in self.columns {
            if let Some(table) = tables.get_mut(&row.table) {
                let column = row.column(&table.name);
                table.columns.push(column);
            }
        }
        for row in self.constraints {
            if let Some(table) = tables.get_mut(&row.table) {
                row.put(table);
            }
        }
        for row in self.indexes {
            if let Some(table) = tables.get_mut(&row.table) {
                table.indexes.push(row.index());
            }
        }
        for row in self.triggers {
            if let Some(table) = tables.get_mut(&row.table) {
                table.triggers.push(row.trigger);
            }
        }
        let mut tables: Vec<Table> = tables.into_values().collect();
        tables.sort_by_key(Table::full_name);
        let mut sequences = self.sequences;
        sequences.sort_by_key(Sequence::full_name);
        let mut enums = self.enums;
        enums.sort_by_key(EnumType::full_name);
        Snapshot {
            dialect: Dialect::Postgres,
            schemas: self.schemas,
            enums,
            sequences,
            tables,
            views: Vec::new(),
            unmodelled: self.unmodelled,
        }
    }
}

impl TableRow {
    fn table(self) -> Table {
        let mut table = Table::new(self.name);
        table.schema = self.schema;
        table.comment = self.comment;
        table.unlogged = self.unlogged;
        table.options = self.options;
        table.replica_identity = match (self.replica_identity.as_str(), self.replica_index) {
            ("n", _) => Some(ReplicaIdentity::Nothing),
            ("f", _) => Some(ReplicaIdentity::Full),
            ("i", Some(index)) => Some(ReplicaIdentity::Index(index)),
            _ => None,
        };
        table
    }
}

impl ColumnRow {
    fn column(self, table: &str) -> Column {
        let usual = format!("{table}_{}_seq", self.name);
        let mut column = Column::new(self.name, self.data_type);
        column.collation = self.collation;
        column.nullable = self.nullable;
        column.storage = self.storage;
        column.comment = self.comment;
        column.identity = match self.identity.as_str() {
            "a" => Some(Identity::Always),
            "d" => Some(Identity::ByDefault),
            _ => None,
        };
        if self.generated.is_empty() {
            column.default = self.expression.map(|sql| settle(&sql));
        } else {
            let stored = self.generated == "s";
            column.generated = self.expression.map(|sql| Generated { expression: settle(&sql), stored });
        }
        if let Some(mut sequence) = self.sequence.filter(|_| column.identity.is_some()) {
            sequence.name = sequence.name.filter(|name| *name != usual);
            let plain = SequenceOptions::of_type(&column.data_type);
            if sequence.name.is_some() || sequence.options != plain {
                column.sequence = Some(sequence);
            }
        }
        column
    }
}

impl ConstraintRow {
    fn put(self, table: &mut Table) {
        let deferrable = match (self.deferrable, self.deferred) {
            (false, _) => Deferrable::No,
            (true, false) => Deferrable::InitiallyImmediate,
            (true, true) => Deferrable::InitiallyDeferred,
        };
        match self.kind.as_str() {
            "p" => {
                table.primary_key = Some(PrimaryKey {
                    name: self.name,
                    columns: self.columns,
                    include: self.include,
                    deferrable,
                    comment: self.comment,
                });
            }
            "u" => table.uniques.push(Unique {
                name: self.name,
                columns: self.columns,
                include: self.include,
                nulls_not_distinct: self.nulls_not_distinct,
                deferrable,
                comment: self.comment,
            }),
            "f" => table.foreign_keys.push(ForeignKey {
                name: self.name,
                columns: self.columns,
                parent_schema: self.parent_schema,
                parent: self.parent.unwrap_or_default(),
                parent_columns: self.parent_columns,
                on_delete: action(&self.on_delete),
                on_delete_columns: self.on_delete_columns,
                on_update: action(&self.on_update),
                deferrable,
                match_full: self.match_full,
                not_valid: self.not_valid,
                comment: self.comment,
            }),
            "c" => table.checks.push(Check {
                name: self.name,
                condition: settle(&self.condition.unwrap_or_default()),
                no_inherit: self.no_inherit,
                not_valid: self.not_valid,
                comment: self.comment,
            }),
            _ => table.exclusions.push(Exclusion {
                name: self.name,
                definition: settle(&self.definition.unwrap_or_default()),
                comment: self.comment,
            }),
        }
    }
}

fn action(letter: &str) -> ReferentialAction {
    match letter {
        "r" => ReferentialAction::Restrict,
        "c" => ReferentialAction::Cascade,
        "n" => ReferentialAction::SetNull,
        "d" => ReferentialAction::SetDefault,
        _ => ReferentialAction::NoAction,
    }
}

impl IndexRow {
    fn index(self) -> Index {
        Index {
            name: self.name,
            parts: self.parts.into_iter().map(PartRow::part).collect(),
            unique: self.unique,
            method: self.method,
            condition: self.condition.map(|sql| settle(&sql)),
            include: self.include,
            nulls_not_distinct: self.nulls_not_distinct,
            options: self.options,
            invalid: self.invalid,
            comment: self.comment,
        }
    }
}

impl PartRow {
    fn part(self) -> IndexPart {
        let target = match (self.expression, self.column) {
            (Some(sql), _) => IndexTarget::Expression(settle(&sql)),
            (None, column) => IndexTarget::Column(column.unwrap_or_default()),
        };
        let nulls = match (self.nulls_first, self.descending) {
            (Some(true), false) => Some(Nulls::First),
            (Some(false), true) => Some(Nulls::Last),
            _ => None,
        };
        IndexPart {
            target,
            collation: self.collation,
            opclass: self.opclass,
            descending: self.descending,
            nulls,
        }
    }
}
