//! The page's queries: by address, along relations, by type.

use ennead::With;
use ennead::prelude::*;
use robosystems_iam::{
    CreditTransactionType, Graph, GraphCreditTransaction, GraphCredits, GraphSubscription,
    SubscriptionStatus, User, UserGraph,
};
use std::sync::Arc;

use super::{Cast, Failure};
use crate::print;

/// The graphs of a user with their credits. They are of several graphs' scopes, and it says so.
pub(super) async fn graphs_of(
    db: &Db,
    user_id: &str,
) -> Result<Vec<With<Graph, Option<Arc<GraphCredits>>>>, Error> {
    Graph::list()
        .filter(Graph::USER_GRAPHS.exists(UserGraph::USER_ID.eq(user_id)).and(Graph::CREDITS.any()))
        .order_by(Graph::GRAPH_NAME.asc())
        .include(Graph::CREDITS)
        .run(&db.across_tenants("the graphs of a user"))
        .await
}

pub(super) async fn run(db: &Db, cast: &Cast) -> Result<(), Failure> {
    print::section("Queries");
    let by_email = User::list().filter(User::EMAIL.eq(&cast.john.email)).first(db).await?;
    print::line("by e-mail", by_email.map_or_else(|| "nobody".to_owned(), |user| user.name));
    let all = User::list().filter(User::EMAIL.ends_with(format!("@{}.example", cast.tag)));
    let all = all.order_by(User::NAME.asc()).run(db).await?;
    print::line("all users", all.iter().map(|user| user.name.as_str()).collect::<Vec<_>>().join(", "));

    let graphs = graphs_of(db, &cast.john.id).await?;
    let told = graphs.iter().map(|graph| {
        let balance = graph.related.as_ref().map(|credits| credits.current_balance).unwrap_or_default();
        format!("{} {balance}", graph.graph_name)
    });
    print::line("graphs with credits", told.collect::<Vec<_>>().join(", "));

    // user -> user_graphs -> graph -> graph_subscriptions -> plan, a statement for each.
    let active = GraphSubscription::STATUS.eq(SubscriptionStatus::Active);
    let subscriptions = Graph::GRAPH_SUBSCRIPTIONS.filter(active).include(GraphSubscription::PLAN);
    let user = User::read(&cast.john.id)
        .include(User::USER_GRAPHS.include(UserGraph::GRAPH.include(subscriptions)))
        .run(&db.across_tenants("the plans of a user's graphs"))
        .await?;
    let plans = user.related.iter().filter_map(|link| {
        let graph = link.related.as_ref()?;
        let plan = graph.related.first()?.related.as_ref()?;
        Some(format!("{} is {}", graph.graph_name, plan.name))
    });
    let mut plans: Vec<String> = plans.collect();
    plans.sort();
    print::line("four relations along", plans.join(", "));

    // In the graph's own scope: its members beside their names, its credits with the newest entry.
    let graph = Graph::read(&cast.graph.graph_id)
        .include((
            Graph::USER_GRAPHS.order_by(UserGraph::ROLE.asc()).include(UserGraph::USER),
            Graph::CREDITS.include(
                GraphCredits::TRANSACTIONS.order_by(GraphCreditTransaction::CREATED_AT.desc()).limit(1),
            ),
        ))
        .run(&cast.acme)
        .await?;
    let (members, credits) = &graph.related;
    let members = members.iter().map(|link| {
        let name = link.related.as_ref().map_or("?", |user| user.name.as_str());
        format!("{name} ({})", link.role.db_name())
    });
    print::line("members", members.collect::<Vec<_>>().join(", "));
    let newest = credits.as_ref().and_then(|credits| credits.related.first());
    print::line("newest entry", newest.map_or("none", |entry| entry.description.as_str()));

    let spent = cast.credits.history(Some(CreditTransactionType::Consumption), 50).await?;
    let told = spent.iter().map(|entry| format!("{} for {}", entry.amount, entry.description));
    print::line("consumption", told.collect::<Vec<_>>().join(", "));
    Ok(())
}
