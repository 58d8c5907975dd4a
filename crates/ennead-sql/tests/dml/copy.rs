//! Bulk creates that go to Postgres as COPY, and to SQLite many rows at a time: which do, and that each of their rows carries the tenant.

use ennead_core::{
    Conflict, ConflictAction, Dialect, EnumDef, Insert, IntoTenantId, Kind, ModelDef, ModelRef, Operation,
    Role, Scope, Tenancy, Value,
};
use ennead_sql::{Batch, BindRef, Planner, Program, SEVERAL};

use crate::models::{DOC, ID, NAMED, OWNER, SHOUTED, TREE, field, model};

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

#[test]
fn sqlite_takes_many_rows_at_a_time() {
    let planner = Planner::new(Dialect::Sqlite);
    let program = plan(&planner, insert(&DOC, 300));
    let many = program.several.as_ref().unwrap();
    assert_eq!((SEVERAL, many.slots.len()), (128, 3 * 128));
    assert_eq!(many.sql.matches("(?, ?, ?)").count(), 128);
    let bound: Vec<&Value> = program
        .binds_of(many, 128)
        .map(|bind| match bind {
            BindRef::One(value, _) => value,
            BindRef::Many(..) => panic!("a list"),
        })
        .collect();
    for (row, values) in bound.chunks(3).enumerate() {
        assert_eq!(values[0], &Value::text(format!("id-{}", row + 128)));
        assert_eq!(values[2], &Value::text("acme"));
    }
    let sent: Vec<(bool, usize)> =
        program.statements().map(|(shape, times)| (shape.id == many.id, times)).collect();
    assert_eq!(sent, [(true, 2), (false, 300 - 256)]);
    assert_eq!(program.executions(), 300);
    let again = plan(&planner, insert(&DOC, 128));
    assert_eq!(again.several.as_ref().unwrap().id, many.id, "the statement is kept");
    assert_eq!(again.statements().count(), 1);
}

#[test]
fn what_comes_back_or_may_clash_or_be_a_parent_goes_row_by_row() {
    let goes_together = |insert| plan(&Planner::new(Dialect::Sqlite), insert).several.is_some();
    assert!(goes_together(insert(&DOC, 128)));
    assert!(!goes_together(insert(&DOC, 127)));
    assert!(!goes_together(Insert { returning: true, ..insert(&DOC, 128) }));
    let conflict =
        Conflict { target: vec![0], arbiter: vec![2, 0], living_only: false, action: ConflictAction::Ignore };
    assert!(!goes_together(Insert { conflict: Some(conflict), ..insert(&DOC, 128) }));
    assert!(!goes_together(insert(&TREE, 128)));
    assert!(plan(&Planner::new(Dialect::Postgres).without_copy(), insert(&DOC, 128)).several.is_none());
}

#[test]
fn rows_that_lie_anywhere_in_an_index_go_row_by_row() {
    let goes_together = |model, value: fn(usize) -> usize| {
        let mut insert = insert(model, 300);
        for (at, row) in insert.rows.iter_mut().enumerate() {
            row[0] = Value::text(format!("{:04}", value(at)));
        }
        plan(&Planner::new(Dialect::Sqlite), insert).several.is_some()
    };
    assert!(goes_together(&DOC, |at| at));
    assert!(goes_together(&DOC, |at| 300 - at));
    assert!(goes_together(&DOC, |at| at ^ usize::from(at % 32 == 1)), "but for some");
    assert!(!goes_together(&DOC, |at| at * 131 % 300));
    assert!(!goes_together(&DOC, |at| at ^ 1));

    let scattered = |model| {
        let mut insert = insert(model, 300);
        for (at, row) in insert.rows.iter_mut().enumerate() {
            row[0] = Value::text(format!("{at:04}"));
            row[1] = Value::text(format!("{:04}", at * 131 % 300));
        }
        plan(&Planner::new(Dialect::Sqlite), insert).several.is_none()
    };
    assert!(!scattered(&DOC), "the column has no index");
    assert!(scattered(&NAMED));
    assert!(scattered(&SHOUTED), "what an expression makes of it is not known");
}
