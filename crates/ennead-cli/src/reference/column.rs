//! A column, in words.

use ennead::def::{DefaultDef, FieldDef, KeyGeneration, Kind, LooseKind, LooseReference, LooseTarget, Role};
use ennead::migrate::snapshot::{self, Index, IndexPart, IndexTarget, Table};
use ennead::{ModelDef, Value};

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
            description: description(model, field, table),
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
        (None, None) => field.default.map(|default| made_by_clients(&default)).unwrap_or_default(),
    }
}

/// What DDL cannot carry: JSON that is always the same is shown; all else may differ from create to create.
fn made_by_clients(default: &DefaultDef) -> String {
    match ((default.value)(), (default.value)()) {
        (Value::Json(once), Value::Json(again)) if once == again => code(&once.to_string()),
        (Value::Array(once), Value::Array(again)) if once.is_empty() && again.is_empty() => code("[]"),
        _ => "made by each create".to_owned(),
    }
}

/// What the column is for, and what holds for it beside its type.
fn description(model: &ModelDef, field: &FieldDef, table: &Table) -> String {
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
    sentences.extend(field.loose.map(|loose| unseen(&loose)));
    if field.role == Role::DeletedAt {
        sentences.push("Set where the row is deleted: a soft delete.".to_owned());
    }
    if field.soft_delete.is_some() {
        sentences.push("Tells whether the row is deleted: a soft delete.".to_owned());
    }
    if field.kind == Kind::Encrypted {
        sentences.push("Encrypted, and bound to its row.".to_owned());
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
    sentences.extend(uniqueness(model, field, table));
    sentences.retain(|sentence| !sentence.is_empty());
    if let ([doc, _, ..], false) = (&mut sentences[..], field.doc.is_empty())
        && !doc.ends_with(['.', '!', '?', ':', ';'])
    {
        doc.push('.');
    }
    sentences.join(" ")
}

/// What a reference names that the database does not see.
fn unseen(loose: &LooseReference) -> String {
    let link_to = |target: &LooseTarget| link((target.model)().table);
    match loose {
        LooseReference::Each(target) => format!("A list of keys of {}.", link_to(target)),
        LooseReference::Any { kind, kinds } => {
            let one = |one: &LooseKind| match &one.target {
                Some(target) => format!("{} by {}", link_to(target), code(one.kind)),
                None => format!("nothing by {}", code(one.kind)),
            };
            let all: Vec<String> = kinds.iter().map(one).collect();
            format!("References what {} tells: {}.", code(kind), all.join(", "))
        }
    }
}

/// Whether the column alone tells rows apart, or does within a tenant.
fn uniqueness(model: &ModelDef, field: &FieldDef, table: &Table) -> Option<String> {
    if field.role == Role::Key {
        return None;
    }
    let of_index = |index: &Index| -> Option<Vec<String>> {
        let column = |part: &IndexPart| match &part.target {
            IndexTarget::Column(column) => Some(column.clone()),
            IndexTarget::Expression(_) => None,
        };
        if index.unique { index.parts.iter().map(column).collect() } else { None }
    };
    let uniques = table.uniques.iter().map(|unique| unique.columns.clone());
    let uniques: Vec<Vec<String>> = uniques.chain(table.indexes.iter().filter_map(of_index)).collect();
    let tenant = model.tenant_field().map(|tenant| model.field(tenant).column);
    if uniques.iter().any(|columns| *columns == [field.column]) {
        Some("Unique.".to_owned())
    } else if tenant.is_some_and(|tenant| uniques.iter().any(|columns| *columns == [tenant, field.column])) {
        Some("Unique within the tenant.".to_owned())
    } else {
        None
    }
}
