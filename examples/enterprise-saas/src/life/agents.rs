//! An agent from its first version to production: published, scanned, approved, promoted, deployed.

use chrono::TimeDelta;
use ennead::outbox::OutboxEvent;
use ennead::prelude::*;
use ennead::{Clock, Json};
use serde_json::json;

use super::failure::{must, refusal};
use super::policies::PROMOTIONS;
use super::{Failure, Firm, Stage};
use crate::{
    Agent, AgentVersion, ApprovalRequest, ApprovalResource, ApprovalStatus, Connector, ConnectorPermission,
    NewAgent, NewApprovalRequest, NewConnectorPermission, NewNotification, NewOrchestration, Notification,
    Orchestration, Policy, Promotion, ScanStatus, User, promote, publish, subject,
};

pub(super) async fn chapter(stage: &mut Stage, firms: &[Firm; 2]) -> Result<(), Failure> {
    stage.story.chapter("Agents: version, approval, promotion, deployment");
    for firm in firms {
        let author = firm.user(firm.facts.people[0].0).await?;
        let agent = version(stage, firm, "triage", &author).await?;
        too_early(stage, firm, &agent, &author).await?;
        let request = ask(stage, firm, &agent, &author).await?;
        approve(stage, firm, &request).await?;
        stage.clock.pass(TimeDelta::hours(1));
        to_production(stage, firm, &agent, &author).await?;
        stage.clock.pass(TimeDelta::hours(1));
    }
    let [acme, globex] = firms;
    unchanged(stage, acme).await?;
    second(stage, acme, &["answer", "summary"]).await?;
    second(stage, globex, &["answer"]).await
}

/// An agent and its first version, which passes its scan.
async fn version(stage: &mut Stage, firm: &Firm, name: &str, author: &User) -> Result<Agent, Failure> {
    let scope = firm.acting(author);
    let agent = Agent::create(NewAgent {
        workspace_id: firm.workspace("development").await?.id,
        created_by: author.id.clone(),
        name: name.to_owned(),
        description: format!("Does the {name}"),
        agent_type: "chat".to_owned(),
        config_yaml: format!("model: small\ntask: {name}\n"),
    });
    let agent = agent.set(Agent::TEAM_ID, firm.team().await?.id).run(&scope).await?;
    let first = publish(&scope, &agent.id, "0.1.0", "The first one", author).await?;
    let second = publish(&scope, &agent.id, "0.2.0", "Shorter answers", author).await?;
    // The scanner reports by paths: what stands beside them in the document is kept.
    AgentVersion::update(&second.id)
        .set_path(AgentVersion::SECURITY_SCAN_RESULTS, ["secrets", "found"], 0)
        .set_path(AgentVersion::SECURITY_SCAN_RESULTS, ["licenses"], json!(["MIT"]))
        .set(AgentVersion::SECURITY_SCAN_STATUS, ScanStatus::Passed)
        .run(&scope)
        .await?;
    must(!AgentVersion::read(&first.id).run(&scope).await?.is_current, "one version is current")?;
    let crm = Connector::list().run(&scope).await?;
    let permission = NewConnectorPermission { connector_id: crm[0].id.clone(), agent_id: agent.id.clone() };
    ConnectorPermission::create(permission)
        .set(ConnectorPermission::OPERATIONS, Json(vec!["read".to_owned()]))
        .run(&scope)
        .await?;
    stage
        .step(firm, format!("{} makes the agent {name}, and its version 0.2.0 passes the scan", author.name));
    Ok(Agent::read(&agent.id).run(&scope).await?)
}

async fn too_early(stage: &mut Stage, firm: &Firm, agent: &Agent, by: &User) -> Result<(), Failure> {
    let target = firm.workspace("production").await?.id;
    let promotion = promotion(stage, agent, &target, by);
    let text = refusal("a promotion without approval", promote(&firm.acting(by), &promotion).await)?;
    stage.step(firm, format!("{} promotes it to production: {text}", by.name));
    Ok(())
}

fn promotion<'a>(stage: &Stage, agent: &'a Agent, workspace_id: &'a str, by: &'a User) -> Promotion<'a> {
    Promotion { agent_id: &agent.id, workspace_id, by, at: stage.clock.now(), weight: 100 }
}

/// The request and the word to who decides on it: together or not at all.
async fn ask(stage: &mut Stage, firm: &Firm, agent: &Agent, by: &User) -> Result<ApprovalRequest, Failure> {
    let expires_at = stage.clock.now() + TimeDelta::days(2);
    let scope = firm.acting(by);
    let request = scope.transaction(async |tx| {
        let policy = Policy::list().filter(Policy::NAME.eq(PROMOTIONS)).run(tx).await?;
        let policy_id = policy.first().map(|policy| policy.id.clone()).unwrap_or_default();
        let request = ApprovalRequest::create(NewApprovalRequest {
            policy_id,
            rule_name: "to-production".to_owned(),
            requester_id: by.id.clone(),
            resource_type: ApprovalResource::Agent,
            resource_id: agent.id.clone(),
            action: "promote".to_owned(),
            expires_at,
        });
        let request = request.set(ApprovalRequest::CONTEXT, subject(agent)).run(tx).await?;
        let note = NewNotification {
            user_id: firm.owner.id.clone(),
            notification_type: "approval_request".to_owned(),
            title: format!("{} to production?", agent.name),
            message: format!("{} asks for version {}.", by.name, agent.current_version),
        };
        let link = format!("/approvals/{}", request.id);
        Notification::create(note).set(Notification::LINK, link).run(tx).await?;
        Ok::<_, Error>(request)
    });
    let request = request.await?;
    stage.step(firm, format!("asks for an approval, and {} is notified", firm.owner.name));
    Ok(request)
}

/// Once: the condition stands in the update, so of two who decide at the same moment one is told that it is decided.
async fn approve(stage: &mut Stage, firm: &Firm, request: &ApprovalRequest) -> Result<(), Failure> {
    let decide = || {
        ApprovalRequest::update(&request.id)
            .set(ApprovalRequest::STATUS, ApprovalStatus::Approved)
            .set(ApprovalRequest::APPROVER_ID, &firm.owner.id)
            .set(ApprovalRequest::APPROVED_AT, stage.clock.now())
            .when(ApprovalRequest::STATUS.eq(ApprovalStatus::Pending))
    };
    decide().run(&firm.scope).await?;
    let text = refusal("a second decision", decide().run(&firm.scope).await)?;
    stage.step(firm, format!("{} approves it; and once more: {text}", firm.owner.name));
    Ok(())
}

async fn to_production(stage: &mut Stage, firm: &Firm, agent: &Agent, by: &User) -> Result<(), Failure> {
    let target = firm.workspace("production").await?.id;
    let deployment = promote(&firm.acting(by), &promotion(stage, agent, &target, by)).await?;
    let events = OutboxEvent::count().filter(OutboxEvent::TOPIC.eq("agent.deployed")).run(&firm.scope);
    must(events.await? == 1 && deployment.is_active, "one deployment, and one event for it")?;
    stage.step(
        firm,
        format!(
            "{} {} goes from development to production and is deployed; an event is written",
            agent.name, agent.current_version
        ),
    );
    Ok(())
}

/// A promotion that fails behind its event: the agent stays where it was, and nothing is sent.
async fn unchanged(stage: &mut Stage, firm: &Firm) -> Result<(), Failure> {
    let author = firm.user(firm.facts.people[0].0).await?;
    let scope = firm.acting(&author);
    let agent = version(stage, firm, "routing", &author).await?;
    let request = ask(stage, firm, &agent, &author).await?;
    approve(stage, firm, &request).await?;
    let before = OutboxEvent::count().run(&scope).await?;
    let target = firm.workspace("production").await?.id;
    let wrong = Promotion { weight: -1, ..promotion(stage, &agent, &target, &author) };
    let text = refusal("a deployment with less than no traffic", promote(&scope, &wrong).await)?;
    let after = Agent::read(&agent.id).run(&scope).await?;
    must(after == agent, "the agent is as it was")?;
    must(OutboxEvent::count().run(&scope).await? == before, "an event of what was rolled back")?;
    stage.step(
        firm,
        format!("deploys it with a weight of -1: {text}; nothing has changed, and no event is there"),
    );
    Ok(())
}

/// More agents, as far as the plan goes, and an orchestration of all of them.
async fn second(stage: &mut Stage, firm: &Firm, names: &[&str]) -> Result<(), Failure> {
    let author = firm.user(firm.facts.people[0].0).await?;
    for name in names {
        version(stage, firm, name, &author).await?;
    }
    let more = version(stage, firm, "translation", &author).await;
    let text = refusal("an agent too many", more)?;
    stage.step(firm, format!("makes the agent translation: {text}"));
    let agents = Agent::list().order_by(Agent::NAME.asc()).run(&firm.scope).await?;
    let new = NewOrchestration {
        workspace_id: firm.workspace("production").await?.id,
        created_by: author.id.clone(),
        name: "desk".to_owned(),
        description: "All agents, one after the other".to_owned(),
        pattern: "sequential".to_owned(),
        config_yaml: "stop_on_error: true\n".to_owned(),
    };
    let ids = agents.iter().map(|agent| agent.id.clone()).collect();
    Orchestration::create(new).set(Orchestration::AGENT_IDS, Json(ids)).run(&firm.acting(&author)).await?;
    stage.step(firm, format!("makes the orchestration desk of its {} agents", agents.len()));
    Ok(())
}
