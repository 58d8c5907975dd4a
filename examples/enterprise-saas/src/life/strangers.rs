//! Ids of the other organization: to read, to change, to refer to.

use ennead::prelude::*;
use serde_json::json;

use super::failure::{must, refusal};
use super::{Failure, Firm, Stage};
use crate::{
    ApprovalStatus, NewTeamMembership, Orchestration, Policy, Promotion, TeamMembership, User, Workspace,
    promote,
};

pub(super) async fn chapter(stage: &mut Stage, firms: &[Firm; 2]) -> Result<(), Failure> {
    stage.story.chapter("Strangers");
    let [acme, globex] = firms;
    reads(stage, globex, acme).await?;
    refers(stage, globex, acme).await?;
    everything(stage, globex, acme).await
}

/// What is another's is not there, whatever is asked.
async fn reads(stage: &mut Stage, own: &Firm, other: &Firm) -> Result<(), Failure> {
    let read = User::read(&other.owner.id).run(&own.scope).await;
    stage.step(own, format!("reads {}: {}", other.owner.name, refusal("a foreign read", read)?));
    let update = User::update(&other.owner.id).set(User::NAME, "Mine").run(&own.scope).await;
    let delete = stage.schema.node("DeleteUserNode")?;
    let delete = delete.run(&own.scope, json!({ "id": other.owner.id })).await;
    let (update, delete) = (refusal("a foreign update", update)?, refusal("a foreign delete", delete)?);
    stage.step(own, format!("renames her: {update}; deletes her: {delete}"));
    let filter = json!({ "filter": { "organization_id": other.id } });
    let asked = stage.schema.node("ListUserNode")?.run(&own.scope, filter).await;
    match asked {
        Err(error) => stage.step(own, format!("lists the users of the other organization by name: {error}")),
        Ok(rows) => {
            must(rows == json!([]), "a filter for another tenant finds nothing")?;
            stage.step(own, "lists the users of the other organization by name: 0 rows");
        }
    }
    Ok(())
}

/// What refers to another's row is refused by the database, or by the library where the table has no tenant column.
async fn refers(stage: &mut Stage, own: &Firm, other: &Firm) -> Result<(), Failure> {
    let team_id = own.team().await?.id;
    let membership = NewTeamMembership { team_id, user_id: other.owner.id.clone() };
    let member = TeamMembership::create(membership).run(&own.scope).await;
    stage.step(own, format!("puts her into its team: {}", refusal("a foreign member", member)?));
    unseen_by_the_database(stage, own, other).await?;
    let theirs = other.workspace("production").await?.id;
    let source = own.workspace("production").await?.id;
    let from = Workspace::update(&source).set(Workspace::PROMOTION_FROM, &theirs).run(&own.scope).await;
    stage.step(own, format!("takes agents from there: {}", refusal("a foreign workspace", from)?));
    let agent = own.agent("answer").await?;
    let promotion = Promotion {
        agent_id: &agent.id,
        workspace_id: &theirs,
        by: &own.owner,
        at: ennead::Clock::now(&stage.clock),
        weight: 100,
    };
    let there = promote(&own.scope, &promotion).await;
    stage.step(own, format!("promotes its agent to there: {}", refusal("a foreign promotion", there)?));
    Ok(())
}

/// Keys that no foreign key can stand for: in a list, and of one of several models.
async fn unseen_by_the_database(stage: &mut Stage, own: &Firm, other: &Firm) -> Result<(), Failure> {
    let theirs = other.agent("triage").await?.id;
    let desk = Orchestration::list().run(&own.scope).await?;
    let mut ids = desk[0].agent_ids.clone();
    ids.0.push(theirs);
    let list = Orchestration::update(&desk[0].id).set(Orchestration::AGENT_IDS, ids).run(&own.scope).await;
    let policy = Policy::list().run(&own.scope).await?;
    let assignment = json!({ "data": {
        "policy_id": policy[0].id, "assignee_type": "team", "assignee_id": other.team().await?.id,
    }});
    let assignment = stage.schema.node("CreatePolicyAssignmentNode")?.run(&own.scope, assignment).await;
    let (list, assignment) = (refusal("a foreign agent", list)?, refusal("a foreign assignee", assignment)?);
    stage.step(own, format!("adds an agent of Acme to its orchestration: {list}"));
    stage.step(own, format!("assigns a policy to a team of Acme: {assignment}"));
    let whole =
        stage.schema.verify(&stage.db.across_tenants("a nightly look for what names nothing")).await?;
    must(whole.is_whole(), "every key in a list names a row")?;
    let seen = whole.seen;
    stage.story.step(
        "Both",
        format!("are looked over for keys that name nothing: none, in {seen} rows that could have one"),
    );
    Ok(())
}

/// "All rows" are all rows of the organization.
async fn everything(stage: &mut Stage, own: &Firm, other: &Firm) -> Result<(), Failure> {
    let expire = json!({ "all_rows": true, "data": { "status": ApprovalStatus::Expired.db_name() } });
    let done = stage.schema.node("BulkUpdateApprovalRequestNode")?.run(&own.scope, expire).await?;
    let approved = json!({ "filter": { "status": "approved" } });
    let theirs = stage.schema.node("CountApprovalRequestNode")?.run(&other.scope, approved).await?;
    must(theirs["count"] == 2 && done["affected"] == 1, "the others' approvals are as they were")?;
    stage.step(
        own,
        format!(
            "lets all approvals expire: its own {}, and none of the {} of Acme",
            done["affected"], theirs["count"]
        ),
    );
    Ok(())
}
