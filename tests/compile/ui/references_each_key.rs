use ennead::prelude::*;
use serde_json::Value;
use uuid::Uuid;

#[model]
struct Agent {
    #[key]
    id: String,
    #[tenant]
    org: String,
}

#[model]
struct Plan {
    #[key]
    id: String,
    #[tenant]
    org: String,
    #[references_each(Agent)]
    agent_ids: Vec<Uuid>,
}

#[model(global)]
struct Notice {
    #[key]
    id: String,
    #[references_each(Agent)]
    agent_ids: Value,
}

#[model(key = "global")]
struct Team {
    #[key]
    id: String,
    #[tenant]
    org: String,
}

#[model(tenant(via = team_id))]
struct Member {
    #[key]
    id: String,
    #[references(Team)]
    team_id: String,
    #[references_each(Agent)]
    agent_ids: Value,
}

fn main() {
    let _ = Plan::AGENTS.inverse();
    let _ = Plan::list().include(ennead::op::FetchExt::limit(Plan::AGENTS, 1));
}
