//! Errors, transactions and validation: what went on after a failure there.

use ennead::prelude::*;
use serde_json::json;

use super::models::*;
use crate::Bed;

async fn a_failure_is_an_error_and_what_needs_it_does_not_run(bed: Bed) {
    let (_, acme, _) = opened(&bed).await;
    create(&acme, &["a"]).await;
    let mut workflow = WorkflowBuilder::new();
    workflow.add_node("CreateMemberNode", "taken", member("a"));
    workflow.add_node("UpdateMemberNode", "after", json!({ "data": { "name": "changed" } }));
    workflow.add_connection("taken", "id", "after", "id");
    workflow.add_node("BulkDeleteMemberNode", "last", json!({ "all_rows": true }));
    workflow.only_if("after", "id", json!("a"));
    let error = Runtime::new(&schema()).execute(&workflow.build(&schema()).unwrap(), &acme).await;
    let error = error.unwrap_err();
    assert!(error.is_unique_violation() && error.node() == Some("taken"), "{error:?}");
    assert!(error.results().unwrap().is_empty());
    assert_eq!(found(&acme, json!({})).await, ["a"]);
}

async fn every_path_validates_alike(bed: Bed) {
    let (_, acme, _) = opened(&bed).await;
    create(&acme, &["a"]).await;
    let broken = |field: &str, value: serde_json::Value| {
        let mut row = member("b");
        row[field] = value;
        row
    };
    let on = json!({ "on": "id", "update": ["credits", "name"] });
    for (field, value, is_check) in [("credits", json!(-1), true), ("name", json!(7), false)] {
        let row = broken(field, value.clone());
        for (node, params) in [
            ("CreateMemberNode", row.clone()),
            ("CreateMemberNode", json!({ "data": row })),
            ("BulkCreateMemberNode", json!({ "data": [member("c"), row] })),
            ("UpsertMemberNode", json!({ "data": row, "on_conflict": on })),
            ("UpdateMemberNode", json!({ "id": "a", "data": { field: value } })),
            ("BulkUpdateMemberNode", json!({ "all_rows": true, "data": { field: value } })),
            ("BulkUpdateMemberNode", json!({ "data": [{ "id": "a", field: value }] })),
        ] {
            let error = run(&acme, node, params.clone()).await.unwrap_err();
            let right = if is_check { error.is_check_violation() } else { error.is_invalid_input() };
            assert!(right, "{node} {params}: {error:?}");
            let mut workflow = WorkflowBuilder::new();
            workflow.add_node(node, "only", params);
            match workflow.build(&schema()) {
                Err(error) => assert!(!is_check && error.is_invalid_input(), "{error:?}"),
                Ok(built) => {
                    let error = Runtime::new(&schema()).execute(&built, &acme).await.unwrap_err();
                    assert!(is_check && error.is_check_violation(), "{error:?}");
                }
            }
        }
    }
    let typed = new_member("b").set(Member::CREDITS, -1).run(&acme).await.unwrap_err();
    assert!(typed.is_check_violation(), "{typed:?}");
    assert_eq!(found(&acme, json!({})).await, ["a"]);
}

async fn a_read_sees_the_write_before_it_and_no_other_database(bed: Bed) {
    let ((_, acme, _), (_, other, _)) = (opened(&bed).await, opened(&bed).await);
    create(&acme, &["a"]).await;
    for turn in 0..10 {
        let credits = json!({ "id": "a", "data": { "credits": turn } });
        run(&acme, "UpdateMemberNode", credits).await.unwrap();
        let read = run(&acme, "ReadMemberNode", json!({ "id": "a" })).await.unwrap();
        assert_eq!(read["credits"], turn);
        assert_eq!(count(&acme, json!({ "credits": turn })).await, 1);
    }
    assert_eq!(count(&other, json!({})).await, 0);
}

async fn a_rollback_takes_the_writes_of_nodes_back(bed: Bed) {
    let (_, acme, _) = opened(&bed).await;
    let done: Result<(), Error> = acme
        .transaction(async |tx| {
            run(tx, "CreateMemberNode", member("a")).await?;
            run(tx, "BulkCreateMemberNode", json!({ "data": [member("b"), member("c")] })).await?;
            new_member("d").run(tx).await?;
            assert_eq!(count(tx, json!({})).await, 4);
            run(tx, "ReadMemberNode", json!({ "id": "nobody" })).await.map(|_| ())
        })
        .await;
    assert!(done.unwrap_err().is_not_found());
    assert_eq!(count(&acme, json!({})).await, 0);
}

async fn a_workflow_in_one_transaction_commits_or_leaves_nothing(bed: Bed) {
    let (_, acme, _) = opened(&bed).await;
    let mut workflow = WorkflowBuilder::new();
    workflow.add_node("CreateMemberNode", "create", member("a")).transactional();
    workflow.add_node("UpdateMemberNode", "update", json!({ "data": { "credits": 3 } }));
    workflow.add_connection("create", "id", "update", "id");
    let runtime = Runtime::new(&schema());
    let results = runtime.execute(&workflow.build(&schema()).unwrap(), &acme).await.unwrap();
    assert_eq!(results["update"]["credits"], 3);
    assert_eq!(count(&acme, json!({ "credits": 3 })).await, 1);
    let mut failing = WorkflowBuilder::new();
    failing.add_node("CreateMemberNode", "first", member("b")).transactional();
    failing.add_node("UpdateMemberNode", "then", json!({ "data": { "credits": -1 } }));
    failing.add_connection("first", "id", "then", "id");
    let error = runtime.execute(&failing.build(&schema()).unwrap(), &acme).await.unwrap_err();
    assert!(error.is_check_violation() && error.node() == Some("then"), "{error:?}");
    assert_eq!(found(&acme, json!({})).await, ["a"]);
}

crate::cases![
    a_failure_is_an_error_and_what_needs_it_does_not_run,
    every_path_validates_alike,
    a_read_sees_the_write_before_it_and_no_other_database,
    a_rollback_takes_the_writes_of_nodes_back,
    a_workflow_in_one_transaction_commits_or_leaves_nothing,
];
