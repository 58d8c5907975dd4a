//! Executions: asked for, run in steps, and what they came to.

use chrono::{DateTime, TimeDelta, Utc};
use ennead::prelude::*;
use ennead::{Actor, Results};
use serde_json::{Value, json};

use crate::{
    Agent, Execution, ExecutionType, GatewayDeployment, NewExecution, Orchestration, TriggerType, Workspace,
};

/// What somebody asks to be executed.
#[derive(Debug, Clone)]
pub struct Asked<'a> {
    /// An agent or an orchestration.
    pub what: Runnable<'a>,
    /// Who asks: a user or an API key.
    pub by: &'a Actor,
    /// How.
    pub trigger_type: TriggerType,
    /// When.
    pub at: DateTime<Utc>,
    /// What it is given.
    pub input: Value,
}

/// What can be executed.
#[derive(Debug, Clone, Copy)]
pub enum Runnable<'a> {
    /// One agent.
    Agent(&'a Agent),
    /// Several.
    Orchestration(&'a Orchestration),
}

/// One step of an execution, as it went.
#[derive(Debug, Clone)]
pub struct Step<'a> {
    /// The agent that did it.
    pub agent: &'a Agent,
    /// How long it took.
    pub took: TimeDelta,
    /// What it used.
    pub tokens: i64,
    /// What that cost, in USD.
    pub cost_usd: f64,
    /// What came out; an error's code and text where it failed.
    pub output: Result<Value, (&'a str, &'a str)>,
}

/// Queues an execution where the agent (or the orchestration) is deployed, if the subscription has one left.
///
/// # Errors
/// `is_forbidden` where it has none; `is_not_found` where nothing is deployed.
pub async fn queue(organization: &Tenant, asked: Asked<'_>) -> Result<Execution, Error> {
    let (workspace_id, version) = match asked.what {
        Runnable::Agent(agent) => (&agent.workspace_id, &agent.current_version),
        Runnable::Orchestration(orchestration) => {
            (&orchestration.workspace_id, &orchestration.current_version)
        }
    };
    let gateway_id = match asked.what {
        Runnable::Agent(agent) => {
            let active = GatewayDeployment::AGENT_ID.eq(&agent.id).and(GatewayDeployment::IS_ACTIVE.eq(true));
            let active = active.and(GatewayDeployment::WORKSPACE_ID.eq(workspace_id));
            let newest = GatewayDeployment::list().order_by(GatewayDeployment::DEPLOYED_AT.desc());
            newest.filter(active).first(organization).await?.map(|deployment| deployment.gateway_id)
        }
        Runnable::Orchestration(_) => Workspace::read(workspace_id).run(organization).await?.gateway_id,
    };
    let gateway_id = gateway_id.ok_or_else(|| {
        Error::new(ennead::ErrorKind::NotFound, "nothing is deployed that could be executed")
    })?;
    let execution_type = match asked.what {
        Runnable::Agent(_) => ExecutionType::Agent,
        Runnable::Orchestration(_) => ExecutionType::Orchestration,
    };
    let execution = Execution::create(NewExecution {
        workspace_id: workspace_id.clone(),
        gateway_id,
        execution_type,
        version: version.clone(),
        triggered_by: triggered_by(asked.by),
        trigger_type: asked.trigger_type,
        queued_at: asked.at,
        trace_id: ennead::generate_id("trace-"),
    })
    .set(Execution::INPUT_DATA, asked.input);
    let execution = match asked.what {
        Runnable::Agent(agent) => execution.set(Execution::AGENT_ID, &agent.id),
        Runnable::Orchestration(it) => execution.set(Execution::ORCHESTRATION_ID, &it.id),
    };
    execution.run(organization).await
}

/// The page's `user_id or "api_key:{id}"`.
fn triggered_by(actor: &Actor) -> String {
    let id = actor.id.clone().unwrap_or_default();
    if actor.kind == "api_key" { format!("api_key:{id}") } else { id }
}

/// Writes down how an execution went, as a workflow: it starts, its steps come, the database adds up what they used, and the
/// execution ends as its last step did. All of it or nothing.
///
/// # Errors
/// Those of the data layer, with the node that failed.
pub async fn carry_out(
    schema: &Schema,
    organization: &Tenant,
    execution: &Execution,
    steps: &[Step<'_>],
) -> Result<Results, Error> {
    let mut workflow = WorkflowBuilder::new();
    let begin = execution.queued_at + TimeDelta::seconds(1);
    let start = json!({ "id": execution.id, "data": { "status": "running", "started_at": begin } });
    workflow.add_node("UpdateExecutionNode", "start", start);
    let (mut at, mut failed) = (begin, None);
    for (number, step) in (1..).zip(steps) {
        let started_at = at;
        at += step.took;
        if let Err((code, message)) = step.output {
            failed = Some((code, message));
        }
        let data = json!({
            "agent_id": step.agent.id, "step_number": number, "started_at": started_at, "completed_at": at,
            "execution_time_ms": step.took.num_milliseconds(), "tokens_used": step.tokens, "cost_usd": step.cost_usd,
            "status": if step.output.is_ok() { "completed" } else { "failed" },
            "output_data": step.output.clone().unwrap_or_else(|_| json!({})),
        });
        let id = format!("step_{number}");
        workflow.add_node("CreateExecutionStepNode", &id, json!({ "data": data }));
        workflow.add_connection("start", "id", &id, "data.execution_id");
    }
    let used = json!({ "filter": { "execution_id": execution.id }, "sum": ["tokens_used", "cost_usd"] });
    workflow.add_node("CountExecutionStepNode", "used", used);
    let mut end = json!({ "completed_at": at, "execution_time_ms": (at - begin).num_milliseconds() });
    match failed {
        None => {
            end["status"] = json!("completed");
            end["output_data"] = json!({ "steps": steps.len() });
        }
        Some((code, message)) => {
            end["status"] = json!("failed");
            end["error_code"] = json!(code);
            end["error_message"] = json!(message);
        }
    }
    workflow.add_node("UpdateExecutionNode", "end", json!({ "id": execution.id, "data": end }));
    workflow.add_connection("used", "sum.tokens_used", "end", "data.output_tokens");
    workflow.add_connection("used", "sum.cost_usd", "end", "data.cost_usd");
    workflow.transactional();
    Runtime::new(schema).execute(&workflow.build(schema)?, organization).await
}
