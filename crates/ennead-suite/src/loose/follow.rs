//! Included rows and conditions along references that the database does not see.

use super::*;
use crate::tenancy::recorder::statements;

/// Plans of both tenants: acme's p1 names a2, a1 and a2 again, p2 nothing, p3 what a raw write left in it.
async fn planned(bed: &Bed) -> (Tenant, Tenant) {
    let (_, acme, beta) = filled(bed).await;
    plan("p1")
        .set(Plan::AGENT_IDS, json!(["a2", "a1", "a2"]))
        .set(Plan::REGION_LIST, Some(Json(vec![2])))
        .set(Plan::MEMBER_IDS, Some(vec![uuid(1)]))
        .set(Plan::OWNER_KIND, Some(OwnerKind::Team))
        .set(Plan::OWNER_ID, Some("t1".into()))
        .run(&acme)
        .await
        .unwrap();
    plan("p2")
        .set(Plan::OWNER_KIND, Some(OwnerKind::Robot))
        .set(Plan::OWNER_ID, Some("a1".into()))
        .run(&acme)
        .await
        .unwrap();
    // The other tenant's agent and member, none at all, and an owner of a kind that names no row.
    raw("p3")
        .set(RawPlan::AGENT_IDS, json!(["b1", "zz", "a3"]))
        .set(RawPlan::MEMBER_IDS, Some(vec![uuid(2)]))
        .set(RawPlan::OWNER_KIND, Some("nobody".into()))
        .set(RawPlan::OWNER_ID, Some("a1".into()))
        .run(&acme)
        .await
        .unwrap();
    plan("p1").set(Plan::AGENT_IDS, json!(["a2"])).run(&beta).await.unwrap();
    (acme, beta)
}

fn ids(agents: &[std::sync::Arc<Agent>]) -> Vec<&str> {
    agents.iter().map(|agent| agent.id.as_str()).collect()
}

async fn lists_are_included_in_their_order(bed: Bed) {
    let (acme, beta) = planned(&bed).await;
    let asked = statements(async {
        let rows = Plan::list()
            .order_by(Plan::ID.asc())
            .include((Plan::AGENTS, Plan::PLACES, Plan::MEMBERS))
            .run(&acme);
        let rows = rows.await.unwrap();
        let agents: Vec<_> = rows.iter().map(|row| ids(&row.related.0)).collect();
        assert_eq!(
            agents,
            [vec!["a2", "a1", "a2"], vec![], vec!["a3"]],
            "nobody else's, and none that is not there"
        );
        assert!(rows.iter().flat_map(|row| &row.related.0).all(|agent| agent.org == "acme"));
        let places: Vec<Vec<i64>> =
            rows.iter().map(|row| row.related.1.iter().map(|it| it.id).collect()).collect();
        assert_eq!(places, [vec![2], vec![], vec![]]);
        let members: Vec<usize> = rows.iter().map(|row| row.related.2.len()).collect();
        assert_eq!(members, [1, 0, 0]);
    });
    let selects = asked.await.iter().filter(|sql| sql.starts_with("SELECT \"")).count();
    assert_eq!(selects, 4, "one statement for the rows and one for each relation");
    let beta = Plan::read("p1").include(Plan::AGENTS).run(&beta).await.unwrap();
    assert_eq!((ids(&beta.related), beta.related[0].org.as_str()), (vec!["a2"], "beta"));
    // Conditions narrow the related rows; those that were deleted softly are there where that is said.
    let named = Plan::read("p1").include(Plan::AGENTS.filter(Agent::ID.eq("a1"))).run(&acme).await.unwrap();
    assert_eq!(ids(&named.related), ["a1"]);
    Agent::delete("a1").run(&acme).await.unwrap();
    let living = Plan::read("p1").include(Plan::AGENTS).run(&acme).await.unwrap();
    assert_eq!(ids(&living.related), ["a2", "a2"]);
    let all = Plan::read("p1").include(Plan::AGENTS.with_deleted()).run(&acme).await.unwrap();
    assert_eq!(ids(&all.related), ["a2", "a1", "a2"]);
    assert_eq!(ids(&all.row.related(Plan::AGENTS).run(&acme).await.unwrap()), ["a2", "a2"]);
}

async fn an_owner_is_included_where_its_kind_tells_of_it(bed: Bed) {
    let (acme, _) = planned(&bed).await;
    let rows = Plan::list()
        .order_by(Plan::ID.asc())
        .include((Plan::OWNER_AGENT, Plan::OWNER_TEAM))
        .run(&acme)
        .await
        .unwrap();
    let agents: Vec<_> =
        rows.iter().map(|row| row.related.0.as_ref().map(|agent| agent.id.as_str())).collect();
    assert_eq!(agents, [None, Some("a1"), None], "an owner of no kind is no agent, whatever its key");
    let teams: Vec<_> = rows.iter().map(|row| row.related.1.as_ref().map(|team| team.id.as_str())).collect();
    assert_eq!(teams, [Some("t1"), None, None]);
    // The way back.
    let agent = Agent::read("a1").include(Plan::OWNER_AGENT.inverse()).run(&acme).await.unwrap();
    assert_eq!(agent.related.iter().map(|plan| plan.id.as_str()).collect::<Vec<_>>(), ["p2"]);
}

async fn conditions_along_them(bed: Bed) {
    let (acme, _) = planned(&bed).await;
    let found = async |filter| {
        let rows = Plan::list().filter(filter).order_by(Plan::ID.asc()).run(&acme).await.unwrap();
        rows.into_iter().map(|row| row.id).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(found(Plan::AGENTS.any()).await, "p1 p3");
    assert_eq!(found(Plan::AGENTS.none()).await, "p2");
    assert_eq!(found(Plan::AGENTS.exists(Agent::ID.eq("a1"))).await, "p1");
    assert_eq!(found(Plan::AGENTS.exists(Agent::ID.eq("b1"))).await, "", "another tenant's");
    assert_eq!(found(Plan::AGENTS.not_exists(Agent::ID.eq("a3"))).await, "p1 p2");
    assert_eq!(found(Plan::PLACES.exists(Region::ID.gt(1))).await, "p1");
    assert_eq!(found(Plan::MEMBERS.any()).await, "p1");
    assert_eq!(found(Plan::OWNER_AGENT.any()).await, "p2");
    assert_eq!(found(Plan::OWNER_AGENT.none()).await, "p1 p3");
    assert_eq!(found(Plan::OWNER_TEAM.exists(Team::ID.eq("t1"))).await, "p1");
    let agents = Agent::list().filter(Plan::OWNER_AGENT.inverse().any()).run(&acme).await.unwrap();
    assert_eq!(agents.iter().map(|agent| agent.id.as_str()).collect::<Vec<_>>(), ["a1"]);
    // A list that a raw write left as something else holds nobody, and fails nothing.
    raw("p4").set(RawPlan::AGENT_IDS, json!({ "a1": 1 })).run(&acme).await.unwrap();
    raw("p5").set(RawPlan::AGENT_IDS, json!(7)).run(&acme).await.unwrap();
    assert_eq!(found(Plan::AGENTS.none()).await, "p2 p4 p5");
}

async fn by_name(bed: Bed) {
    let (acme, _) = planned(&bed).await;
    let list = async |params: Value| node(&acme, "ListPlanNode", params).await.unwrap();
    let rows = list(json!({
        "order_by": "id", "fields": ["id"], "include": ["agents", "places", "owner_team", "owner_agent"],
    }));
    let rows = rows.await;
    let ids = |json: &Value| json.as_array().unwrap().iter().map(|row| row["id"].clone()).collect::<Value>();
    assert_eq!(ids(&rows[0]["agents"]), json!(["a2", "a1", "a2"]));
    assert_eq!(ids(&rows[0]["places"]), json!([2]));
    assert_eq!((&rows[0]["owner_team"]["id"], &rows[0]["owner_agent"]), (&json!("t1"), &Value::Null));
    assert_eq!((&rows[1]["agents"], &rows[1]["owner_agent"]["id"]), (&json!([]), &json!("a1")));
    assert_eq!(ids(&rows[2]["agents"]), json!(["a3"]));
    let found = async |filter: Value| ids(&list(json!({ "order_by": "id", "filter": filter })).await);
    assert_eq!(found(json!({ "agents": { "$some": { "id": "a1" } } })).await, json!(["p1"]));
    assert_eq!(found(json!({ "agents": { "$none": {} } })).await, json!(["p2"]));
    assert_eq!(found(json!({ "owner_team": { "id": "t1" } })).await, json!(["p1"]));
    assert_eq!(found(json!({ "owner_agent": null })).await, json!(["p1", "p3"]));
    let few =
        json!({ "include": { "agents": { "filter": { "id": "a1" }, "fields": ["name"] } }, "id": "p1" });
    let few = node(&acme, "ReadPlanNode", few).await.unwrap();
    assert_eq!(few["agents"], json!([{ "name": "an agent" }]));
    let limited = json!({ "include": { "agents": { "limit": 1 } } });
    let error = node(&acme, "ListPlanNode", limited).await.unwrap_err().to_string();
    assert!(error.contains("leads to the rows of a list"), "{error}");
}

crate::cases![
    lists_are_included_in_their_order,
    an_owner_is_included_where_its_kind_tells_of_it,
    conditions_along_them,
    by_name,
];
