//! Limits, with 64 tasks at them.

use chrono::{DateTime, Duration, Utc};
use ennead::prelude::*;
use robosystems_iam::{
    Graph, GraphEvent, GraphUsageTracking, LimitError, UsageType, UserGraph, UserLimits, UserUsageTracking,
    count_graph_usage, count_usage, create_graph,
};

use crate::database::on_both;
use crate::platform::{account, credits, order, plan, user};

fn noon() -> DateTime<Utc> {
    "2026-11-21T12:34:56Z".parse().unwrap()
}

async fn calls_are_counted_up_to_the_limit_by_64_tasks(db: &Db) {
    let ann = user(db, "ann").await;
    UserLimits::update(&ann.id).set(UserLimits::API_CALLS_PER_HOUR, 100).run(db).await.unwrap();
    // Four calls of each task, some of them for two: 320 in all, where 100 are allowed.
    let tasks: Vec<_> = (0..64)
        .map(|_| {
            let (db, id) = (db.clone(), ann.id.clone());
            tokio::spawn(async move {
                let (mut counted, mut refused) = (0, 0);
                for times in [1, 2, 1, 1] {
                    match count_usage(&db, &id, UsageType::ApiCall, times, noon()).await {
                        Ok(_) => counted += times,
                        Err(LimitError::Usage { allowed: 100, .. }) => refused += times,
                        Err(error) => panic!("{error:?}"),
                    }
                }
                (counted, refused)
            })
        })
        .collect();
    let (mut counted, mut refused) = (0, 0);
    for task in tasks {
        let (one, other) = task.await.unwrap();
        (counted, refused) = (counted + one, refused + other);
    }
    assert_eq!((counted, refused), (100, 220));
    let rows = UserUsageTracking::list().run(db).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.used).collect::<Vec<_>>(), [100]);

    // The next hour has its own count; a day's too; a greater limit counts at once.
    let error = count_usage(db, &ann.id, UsageType::ApiCall, 1, noon()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "no more than 100 of api_call from 2026-11-21 12:00:00 UTC to 2026-11-21 13:00:00 UTC"
    );
    count_usage(db, &ann.id, UsageType::ApiCall, 1, noon() + Duration::hours(1)).await.unwrap();
    let imports = count_usage(db, &ann.id, UsageType::SecImport, 10, noon()).await.unwrap();
    assert_eq!(imports.window_start.to_rfc3339(), "2026-11-21T00:00:00+00:00");
    assert!(count_usage(db, &ann.id, UsageType::SecImport, 1, noon() + Duration::hours(9)).await.is_err());
    UserLimits::update(&ann.id).set(UserLimits::API_CALLS_PER_HOUR, 101).run(db).await.unwrap();
    assert_eq!(count_usage(db, &ann.id, UsageType::ApiCall, 1, noon()).await.unwrap().used, 101);
    // More at once than would ever be allowed, none at all, and nobody.
    assert!(matches!(
        count_usage(db, &ann.id, UsageType::DataExport, 51, noon()).await,
        Err(LimitError::Usage { allowed: 50, .. })
    ));
    for (id, times) in [(ann.id.as_str(), 0), (&ann.id, -1), ("user_nobody", 1)] {
        let error = count_usage(db, id, UsageType::DataExport, times, noon()).await.unwrap_err();
        let LimitError::Data(error) = error else { panic!("{error:?}") };
        assert!(error.is_invalid_input() || error.is_not_found(), "{error:?}");
    }
}

async fn graphs_are_made_up_to_the_limit_by_64_tasks(db: &Db) {
    plan(db, "standard", "100").await;
    let ann = user(db, "ann").await;
    let tasks: Vec<_> = (0..64)
        .map(|n| {
            let (db, id) = (db.clone(), ann.id.clone());
            tokio::spawn(async move {
                create_graph(&db, &id, order(&format!("kg{n}x"), "standard")).await.map_err(|error| {
                    match error {
                        LimitError::Graphs { limit } => limit,
                        error => panic!("{error:?}"),
                    }
                })
            })
        })
        .collect();
    let mut made = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(_) => made += 1,
            Err(limit) => assert_eq!(limit, 5),
        }
    }
    assert_eq!(made, 5);
    assert_eq!(UserLimits::read(&ann.id).run(db).await.unwrap().graphs_used, 5);
    let support = db.across_tenants("what the test made");
    assert_eq!(Graph::count().run(&support).await.unwrap(), 5);
    assert_eq!(UserGraph::count().run(&support).await.unwrap(), 5);
    // A graph that cannot be made takes nothing of the limit.
    UserLimits::update(&ann.id).set(UserLimits::MAX_GRAPHS, 6).run(db).await.unwrap();
    for bad in [order("kg0x", "no-plan"), order("Not An Id", "standard")] {
        assert!(create_graph(db, &ann.id, bad).await.is_err());
    }
    assert_eq!(UserLimits::read(&ann.id).run(db).await.unwrap().graphs_used, 5);
}

async fn a_graphs_usage_is_counted_by_64_tasks(db: &Db) {
    let (graph, _) = account(db, "kg1a2b3c", "10").await;
    let tasks: Vec<_> = (0..64)
        .map(|_| {
            let graph = graph.clone();
            tokio::spawn(async move {
                count_graph_usage(&graph, GraphEvent::Query, credits("0.25"), noon().date_naive()).await
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    let rows = GraphUsageTracking::list().run(&graph).await.unwrap();
    let told: Vec<_> = rows.iter().map(|row| (row.events, row.credits_used)).collect();
    assert_eq!(told, [(64, credits("16"))]);
}

on_both![
    calls_are_counted_up_to_the_limit_by_64_tasks,
    graphs_are_made_up_to_the_limit_by_64_tasks,
    a_graphs_usage_is_counted_by_64_tasks,
];
