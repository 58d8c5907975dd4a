//! The statements that make a snapshot, and its parts, on Postgres.

use std::collections::BTreeSet;

use ennead_core::constraints::quote;
use ennead_core::diff::{CommentOn, Constraint};
use ennead_core::snapshot::{
    EnumType, ForeignKey, Name, ReplicaIdentity, Sequence, SequenceOptions, Snapshot, Table,
};

use super::{append_only, literal, order, render};

/// Schemas, types and sequences, then each table with its indexes and comments, then the foreign keys to tables that came
/// later, and whose the sequences are.
pub(super) fn create(snapshot: &Snapshot) -> Vec<String> {
    let mut statements = Vec::new();
    for schema in &snapshot.schemas {
        statements.push(format!("CREATE SCHEMA {}", quote(&schema.name)));
        statements.extend(comment(&CommentOn::Schema(schema.name.clone()), schema.comment.as_deref()));
    }
    statements.extend(snapshot.enums.iter().flat_map(|kind| {
        let comment = comment(&CommentOn::Enum(kind.full_name()), kind.comment.as_deref());
        std::iter::once(create_enum(kind)).chain(comment)
    }));
    for sequence in &snapshot.sequences {
        statements.push(create_sequence(sequence));
        let on = CommentOn::Sequence(sequence.full_name());
        statements.extend(comment(&on, sequence.comment.as_deref()));
    }
    if append_only::needs_function(snapshot) {
        statements.push(append_only::create_function());
    }
    let mut made: BTreeSet<Name> = BTreeSet::new();
    let mut late = Vec::new();
    for table in order::tables(snapshot) {
        made.insert(table.full_name());
        let is_late = |key: &ForeignKey| key.not_valid || !made.contains(&key.parent_name());
        let name = table.full_name();
        statements.push(create_table(table, |key| !is_late(key)));
        statements.extend(after_table(table));
        statements.extend(table.indexes.iter().map(|index| render::index(&name, index)));
        statements.extend(replica_identity(table));
        statements.extend(comments(table));
        statements.extend(table.triggers.iter().map(|trigger| trigger.statement.clone()));
        let keys = table.foreign_keys.iter().filter(|key| is_late(key));
        late.extend(keys.map(|key| add_constraint(&name, &render::foreign_key(key))));
    }
    statements.append(&mut late);
    statements.extend(snapshot.sequences.iter().filter_map(own_sequence));
    statements
}

pub(super) fn create_enum(kind: &EnumType) -> String {
    let variants: Vec<&str> = kind.variants.iter().map(String::as_str).collect();
    format!("CREATE TYPE {} AS ENUM ({})", kind.full_name().sql(), literal::list(&variants))
}

pub(super) fn create_sequence(sequence: &Sequence) -> String {
    let options = &sequence.options;
    let unlogged = if sequence.unlogged { "UNLOGGED " } else { "" };
    let mut sql = format!("CREATE {unlogged}SEQUENCE {}", sequence.full_name().sql());
    if options.data_type != "bigint" {
        sql.push_str(&format!(" AS {}", options.data_type));
    }
    for part in render::sequence_options(options, &SequenceOptions::of_type(&options.data_type)) {
        sql.push(' ');
        sql.push_str(&part);
    }
    sql
}

/// Says which column a sequence goes with.
pub(super) fn own_sequence(sequence: &Sequence) -> Option<String> {
    let (table, column) = sequence.owned_by.as_ref()?;
    let name = sequence.full_name().sql();
    Some(format!("ALTER SEQUENCE {name} OWNED BY {}.{}", table.sql(), quote(column)))
}

pub(super) fn create_table(table: &Table, foreign_keys_here: impl Fn(&ForeignKey) -> bool) -> String {
    let mut lines: Vec<String> = table.columns.iter().map(render::column).collect();
    lines.extend(render::constraints(table, table.primary_key.as_ref(), foreign_keys_here));
    let unlogged = if table.unlogged { "UNLOGGED " } else { "" };
    let with = match &table.options[..] {
        [] => String::new(),
        options => format!(" WITH ({})", render::options(options)),
    };
    let name = table.full_name().sql();
    if lines.is_empty() {
        return format!("CREATE {unlogged}TABLE {name} (){with}");
    }
    format!("CREATE {unlogged}TABLE {name} (\n    {}\n){with}", lines.join(",\n    "))
}

/// What CREATE TABLE cannot say itself, indexes and foreign keys aside.
pub(super) fn after_table(table: &Table) -> Vec<String> {
    let name = table.full_name();
    let mut statements: Vec<String> = Vec::new();
    for column in &table.columns {
        if let Some(storage) = &column.storage {
            let column = quote(&column.name);
            statements
                .push(format!("ALTER TABLE {} ALTER COLUMN {column} SET STORAGE {storage}", name.sql()));
        }
    }
    let late = table.checks.iter().filter(|check| check.not_valid);
    statements.extend(late.map(|check| add_constraint(&name, &render::check(check))));
    statements
}

/// Says what replication knows old rows by, where it is not as usual.
pub(super) fn replica_identity(table: &Table) -> Option<String> {
    table.replica_identity.as_ref()?;
    Some(set_replica_identity(table))
}

pub(super) fn set_replica_identity(table: &Table) -> String {
    let what = match &table.replica_identity {
        None => "DEFAULT".to_owned(),
        Some(ReplicaIdentity::Nothing) => "NOTHING".to_owned(),
        Some(ReplicaIdentity::Full) => "FULL".to_owned(),
        Some(ReplicaIdentity::Index(name)) => format!("USING INDEX {}", quote(name)),
    };
    format!("ALTER TABLE {} REPLICA IDENTITY {what}", table.full_name().sql())
}

pub(super) fn add_constraint(table: &Name, definition: &str) -> String {
    format!("ALTER TABLE {} ADD {definition}", table.sql())
}

/// A constraint with its name, as CREATE TABLE and ADD take it.
pub(super) fn constraint(constraint: &Constraint) -> String {
    match constraint {
        Constraint::PrimaryKey(key) => render::primary_key_constraint(key),
        Constraint::Unique(unique) => render::unique(unique),
        Constraint::Exclusion(exclusion) => render::exclusion(exclusion),
        Constraint::Check(check) => render::check(check),
        Constraint::ForeignKey(key) => render::foreign_key(key),
    }
}

/// All comments of a table and of what belongs to it.
pub(super) fn comments(table: &Table) -> Vec<String> {
    let name = table.full_name();
    let mut all = vec![(CommentOn::Table(name.clone()), table.comment.clone())];
    for column in &table.columns {
        all.push((CommentOn::Column(name.clone(), column.name.clone()), column.comment.clone()));
    }
    for constraint in Constraint::all(table) {
        let on = CommentOn::Constraint(name.clone(), constraint.name().to_owned());
        all.push((on, constraint.comment().map(str::to_owned)));
    }
    for index in &table.indexes {
        all.push((CommentOn::Index(name.beside(&index.name)), index.comment.clone()));
    }
    all.iter().filter_map(|(on, text)| comment(on, text.as_deref())).collect()
}

/// The statement that gives a comment, where there is one to give.
pub(super) fn comment(on: &CommentOn, text: Option<&str>) -> Option<String> {
    Some(format!("COMMENT ON {} IS {}", commented(on), literal::text(text?)))
}

/// The statement that takes a comment away.
pub(super) fn no_comment(on: &CommentOn) -> String {
    format!("COMMENT ON {} IS NULL", commented(on))
}

fn commented(on: &CommentOn) -> String {
    match on {
        CommentOn::Schema(name) => format!("SCHEMA {}", quote(name)),
        CommentOn::Enum(name) => format!("TYPE {}", name.sql()),
        CommentOn::Sequence(name) => format!("SEQUENCE {}", name.sql()),
        CommentOn::Table(name) => format!("TABLE {}", name.sql()),
        CommentOn::Column(table, column) => format!("COLUMN {}.{}", table.sql(), quote(column)),
        CommentOn::Constraint(table, name) => format!("CONSTRAINT {} ON {}", quote(name), table.sql()),
        CommentOn::Index(name) => format!("INDEX {}", name.sql()),
    }
}
