//! Bulk creates that go to Postgres as COPY: which do, and that each of their rows carries the tenant.

use ennead_core::{
    Conflict, ConflictAction, Dialect, EnumDef, Insert, IntoTenantId, Kind, ModelDef, ModelRef, Operation,
    Role, Scope, Tenancy, Value,
};
use ennead_sql::{Batch, Planner, Program};

use crate::models::{DOC, ID, OWNER, field, model};

const OWNED: Tenancy = Tenancy::Column { field: 2, shared: None };

static MOOD: EnumDef =
    EnumDef { name: "Mood", type_name: "mood", variants: &["good"], native: true, doc: "" };
static MOODS: ModelDef =
    model("moods", &[ID, field("all", Kind::Array(&Kind::Enum(&MOOD)), Role::Plain), OWNER], OWNED);

fn insert(model: &'static ModelDef, rows: usize) -> Insert {
    let row = |at: usize| vec![Value::text(format!("id-{at}")), Value::text("a name"), Value::Null];
    Insert {
        model: ModelRef(model),
        columns: vec![0, 1, 2],
        rows: (0..rows).map(row).collect(),
        conflict: None,
        returning: false,
    }
}

fn plan(planner: &Planner, insert: Insert) -> Program {
    let scope = Scope::Tenant("acme".into_tenant_id().unwrap());
    planner.plan(scope.apply(Operation::Insert(insert)).unwrap()).unwrap()
}

fn copies(insert: Insert) -> bool {
    matches!(plan(&Planner::new(Dialect::Postgres), insert).batch, Batch::Copy(_))
}

#[test]
fn every_row_carries_the_tenant() {
    let program = plan(&Planner::new(Dialect::Postgres), insert(&DOC, 1000));
    assert_eq!(&*program.shape.sql, r#"COPY "doc" ("id", "na""me", "owner") FROM STDIN (FORMAT binary)"#);
    let Batch::Copy(rows) = &program.batch else { panic!("{:?}", program.batch) };
    assert_eq!(rows.len(), 1000);
    assert!(rows.iter().all(|row| row[2] == Value::text("acme")));
    assert_eq!((program.executions(), program.binds(0).count()), (1, 0));
}

#[test]
fn what_is_small_or_comes_back_or_may_clash_is_an_insert() {
    assert!(copies(insert(&DOC, 64)));
    assert!(!copies(insert(&DOC, 63)));
    assert!(!copies(Insert { returning: true, ..insert(&DOC, 64) }));
    let conflict =
        Conflict { target: vec![0], arbiter: vec![2, 0], living_only: false, action: ConflictAction::Ignore };
    assert!(!copies(Insert { conflict: Some(conflict), ..insert(&DOC, 64) }));
    // In an array of a native enumeration each element is of its type, which has no number of its own here.
    assert!(!copies(insert(&MOODS, 64)));
}

#[test]
fn sqlite_and_row_level_security_know_no_copy() {
    let sqlite = plan(&Planner::new(Dialect::Sqlite), insert(&DOC, 1000));
    assert!(matches!(sqlite.batch, Batch::Rows(_)));
    let secured = plan(&Planner::new(Dialect::Postgres).without_copy(), insert(&DOC, 1000));
    assert!(matches!(secured.batch, Batch::Columns(_)));
}
