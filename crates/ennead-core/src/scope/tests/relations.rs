//! Conditions on related rows carry the scope's own predicate at each step.

use super::*;
use crate::filter::{Compare, Operand};
use crate::operation::Aggregate;
use crate::relation::{Hop, Related};

const fn to_one(model: &'static ModelDef, field: u16) -> Hop {
    Hop { model: ModelRef(model), field, back: false }
}

const fn to_many(model: &'static ModelDef, field: u16) -> Hop {
    Hop { model: ModelRef(model), field, back: true }
}

fn there(hop: Hop, filter: Option<Expr>) -> Expr {
    Expr::Related(Box::new(Related { hop, filter, negated: false, guard: None }))
}

fn anything() -> Expr {
    Expr::Compare { left: Operand::Column(0), op: Compare::Eq, value: text("x") }
}

/// The guards of all relations in a condition, from the outermost on.
fn guards(expr: &Expr, found: &mut Vec<Option<Guard>>) {
    match expr {
        Expr::And(all) | Expr::Or(all) => all.iter().for_each(|expr| guards(expr, found)),
        Expr::Not(inner) => guards(inner, found),
        Expr::Related(related) => {
            found.push(related.guard.clone());
            related.filter.iter().for_each(|filter| guards(filter, found));
        }
        _ => {}
    }
}

fn guards_of(scope: &Scope, filter: Expr) -> Vec<Option<Guard>> {
    let Operation::Count(mut op) = count(&WIDGET) else { panic!("a count") };
    op.filter = Some(filter);
    let scoped = scope.apply(Operation::Count(op)).unwrap();
    let Operation::Count(op) = scoped.operation() else { panic!("a count") };
    let mut found = Vec::new();
    guards(op.filter.as_ref().unwrap(), &mut found);
    found
}

#[test]
fn every_place_of_a_condition_is_guarded() {
    let board = || there(to_one(&BOARD, 1), None);
    let nothing = || Target::Keys(Vec::new());
    let with = |operation: Operation, when: Option<Expr>| match operation {
        Operation::Select(op) => Operation::Select(Select { filter: when, ..op }),
        Operation::Count(op) => Operation::Count(Count { filter: when, ..op }),
        Operation::Aggregate(op) => Operation::Aggregate(Aggregate { filter: when, ..op }),
        Operation::Update(op) => Operation::Update(Update { when, ..op }),
        Operation::Delete(op) => Operation::Delete(Delete { when, ..op }),
        other => other,
    };
    for operation in [
        with(select(&WIDGET), Some(board())),
        with(count(&WIDGET), Some(board())),
        with(aggregates::every(&WIDGET), Some(board())),
        with(update(&WIDGET, nothing(), &[(2, false)]), Some(board())),
        update(&WIDGET, Target::Filter(board()), &[(2, false)]),
        with(delete(&WIDGET, nothing()), Some(board())),
        delete(&WIDGET, Target::Filter(board())),
    ] {
        let scoped = tenant("a").apply(operation).unwrap();
        let places: Vec<&Expr> = match scoped.operation() {
            Operation::Select(op) => op.filter.iter().collect(),
            Operation::Count(op) => op.filter.iter().collect(),
            Operation::Aggregate(op) => op.filter.iter().collect(),
            Operation::Update(Update { target, when, .. })
            | Operation::Delete(Delete { target, when, .. }) => {
                let filter = if let Target::Filter(filter) = target { Some(filter) } else { None };
                filter.into_iter().chain(when).collect()
            }
            _ => Vec::new(),
        };
        let mut found = Vec::new();
        places.into_iter().for_each(|expr| guards(expr, &mut found));
        assert_eq!(found, [Some(by(1, "a"))], "{:?}", scoped.operation());
    }
}

#[test]
fn each_step_has_its_own_guard() {
    let board = || there(to_one(&BOARD, 1), Some(anything()));
    let widget = || there(to_many(&PIN, 1), Some(there(to_one(&WIDGET, 1), Some(board()))));
    let nested = Expr::And(vec![
        anything(),
        Expr::Or(vec![board(), Expr::Not(Box::new(board()))]),
        Expr::Not(Box::new(widget())),
    ]);
    let expected = [by(1, "a"), by(1, "a"), via_widget("a"), via_board("a"), by(1, "a")];
    assert_eq!(guards_of(&tenant("a"), nested.clone()), expected.map(Some));
    let open = guards_of(&Scope::AcrossTenants, nested.clone());
    assert!(open.len() == 5 && open.iter().all(|guard| *guard == Some(Guard::Open)));
    assert_eq!(guards_of(&narrowed("b"), nested)[0], Some(by(1, "b")));
}

#[test]
fn shared_related_rows_are_read_in_writes_too() {
    let filter = there(to_many(&USER, 4), None);
    let operation = update(&WIDGET, Target::Filter(filter), &[(2, false)]);
    let scoped = tenant("a").apply(operation).unwrap();
    let Operation::Update(Update { target: Target::Filter(filter), .. }) = scoped.operation() else {
        panic!("an update by a filter")
    };
    let mut found = Vec::new();
    guards(filter, &mut found);
    assert!(
        matches!(found[..], [Some(Guard::Column { shared: Some(Shared { flag: 2, .. }), .. })]),
        "{found:?}"
    );
}

#[test]
fn without_a_tenant_no_rows_of_tenants_are_asked_about() {
    let plans = |filter: Expr| {
        let Operation::Count(op) = count(&PLAN) else { panic!("a count") };
        Scope::Global.apply(Operation::Count(Count { filter: Some(filter), ..op }))
    };
    let users = || there(to_many(&USER, 6), None);
    assert!(plans(users()).unwrap_err().is_tenant_missing());
    assert!(plans(Expr::Not(Box::new(Expr::Or(vec![users()])))).unwrap_err().is_tenant_missing());
    let hidden = there(to_one(&PLAN, 0), Some(users()));
    assert!(plans(hidden).unwrap_err().is_tenant_missing());
    assert!(plans(there(to_one(&PLAN, 0), None)).is_ok());
}

#[test]
fn rows_are_tied_by_the_reference_and_by_the_tenant() {
    // A composite key, both ways; the reference's own columns come first.
    assert_eq!(to_one(&USER, 3).columns(&USER), [(3, 0), (1, 1)]);
    assert_eq!(to_many(&USER, 3).columns(&USER), [(0, 3), (1, 1)]);
    // Of a tenant root the key is the tenant.
    assert_eq!(to_one(&USER, 3).columns(&ORG), [(3, 0), (0, 1)]);
    // Without a tenant column on one side, and across tenants, the key alone.
    assert_eq!(to_one(&BOARD, 1).columns(&WIDGET), [(1, 0)]);
    assert_eq!(to_many(&WIDGET, 1).columns(&BOARD), [(0, 1)]);
    assert_eq!(to_one(&PLAN, 6).columns(&USER), [(6, 0)]);
    assert_eq!(to_one(&WIDGET, 7).columns(&USER), [(7, 0)]);
}
