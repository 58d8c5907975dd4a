//! Conventions: the page's rules, asked of the models' definitions.

use ennead::{Kind, ModelDef};

use crate::models::schema;
use crate::print;

/// The page's table "Key columns (updated)".
const KEY_COLUMNS: [(&str, &str); 6] = [
    ("Workflow", "id tenant_id name description graph_json created_by created_at updated_at"),
    ("Dashboard", "id tenant_id name description created_by created_at updated_at"),
    ("Widget", "id dashboard_id source_workflow_id source_node_id layout config_overrides created_at"),
    ("User", "id tenant_id email role created_at"),
    ("DashboardFilter", "id dashboard_id filter_type target_column config position"),
    ("APIKey", "id tenant_id key_hash user_id scoped_widget_ids created_at revoked_at"),
];

pub(super) fn run() {
    print::section("Conventions");
    let schema = schema();
    let models = schema.models();
    print::line("UUID keys", how_many(models, |model| model.key_field().kind == Kind::Uuid));
    let stamped = |model: &ModelDef| has(model, "created_at") && has(model, "updated_at");
    print::line("created_at, updated_at", how_many(models, stamped));
    print::line("JSONB", columns(models, |model| names(model, |kind| kind == Kind::Json)).join(", "));
    let missing = columns(models, |model| {
        key_columns(model).into_iter().filter(|column| !has(model, column)).collect()
    });
    print::line(
        "missing from the table",
        if missing.is_empty() { "none".into() } else { missing.join(", ") },
    );
    let more = columns(models, |model| {
        let listed = key_columns(model);
        names(model, |_| true).into_iter().filter(|column| !listed.contains(column)).collect()
    });
    // The conventions give every model both times; the table leaves these out. The conventions are followed.
    print::line("more than the table", more.join(", "));
    for model in models {
        for field in model.fields {
            let Some(reference) = field.reference else { continue };
            let own = reference.name.unwrap_or_else(|| field.name.trim_end_matches("_id"));
            let place = format!("{}.{}", model.name, field.name);
            let parent = (reference.target)().name;
            print::line(
                "relation",
                format!("{place}: {own}, and {parent}.{}", reference.inverse.unwrap_or("?")),
            );
        }
    }
}

fn how_many(models: &[&ModelDef], rule: impl Fn(&ModelDef) -> bool) -> String {
    format!("{} of {} models", models.iter().filter(|model| rule(model)).count(), models.len())
}

fn has(model: &ModelDef, column: &str) -> bool {
    model.fields.iter().any(|field| field.column == column)
}

fn names(model: &ModelDef, wanted: impl Fn(Kind) -> bool) -> Vec<&'static str> {
    model.fields.iter().filter(|field| wanted(field.kind)).map(|field| field.column).collect()
}

fn key_columns(model: &ModelDef) -> Vec<&'static str> {
    KEY_COLUMNS
        .iter()
        .filter(|(name, _)| *name == model.name)
        .flat_map(|(_, columns)| columns.split(' '))
        .collect()
}

fn columns(models: &[&ModelDef], of: impl Fn(&ModelDef) -> Vec<&'static str>) -> Vec<String> {
    models
        .iter()
        .flat_map(|model| of(model).into_iter().map(|column| format!("{}.{column}", model.name)))
        .collect()
}
