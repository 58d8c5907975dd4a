//! Graphs come, with everything that belongs to one.

use chrono::{Duration, Utc};
use ennead::prelude::*;

use crate::{
    CreditTransactionType, Graph, GraphAccount, GraphCreditTransaction, GraphCredits, GraphRole,
    GraphSubscription, GraphType, LimitError, NewGraph, NewGraphCreditTransaction, NewGraphCredits,
    NewGraphSubscription, NewUserGraph, Plan, UserGraph, limits,
};

/// What a graph begins with.
#[derive(Debug, Clone)]
pub struct GraphOrder {
    /// The graph's id, as in `kg1a2b3c`.
    pub graph_id: String,
    /// What people call it.
    pub graph_name: String,
    /// What it holds.
    pub graph_type: GraphType,
    /// The plan that it is subscribed to.
    pub plan_id: String,
    /// The entity that the owner stands for in it.
    pub entity_id: Option<String>,
}

/// A graph of a user's: the graph, the user's part in it, its subscription, its credits and their first entry, all or none.
///
/// There is no scope of the graph before, so this works across tenants, and says why.
///
/// # Errors
/// [`LimitError::Graphs`] where the user has as many as allowed; `is_unique_violation` where the id is taken; `is_not_found` where
/// there is no such plan, or no such user.
pub async fn create_graph(db: &Db, owner_id: &str, order: GraphOrder) -> Result<Graph, LimitError> {
    let now = Utc::now();
    let GraphOrder { graph_id, graph_name, graph_type, plan_id, entity_id } = order;
    db.across_tenants("a new graph")
        .transaction(async |tx| {
            limits::take_graph(owner_id, tx).await?;
            let plan = Plan::read(&plan_id).run(tx).await?;
            let new = NewGraph { graph_id: graph_id.clone(), graph_name, graph_type };
            let graph = Graph::create(new).set(Graph::GRAPH_TIER, plan.tier).run(tx).await?;
            UserGraph::create(NewUserGraph { user_id: owner_id.into() })
                .set(UserGraph::ROLE, GraphRole::Admin)
                .set(UserGraph::ENTITY_ID, entity_id)
                .in_tenant(&graph_id)
                .run(tx)
                .await?;
            GraphSubscription::create(NewGraphSubscription {
                user_id: owner_id.into(),
                plan_id: plan.id.clone(),
                current_period_start: now,
                current_period_end: now + Duration::days(30),
            })
            .in_tenant(&graph_id)
            .run(tx)
            .await?;
            let credits_id = GraphAccount::id_for(&graph_id);
            GraphCredits::create(NewGraphCredits {
                id: credits_id.clone(),
                billing_admin_id: owner_id.into(),
                monthly_allocation: plan.monthly_credits,
            })
            .set(GraphCredits::CURRENT_BALANCE, plan.monthly_credits)
            .set(GraphCredits::LAST_ALLOCATION_AT, now)
            .in_tenant(&graph_id)
            .run(tx)
            .await?;
            GraphCreditTransaction::create(NewGraphCreditTransaction {
                graph_credits_id: credits_id,
                transaction_type: CreditTransactionType::Allocation,
                amount: plan.monthly_credits,
                description: format!("first credits of the plan {}", plan.name),
                idempotency_key: crate::credits::grants("first"),
            })
            .in_tenant(&graph_id)
            .run(tx)
            .await?;
            Ok(graph)
        })
        .await
}
