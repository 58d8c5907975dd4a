//! Aggregates are guarded as lists and counts are, and what they ask is looked at before.

use super::*;
use crate::aggregate::admit_aggregate;
use crate::operation::{Aggregate, Measure, Rank, RankBy};

fn asked(model: &'static ModelDef) -> Aggregate {
    Aggregate {
        model: ModelRef(model),
        filter: None,
        deleted: Deleted::Exclude,
        measures: vec![Measure::Rows, Measure::Max(0)],
        group_by: vec![0],
        order: Vec::new(),
        limit: None,
    }
}

/// All rows of a model, summed up.
pub(super) fn every(model: &'static ModelDef) -> Operation {
    Operation::Aggregate(asked(model))
}

fn applied(scope: &Scope, model: &'static ModelDef) -> Result<Scoped, Error> {
    scope.apply(every(model))
}

#[test]
fn an_aggregate_is_guarded_as_a_list_is() {
    let own = tenant("a");
    for model in [&PLAN, &ORG, &USER, &BOARD, &WIDGET, &PIN, &NOTE] {
        for scope in [&own, &Scope::AcrossTenants, &narrowed("a"), &Scope::Shown] {
            let (aggregate, list) = (applied(scope, model).unwrap(), scope.apply(select(model)).unwrap());
            assert_eq!(aggregate.guard(), list.guard(), "{}", model.name);
            assert!(aggregate.parents().is_empty() && !aggregate.must_be_single());
        }
    }
    assert_eq!(*applied(&own, &PIN).unwrap().guard(), via_widget("a"));
    for model in [&ORG, &USER, &BOARD, &WIDGET, &PIN] {
        assert!(applied(&Scope::Global, model).unwrap_err().is_tenant_missing());
    }
    applied(&Scope::Global, &PLAN).unwrap();
    let aggregate = every(&BOARD);
    assert!(!aggregate.writes() && !aggregate.holds());
    assert_eq!(aggregate.name(), "aggregate");
}

#[test]
fn an_order_of_groups_is_total() {
    let mut aggregate = asked(&BOARD);
    aggregate.order = vec![RankBy { by: Rank::Measure(Measure::Rows), descending: true }];
    admit_aggregate(&mut aggregate).unwrap();
    let last = RankBy { by: Rank::Key(0), descending: false };
    assert_eq!(aggregate.order.get(1), Some(&last));
    let before = aggregate.clone();
    admit_aggregate(&mut aggregate).unwrap();
    assert_eq!(aggregate, before, "what is complete stays as it is");
    aggregate.group_by = vec![0, 0];
    assert!(admit_aggregate(&mut aggregate).unwrap_err().to_string().contains("stands twice"));
    aggregate.group_by = Vec::new();
    assert!(admit_aggregate(&mut aggregate).unwrap_err().to_string().contains("not among the columns"));
    aggregate.measures = Vec::new();
    assert!(admit_aggregate(&mut aggregate).unwrap_err().to_string().contains("asks for nothing"));
}
