//! Every arm of the scope, so that none can be taken away in silence.

use uuid::Uuid;

use super::*;
use crate::def::{Action, FieldDef, KeyDef, KeyGeneration, ReferenceDef};
use crate::operation::{Assignment, Conflict, Count, Delete, Deleted, Select, Update, UpdateEach};
use crate::tenant_id::IntoTenantId;

mod aggregates;
mod relations;

const fn reference(target: fn() -> &'static ModelDef) -> Option<ReferenceDef> {
    Some(ReferenceDef {
        target,
        on_delete: Action::Restrict,
        on_update: Action::NoAction,
        deferrable: false,
        cross_tenant: false,
        name: None,
        inverse: None,
    })
}

const fn field(name: &'static str, kind: Kind, role: Role) -> FieldDef {
    let mut field = FieldDef::new(name, kind, false);
    field.role = role;
    field
}

const fn refers(name: &'static str, target: fn() -> &'static ModelDef) -> FieldDef {
    let mut field = FieldDef::new(name, Kind::Text, true);
    field.reference = reference(target);
    field
}

const fn crosses(name: &'static str, target: fn() -> &'static ModelDef) -> FieldDef {
    let mut field = refers(name, target);
    if let Some(reference) = &mut field.reference {
        reference.cross_tenant = true;
    }
    field
}

const fn model(name: &'static str, fields: &'static [FieldDef], tenancy: Tenancy, global: bool) -> ModelDef {
    ModelDef {
        name,
        table: name,
        doc: "",
        fields,
        key: KeyDef { field: 0, generation: KeyGeneration::Uuid, global },
        tenancy,
        indexes: &[],
        checks: &[],
        renamed_from: None,
        append_only: false,
        no_hard_delete: false,
        audit: crate::Audit::None,
        encrypts: false,
    }
    .settled()
}

const ID: FieldDef = field("id", Kind::Text, Role::Key);

static PLAN: ModelDef = model("Plan", &[ID, field("name", Kind::Text, Role::Plain)], Tenancy::Global, false);
static ORG: ModelDef = model(
    "Org",
    &[
        ID,
        field("name", Kind::Text, Role::Plain),
        field("deleted_at", Kind::DateTime, Role::DeletedAt),
        refers("user", || &USER),
    ],
    Tenancy::Root,
    false,
);
static USER: ModelDef = model(
    "User",
    &[
        ID,
        field("org", Kind::Text, Role::Tenant),
        field("public", Kind::Bool, Role::Plain),
        refers("boss", || &USER),
        refers("widget", || &WIDGET),
        refers("partner", || &ORG),
        refers("plan", || &PLAN),
        crosses("friend", || &WIDGET),
    ],
    Tenancy::Column { field: 1, shared: Some(2) },
    false,
);
static NOTE: ModelDef = model(
    "Note",
    &[
        ID,
        field("org", Kind::Text, Role::Tenant),
        field("public", Kind::Bool, Role::Plain),
        field("deleted_at", Kind::DateTime, Role::DeletedAt),
    ],
    Tenancy::Column { field: 1, shared: Some(2) },
    false,
);
const OWNED_BY_ORG: FieldDef = {
    let mut tenant = field("org", Kind::Text, Role::Tenant);
    tenant.reference = reference(|| &ORG);
    tenant
};
static BOARD: ModelDef =
    model("Board", &[ID, OWNED_BY_ORG], Tenancy::Column { field: 1, shared: None }, true);
static WIDGET: ModelDef = model(
    "Widget",
    &[ID, refers("board", || &BOARD), refers("source", || &BOARD)],
    Tenancy::Via { field: 1 },
    false,
);
static PIN: ModelDef = model("Pin", &[ID, refers("widget", || &WIDGET)], Tenancy::Via { field: 1 }, false);
static BROKEN: ModelDef = model("Broken", &[ID], Tenancy::Via { field: 0 }, false);
static LOOP: ModelDef = model("Loop", &[ID, refers("above", || &LOOP)], Tenancy::Via { field: 1 }, false);
static BY_UUID: ModelDef = model(
    "ByUuid",
    &[ID, field("org", Kind::Uuid, Role::Tenant)],
    Tenancy::Column { field: 1, shared: None },
    false,
);
static BY_INT: ModelDef = model(
    "ByInt",
    &[ID, field("org", Kind::I64, Role::Tenant)],
    Tenancy::Column { field: 1, shared: None },
    false,
);
static BY_SMALL: ModelDef = model(
    "BySmall",
    &[ID, field("org", Kind::I16, Role::Tenant)],
    Tenancy::Column { field: 1, shared: None },
    false,
);
static BY_BOOL: ModelDef = model(
    "ByBool",
    &[ID, field("org", Kind::Bool, Role::Tenant)],
    Tenancy::Column { field: 1, shared: None },
    false,
);

fn text(text: &str) -> Value {
    Value::text(text.to_owned())
}

fn tenant(id: &str) -> Scope {
    Scope::Tenant(TenantId::parse(id).unwrap())
}

fn narrowed(id: &str) -> Scope {
    Scope::InTenant(TenantId::parse(id).unwrap())
}

fn select(model: &'static ModelDef) -> Operation {
    Operation::Select(Select::of(model))
}

fn count(model: &'static ModelDef) -> Operation {
    Operation::Count(Count { model: ModelRef(model), filter: None, deleted: Deleted::Exclude })
}

fn delete(model: &'static ModelDef, target: Target) -> Operation {
    Operation::Delete(Delete { model: ModelRef(model), target, when: None })
}

fn update(model: &'static ModelDef, target: Target, set: &[(u16, bool)]) -> Operation {
    let set =
        set.iter().map(|(column, add)| Assignment { column: *column, value: text("x"), add: *add }).collect();
    let model = ModelRef(model);
    Operation::Update(Update { model, target, when: None, set, returning: false, deleted: Deleted::Exclude })
}

fn each(model: &'static ModelDef, columns: &[(u16, bool)]) -> Operation {
    let row = vec![text("k"); columns.len() + 1];
    Operation::UpdateEach(UpdateEach {
        model: ModelRef(model),
        columns: columns.to_vec(),
        rows: vec![row],
        versioned: false,
    })
}

fn insert(model: &'static ModelDef, columns: &[u16], rows: &[&[Value]]) -> Operation {
    Operation::Insert(Insert {
        model: ModelRef(model),
        columns: columns.to_vec(),
        rows: rows.iter().map(|row| row.to_vec()).collect(),
        conflict: None,
        returning: false,
    })
}

fn upsert(mut operation: Operation, arbiter: &[u16], action: ConflictAction) -> Operation {
    if let Operation::Insert(insert) = &mut operation {
        let arbiter = arbiter.to_vec();
        insert.conflict = Some(Conflict { target: arbiter.clone(), arbiter, living_only: false, action });
    }
    operation
}

fn rows(scoped: &Scoped) -> Vec<Vec<Value>> {
    match scoped.operation() {
        Operation::Insert(insert) => insert.rows.clone(),
        other => panic!("no insert: {other:?}"),
    }
}

fn by(column: u16, value: &str) -> Guard {
    Guard::Column { column, value: text(value), shared: None }
}

fn via_board(value: &str) -> Guard {
    Guard::Via { column: 1, parent: ModelRef(&BOARD), guard: Box::new(by(1, value)) }
}

fn via_widget(value: &str) -> Guard {
    Guard::Via { column: 1, parent: ModelRef(&WIDGET), guard: Box::new(via_board(value)) }
}

#[test]
fn ids() {
    for good in ["a", "Z9_-", &"x".repeat(64)] {
        assert_eq!(TenantId::parse(good).unwrap().to_string(), good);
    }
    for bad in ["", " ", "a b", "a\0", "ä", "a.b", "a/b", "a:b", "@", "[", "`", "{", "'", &"x".repeat(65)] {
        let error = TenantId::parse(bad).unwrap_err();
        assert!(error.is_invalid_input(), "{bad:?}");
    }
    let uuid = Uuid::from_u128(7);
    assert_eq!(uuid.into_tenant_id().unwrap(), TenantId::Uuid(uuid));
    assert_eq!(7_i64.into_tenant_id().unwrap(), TenantId::Int(7));
    assert_eq!("a".into_tenant_id().unwrap(), TenantId::Text("a".into()));
    assert_eq!(String::from("a").into_tenant_id().unwrap(), TenantId::Text("a".into()));
    assert_eq!((&String::from("a")).into_tenant_id().unwrap(), TenantId::Text("a".into()));
    assert!(String::new().into_tenant_id().is_err());
    assert!((&String::new()).into_tenant_id().is_err());
    // A value made by hand is checked like any other.
    assert!(TenantId::Text("a b".into()).into_tenant_id().is_err());
    assert!((&TenantId::Text("".into())).into_tenant_id().is_err());
    assert_eq!(TenantId::Int(-1).into_tenant_id().unwrap(), TenantId::Int(-1));
    assert_eq!(
        format!("{:?} {:?}", TenantId::Int(-1), TenantId::Uuid(uuid)),
        format!("TenantId(-1) TenantId({uuid})")
    );
}

fn value_of(id: TenantId, model: &'static ModelDef) -> Result<Value, Error> {
    match Scope::Tenant(id).guard(model, false)? {
        Guard::Column { column: 1, value, shared: None } => Ok(value),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_id_as_a_value_of_the_column() {
    let uuid = Uuid::from_u128(0xabcdef);
    let hyphened = uuid.to_string();
    let parse = |text: &str| TenantId::parse(text).unwrap();
    assert_eq!(value_of(parse("a"), &BOARD).unwrap(), text("a"));
    assert_eq!(value_of(TenantId::Int(-7), &BOARD).unwrap(), text("-7"));
    assert_eq!(value_of(TenantId::Uuid(uuid), &BOARD).unwrap(), text(&hyphened));
    assert_eq!(value_of(TenantId::Uuid(uuid), &BY_UUID).unwrap(), Value::Uuid(uuid));
    assert_eq!(value_of(parse(&hyphened), &BY_UUID).unwrap(), Value::Uuid(uuid));
    assert_eq!(value_of(TenantId::Int(9), &BY_INT).unwrap(), Value::Int(9));
    assert_eq!(value_of(parse("9"), &BY_INT).unwrap(), Value::Int(9));
    assert_eq!(value_of(parse("-9"), &BY_INT).unwrap(), Value::Int(-9));
    assert_eq!(value_of(TenantId::Int(i64::MAX), &BY_INT).unwrap(), Value::Int(i64::MAX));
    assert_eq!(value_of(TenantId::Int(32_767), &BY_SMALL).unwrap(), Value::Int(32_767));
    assert_eq!(value_of(parse("-32768"), &BY_SMALL).unwrap(), Value::Int(-32_768));
    let upper = hyphened.to_uppercase();
    let simple = uuid.simple().to_string();
    for (id, model) in [
        (parse(&upper), &BY_UUID),
        (parse(&simple), &BY_UUID),
        (parse("x"), &BY_UUID),
        (TenantId::Int(1), &BY_UUID),
        (parse("01"), &BY_INT),
        (parse("-0"), &BY_INT),
        (parse("x"), &BY_INT),
        (TenantId::Uuid(uuid), &BY_INT),
        (TenantId::Int(32_768), &BY_SMALL),
        (TenantId::Int(65_537), &BY_SMALL),
        (parse("-32769"), &BY_SMALL),
        (parse("true"), &BY_BOOL),
        (TenantId::Int(1), &BY_BOOL),
    ] {
        let error = value_of(id.clone(), model).unwrap_err();
        assert!(error.is_invalid_input(), "{id:?}");
        assert_eq!(error.model(), Some(model.name));
        assert!(!error.to_string().contains(&id.to_string()) || id.to_string().len() < 3, "{error}");
    }
}

#[test]
fn the_guard_of_each_tenancy() {
    let own = tenant("a");
    for reading in [false, true] {
        assert_eq!(own.guard(&PLAN, reading).unwrap(), Guard::Open);
        assert_eq!(own.guard(&ORG, reading).unwrap(), by(0, "a"));
        assert_eq!(own.guard(&BOARD, reading).unwrap(), by(1, "a"));
        assert_eq!(own.guard(&WIDGET, reading).unwrap(), via_board("a"));
        assert_eq!(own.guard(&PIN, reading).unwrap(), via_widget("a"));
        for model in [&ORG, &USER, &BOARD, &WIDGET, &PIN] {
            assert_eq!(Scope::AcrossTenants.guard(model, reading).unwrap(), Guard::Open);
            assert_eq!(narrowed("a").guard(model, reading).unwrap(), own.guard(model, reading).unwrap());
        }
        let error = own.guard(&BROKEN, reading).unwrap_err();
        assert!(error.is_invalid_input() && error.to_string().contains("references nothing"));
        let error = own.guard(&LOOP, reading).unwrap_err();
        assert!(error.is_invalid_input() && error.to_string().contains("through itself"), "{error}");
    }
    assert_eq!(own.guard(&USER, false).unwrap(), by(1, "a"));
    assert_eq!(
        own.guard(&USER, true).unwrap(),
        Guard::Column { column: 1, value: text("a"), shared: Some(Shared { flag: 2, deleted: None }) }
    );
    assert_eq!(Scope::Shown.guard(&PIN, true).unwrap(), via_widget("{tenant}"));
}

#[test]
fn reads_let_shared_rows_in_and_writes_do_not() {
    let shared = |operation: Operation| match tenant("a").apply(operation).unwrap().guard() {
        Guard::Column { shared, .. } => *shared,
        other => panic!("{other:?}"),
    };
    let rows = Shared { flag: 2, deleted: None };
    assert_eq!(shared(select(&USER)), Some(rows));
    assert_eq!(shared(count(&USER)), Some(rows));
    assert_eq!(shared(select(&NOTE)), Some(Shared { flag: 2, deleted: Some(3) }), "only the living");
    assert_eq!(shared(update(&USER, Target::All, &[(2, false)])), None);
    assert_eq!(shared(each(&USER, &[(2, false)])), None);
    assert_eq!(shared(delete(&USER, Target::All)), None);
    assert_eq!(shared(insert(&USER, &[0, 1], &[&[text("k"), Value::Null]])), None);
}

#[test]
fn every_operation_is_guarded() {
    for operation in [
        select(&BOARD),
        count(&BOARD),
        update(&BOARD, Target::All, &[(0, false)]),
        each(&BOARD, &[(0, false)]),
        delete(&BOARD, Target::All),
        insert(&BOARD, &[0, 1], &[&[text("k"), Value::Null]]),
    ] {
        let scoped = tenant("a").apply(operation.clone()).unwrap();
        assert_eq!(*scoped.guard(), by(1, "a"), "{}", operation.name());
        assert_eq!(scoped.operation().name(), operation.name());
        assert!(scoped.parents().is_empty() && !scoped.must_be_single());
        let (again, guard, parents, single) = scoped.clone().into_parts();
        assert_eq!((&again, &guard), (scoped.operation(), scoped.guard()));
        assert!(parents.is_empty() && !single);
    }
    let scoped = by(1, "a").over(count(&BOARD));
    assert_eq!((scoped.guard(), scoped.must_be_single()), (&by(1, "a"), false));
    assert!(scoped.parents().is_empty());
}

#[test]
fn what_a_scope_may_do() {
    let key = || Target::Key(text("k"));
    let writes = |model| {
        let row: &[Value] = &[text("a")];
        [
            update(model, key(), &[(1, false)]),
            each(model, &[(1, false)]),
            delete(model, key()),
            insert(model, &[0], &[row]),
        ]
    };
    // No tenant.
    for operation in writes(&PLAN).into_iter().chain([select(&PLAN), count(&PLAN)]) {
        Scope::Global.apply(operation).unwrap();
    }
    for model in [&ORG, &USER, &BOARD, &WIDGET, &PIN] {
        for operation in writes(model).into_iter().chain([select(model), count(model)]) {
            let error = Scope::Global.apply(operation).unwrap_err();
            assert!(error.is_tenant_missing());
            assert_eq!(error.model(), Some(model.name));
        }
    }
    // A tenant reads a global model.
    tenant("a").apply(select(&PLAN)).unwrap();
    tenant("a").apply(count(&PLAN)).unwrap();
    for operation in writes(&PLAN) {
        let error = tenant("a").apply(operation.clone()).unwrap_err();
        assert!(error.is_invalid_input() && error.to_string().contains("may read it"));
        assert_eq!(error.model(), Some("Plan"));
        Scope::AcrossTenants.apply(operation.clone()).unwrap();
        narrowed("a").apply(operation).unwrap();
    }
    // A tenant updates its own root, and neither makes nor removes one.
    let [update_root, each_root, delete_root, insert_root] = writes(&ORG);
    for operation in [update_root, each_root] {
        assert_eq!(*tenant("a").apply(operation).unwrap().guard(), by(0, "a"));
    }
    for operation in [
        delete_root,
        insert_root,
        update(&ORG, key(), &[(2, false)]),
        update(&ORG, key(), &[(1, false), (2, false)]),
    ] {
        let error = tenant("a").apply(operation.clone()).unwrap_err();
        assert!(error.is_invalid_input() && error.to_string().contains("table of tenants"), "{error}");
        Scope::AcrossTenants.apply(operation).unwrap();
    }
}

#[test]
fn rows_are_stamped() {
    let insert = |values: &[Value]| {
        let rows: Vec<Vec<Value>> = values.iter().map(|value| vec![text("k"), value.clone()]).collect();
        let rows: Vec<&[Value]> = rows.iter().map(Vec::as_slice).collect();
        insert(&BOARD, &[0, 1], &rows)
    };
    let stamped = |scope: &Scope, values: &[Value]| {
        scope
            .apply(insert(values))
            .map(|scoped| rows(&scoped).iter().map(|row| row[1].clone()).collect::<Vec<_>>())
    };
    for scope in [tenant("a"), narrowed("a")] {
        assert_eq!(stamped(&scope, &[Value::Null, text("a"), Value::Null]).unwrap(), vec![text("a"); 3]);
        for bad in [
            vec![text("b")],
            vec![Value::Null, text("b")],
            vec![text("")],
            vec![text("A")],
            vec![Value::Int(1)],
        ] {
            let error = stamped(&scope, &bad).unwrap_err();
            assert!(error.is_invalid_input());
            assert_eq!((error.model(), error.fields()), (Some("Board"), &["org"][..]));
        }
    }
    let across = Scope::AcrossTenants;
    assert_eq!(stamped(&across, &[text("a"), text("b")]).unwrap(), [text("a"), text("b")]);
    for bad in [vec![Value::Null], vec![text("a"), Value::Null]] {
        let error = stamped(&across, &bad).unwrap_err();
        assert!(error.is_tenant_missing());
        assert_eq!(error.model(), Some("Board"));
    }
    // An insert without the column has nowhere to be stamped.
    for scope in [tenant("a"), across] {
        assert!(
            scope.apply(super::tests::insert(&BOARD, &[0], &[&[text("k")]])).unwrap_err().is_tenant_missing()
        );
    }
}

#[test]
fn an_upsert_across_tenants_meets_its_own_tenant() {
    let row = || insert(&BOARD, &[0, 1], &[&[text("k"), text("a")]]);
    let update = || ConflictAction::Update { columns: vec![0], add: Vec::new(), version: None };
    for action in [ConflictAction::Ignore, update()] {
        assert!(
            Scope::AcrossTenants.apply(upsert(row(), &[0], action.clone())).unwrap_err().is_tenant_missing()
        );
        Scope::AcrossTenants.apply(upsert(row(), &[1, 0], action.clone())).unwrap();
        narrowed("a").apply(upsert(row(), &[0], action.clone())).unwrap();
        tenant("a").apply(upsert(row(), &[0], action)).unwrap();
    }
}

#[test]
fn inserts_without_a_tenant_column() {
    let root = |id: &str| insert(&ORG, &[0], &[&[text("a")], &[text(id)]]);
    Scope::AcrossTenants.apply(root("b")).unwrap();
    narrowed("a").apply(root("a")).unwrap();
    let error = narrowed("a").apply(root("b")).unwrap_err();
    assert!(error.is_invalid_input());
    assert_eq!(error.fields(), ["id"]);
    assert!(narrowed("a").apply(insert(&ORG, &[1], &[&[text("a")]])).unwrap_err().is_invalid_input());
    // Rows that belong through a parent: which tenant is not known.
    let child = || insert(&WIDGET, &[0, 1], &[&[text("k"), text("p")]]);
    assert!(Scope::AcrossTenants.apply(child()).unwrap_err().is_tenant_missing());
    let without = || insert(&WIDGET, &[0], &[&[text("k")]]);
    assert!(Scope::AcrossTenants.apply(without()).unwrap_err().is_tenant_missing());
    narrowed("a").apply(child()).unwrap();
    tenant("a").apply(child()).unwrap();
    Scope::AcrossTenants.apply(insert(&PLAN, &[0], &[&[text("k")]])).unwrap();
}

fn checked(scope: &Scope, operation: Operation) -> Vec<(u16, &'static str, Guard)> {
    let scoped = scope.apply(operation).unwrap();
    scoped.parents().iter().map(|check| (check.column, check.parent.name, check.guard.clone())).collect()
}

#[test]
fn references_that_the_keys_do_not_keep_are_checked() {
    let a = tenant("a");
    let both = vec![(1, "Board", by(1, "a")), (2, "Board", by(1, "a"))];
    let key = || Target::Key(text("k"));
    let row: &[Value] = &[text("k"), text("p"), text("s")];
    assert_eq!(checked(&a, insert(&WIDGET, &[0, 1, 2], &[row])), both);
    assert_eq!(checked(&narrowed("a"), insert(&WIDGET, &[0, 1, 2], &[row])), both);
    assert_eq!(checked(&a, insert(&WIDGET, &[0, 2], &[&row[..2]])), both[1..]);
    assert_eq!(checked(&a, update(&WIDGET, key(), &[(1, false)])), both[..1]);
    assert_eq!(checked(&a, update(&WIDGET, key(), &[(0, false), (2, false)])), both[1..]);
    assert_eq!(checked(&a, update(&WIDGET, key(), &[(0, false)])), []);
    assert_eq!(checked(&a, each(&WIDGET, &[(2, false)])), both[1..]);
    assert_eq!(checked(&a, each(&WIDGET, &[(0, true)])), []);
    assert_eq!(checked(&a, delete(&WIDGET, key())), []);
    assert_eq!(checked(&a, select(&WIDGET)), []);
    assert_eq!(checked(&a, count(&WIDGET)), []);
    assert_eq!(checked(&a, update(&PIN, key(), &[(1, false)])), [(1, "Widget", via_board("a"))]);
    // boss: a composite key. widget: through its parent. partner: the root. plan: nobody's. friend: said to cross.
    let all: Vec<(u16, bool)> = (1..8).map(|at| (at, false)).collect();
    assert_eq!(
        checked(&a, update(&USER, key(), &all)),
        [(4, "Widget", via_board("a")), (5, "Org", by(0, "a"))]
    );
    // The tenant column's own reference, and a root's to a tenant's model.
    assert_eq!(checked(&a, insert(&BOARD, &[0, 1], &[&[text("k"), Value::Null]])), []);
    assert_eq!(checked(&a, update(&ORG, key(), &[(3, false)])), []);
}

#[test]
fn a_reference_under_the_bypass_needs_the_tenant() {
    let key = || Target::Key(text("k"));
    for operation in [
        update(&WIDGET, key(), &[(1, false)]),
        each(&WIDGET, &[(2, false)]),
        update(&USER, key(), &[(5, false)]),
    ] {
        assert!(Scope::AcrossTenants.apply(operation.clone()).unwrap_err().is_tenant_missing());
        assert_eq!(checked(&narrowed("b"), operation).len(), 1);
    }
    Scope::AcrossTenants.apply(update(&WIDGET, key(), &[(0, false)])).unwrap();
    Scope::AcrossTenants.apply(update(&USER, key(), &[(3, false), (6, false), (7, false)])).unwrap();
}

#[test]
fn a_checked_reference_is_not_added_to() {
    let grows = |column| ConflictAction::Update {
        columns: Vec::new(),
        add: vec![(column, Value::Int(1))],
        version: None,
    };
    let row = || insert(&WIDGET, &[0, 1], &[&[text("k"), text("p")]]);
    for operation in [
        update(&WIDGET, Target::All, &[(1, true)]),
        each(&WIDGET, &[(0, false), (1, true)]),
        upsert(row(), &[0], grows(1)),
    ] {
        let error = tenant("a").apply(operation).unwrap_err();
        assert!(error.is_invalid_input(), "{error}");
        assert_eq!((error.model(), error.fields()), (Some("Widget"), &["board"][..]));
    }
    tenant("a").apply(upsert(row(), &[0], grows(0))).unwrap();
    tenant("a").apply(upsert(row(), &[0], ConflictAction::Ignore)).unwrap();
    tenant("a").apply(update(&WIDGET, Target::All, &[(0, true), (1, false)])).unwrap();
    tenant("a").apply(each(&WIDGET, &[(0, true), (1, false)])).unwrap();
}

#[test]
fn a_key_names_one_row_or_none() {
    let single = |scope: &Scope, operation| scope.apply(operation).unwrap().must_be_single();
    let across = Scope::AcrossTenants;
    let keys = || [Target::Key(text("k")), Target::Keys(vec![text("k")])];
    for target in keys() {
        assert!(single(&across, update(&USER, target.clone(), &[(2, false)])));
        assert!(single(&across, delete(&USER, target.clone())));
        for scope in [tenant("a"), narrowed("a")] {
            assert!(!single(&scope, update(&USER, target.clone(), &[(2, false)])));
            assert!(!single(&scope, delete(&USER, target.clone())));
        }
        for model in [&BOARD, &WIDGET, &ORG, &PLAN] {
            assert!(!single(&across, delete(model, target.clone())), "{}", model.name);
        }
    }
    assert!(single(&across, each(&USER, &[(2, false)])));
    for target in [Target::All, Target::Filter(crate::filter::Expr::And(Vec::new()))] {
        assert!(!single(&across, update(&USER, target.clone(), &[(2, false)])));
        assert!(!single(&across, delete(&USER, target)));
    }
    assert!(!single(&across, select(&USER)) && !single(&across, count(&USER)));
    assert!(!single(&across, insert(&USER, &[0, 1], &[&[text("k"), text("a")]])));
}

#[test]
fn composite_references() {
    for (model, parent, composite) in [
        (&USER, &USER, true),
        (&USER, &BOARD, true),
        (&ORG, &USER, true),
        (&USER, &ORG, false),
        (&USER, &WIDGET, false),
        (&USER, &PLAN, false),
        (&WIDGET, &BOARD, false),
        (&PLAN, &USER, false),
    ] {
        assert_eq!(is_composite(model, parent), composite, "{} {}", model.name, parent.name);
    }
}
