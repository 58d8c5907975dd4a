//! What the subscription of an organization allows: users, agents, gateways, and executions in a month.
//!
//! Observers keep the limits, so no way of writing goes by them: typed, in bulk, by name, in a workflow, from the command line.
//!
//! - **Users, agents, gateways** are counted as they are there. Whoever makes one holds the row of the subscription until the end of the
//!   transaction (`FOR UPDATE`), so that two who make the last one at the same moment count one after the other. The row is
//!   one that no other row references: nobody else waits for it.
//! - **Executions** come often, so nobody counts them. The month's `UsageRecord` is a counter, and the condition stands in the update that
//!   counts: one statement, and its row is held for the rest of a transaction that has one insert to do.
//!
//! An upsert counts as what it might be, a create: whether it meets a row is known when it is too late to refuse it.

use chrono::{DateTime, Datelike, Days, Months, NaiveTime, Utc};
use ennead::prelude::*;
use ennead::{Creating, ErrorKind, Model, Observer, ObserverScope, OwnedModel, TenantId, Write};

use crate::{Agent, Execution, Gateway, NewUsageRecord, Subscription, SubscriptionStatus, UsageRecord, User};

/// Keeps the limits of the subscriptions.
#[derive(Debug, Clone, Copy)]
pub struct Limits;

impl Observer<User> for Limits {
    async fn before(&self, write: Write<'_, User>, scope: &ObserverScope) -> Result<(), Error> {
        let created = created(write, scope, |row| row.get(User::ORGANIZATION_ID))?;
        seats::<User>(created, scope, "users", |subscription| subscription.max_users).await
    }
}

impl Observer<Agent> for Limits {
    async fn before(&self, write: Write<'_, Agent>, scope: &ObserverScope) -> Result<(), Error> {
        let created = created(write, scope, |row| row.get(Agent::ORGANIZATION_ID))?;
        seats::<Agent>(created, scope, "agents", |subscription| subscription.max_agents).await
    }
}

impl Observer<Gateway> for Limits {
    async fn before(&self, write: Write<'_, Gateway>, scope: &ObserverScope) -> Result<(), Error> {
        let created = created(write, scope, |row| row.get(Gateway::ORGANIZATION_ID))?;
        seats::<Gateway>(created, scope, "gateways", |subscription| subscription.max_gateways).await
    }
}

impl Observer<Execution> for Limits {
    async fn before(&self, write: Write<'_, Execution>, scope: &ObserverScope) -> Result<(), Error> {
        let Write::Create(rows) = write else { return Ok(()) };
        let mut months: Vec<((TenantId, DateTime<Utc>), i64)> = Vec::new();
        for row in &rows {
            let tenant = tenant(scope, row.get(Execution::ORGANIZATION_ID)?)?;
            let queued_at = row.get(Execution::QUEUED_AT)?.unwrap_or_else(Utc::now);
            one_more(&mut months, (tenant, month(queued_at)));
        }
        drop(rows);
        for ((tenant, month), new) in months {
            count(&tenant, month, new, scope).await?;
        }
        Ok(())
    }
}

/// The first moment of a month.
pub(crate) fn month(at: DateTime<Utc>) -> DateTime<Utc> {
    let first = at.date_naive() - Days::new(u64::from(at.day0()));
    first.and_time(NaiveTime::MIN).and_utc()
}

/// How many rows are created, and whose.
fn created<M: Model>(
    write: Write<'_, M>,
    scope: &ObserverScope,
    whose: impl Fn(&Creating<'_, M>) -> Result<Option<String>, Error>,
) -> Result<Vec<(TenantId, i64)>, Error> {
    let mut all = Vec::new();
    if let Write::Create(rows) = write {
        for row in &rows {
            one_more(&mut all, tenant(scope, whose(row)?)?);
        }
    }
    Ok(all)
}

/// The scope's tenant; across tenants the one that the row names.
fn tenant(scope: &ObserverScope, named: Option<String>) -> Result<TenantId, Error> {
    match (scope.tenant(), named) {
        (Some(tenant), _) => Ok(tenant.clone()),
        (None, Some(named)) => TenantId::parse(&named),
        (None, None) => Err(Error::new(ErrorKind::TenantMissing, "the row belongs to no organization")),
    }
}

fn one_more<K: PartialEq>(counts: &mut Vec<(K, i64)>, key: K) {
    match counts.iter_mut().find(|(known, _)| *known == key) {
        Some((_, count)) => *count += 1,
        None => counts.push((key, 1)),
    }
}

/// Refuses rows that are more than the subscription allows.
async fn seats<M: OwnedModel>(
    created: Vec<(TenantId, i64)>,
    scope: &ObserverScope,
    what: &str,
    limit: fn(&Subscription) -> i32,
) -> Result<(), Error> {
    for (tenant, new) in created {
        let current = current(&tenant).for_update().first(scope).await?;
        let limit = limit(&current.ok_or_else(no_subscription)?);
        let there = M::count().in_tenant(&tenant).run(scope).await?;
        if i64::try_from(there).unwrap_or(i64::MAX).saturating_add(new) > i64::from(limit) {
            return Err(reached(what, i64::from(limit)));
        }
    }
    Ok(())
}

/// Counts executions of a month, if all of them are allowed.
async fn count(
    tenant: &TenantId,
    month: DateTime<Utc>,
    new: i64,
    scope: &ObserverScope,
) -> Result<(), Error> {
    let subscription = current(tenant).first(scope).await?.ok_or_else(no_subscription)?;
    let limit = subscription.max_executions_per_month;
    let record = NewUsageRecord { period_start: month, period_end: month + Months::new(1) };
    UsageRecord::create(record)
        .in_tenant(tenant)
        .on_conflict(UsageRecord::PERIOD_START)
        .ignore()
        .run(scope)
        .await?;
    let room = UsageRecord::PERIOD_START.eq(month).and(UsageRecord::EXECUTIONS_COUNT.le(limit - new));
    let counted = UsageRecord::bulk_update()
        .filter(room)
        .add(UsageRecord::EXECUTIONS_COUNT, new)
        .in_tenant(tenant)
        .run(scope)
        .await?;
    if counted.affected == 0 { Err(reached("executions this month", limit)) } else { Ok(()) }
}

/// The subscription that counts: the latest that was not cancelled.
fn current(tenant: &TenantId) -> ennead::op::List<Subscription> {
    Subscription::list()
        .filter(Subscription::STATUS.ne(SubscriptionStatus::Cancelled))
        .order_by(Subscription::CURRENT_PERIOD_END.desc())
        .in_tenant(tenant)
}

fn reached(what: &str, limit: i64) -> Error {
    Error::new(ErrorKind::Forbidden, format!("the subscription allows no more {what}: the limit is {limit}"))
}

fn no_subscription() -> Error {
    Error::new(ErrorKind::Forbidden, "the organization has no subscription")
}
