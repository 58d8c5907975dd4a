//! The end of the month: what was used, what the audit holds, and a report of it.

use chrono::Months;
use ennead::prelude::*;
use ennead::{Clock, count};
use serde_json::{Value, json};

use super::failure::{must, refusal};
use super::story::many;
use super::{Failure, Firm, Stage};
use crate::limits::month;
use crate::{
    Agent, AuditLog, AuditResult, ComplianceReport, Execution, Gateway, NewComplianceReport, ReportStatus,
    ReportType, UsageRecord, User,
};

pub(super) async fn chapter(stage: &mut Stage, firms: &[Firm; 2]) -> Result<(), Failure> {
    stage.story.chapter("Usage, audit, compliance");
    for firm in firms {
        used(stage, firm).await?;
        recorded(stage, firm).await?;
        report(stage, firm).await?;
    }
    Ok(())
}

/// The month's record: executions were counted as they came, and the rest is what is there.
async fn used(stage: &mut Stage, firm: &Firm) -> Result<(), Failure> {
    let scope = &firm.scope;
    let users = i32::try_from(User::count().run(scope).await?).unwrap_or(i32::MAX);
    let agents = i32::try_from(Agent::count().run(scope).await?).unwrap_or(i32::MAX);
    let gateways = i32::try_from(Gateway::count().run(scope).await?).unwrap_or(i32::MAX);
    let spent = Execution::aggregate(Execution::COST_USD.sum()).run(scope).await?.unwrap_or_default();
    let records = UsageRecord::bulk_update()
        .filter(UsageRecord::PERIOD_START.eq(month(stage.clock.now())))
        .set(UsageRecord::USERS_COUNT, users)
        .set(UsageRecord::AGENTS_COUNT, agents)
        .set(UsageRecord::GATEWAYS_COUNT, gateways)
        .set(UsageRecord::COST_USD, spent);
    must(records.run(scope).await?.affected == 1, "one record for the month")?;
    let record = &UsageRecord::list().run(scope).await?[0];
    stage.step(
        firm,
        format!(
            "used {}, {}, {} and {} for {:.2} USD",
            many(record.users_count, "user"),
            many(record.agents_count, "agent"),
            many(record.gateways_count, "gateway"),
            many(record.executions_count, "execution"),
            record.cost_usd
        ),
    );
    Ok(())
}

/// Written by the library with each change, in its transaction; what was refused is there, too.
async fn recorded(stage: &mut Stage, firm: &Firm) -> Result<(), Failure> {
    let agent = firm.agent("triage").await?;
    let history = AuditLog::list().filter(AuditLog::RESOURCE_ID.eq(&agent.id));
    let history = history.order_by((AuditLog::TIMESTAMP.asc(), AuditLog::ID.asc())).run(&firm.scope).await?;
    let last = history.last();
    let moved = last.is_some_and(|entry| {
        entry.changes["status"] == json!(["draft", "active"])
            && entry.changes["workspace_id"][1] == json!(agent.workspace_id)
    });
    must(moved, "the last change of the agent is its promotion, before and after")?;
    let by = last.and_then(|entry| entry.actor_email.clone()).unwrap_or_default();
    stage.step(
        firm,
        format!("knows of triage {} changes, the last one, to production, by {by}", history.len()),
    );
    // By name: a record is not changed.
    let change = json!({ "id": history[0].id, "data": { "actor_id": "somebody-else" } });
    let change = stage.schema.node("UpdateAuditLogNode")?.run(&firm.scope, change).await;
    let text = refusal("a change of the audit", change)?;
    stage.step(firm, format!("changes who it was: {text}"));
    Ok(())
}

async fn report(stage: &mut Stage, firm: &Firm) -> Result<(), Failure> {
    let begins = month(stage.clock.now());
    let new = NewComplianceReport {
        report_type: ReportType::Soc2,
        period_start: begins,
        period_end: begins + Months::new(1),
        generated_at: stage.clock.now(),
        generated_by: firm.owner.id.clone(),
    };
    let report = ComplianceReport::create(new).run(&firm.scope).await?;
    let results = AuditLog::aggregate(count()).group_by(AuditLog::RESULT).run(&firm.scope).await?;
    let of = |wanted: AuditResult| {
        results.iter().find(|(result, _)| *result == wanted).map_or(0, |(_, count)| *count)
    };
    let (done, refused) = (of(AuditResult::Success), of(AuditResult::Failure));
    let findings: Value = json!({ "changes": done, "refused": refused, "single_sign_on": true });
    let report = ComplianceReport::update(&report.id)
        .set(ComplianceReport::FINDINGS, findings)
        .set(ComplianceReport::STATUS, ReportStatus::Completed)
        .set(ComplianceReport::REPORT_URL, format!("https://reports.example/{}", report.id))
        .run(&firm.scope)
        .await?;
    stage.step(
        firm,
        format!(
            "has a {} report of {}: {done} changes recorded, {refused} attempts refused",
            report.report_type.db_name(),
            report.period_start.format("%B %Y")
        ),
    );
    Ok(())
}
