//! Models of each shape of tenancy, written by hand.

use ennead_core::{
    Action, FieldDef, IndexDef, IndexPart, KeyDef, KeyGeneration, Kind, ModelDef, ReferenceDef, Role, Tenancy,
};

pub(crate) const fn field(name: &'static str, kind: Kind, role: Role) -> FieldDef {
    let mut field = FieldDef::new(name, kind, false);
    field.role = role;
    field
}

const fn refers(name: &'static str, target: fn() -> &'static ModelDef) -> FieldDef {
    let mut field = field(name, Kind::Text, Role::Plain);
    field.reference = Some(ReferenceDef {
        target,
        on_delete: Action::Restrict,
        on_update: Action::NoAction,
        deferrable: false,
        cross_tenant: false,
        name: None,
        inverse: None,
    });
    field
}

pub(crate) const fn model(name: &'static str, fields: &'static [FieldDef], tenancy: Tenancy) -> ModelDef {
    ModelDef {
        name,
        table: name,
        doc: "",
        fields,
        key: KeyDef { field: 0, generation: KeyGeneration::Uuid, global: false },
        tenancy,
        indexes: &[],
        checks: &[],
        renamed_from: None,
        append_only: false,
        no_hard_delete: false,
        encrypts: false,
        audit: ennead_core::Audit::None,
    }
}

pub(crate) const ID: FieldDef = field("id", Kind::Text, Role::Key);
const NAME: FieldDef = field("na\"me", Kind::Text, Role::Plain);
pub(crate) const OWNER: FieldDef = field("owner", Kind::Text, Role::Tenant);
const OWNED: Tenancy = Tenancy::Column { field: 2, shared: None };

pub(crate) static DOC: ModelDef = model("doc", &[ID, NAME, OWNER], OWNED);
pub(crate) static NAMED: ModelDef =
    indexed("named", &[IndexDef { parts: &[IndexPart::field("na\"me")], ..IndexDef::PLAIN }]);
pub(crate) static SHOUTED: ModelDef = indexed(
    "shouted",
    &[IndexDef { parts: &[IndexPart::expression("upper(name)")], unique: true, ..IndexDef::PLAIN }],
);
const fn indexed(name: &'static str, indexes: &'static [IndexDef]) -> ModelDef {
    let mut model = model(name, &[ID, NAME, OWNER], OWNED);
    model.indexes = indexes;
    model
}
fn tree() -> &'static ModelDef {
    &TREE
}
pub(crate) static TREE: ModelDef = model("tree", &[ID, refers("parent", tree), OWNER], OWNED);
pub(crate) static COUNTED: ModelDef =
    model("counted", &[ID, NAME, field("owner", Kind::I64, Role::Tenant)], OWNED);
pub(crate) static ROOT: ModelDef = model("root", &[ID, NAME], Tenancy::Root);
pub(crate) static PLAN: ModelDef = model("plan", &[ID, NAME], Tenancy::Global);
pub(crate) static SHARED: ModelDef = model(
    "shared",
    &[ID, NAME, OWNER, field("open", Kind::Bool, Role::Plain)],
    Tenancy::Column { field: 2, shared: Some(3) },
);
pub(crate) static MORTAL: ModelDef = model(
    "mortal",
    &[
        ID,
        NAME,
        OWNER,
        field("open", Kind::Bool, Role::Plain),
        field("gone", Kind::DateTime, Role::DeletedAt),
    ],
    Tenancy::Column { field: 2, shared: Some(3) },
);
pub(crate) static CHILD: ModelDef =
    model("child", &[ID, NAME, refers("doc_id", || &DOC)], Tenancy::Via { field: 2 });
pub(crate) static GRANDCHILD: ModelDef =
    model("grandchild", &[ID, NAME, refers("child_id", || &CHILD)], Tenancy::Via { field: 2 });
pub(crate) static CHILD_OF_SHARED: ModelDef =
    model("child_of_shared", &[ID, NAME, refers("shared_id", || &SHARED)], Tenancy::Via { field: 2 });
pub(crate) static GREAT_GRANDCHILD: ModelDef = model(
    "great_grandchild",
    &[ID, NAME, refers("grandchild_id", || &GRANDCHILD)],
    Tenancy::Via { field: 2 },
);
