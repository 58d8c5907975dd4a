//! Users and a team: by name, as an editor of workflows or a client over HTTP says it.

use ennead::prelude::*;
use serde_json::json;

use super::failure::{must, refusal};
use super::{Failure, Firm, Stage};

pub(super) async fn chapter(stage: &mut Stage, firms: &[Firm; 2]) -> Result<(), Failure> {
    stage.story.chapter("Users and teams");
    for firm in firms {
        invite(stage, firm).await?;
    }
    let [acme, globex] = firms;
    twice(stage, acme).await?;
    // What is unique is unique within an organization: the other one may have a team of that name.
    let teams = stage.schema.node("ListTeamNode")?;
    let both = (teams.run(&acme.scope, json!({})).await?, teams.run(&globex.scope, json!({})).await?);
    must(both.0[0]["name"] == both.1[0]["name"] && both.0[0]["id"] != both.1[0]["id"], "two teams")?;
    stage.story.step("Both", "have a team called Support, each its own");
    Ok(())
}

/// Users, a team, and a membership for each of them: one workflow, all or nothing.
async fn invite(stage: &mut Stage, firm: &Firm) -> Result<(), Failure> {
    let people = firm.facts.people.iter().map(|(name, role)| {
        json!({ "name": name, "email": firm.facts.email(name), "role": role.db_name(), "status": "active" })
    });
    let people: Vec<_> = people.collect();
    let team = json!({ "name": "Support", "description": "Answers", "budget_limit_usd": 500.0 });
    let mut workflow = WorkflowBuilder::new();
    workflow.add_node("BulkCreateUserNode", "people", json!({ "data": people }));
    workflow.add_node("CreateTeamNode", "team", json!({ "data": team }));
    workflow.add_node("CreateTeamMembershipNode", "members", json!({ "data": { "role": "member" } }));
    workflow.for_each("people", "ids", "", "data.user_id");
    workflow.add_connection("team", "id", "members", "data.team_id");
    workflow.add_node(
        "CreateTeamMembershipNode",
        "lead",
        json!({ "data": { "user_id": firm.owner.id, "role": "lead" } }),
    );
    workflow.add_connection("team", "id", "lead", "data.team_id");
    workflow.transactional();
    let runtime = Runtime::new(&stage.schema);
    let results = runtime.execute(&workflow.build(&stage.schema)?, &firm.scope).await?;
    let members = results["members"].as_array().map_or(0, Vec::len);
    must(members == people.len(), "a member for each user")?;
    let names: Vec<_> = firm.facts.people.iter().map(|(name, _)| *name).collect();
    stage
        .step(firm, format!("invites {}; the team Support has {} members", names.join(" and "), members + 1));
    Ok(())
}

/// The second of two users has an address that is there: neither comes.
async fn twice(stage: &mut Stage, acme: &Firm) -> Result<(), Failure> {
    let user = |name: &str, email: String| json!({ "name": name, "email": email, "role": "viewer" });
    let rows = [user("Di Dean", acme.facts.email("di")), user("Bo Again", acme.facts.email("bo"))];
    let create = stage.schema.node("BulkCreateUserNode")?;
    let text = refusal("a taken address", create.run(&acme.scope, json!({ "data": rows })).await)?;
    let there = stage.schema.node("CountUserNode")?.run(&acme.scope, json!({})).await?;
    must(there["count"] == acme.facts.people.len() + 1, "one of two users came")?;
    stage.step(acme, format!("invites Di together with a second Bo, so neither comes: {text}"));
    Ok(())
}
