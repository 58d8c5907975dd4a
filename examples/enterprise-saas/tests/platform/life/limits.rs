//! The limits of a subscription, by type and by name, in bulk, in a workflow, with many at once.

use chrono::TimeDelta;
use ennead::prelude::*;
use ennead::{Actor, BulkResult, Clock};
use enterprise_saas::life::{ACME, Firm, GLOBEX, Stage, sign_up};
use enterprise_saas::{
    Execution, Gateway, GatewayType, NewExecution, NewGateway, NewUser, NewWorkspace, Subscription,
    SubscriptionStatus, TriggerType, UsageRecord, User, UserRole, Workspace,
};
use serde_json::json;

/// How many ask at once.
const AT_ONCE: usize = 24;

fn user(name: &str) -> NewUser {
    NewUser { email: format!("{name}@acme.example"), name: name.into(), role: UserRole::Viewer }
}

async fn every_way_to_make_a_user_is_counted(mut stage: Stage) {
    let acme = sign_up(&mut stage, &ACME).await.unwrap();
    let scope = &acme.scope;
    let refused = |error: &Error| {
        // A workflow says at which node.
        let text = "the subscription allows no more users: the limit is 5";
        error.is_forbidden() && error.to_string().ends_with(text)
    };
    // One is there; five more are too many, and then none comes.
    let many = ["a", "b", "c", "d", "e"].map(user);
    assert!(refused(&User::bulk_create(many).run(scope).await.unwrap_err()));
    assert_eq!(User::count().run(scope).await.unwrap(), 1);
    User::bulk_create(["a", "b", "c"].map(user)).run(scope).await.unwrap();
    let last = User::create(user("d")).run(scope).await.unwrap();
    assert!(refused(&User::create(user("e")).run(scope).await.unwrap_err()));
    let rows = json!({ "email": "e@acme.example", "name": "e", "role": "viewer" });
    for (node, params) in [
        ("CreateUserNode", json!({ "data": rows })),
        ("BulkCreateUserNode", json!({ "data": [rows] })),
        ("UpsertUserNode", json!({ "data": rows, "on_conflict": { "on": ["email"], "update": ["name"] } })),
    ] {
        let error = stage.schema.node(node).unwrap().run(scope, params).await.unwrap_err();
        assert!(refused(&error), "{node}: {error}");
    }
    let mut workflow = WorkflowBuilder::new();
    workflow.add_node("CreateUserNode", "new", json!({ "data": rows }));
    let workflow = workflow.build(&stage.schema).unwrap();
    assert!(refused(&Runtime::new(&stage.schema).execute(&workflow, scope).await.unwrap_err()));
    // Across tenants, too, where the row says whose it is.
    let support = stage.db.across_tenants("support makes a user");
    let foreign = User::create(user("e")).in_tenant(&acme.id).run(&support).await.unwrap_err();
    assert!(refused(&foreign), "{foreign}");
    // A place that is given back is free, and a higher limit holds at once.
    User::delete(&last.id).run(scope).await.unwrap();
    User::create(user("e")).run(scope).await.unwrap();
    Subscription::bulk_update().all_rows().set(Subscription::MAX_USERS, 6).run(scope).await.unwrap();
    User::create(user("f")).run(scope).await.unwrap();
    let cancelled = Subscription::bulk_update().all_rows();
    cancelled.set(Subscription::STATUS, SubscriptionStatus::Cancelled).run(scope).await.unwrap();
    let none = User::create(user("g")).run(scope).await.unwrap_err();
    assert_eq!(none.to_string(), "the organization has no subscription");
}

/// Of many at once, in two organizations, each gets as many as its own plan has.
async fn places_are_taken_once(mut stage: Stage) {
    let firms = [sign_up(&mut stage, &ACME).await.unwrap(), sign_up(&mut stage, &GLOBEX).await.unwrap()];
    let mut tasks = Vec::new();
    for firm in &firms {
        for n in 0..AT_ONCE {
            let scope = firm.scope.clone();
            // In a transaction that does more, so that the place is held for a while.
            tasks.push(tokio::spawn(async move {
                let work = scope.transaction(async |tx| {
                    let made = User::create(user(&format!("u{n}"))).run(tx).await?;
                    User::update(&made.id).set(User::MFA_ENABLED, true).run(tx).await
                });
                work.await.map(|_| ())
            }));
        }
    }
    let mut came = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(()) => came += 1,
            Err(error) => assert!(error.is_forbidden(), "{error}"),
        }
    }
    assert_eq!(came, 4 + 2);
    for firm in &firms {
        assert_eq!(User::count().run(&firm.scope).await.unwrap(), firm.facts.max_users as u64);
    }
}

/// A gateway and a workspace, so that there can be executions.
async fn place(firm: &Firm) -> (String, String) {
    let gateway = NewGateway {
        name: "main".into(),
        gateway_type: GatewayType::Shared,
        api_url: "https://main.example".into(),
        api_port: 443,
        global_rate_limit: 1,
        per_agent_rate_limit: 1,
        per_user_rate_limit: 1,
    };
    let gateway = Gateway::create(gateway).run(&firm.scope).await.unwrap();
    let workspace = NewWorkspace {
        name: "w".into(),
        environment_type: enterprise_saas::EnvironmentType::Sandbox,
        description: String::new(),
        max_agents: 1,
        max_concurrent_executions: 1,
    };
    let workspace = Workspace::create(workspace).run(&firm.scope).await.unwrap();
    (workspace.id, gateway.id)
}

fn execution(stage: &Stage, (workspace_id, gateway_id): &(String, String)) -> NewExecution {
    NewExecution {
        workspace_id: workspace_id.clone(),
        gateway_id: gateway_id.clone(),
        execution_type: enterprise_saas::ExecutionType::Agent,
        version: "1".into(),
        triggered_by: "user".into(),
        trigger_type: TriggerType::Cli,
        queued_at: stage.clock.now(),
        trace_id: "t".into(),
    }
}

async fn executions_are_counted_by_the_month(mut stage: Stage) {
    let acme = sign_up(&mut stage, &ACME).await.unwrap();
    let place = place(&acme).await;
    let limit = ACME.max_executions;
    // What is rolled back was not executed.
    let undone = acme.scope.transaction(async |tx| {
        Execution::create(execution(&stage, &place)).run(tx).await?;
        Err::<(), _>(Error::invalid("not today"))
    });
    undone.await.unwrap_err();
    let tasks: Vec<_> = (0..AT_ONCE)
        .map(|_| {
            let (scope, new) = (acme.scope.clone(), execution(&stage, &place));
            tokio::spawn(async move { Execution::create(new).run(&scope).await })
        })
        .collect();
    let mut came = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(_) => came += 1,
            Err(error) => assert_eq!(
                error.to_string(),
                "the subscription allows no more executions this month: the limit is 8"
            ),
        }
    }
    assert_eq!((came, Execution::count().run(&acme.scope).await.unwrap()), (limit, limit as u64));
    // The next month begins at none.
    stage.clock.pass(TimeDelta::days(30));
    let new = [(); 3].map(|()| execution(&stage, &place));
    let BulkResult { affected, .. } = Execution::bulk_create(new).run(&acme.scope).await.unwrap();
    assert_eq!(affected, 3);
    let too_many = (0..limit - 2).map(|_| execution(&stage, &place));
    assert!(Execution::bulk_create(too_many).run(&acme.scope).await.unwrap_err().is_forbidden());
    let months =
        UsageRecord::list().order_by(UsageRecord::PERIOD_START.asc()).run(&acme.scope).await.unwrap();
    assert_eq!(months.iter().map(|month| month.executions_count).collect::<Vec<_>>(), [limit, 3]);
    assert_eq!(months[1].period_start.to_rfc3339(), "2026-12-01T00:00:00+00:00");
    // What was refused is in the audit's sight of nobody else.
    let system = acme.scope.clone().actor(Actor::system());
    assert_eq!(Execution::count().run(&system).await.unwrap(), limit as u64 + 3);
}

super::cases![
    every_way_to_make_a_user_is_counted,
    places_are_taken_once,
    executions_are_counted_by_the_month,
];
