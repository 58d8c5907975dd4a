//! A column, in words.

use ennead::ModelDef;
use ennead::def::{FieldDef, KeyGeneration, Kind, Role};
use ennead::migrate::snapshot::{self, Table};

use super::markdown::{cell, code, codes, link};

/// A column's row in its table.
pub(super) struct Column {
    name: String,
    data_type: String,
    sqlite: String,
    null: String,
    default: String,
    description: String,
}

impl Column {
    /// Of a field; `None` where the table lacks its column.
    pub(super) fn of(
        model: &ModelDef,
        field: &FieldDef,
        table: &Table,
        sqlite: Option<&Table>,
    ) -> Option<Self> {
        let column = table.column(field.column)?;
        let data_type = |column: &snapshot::Column| code(&column.data_type);
        Some(Self {
            name: code(field.column),
            data_type: data_type(column),
            sqlite: sqlite.and_then(|table| table.column(field.column)).map(data_type).unwrap_or_default(),
            null: if field.nullable { "yes" } else { "no" }.to_owned(),
            default: default(model, field, column),
            description: description(model, field),
        })
    }

    pub(super) fn into_cells(self) -> [String; 6] {
        [self.name, self.data_type, self.sqlite, self.null, self.default, self.description]
    }
}

/// What a row gets where a create gives nothing.
fn default(model: &ModelDef, field: &FieldDef, column: &snapshot::Column) -> String {
    let made = match field.role {
        Role::Key => match model.key.generation {
            KeyGeneration::Uuid => "a UUIDv7".to_owned(),
            KeyGeneration::Prefixed(prefix) => format!("{} and a UUIDv7", code(prefix)),
            KeyGeneration::Ulid("") => "a ULID".to_owned(),
            KeyGeneration::Ulid(prefix) => format!("{} and a ULID", code(prefix)),
            KeyGeneration::Auto => "counted".to_owned(),
            KeyGeneration::Assigned => String::new(),
        },
        Role::Tenant => "the scope's".to_owned(),
        Role::CreatedAt => "now".to_owned(),
        Role::UpdatedAt => "now, at each write".to_owned(),
        Role::Version => "1, and one more at each write".to_owned(),
        Role::Plain | Role::DeletedAt => String::new(),
    };
    match (&column.generated, &column.default) {
        (Some(generated), _) => format!("always {}", code(&generated.expression)),
        _ if !made.is_empty() => made,
        (None, Some(default)) => code(default),
        // Evaluated anew by each create, so there is no value to show.
        (None, None) if field.default.is_some() => "made by each create".to_owned(),
        (None, None) => String::new(),
    }
}

/// What the column is for, and what holds for it beside its type.
fn description(model: &ModelDef, field: &FieldDef) -> String {
    let mut sentences = vec![cell(field.doc)];
    if let Kind::Enum(def) = field.kind {
        sentences.push(format!("One of {}.", codes(def.variants)));
    }
    if field.role == Role::Key {
        sentences.push("Primary key.".to_owned());
    }
    if let Some(reference) = field.reference {
        let parent = (reference.target)();
        sentences.push(format!("References {}.", link(parent.table)));
    }
    if field.role == Role::DeletedAt {
        sentences.push("Set where the row is deleted: a soft delete.".to_owned());
    }
    if field.hidden {
        sentences.push("Hidden from operations by name.".to_owned());
    }
    if field.immutable {
        sentences.push("Not changed by updates.".to_owned());
    }
    if let Some(before) = field.renamed_from {
        sentences.push(format!("Was {}.", code(before)));
    }
    let unique = field.unique != ennead::def::Uniqueness::No;
    match model.tenant_field() {
        _ if !unique => {}
        Some(_) if field.unique == ennead::def::Uniqueness::PerTenant => {
            sentences.push("Unique within the tenant.".to_owned());
        }
        _ => sentences.push("Unique.".to_owned()),
    }
    sentences.retain(|sentence| !sentence.is_empty());
    if let ([doc, _, ..], false) = (&mut sentences[..], field.doc.is_empty())
        && !doc.ends_with(['.', '!', '?', ':', ';'])
    {
        doc.push('.');
    }
    sentences.join(" ")
}
