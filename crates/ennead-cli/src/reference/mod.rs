//! The reference page of a schema: every table, column, relationship and index, and a diagram of them.
//!
//! Pure: it reads definitions and snapshots, and gives text. The same models always give the same text.

mod column;
mod diagram;
mod markdown;
mod relationship;

use ennead::def::Tenancy;
use ennead::migrate::snapshot::{Check, Index, IndexTarget, Snapshot, Table};
use ennead::{Dialect, Error, ModelDef, Schema};

use self::column::Column;
use self::markdown::{cell, code, codes, link, paragraph, rows};
use self::relationship::{Relationship, relationships};

/// The page as Markdown, with the diagram as Mermaid.
///
/// # Errors
/// As [`Schema::snapshot`] for Postgres. What SQLite lacks is left out.
pub fn reference(schema: &Schema) -> Result<String, Error> {
    let postgres = schema.snapshot(Dialect::Postgres)?;
    let sqlite = schema.snapshot(Dialect::Sqlite).ok();
    let relationships = relationships(schema, &postgres);
    let mut page = "# Data model\n\nMade from the models by `docs`: change those, not this.\n".to_owned();
    page.push_str(&overview(schema));
    page.push_str(&diagram::section(schema, &postgres, &relationships));
    for model in schema.models() {
        // Every model has its table, in the snapshot that was made of them.
        let Some(table) = postgres.table(model.table) else { continue };
        page.push_str(&section(model, table, sqlite.as_ref(), &relationships));
    }
    Ok(page)
}

/// The tables, a row each.
fn overview(schema: &Schema) -> String {
    let models = schema.models();
    let lines = models.iter().map(|model| {
        let first = model.doc.split("\n\n").next().unwrap_or_default();
        [link(model.table), code(model.name), tenancy(model), cell(first)]
    });
    let count = if models.len() == 1 { "1 table".to_owned() } else { format!("{} tables", models.len()) };
    format!("\n{count}.\n{}", rows(["Table", "Model", "Its rows belong to", "What it is"], lines))
}

/// To whom the rows belong.
fn tenancy(model: &ModelDef) -> String {
    match model.tenancy {
        Tenancy::Root => "itself: each is a tenant".to_owned(),
        Tenancy::Column { field, .. } => format!("the tenant in {}", code(model.field(field).column)),
        Tenancy::Via { field } => format!("the tenant of {}", code(model.field(field).column)),
        Tenancy::Global => "no tenant".to_owned(),
    }
}

/// The same as a sentence, with who else may read them.
fn belonging(model: &ModelDef) -> String {
    match model.tenancy {
        Tenancy::Root => "Each row is a tenant.".to_owned(),
        Tenancy::Global => "Its rows belong to no tenant: all may read them.".to_owned(),
        Tenancy::Column { shared: Some(shared), .. } => format!(
            "A row belongs to {}; all may read it where {} is true.",
            tenancy(model),
            code(model.field(shared).column)
        ),
        _ => format!("A row belongs to {}.", tenancy(model)),
    }
}

/// All of one table.
fn section(
    model: &ModelDef,
    table: &Table,
    sqlite: Option<&Snapshot>,
    relationships: &[Relationship],
) -> String {
    let mut text = format!("\n## {}\n{}", model.table, paragraph(model.doc));
    text.push_str(&format!("\nModel {}. {}\n", code(model.name), belonging(model)));
    let other = sqlite.and_then(|snapshot| snapshot.table(model.table));
    let columns = model.fields.iter().filter_map(|field| Column::of(model, field, table, other));
    text.push_str(&rows(
        ["Column", "Type", "SQLite", "Null", "Default", "Description"],
        columns.map(Column::into_cells),
    ));
    let own: Vec<[String; 5]> =
        relationships.iter().flat_map(|relationship| relationship.seen_from(model)).collect();
    if !own.is_empty() {
        text.push_str("\n**Relationships**\n");
        text.push_str(&rows(["Name", "Kind", "Table", "By", "When the parent is deleted"], own.into_iter()));
    }
    text.push_str("\n**Keys and indexes**\n");
    text.push_str(&rows(["Name", "Kind", "Columns"], keys(table, other).into_iter()));
    if !table.checks.is_empty() {
        text.push_str("\n**Checks**\n");
        let line = |check: &Check| [code(&check.name), code(&check.condition)];
        text.push_str(&rows(["Name", "Condition"], table.checks.iter().map(line)));
    }
    text
}

/// Everything by which rows are found or told apart.
fn keys(table: &Table, sqlite: Option<&Table>) -> Vec<[String; 3]> {
    let is_everywhere =
        |index: &Index| sqlite.is_none_or(|table| table.indexes.iter().any(|i| i.name == index.name));
    let indexes = table.indexes.iter().map(|own| index(own, is_everywhere(own)));
    let key =
        table.primary_key.iter().map(|key| [code(&key.name), "primary key".into(), codes(&key.columns)]);
    let unique = |name: &str, columns: &[String]| [code(name), "unique".into(), codes(columns)];
    let uniques = table.uniques.iter().map(|key| unique(&key.name, &key.columns));
    let foreign = table.foreign_keys.iter().map(|key| {
        let parent = format!("{} of {}", codes(&key.parent_columns), link(&key.parent));
        [code(&key.name), "foreign key".into(), format!("{} → {parent}", codes(&key.columns))]
    });
    key.chain(uniques).chain(indexes).chain(foreign).collect()
}

fn index(index: &Index, is_everywhere: bool) -> [String; 3] {
    let parts = index.parts.iter().map(|part| {
        let target = match &part.target {
            IndexTarget::Column(column) => code(column),
            IndexTarget::Expression(expression) => code(expression),
        };
        if part.descending { format!("{target} descending") } else { target }
    });
    let mut columns = parts.collect::<Vec<_>>().join(", ");
    if !index.include.is_empty() {
        columns.push_str(&format!(", with {}", codes(&index.include)));
    }
    if let Some(condition) = &index.condition {
        columns.push_str(&format!(", where {}", code(condition)));
    }
    let kind = match (&index.method, index.unique) {
        (Some(method), _) => format!("{method} index"),
        (None, true) => "unique index".to_owned(),
        (None, false) => "index".to_owned(),
    };
    let only = if is_everywhere { "" } else { ", in Postgres only" };
    [code(&index.name), kind + only, columns]
}

#[cfg(test)]
mod tests;
