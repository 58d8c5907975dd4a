//! Limits while many ask at once: of so many, exactly as many come through as there is room for.

use std::collections::BTreeSet;

use ennead::prelude::*;
use ennead::{Actor, Clock};
use serde_json::json;
use tokio::task::JoinSet;

use super::failure::must;
use super::{Failure, Firm, Stage};
use crate::{Asked, Execution, Runnable, TriggerType, UsageRecord, User, queue};

/// How many ask at once.
const AT_ONCE: usize = 8;

pub(super) async fn chapter(stage: &mut Stage, firms: &[Firm; 2]) -> Result<(), Failure> {
    stage.story.chapter("Limits, under eight at once");
    for firm in firms {
        users(stage, firm).await?;
        executions(stage, firm).await?;
    }
    Ok(())
}

/// By name, as a client says it. Who makes a user holds the row of the subscription, so they count one after the other.
async fn users(stage: &mut Stage, firm: &Firm) -> Result<(), Failure> {
    let before = User::count().run(&firm.scope).await?;
    let mut tasks = JoinSet::new();
    for n in 0..AT_ONCE {
        let (schema, scope, slug) = (stage.schema.clone(), firm.scope.clone(), firm.facts.slug);
        tasks.spawn(async move {
            let user = json!({ "name": "New", "email": format!("new-{n}@{slug}.example"), "role": "viewer" });
            schema.node("CreateUserNode")?.run(&scope, json!({ "data": user })).await.map(|_| ())
        });
    }
    let (came, text) = ended(tasks).await?;
    let there = User::count().run(&firm.scope).await?;
    must(
        there == before + came as u64 && there == firm.facts.max_users as u64,
        "the users are those of the plan",
    )?;
    stage.step(
        firm,
        format!("invites {AT_ONCE} users at once: {came} got in, {} refused: {text}", AT_ONCE - came),
    );
    Ok(())
}

/// By type. The month's usage record counts, and the condition stands in the update that counts.
async fn executions(stage: &mut Stage, firm: &Firm) -> Result<(), Failure> {
    let agent = firm.agent("triage").await?;
    let mut tasks = JoinSet::new();
    for _ in 0..AT_ONCE {
        let (scope, agent, by) = (firm.scope.clone(), agent.clone(), Actor::user(&firm.owner.id));
        let at = stage.clock.now();
        tasks.spawn(async move {
            let (what, input) = (Runnable::Agent(&agent), json!({}));
            let asked = Asked { what, by: &by, trigger_type: TriggerType::Mcp, at, input };
            queue(&scope, asked).await.map(|_| ())
        });
    }
    let (came, text) = ended(tasks).await?;
    let there = Execution::count().run(&firm.scope).await?;
    let counted = UsageRecord::list().run(&firm.scope).await?;
    let limit = firm.facts.max_executions;
    must(
        there == limit as u64 && counted[0].executions_count == limit,
        "the executions are those of the plan",
    )?;
    stage.step(
        firm,
        format!("asks for {AT_ONCE} executions at once: {came} queued, {} refused: {text}", AT_ONCE - came),
    );
    Ok(())
}

/// How many came through, and the one text of the others.
async fn ended(mut tasks: JoinSet<Result<(), Error>>) -> Result<(usize, String), Failure> {
    let (mut came, mut texts) = (0, BTreeSet::new());
    while let Some(ended) = tasks.join_next().await {
        match ended {
            Ok(Ok(())) => came += 1,
            Ok(Err(error)) if error.is_forbidden() => {
                texts.insert(error.to_string());
            }
            Ok(Err(error)) => return Err(error.into()),
            Err(panic) => return Err(Failure::Broken(panic.to_string())),
        }
    }
    let texts: Vec<_> = texts.into_iter().collect();
    must(texts.len() == 1, "a limit is refused with one text")?;
    Ok((came, texts.join("; ")))
}
