//! Graphs, and what belongs to one.

use chrono::{Duration, Utc};
use ennead::Encrypted;
use ennead::prelude::*;
use robosystems_iam::{
    BackupStatus, BackupType, ConnectionCredentials, Graph, GraphBackup, GraphEvent, GraphOrder,
    GraphSubscription, GraphTier, GraphType, NewConnectionCredentials, NewGraphBackup, NewGraphSubscription,
    NewPlan, NewUserGraph, Plan, Provider, SubscriptionStatus, User, UserGraph, count_graph_usage,
    create_graph,
};
use rust_decimal::Decimal;
use serde_json::json;

use super::{Cast, Failure};
use crate::print;

/// The plans that there are; those of an earlier run stay.
async fn plans(db: &Db) -> Result<(), Error> {
    for (id, name, tier, price, credits) in [
        ("standard", "Standard", GraphTier::Standard, 4999, 1_000),
        ("enterprise", "Enterprise", GraphTier::Enterprise, 19_999, 5_000),
    ] {
        let new = NewPlan {
            id: id.into(),
            name: name.into(),
            tier,
            monthly_price: Decimal::new(price, 2),
            monthly_credits: Decimal::from(credits),
        };
        Plan::create(new).on_conflict(Plan::ID).ignore().run(db).await?;
    }
    Ok(())
}

pub(super) async fn create(
    db: &Db,
    tag: &str,
    john: &User,
    jane: &User,
) -> Result<(Graph, Tenant, Tenant), Failure> {
    print::section("Graphs");
    plans(db).await?;
    let order = |letter: &str, name: &str| GraphOrder {
        graph_id: format!("k{letter}{tag}"),
        graph_name: name.into(),
        graph_type: GraphType::Entity,
        plan_id: "standard".into(),
        entity_id: Some("123".into()),
    };
    let graph = create_graph(db, &john.id, order("a", "ACME Corp")).await?;
    let tier = graph.graph_tier.db_name();
    print::line("graph", format!("{}, {}, {tier}", graph.graph_name, graph.graph_type.db_name()));
    print::refused("its id again", create_graph(db, &john.id, order("a", "Another")).await);
    let other = create_graph(db, &john.id, order("g", "Globex")).await?;
    print::line("another graph", &other.graph_name);
    print::refused("a third", create_graph(db, &john.id, order("x", "Third")).await);
    let (acme, globex) = (db.tenant(&graph.graph_id)?, db.tenant(&other.graph_id)?);
    let member = UserGraph::create(NewUserGraph { user_id: jane.id.clone() }).run(&acme).await?;
    print::line("member", format!("{}, {}", jane.name, member.role.db_name()));
    let again = UserGraph::create(NewUserGraph { user_id: jane.id.clone() }).run(&acme).await;
    kept("member again", again);
    Ok((graph, acme, globex))
}

/// Prints which constraint refused what should have been refused.
fn kept<T>(name: &str, result: Result<T, Error>) {
    let by = |error: Error| format!("refused by {}", error.constraint().unwrap_or("no constraint"));
    print::line(name, result.map_or_else(by, |_| "NOT REFUSED".to_owned()));
}

/// Another plan: the subscription that there is ends, and the next begins, or neither.
pub(super) async fn subscription(cast: &Cast) -> Result<(), Failure> {
    print::section("Subscription");
    let now = Utc::now();
    let new = || NewGraphSubscription {
        user_id: cast.john.id.clone(),
        plan_id: "enterprise".into(),
        current_period_start: now,
        current_period_end: now + Duration::days(30),
    };
    let second = GraphSubscription::create(new()).run(&cast.acme).await;
    kept("a second one", second);
    let active = GraphSubscription::STATUS.eq(SubscriptionStatus::Active);
    let changed = cast
        .acme
        .transaction(async |tx| {
            GraphSubscription::bulk_update()
                .filter(active)
                .set(GraphSubscription::STATUS, SubscriptionStatus::Canceled)
                .set(GraphSubscription::CANCELED_AT, now)
                .run(tx)
                .await?;
            let subscription = GraphSubscription::create(new()).run(tx).await?;
            let tier = GraphTier::Enterprise;
            Graph::update(&cast.graph.graph_id).set(Graph::GRAPH_TIER, tier).run(tx).await?;
            Ok::<_, Error>(subscription)
        })
        .await?;
    let plan = changed.related(GraphSubscription::PLAN).run(&cast.acme).await?;
    let named =
        plan.map_or_else(|| "no plan".to_owned(), |plan| format!("{} for {}", plan.name, plan.monthly_price));
    print::line("changed to", named);
    let all = GraphSubscription::count().run(&cast.acme).await?;
    print::line("subscriptions", format!("{all}, one of them active"));
    let backwards = GraphSubscription::update(&changed.id)
        .set(GraphSubscription::CURRENT_PERIOD_END, now - Duration::days(1))
        .run(&cast.acme)
        .await;
    kept("a period backwards", backwards);
    Ok(())
}

/// Backups, connections, usage.
pub(super) async fn belongings(cast: &Cast) -> Result<(), Failure> {
    print::section("Backups, connections, usage");
    let backup = GraphBackup::create(NewGraphBackup {
        created_by: cast.john.id.clone(),
        backup_type: BackupType::Full,
        object_key: format!("{}/full.tar.zst", cast.graph.graph_id),
    })
    .set(GraphBackup::METADATA, json!({ "region": "eu-west-1", "encrypted": true }))
    .run(&cast.acme)
    .await?;
    let completed = || GraphBackup::update(&backup.id).set(GraphBackup::STATUS, BackupStatus::Completed);
    let unsummed = completed().run(&cast.acme).await;
    kept("done, no checksum", unsummed);
    let done = completed()
        .set(GraphBackup::CHECKSUM, "0".repeat(64))
        .set(GraphBackup::COMPLETED_AT, Utc::now())
        .set(GraphBackup::SIZE_BYTES, 52_428_800)
        .run(&cast.acme)
        .await?;
    print::line("backup", format!("{}, {} bytes", done.status.db_name(), done.size_bytes));
    let found = GraphBackup::METADATA.contains(json!({ "encrypted": true }));
    let count = GraphBackup::count().filter(found).run(&cast.acme).await?;
    print::line("encrypted backups", format!("{count}, found by their metadata"));

    let credentials = ConnectionCredentials::create(NewConnectionCredentials {
        connection_id: "qb-1".into(),
        provider: Provider::Quickbooks,
        user_id: cast.john.id.clone(),
        encrypted_credentials: Encrypted::new(json!({ "token": "qb-token-1" })),
    })
    .run(&cast.acme)
    .await?;
    let revealed = credentials.reveal(ConnectionCredentials::ENCRYPTED_CREDENTIALS, &cast.acme)?;
    let token = revealed["token"].as_str().unwrap_or_default();
    print::line(
        "connection",
        format!("{}: {:?}, {token} revealed", credentials.connection_id, credentials.encrypted_credentials),
    );

    let today = Utc::now().date_naive();
    for _ in 0..3 {
        count_graph_usage(&cast.acme, GraphEvent::Query, Decimal::new(25, 2), today).await?;
    }
    let used = count_graph_usage(&cast.acme, GraphEvent::Query, Decimal::new(25, 2), today).await?;
    print::line("usage", format!("{} queries for {} credits", used.events, used.credits_used));
    Ok(())
}
