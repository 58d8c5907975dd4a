//! The diagram, as Mermaid.

use ennead::migrate::snapshot::{Snapshot, Table};
use ennead::{ModelDef, Schema};

use super::relationship::Relationship;

/// The tables with their keys, and what references what.
pub(super) fn section(schema: &Schema, snapshot: &Snapshot, relationships: &[Relationship]) -> String {
    let mut text = "\n## Diagram\n\nTables with their keys; the tables below have all columns.\n\n```mermaid\nerDiagram\n".to_owned();
    for relationship in relationships {
        let one = if relationship.field.nullable { "|o" } else { "||" };
        let many = if relationship.is_single() { "o|" } else { "o{" };
        let (parent, child) = (name(relationship.parent.table), name(relationship.child.table));
        text.push_str(&format!("    {parent} {one}--{many} {child} : {}\n", name(relationship.field.column)));
    }
    for model in schema.models() {
        if let Some(table) = snapshot.table(model.table) {
            text.push_str(&format!("    {} {{\n{}    }}\n", name(model.table), columns(model, table)));
        }
    }
    text.push_str("```\n");
    text
}

/// The columns of keys: what they all are would hide how the tables hang together.
fn columns(model: &ModelDef, table: &Table) -> String {
    let line = |field: &ennead::def::FieldDef| {
        let column = table.column(field.column)?;
        let is_key = table.primary_key.iter().any(|key| key.columns.iter().any(|key| key == field.column));
        let is_unique = table.uniques.iter().any(|unique| unique.columns == [field.column]);
        let marks = [(is_key, "PK"), (field.reference.is_some(), "FK"), (is_unique, "UK")];
        let marks: Vec<&str> = marks.into_iter().filter(|(is, _)| *is).map(|(_, mark)| mark).collect();
        let line =
            || format!("        {} {} {}\n", type_name(&column.data_type), field.column, marks.join(", "));
        (!marks.is_empty()).then(line)
    };
    model.fields.iter().filter_map(line).collect()
}

/// Mermaid's types are words.
fn type_name(data_type: &str) -> String {
    let words: String = data_type.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
    words.trim_matches('_').to_owned()
}

/// A name that is no plain word stands in quotes.
fn name(name: &str) -> String {
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if plain { name.to_owned() } else { format!("\"{}\"", name.replace('"', "'")) }
}
