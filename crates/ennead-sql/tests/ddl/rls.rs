//! Row level security: the policies of each shape, and those whose rows are asked for by a function.

use ennead_core::{FieldDef, KeyDef, KeyGeneration, Kind, ModelDef, ReferenceDef, Role, Tenancy};
use ennead_sql::ddl;

use crate::build::{defaulted, field, key, model, optional, reference};
use crate::models::{COMMENT, FEATURE, ORGANIZATION, TENANT, tenant};

const fn names(name: &'static str, target: fn() -> &'static ModelDef) -> FieldDef {
    FieldDef { reference: Some(reference(target)), ..optional(name, Kind::Text) }
}

static BOARD: ModelDef = ModelDef {
    tenancy: TENANT,
    key: KeyDef { field: 0, generation: KeyGeneration::Uuid, global: true },
    ..model("Board", "boards", &[key("id", Kind::Text), tenant()])
};

/// It names a row of its own table, and one of a table that leads back to it.
static WIDGET: ModelDef = ModelDef {
    tenancy: Tenancy::Via { field: 1 },
    ..model(
        "Widget",
        "widgets",
        &[
            key("id", Kind::Text),
            names("board_id", || &BOARD),
            names("source_id", || &BOARD),
            names("above_id", || &WIDGET),
            names("last_pin_id", || &PIN),
        ],
    )
};

static PIN: ModelDef = ModelDef {
    tenancy: Tenancy::Via { field: 1 },
    ..model("Pin", "pins", &[key("id", Kind::Text), names("widget_id", || &WIDGET)])
};

/// Shared until it is deleted.
static TEMPLATE: ModelDef = ModelDef {
    tenancy: Tenancy::Column { field: 1, shared: Some(2) },
    key: KeyDef { field: 0, generation: KeyGeneration::Uuid, global: true },
    ..model(
        "Template",
        "templates",
        &[
            key("id", Kind::Text),
            tenant(),
            defaulted(field("is_public", Kind::Bool), ennead_core::Literal::Bool(false)),
            FieldDef { role: Role::DeletedAt, ..optional("deleted_at", Kind::DateTime) },
        ],
    )
};

static LINE: ModelDef = ModelDef {
    tenancy: Tenancy::Via { field: 1 },
    ..model(
        "Line",
        "lines",
        &[
            key("id", Kind::Uuid),
            FieldDef {
                reference: Some(ReferenceDef { ..reference(|| &TEMPLATE) }),
                ..field("template_id", Kind::Text)
            },
        ],
    )
};

static LOOP: ModelDef = ModelDef {
    tenancy: Tenancy::Via { field: 1 },
    ..model("Loop", "loops", &[key("id", Kind::Text), names("above_id", || &LOOP)])
};

#[test]
fn policies_of_each_shape() {
    let models = [&ORGANIZATION, &BOARD, &WIDGET, &PIN, &TEMPLATE, &LINE, &COMMENT, &FEATURE];
    insta::assert_snapshot!(ddl::policies(&models, "app").unwrap().join(";\n"));
}

#[test]
fn a_policy_asks_its_own_table_by_a_function_only() {
    for statement in ddl::policies(&[&WIDGET, &PIN], "app").unwrap() {
        if let Some(policy) = statement.strip_prefix("CREATE POLICY ") {
            let on = if policy.contains("ON \"widgets\"") { "FROM \"widgets\"" } else { "FROM \"pins\"" };
            assert!(!policy.contains(on), "Postgres refuses it: {statement}");
        }
    }
}

#[test]
fn a_model_that_belongs_through_itself_is_an_error() {
    let error = ddl::policies(&[&LOOP], "app").unwrap_err();
    assert!(error.is_invalid_input() && error.to_string().contains("through itself"), "{error}");
}
