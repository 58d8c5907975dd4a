//! Row level security: the policies of each shape, and those whose rows are asked for by a function.

use ennead_core::{
    FieldDef, IntoTenantId, KeyDef, KeyGeneration, Kind, ModelDef, ReferenceDef, Role, Scope, Tenancy,
};
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

/// It names rows of models for which a policy has nothing to see to.
static NOTE: ModelDef = ModelDef {
    tenancy: Tenancy::Via { field: 1 },
    ..model(
        "Note",
        "notes",
        &[
            key("id", Kind::Text),
            names("board_id", || &BOARD),
            names("feature_id", || &FEATURE),
            FieldDef {
                reference: Some(ReferenceDef { cross_tenant: true, ..reference(|| &TEMPLATE) }),
                ..optional("template_id", Kind::Text)
            },
        ],
    )
};

static BY_UUID: ModelDef = ModelDef {
    tenancy: TENANT,
    ..model(
        "ByUuid",
        "by_uuid",
        &[key("id", Kind::Text), FieldDef { role: Role::Tenant, ..field("owner", Kind::Uuid) }],
    )
};
static BY_NUMBER: ModelDef = ModelDef {
    tenancy: TENANT,
    ..model(
        "ByNumber",
        "by_number",
        &[key("id", Kind::Text), FieldDef { role: Role::Tenant, ..field("owner", Kind::I64) }],
    )
};

macro_rules! chain {
    ($($name:ident -> $parent:ident;)*) => {
        $(static $name: ModelDef = ModelDef {
            tenancy: Tenancy::Via { field: 1 },
            ..model(
                stringify!($name),
                stringify!($name),
                &[key("id", Kind::Text), names("parent_id", || &$parent)],
            )
        };)*
    };
}

chain! {
    H1 -> BOARD;
    H2 -> H1;
    H3 -> H2;
    H4 -> H3;
    H5 -> H4;
    H6 -> H5;
    H7 -> H6;
    H8 -> H7;
    H9 -> H8;
    H10 -> H9;
    H11 -> H10;
    H12 -> H11;
    H13 -> H12;
    H14 -> H13;
    H15 -> H14;
    H16 -> H15;
    H17 -> H16;
    H18 -> H17;
    H19 -> H18;
    H20 -> H19;
    H21 -> H20;
    H22 -> H21;
    H23 -> H22;
    H24 -> H23;
    H25 -> H24;
    H26 -> H25;
    H27 -> H26;
    H28 -> H27;
    H29 -> H28;
    H30 -> H29;
    H31 -> H30;
    H32 -> H31;
    H33 -> H32;
}

#[test]
fn a_role_is_named() {
    for name in ["", &"r".repeat(64), "app\0"] {
        assert!(ddl::policies(&[&BOARD], name).unwrap_err().is_invalid_input(), "{name:?}");
    }
    assert!(ddl::policies(&[&BOARD], &"r".repeat(63)).is_ok());
}

#[test]
fn a_tenant_is_of_its_columns_type() {
    let all = |model| ddl::policies(&[model], "app").unwrap().join(";\n");
    assert!(all(&BY_UUID).contains("\"owner\" = NULLIF(current_setting('ennead.tenant', true), '')::uuid"));
    assert!(
        all(&BY_NUMBER).contains("\"owner\" = NULLIF(current_setting('ennead.tenant', true), '')::bigint")
    );
}

#[test]
fn a_policy_asks_for_no_more_than_tenants_rows() {
    let all = ddl::policies(&[&NOTE], "app").unwrap().join(";\n");
    assert!(all.contains("\"boards\"") && !all.contains("feature") && !all.contains("templates"), "{all}");
}

#[test]
fn a_tenant_is_32_parents_away_at_most() {
    assert!(ddl::policies(&[&H32], "app").is_ok());
    let error = ddl::policies(&[&H33], "app").unwrap_err();
    assert!(error.to_string().contains("more than 32 parents"), "{error}");
    let scope = Scope::Tenant("acme".into_tenant_id().unwrap());
    assert!(scope.guard(&H32, true).is_ok() && scope.guard(&H33, true).is_err());
}

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
