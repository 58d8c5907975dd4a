//! Executions with steps: by a user, by an API key, of one agent and of an orchestration; one fails.

use chrono::TimeDelta;
use ennead::outbox::OutboxEvent;
use ennead::prelude::*;
use ennead::{Actor, Clock};
use serde_json::json;

use super::failure::must;
use super::{Failure, Firm, Stage};
use crate::{
    Agent, Asked, Execution, ExecutionStatus, Orchestration, Runnable, Step, TriggerType, api_keys,
    carry_out, issue, queue,
};

pub(super) async fn chapter(stage: &mut Stage, firms: &[Firm; 2]) -> Result<(), Failure> {
    stage.story.chapter("Executions");
    for firm in firms {
        by_a_user(stage, firm).await?;
        by_a_key(stage, firm).await?;
        stage.clock.pass(TimeDelta::hours(1));
    }
    Ok(())
}

/// A developer tries the agent: one step, which goes well.
async fn by_a_user(stage: &mut Stage, firm: &Firm) -> Result<(), Failure> {
    let agent = firm.agent("triage").await?;
    let user = firm.user(firm.facts.people[0].0).await?;
    let asked = Asked {
        what: Runnable::Agent(&agent),
        by: &Actor::user(&user.id),
        trigger_type: TriggerType::Cli,
        at: stage.clock.now(),
        input: json!({ "ticket": 17 }),
    };
    let scope = firm.acting(&user);
    let execution = queue(&scope, asked).await?;
    let steps = [step(&agent, 400, 900, 0.02)];
    carry_out(&stage.schema, &scope, &execution, &steps).await?;
    let execution = Execution::read(&execution.id).run(&scope).await?;
    must(execution.status == ExecutionStatus::Completed, "the execution ended well")?;
    must(execution.triggered_by == user.id, "and knows who asked")?;
    stage.step(
        firm,
        format!(
            "{} runs triage: {} after {} ms and {} tokens",
            user.name,
            execution.status.db_name(),
            execution.execution_time_ms,
            execution.output_tokens
        ),
    );
    Ok(())
}

fn step(agent: &Agent, ms: i64, tokens: i64, cost_usd: f64) -> Step<'_> {
    Step { agent, took: TimeDelta::milliseconds(ms), tokens, cost_usd, output: Ok(json!({ "done": true })) }
}

/// The build server runs the orchestration, by its key. The last agent fails, and that is an event.
async fn by_a_key(stage: &mut Stage, firm: &Firm) -> Result<(), Failure> {
    let (_, issued) = issue(&firm.scope, "night", &["agent:execute"], None).await?;
    // What comes over the network is the key, and nothing else says whose request it is.
    let caller = api_keys()?.verify(&stage.db, issued.reveal(), Some("agent:execute")).await?;
    let actor = Actor::new("api_key", &caller.id);
    let scope = caller.tenant.actor(actor.clone());
    let desk = Orchestration::list().filter(Orchestration::NAME.eq("desk"));
    let desk = desk.include(Orchestration::AGENTS).run(&scope).await?;
    let asked = Asked {
        what: Runnable::Orchestration(&desk[0]),
        by: &actor,
        trigger_type: TriggerType::Api,
        at: stage.clock.now(),
        input: json!({ "tickets": [18, 19] }),
    };
    // In the order of the list that the orchestration keeps.
    let agents = &desk[0].related;
    let mut steps: Vec<Step<'_>> = agents.iter().map(|agent| step(agent, 250, 300, 0.01)).collect();
    if let Some(last) = steps.last_mut() {
        last.output = Err(("timeout", "the model did not answer"));
    }
    let execution = queue(&scope, asked).await?;
    carry_out(&stage.schema, &scope, &execution, &steps).await?;
    let failed = Execution::read(&execution.id).include(Execution::STEPS).run(&scope).await?;
    must(failed.related.len() == agents.len(), "a row for each step")?;
    must(failed.triggered_by == format!("api_key:{}", caller.id), "the key asked for it")?;
    let events = OutboxEvent::count().filter(OutboxEvent::TOPIC.eq("execution.failed")).run(&scope).await?;
    must(events == 1, "a failure is one event")?;
    stage.step(
        firm,
        format!(
            "a key runs desk in {} steps: {} with {}, after {} tokens; an event is written",
            failed.related.len(),
            failed.status.db_name(),
            failed.error_code.as_deref().unwrap_or_default(),
            failed.output_tokens
        ),
    );
    Ok(())
}
