//! Keys and references.

use ennead_core::{Action, Dialect, FieldDef, KeyDef, KeyGeneration, Kind, ModelDef, ReferenceDef, Tenancy};
use ennead_sql::ddl;

use super::{BOTH, leak, refused, says, wrong};
use crate::build::{field, key, model, optional, reference};
use crate::models::{ORGANIZATION, PROJECT, TENANT, USER, tenant};

#[test]
fn keys_that_cannot_be() {
    let auto = KeyDef { field: 0, generation: KeyGeneration::Auto, global: false };
    let owned = ModelDef { tenancy: TENANT, ..model("Own", "owns", leak([key("id", Kind::I64), tenant()])) };
    wrong(&[&ORGANIZATION, &USER, leak(ModelDef { key: auto, ..owned })], &["Own.id", "key = \"global\""]);
    wrong(
        &[leak(ModelDef { key: auto, ..model("Text", "texts", leak([key("id", Kind::Text)])) })],
        &["Text.id", "i64"],
    );
    wrong(&[leak(model("Maybe", "maybes", leak([optional("id", Kind::Text)])))], &["Maybe.id", "NULL"]);
    let computed = FieldDef { generated: Some("1"), ..key("id", Kind::I64) };
    wrong(&[leak(model("Made", "mades", leak([computed])))], &["Made.id", "generated"]);
    let lost = FieldDef { nullable: true, ..tenant() };
    let fields = leak([key("id", Kind::Text), lost]);
    wrong(
        &[leak(ModelDef { tenancy: TENANT, ..model("Lost", "losts", fields) })],
        &["Lost.organization_id", "NULL"],
    );
}

fn referencing(tenancy: Tenancy, field: FieldDef) -> &'static ModelDef {
    leak(ModelDef { tenancy, ..model("Child", "children", leak([key("id", Kind::Text), tenant(), field])) })
}

#[test]
fn references_that_cannot_be() {
    let to_user = |field: FieldDef, on_delete, on_update| FieldDef {
        reference: Some(ReferenceDef { on_delete, on_update, ..reference(|| &USER) }),
        ..field
    };
    let (text, maybe) = (field("user_id", Kind::Text), optional("user_id", Kind::Text));
    let plain = referencing(TENANT, to_user(text, Action::Restrict, Action::NoAction));
    wrong(&[&ORGANIZATION, plain], &["User", "not in the list"]);
    wrong(&[&USER, plain], &["not in the list", "Organization"]);
    let all = |child| [&ORGANIZATION, &USER, child];
    wrong(
        &all(referencing(TENANT, to_user(text, Action::SetNull, Action::NoAction))),
        &["Child.user_id", "set_null", "Option"],
    );
    wrong(
        &all(referencing(TENANT, to_user(text, Action::Cascade, Action::SetNull))),
        &["Child.user_id", "set_null", "Option"],
    );
    for dialect in BOTH {
        let child = referencing(TENANT, to_user(maybe, Action::Cascade, Action::SetNull));
        let error = refused(&all(child), dialect);
        assert!(error.is_unsupported(), "{error}");
        says(&error, &["Child.user_id", "on_update", "cascade"]);
    }
    let number = referencing(TENANT, to_user(field("user_id", Kind::I64), Action::Cascade, Action::Cascade));
    wrong(&all(number), &["Child.user_id", "i64", "User.id", "String"]);
    // The key of a tenant's model alone names no row.
    let global = FieldDef {
        reference: Some(ReferenceDef { cross_tenant: true, ..reference(|| &USER) }),
        ..field("user_id", Kind::Text)
    };
    wrong(&all(referencing(Tenancy::Global, global)), &["Child.user_id", "User", "key = \"global\""]);
    wrong(&all(referencing(TENANT, global)), &["Child.user_id", "User", "key = \"global\""]);
    let via = to_user(text, Action::Cascade, Action::NoAction);
    wrong(&all(referencing(Tenancy::Via { field: 2 }, via)), &["Child.user_id", "User", "key = \"global\""]);
    let fine = FieldDef {
        reference: Some(ReferenceDef { cross_tenant: true, ..reference(|| &PROJECT) }),
        ..field("project_id", Kind::I64)
    };
    ddl::snapshot(&[&ORGANIZATION, &USER, &PROJECT, referencing(TENANT, fine)], Dialect::Sqlite).unwrap();
}

static HEN: ModelDef = model(
    "Hen",
    "hens",
    &[key("id", Kind::I64), FieldDef { reference: Some(reference(|| &EGG)), ..field("egg_id", Kind::I64) }],
);
static EGG: ModelDef = model(
    "Egg",
    "eggs",
    &[key("id", Kind::I64), FieldDef { reference: Some(reference(|| &HEN)), ..field("hen_id", Kind::I64) }],
);

#[test]
fn a_circle_without_a_beginning() {
    wrong(&[&HEN, &EGG], &["eggs, hens", "deferrable"]);
}
