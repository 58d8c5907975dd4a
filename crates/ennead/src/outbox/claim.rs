//! What a dispatcher writes: its hold on events, and how attempts ended. Each is one short transaction.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use ennead_core::{Error, ErrorKind, Filter, Kind, Model, OrderBy, RowLock, Select, Value};

use super::attempt::Outcome;
use super::backoff::Backoff;
use super::event::OutboxEvent;
use crate::db::Db;
use crate::exec::{self, Handle};
use crate::model_ext::ModelExt;
use crate::op::{BulkUpdate, List, Lockable};
use crate::scopes::sealed::Handles;
use crate::scopes::{CreateScope, Scope, UpdateScope};
use crate::sink::{ValueRows, downcast};
use crate::transaction::Within;

/// Why the dispatcher sees every tenant.
pub(super) const REASON: &str = "deliver outbox";
/// How often the end of an attempt is written, where the database is away.
const TRIES: u32 = 4;
/// How many events of a lane are put off together.
const PIECE: u64 = 1000;
/// When those that wait for an earlier one are looked at again, should nobody wake them: somebody deleted it by SQL.
const LOOK_AGAIN: Duration = Duration::from_secs(3600);

/// A scope in which the library writes its own table.
pub(super) struct Own<'a>(pub(super) Handle<'a>);

impl Handles for Own<'_> {
    fn handle(&self) -> Handle<'_> {
        Handle { own: true, ..self.0 }
    }
}

impl<M: Model> Scope<M> for Own<'_> {}
impl<M: Model> UpdateScope<M> for Own<'_> {}
impl<M: Model> CreateScope<M> for Own<'_> {}

/// What a dispatcher needs to take events and to give them back.
#[derive(Debug, Clone)]
pub(super) struct Desk {
    pub(super) db: Db,
    pub(super) lease: Duration,
    pub(super) max_attempts: u32,
    pub(super) backoff: Backoff,
}

/// How an attempt was written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Settled {
    Delivered,
    Failed,
    Dead,
    Released,
    /// The lease had run out, and somebody else has it.
    Lost,
}

/// What a dispatcher took.
#[derive(Debug, Default)]
pub(super) struct Taken {
    pub(super) events: Vec<OutboxEvent>,
    /// How many it found due, those that wait for others among them.
    pub(super) found: usize,
    /// Those whose attempts were used up by dispatchers that ended in the middle of them.
    pub(super) dead: u64,
}

/// What may be taken at a moment, the longest due first.
fn due(now: DateTime<Utc>) -> List<OutboxEvent> {
    let order = (OutboxEvent::DUE_AT.asc(), OutboxEvent::ID.asc());
    OutboxEvent::list().filter(OutboxEvent::DUE_AT.le(now)).order_by(order)
}

fn later(now: DateTime<Utc>, by: Duration) -> DateTime<Utc> {
    let by = TimeDelta::from_std(by).unwrap_or(TimeDelta::MAX).min(TimeDelta::days(3650));
    (now + by).trunc_subsecs(6)
}

/// Events of one tenant to one destination with one key.
fn lane(event: &OutboxEvent) -> Filter<OutboxEvent> {
    OutboxEvent::ORDERING_KEY
        .eq(event.ordering_key.clone())
        .and(OutboxEvent::DESTINATION.eq(event.destination.clone()))
        .and(OutboxEvent::TENANT.eq(event.tenant.clone()))
        .and(OutboxEvent::DUE_AT.is_not_null())
}

impl Desk {
    pub(super) fn now(&self) -> DateTime<Utc> {
        self.db.inner().sources.now()
    }

    /// Takes so many events at most that are due. Nobody else has them for the length of a lease.
    pub(super) async fn take(&self, most: usize) -> Result<Taken, Error> {
        let scope = self.db.across_tenants(REASON);
        // Most often there is nothing to do, and nobody is to wait for a transaction that finds this out.
        if due(self.now()).first(&scope).await?.is_none() {
            return Ok(Taken::default());
        }
        let within = Within::begin(scope.handle()).await?;
        // The lease begins behind the wait for a connection, which may be as long as the lease.
        let now = self.now();
        let result = self.take_in(&Own(within.handle(scope.handle())), most, now).await;
        within.end(result).await
    }

    async fn take_in(&self, tx: &Own<'_>, most: usize, now: DateTime<Utc>) -> Result<Taken, Error> {
        let mut list = due(now).limit(most as u64);
        list.lock(RowLock::SkipLocked);
        let found = list.run(tx).await?;
        let mut taken = Taken { found: found.len(), ..Taken::default() };
        let mut first = first_of_lanes(tx, &found).await?;
        let waits = |event: &OutboxEvent, first: &BTreeSet<i64>| {
            event.ordering_key.is_some() && !first.contains(&event.id)
        };
        let mut others = Vec::new();
        if found.iter().any(|event| waits(event, &first)) {
            others = others_due(tx, found.iter().filter(|event| waits(event, &first)), now).await?;
            // Again, now that they are locked: see `wake_next`.
            first = first_of_lanes(tx, &found).await?;
            others.retain(|id| !first.contains(id));
        }
        let (mut waiting, mut spent) = (others, Vec::new());
        for event in found {
            if waits(&event, &first) {
                waiting.push(event.id);
            } else if u32::try_from(event.attempts).unwrap_or(0) >= self.max_attempts {
                spent.push(event);
            } else {
                taken.events.push(event);
            }
        }
        if !waiting.is_empty() {
            // Whoever ends the one before wakes the next.
            let again = later(now, self.lease.max(LOOK_AGAIN));
            let update = OutboxEvent::bulk_update().filter(OutboxEvent::ID.in_(waiting));
            update.set(OutboxEvent::DUE_AT, again).set(OutboxEvent::CLAIM, None).run(tx).await?;
        }
        for event in &spent {
            let reason = format!("{} dispatchers ended in the middle of it", event.attempts);
            let update = OutboxEvent::bulk_update().filter(OutboxEvent::ID.eq(event.id));
            let update = update.set(OutboxEvent::DEAD_AT, now).set(OutboxEvent::DUE_AT, None);
            update.set(OutboxEvent::CLAIM, None).set(OutboxEvent::LAST_ERROR, reason).run(tx).await?;
            wake_next(tx, event, now).await?;
            taken.dead += 1;
        }
        if !taken.events.is_empty() {
            let until = later(now, self.lease);
            let claim = self.db.inner().sources.ids.next();
            let ids: Vec<i64> = taken.events.iter().map(|event| event.id).collect();
            let update = OutboxEvent::bulk_update().filter(OutboxEvent::ID.in_(ids));
            let update = update.set(OutboxEvent::CLAIM, claim).set(OutboxEvent::DUE_AT, until);
            update.add(OutboxEvent::ATTEMPTS, 1).run(tx).await?;
            for event in &mut taken.events {
                (event.claim, event.due_at, event.attempts) = (Some(claim), Some(until), event.attempts + 1);
            }
        }
        Ok(taken)
    }

    /// Writes down how an attempt ended. A database that is away for a moment is asked again: an end that is not written is an
    /// event that is delivered twice.
    pub(super) async fn settle(&self, event: &OutboxEvent, outcome: &Outcome) -> Result<Settled, Error> {
        let mut tries = 1;
        loop {
            match self.settle_once(event, outcome).await {
                Err(error) if passes(&error) && tries < TRIES => {
                    tokio::time::sleep(Duration::from_millis(50 << tries)).await;
                    tries += 1;
                }
                done => return done,
            }
        }
    }

    async fn settle_once(&self, event: &OutboxEvent, outcome: &Outcome) -> Result<Settled, Error> {
        let now = self.now();
        let spent = u32::try_from(event.attempts).unwrap_or(u32::MAX) >= self.max_attempts;
        let held = OutboxEvent::ID.eq(event.id).and(OutboxEvent::CLAIM.eq(event.claim));
        let update = OutboxEvent::bulk_update().filter(held).set(OutboxEvent::CLAIM, None);
        let (update, settled) = match outcome {
            Outcome::Delivered => {
                let update = update.set(OutboxEvent::DELIVERED_AT, now).set(OutboxEvent::DUE_AT, None);
                (update.set(OutboxEvent::LAST_ERROR, None), Settled::Delivered)
            }
            // It was no attempt of the receiver's: else an event that is given back at each deployment would be given up.
            Outcome::Released => {
                (update.set(OutboxEvent::DUE_AT, now).add(OutboxEvent::ATTEMPTS, -1), Settled::Released)
            }
            Outcome::Failed { reason, after } if !spent => {
                let wait = self.backoff.wait(event.event, event.id, event.attempts);
                let due = later(now, wait.max(after.unwrap_or_default()));
                let update = update.set(OutboxEvent::LAST_ERROR, reason.clone());
                (update.set(OutboxEvent::DUE_AT, due), Settled::Failed)
            }
            Outcome::Failed { reason, .. } | Outcome::ForGood { reason } => {
                let update = update.set(OutboxEvent::DEAD_AT, now).set(OutboxEvent::DUE_AT, None);
                (update.set(OutboxEvent::LAST_ERROR, reason.clone()), Settled::Dead)
            }
        };
        let scope = self.db.across_tenants(REASON);
        let over = matches!(settled, Settled::Delivered | Settled::Dead);
        let changed = if over && event.ordering_key.is_some() {
            let within = Within::begin(scope.handle()).await?;
            let result = end_in_lane(&Own(within.handle(scope.handle())), update, event, now).await;
            within.end(result).await?
        } else {
            update.run(&Own(scope.handle())).await?.affected
        };
        Ok(if changed == 0 { Settled::Lost } else { settled })
    }
}

/// Whether the same may work later: the server is away, full, or for reading only until somebody promotes it. What the program or
/// the schema has wrong does not pass.
pub(super) fn passes(error: &Error) -> bool {
    let lasting = [
        ErrorKind::SchemaMismatch,
        ErrorKind::Configuration,
        ErrorKind::InvalidInput,
        ErrorKind::Forbidden,
        ErrorKind::TenantMissing,
    ];
    !lasting.contains(&error.kind())
}

/// What else is due in the lanes of these events: locked, like they are. So a long lane is put off in a few pieces, and not
/// sixteen at a time.
async fn others_due(
    tx: &Own<'_>,
    waiting: impl Iterator<Item = &OutboxEvent>,
    now: DateTime<Utc>,
) -> Result<Vec<i64>, Error> {
    let lanes: BTreeMap<_, _> = waiting
        .map(|event| ((&event.ordering_key, &event.destination, &event.tenant), lane(event)))
        .collect();
    let mut all = Vec::new();
    for lane in lanes.into_values() {
        let due = lane.and(OutboxEvent::DUE_AT.le(now));
        all.extend(ids(tx.handle(), due, PIECE, Some(RowLock::SkipLocked)).await?);
    }
    Ok(all)
}

/// The first ids of what matches, without the rows: payloads may be long.
pub(super) async fn ids(
    handle: Handle<'_>,
    filter: Filter<OutboxEvent>,
    limit: u64,
    lock: Option<RowLock>,
) -> Result<Vec<i64>, Error> {
    let column = OutboxEvent::ID.index();
    let select = Select {
        filter: Some(filter.into_expr()),
        columns: Some(vec![column]),
        order: vec![OrderBy { column, descending: false }],
        limit: Some(limit),
        lock,
        ..Select::of(OutboxEvent::DEF)
    };
    let done = exec::start::keyed(handle, None, select, Box::new(ValueRows::new(vec![Kind::I64]))).await?;
    let rows = downcast::<ValueRows>(done.sink)?.rows;
    let id = |row: Vec<Value>| match row.first() {
        Some(Value::Int(id)) => Some(*id),
        _ => None,
    };
    Ok(rows.into_iter().filter_map(id).collect())
}

/// Of the events with a key: those before which nothing of their lane is open.
async fn first_of_lanes(tx: &Own<'_>, found: &[OutboxEvent]) -> Result<BTreeSet<i64>, Error> {
    let keys: BTreeSet<String> = found.iter().filter_map(|event| event.ordering_key.clone()).collect();
    if keys.is_empty() {
        return Ok(BTreeSet::new());
    }
    let lane = (OutboxEvent::TENANT, OutboxEvent::DESTINATION, OutboxEvent::ORDERING_KEY);
    let open = OutboxEvent::ORDERING_KEY.in_(keys).and(OutboxEvent::DUE_AT.is_not_null());
    let first = OutboxEvent::aggregate(OutboxEvent::ID.min()).filter(open).group_by(lane).run(tx).await?;
    Ok(first.into_iter().filter_map(|(_, first)| first).collect())
}

/// Writes the end of an event with a key, and lets the next one come.
async fn end_in_lane(
    tx: &Own<'_>,
    update: BulkUpdate<OutboxEvent>,
    event: &OutboxEvent,
    now: DateTime<Utc>,
) -> Result<u64, Error> {
    let changed = update.run(tx).await?.affected;
    // Else somebody else has it, and ends it.
    if changed > 0 {
        wake_next(tx, event, now).await?;
    }
    Ok(changed)
}

/// Makes the next event of a lane due, where it was only waiting for this one.
///
/// Who puts off an event has it locked before they look which one is the first, so either they see that this one is over, or
/// this update waits for them: what it looks for is true of the event before and after.
async fn wake_next(tx: &Own<'_>, event: &OutboxEvent, now: DateTime<Utc>) -> Result<(), Error> {
    if event.ordering_key.is_none() {
        return Ok(());
    }
    let next: Option<i64> = OutboxEvent::aggregate(OutboxEvent::ID.min()).filter(lane(event)).run(tx).await?;
    let Some(next) = next else { return Ok(()) };
    let nobodys = OutboxEvent::CLAIM.is_null().or(OutboxEvent::DUE_AT.le(now));
    let next = OutboxEvent::ID.eq(next).and(nobodys);
    OutboxEvent::bulk_update().filter(next).set(OutboxEvent::DUE_AT, now).run(tx).await?;
    Ok(())
}
