//! Through tables of links: many to many, with what the link itself says.
#![allow(unreachable_pub, reason = "models as an application writes them")]

use ennead::prelude::*;
use serde_json::json;

use crate::Bed;
use crate::tenancy::recorder::statements;

#[model(table = "link_users")]
#[derive(Debug, Clone, PartialEq)]
pub struct User {
    #[key]
    pub id: String,
    #[tenant]
    pub organization_id: String,
}

#[model(table = "link_graphs")]
#[derive(Debug, Clone, PartialEq)]
pub struct Graph {
    #[key]
    pub id: String,
    #[tenant]
    pub organization_id: String,
    pub name: String,
}

#[model(table = "link_user_graphs", unique(user_id, graph_id))]
#[derive(Debug, Clone, PartialEq)]
pub struct UserGraph {
    #[key]
    pub id: String,
    #[tenant]
    pub organization_id: String,
    #[references(User, on_delete = cascade, inverse = user_graphs)]
    pub user_id: String,
    #[references(Graph, on_delete = cascade, inverse = user_graphs)]
    pub graph_id: String,
    pub role: String,
}

#[model(table = "link_credits")]
#[derive(Debug, Clone, PartialEq)]
pub struct Credits {
    #[key]
    pub id: String,
    #[tenant]
    pub organization_id: String,
    #[unique]
    #[references(Graph, on_delete = cascade, inverse = credits)]
    pub graph_id: String,
    #[default(0)]
    pub balance: i64,
}

#[model(table = "link_transactions")]
#[derive(Debug, Clone, PartialEq)]
pub struct Transaction {
    #[key]
    pub id: String,
    #[tenant]
    pub organization_id: String,
    #[references(Credits, on_delete = cascade, inverse = transactions)]
    pub credits_id: String,
    pub amount: i64,
}

fn models() -> Schema {
    ennead::schema![User, Graph, UserGraph, Credits, Transaction]
}

async fn filled(bed: &Bed) -> Tenant {
    let db = bed.db(&models()).await;
    let acme = db.tenant("acme").unwrap();
    for id in ["ann", "bob"] {
        User::create(NewUser {}).set(User::ID, id).run(&acme).await.unwrap();
    }
    for (id, amounts) in [("g1", vec![5, 7]), ("g2", vec![])] {
        Graph::create(NewGraph { name: id.into() }).set(Graph::ID, id).run(&acme).await.unwrap();
        let credits = Credits::create(NewCredits { graph_id: id.into() }).run(&acme).await.unwrap();
        for amount in amounts {
            let new = NewTransaction { credits_id: credits.id.clone(), amount };
            Transaction::create(new).run(&acme).await.unwrap();
        }
    }
    for (user, graph, role) in [("ann", "g1", "admin"), ("ann", "g2", "member"), ("bob", "g1", "member")] {
        let link = NewUserGraph { user_id: user.into(), graph_id: graph.into(), role: role.into() };
        UserGraph::create(link).run(&acme).await.unwrap();
    }
    acme
}

async fn through_a_table_of_links(bed: Bed) {
    let acme = filled(&bed).await;
    // Two levels; each graph is read once, and shared by the links to it.
    let sent = statements(async {
        let graphs = User::USER_GRAPHS.order_by(UserGraph::GRAPH_ID.asc()).include(UserGraph::GRAPH);
        let users = User::list().order_by(User::ID.asc()).include(graphs).run(&acme).await.unwrap();
        let told: Vec<Vec<_>> = users
            .iter()
            .map(|user| {
                let link = |link: &ennead::With<UserGraph, _>| {
                    let graph: &Option<std::sync::Arc<Graph>> = &link.related;
                    format!("{} {}", link.role, graph.as_ref().unwrap().name)
                };
                user.related.iter().map(link).collect()
            })
            .collect();
        assert_eq!(told, [vec!["admin g1", "member g2"], vec!["member g1"]]);
    });
    assert_eq!(sent.await.len(), 3);
    // Conditions on both sides of the link, and on the link itself.
    let of =
        |user: &str| Graph::USER_GRAPHS.exists(UserGraph::USER_ID.eq(user).and(UserGraph::ROLE.eq("admin")));
    let graphs = Graph::list().filter(of("ann")).run(&acme).await.unwrap();
    assert_eq!(graphs.iter().map(|graph| graph.id.as_str()).collect::<Vec<_>>(), ["g1"]);
    assert_eq!(Graph::count().filter(of("bob")).run(&acme).await.unwrap(), 0);
    let used = User::USER_GRAPHS.exists(UserGraph::GRAPH.exists(Graph::NAME.eq("g2")));
    assert_eq!(User::list().filter(used).run(&acme).await.unwrap()[0].id, "ann");
    let params = json!({
        "filter": { "user_graphs": { "$some": { "user_id": "ann", "role": "member" } } },
        "include": { "user_graphs": { "order_by": "user_id", "fields": ["role"], "include": "user" } },
    });
    let rows = models().node("ListGraphNode").unwrap().run(&acme, params).await.unwrap();
    assert_eq!((&rows[0]["id"], rows.as_array().unwrap().len()), (&json!("g2"), 1));
    assert_eq!(rows[0]["user_graphs"][0]["role"], "member");
    assert_eq!(rows[0]["user_graphs"][0]["user"]["id"], "ann");
}

/// `user.user_graphs[0].graph.credits.transactions[-1]`: four hops, a statement for each.
async fn four_hops(bed: Bed) {
    let acme = filled(&bed).await;
    let sent = statements(async {
        let credits =
            Graph::CREDITS.include(Credits::TRANSACTIONS.order_by(Transaction::AMOUNT.desc()).limit(1));
        let graphs = User::USER_GRAPHS.order_by(UserGraph::GRAPH_ID.asc());
        let graphs = graphs.include(UserGraph::GRAPH.include(credits));
        let user = User::read("ann").include(graphs).run(&acme).await.unwrap();
        let amounts: Vec<Vec<i64>> = user
            .related
            .iter()
            .map(|link| {
                let credits = link.related.as_ref().unwrap().related.as_ref().unwrap();
                credits.related.iter().map(|transaction| transaction.amount).collect()
            })
            .collect();
        assert_eq!(amounts, [vec![7], vec![]]);
    });
    assert_eq!(sent.await.len(), 5);
    let spent = Credits::TRANSACTIONS.exists(Transaction::AMOUNT.gt(6));
    let spent = UserGraph::GRAPH.exists(Graph::CREDITS.exists(spent));
    let users =
        User::list().filter(User::USER_GRAPHS.exists(spent)).order_by(User::ID.asc()).run(&acme).await;
    assert_eq!(users.unwrap().len(), 2);
    let filter = json!({ "user_graphs": { "$some": { "graph": { "credits": { "transactions": { "$some": { "amount": { "$gt": 6 } } } } } } } });
    let transactions = json!({ "limit": 1, "order_by": "-amount", "fields": ["amount"] });
    let params = json!({
        "filter": filter,
        "order_by": "id",
        "include": ["user_graphs.graph", { "user_graphs": { "order_by": "graph_id", "include": {
            "graph": { "include": { "credits": { "include": { "transactions": transactions } } } },
        } } }],
    });
    let error = models().node("ListUserNode").unwrap().run(&acme, params.clone()).await.unwrap_err();
    assert!(error.to_string().contains("is included twice"), "{error}");
    let mut params = params;
    params["include"] = params["include"][1].take();
    let rows = models().node("ListUserNode").unwrap().run(&acme, params).await.unwrap();
    let graph = &rows[0]["user_graphs"][0]["graph"];
    assert_eq!(graph["credits"]["transactions"], json!([{ "amount": 7 }]));
    assert_eq!(rows.as_array().unwrap().len(), 2);
}

crate::cases![through_a_table_of_links, four_hops];
