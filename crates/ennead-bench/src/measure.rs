//! Samples: every peer in turn, round after round.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use futures_util::future::BoxFuture;
use tokio::runtime::Runtime;

use crate::allocations;
use crate::clock::Clock;
use crate::ground::{Ground, Place};
use crate::peers::Entry;
use crate::report::Row;
use crate::work::{CONNECTIONS, OPS, Op, Peer, TASKS, Work, perform};

/// A peer behind a pointer. The clock is inside, so the pointer costs nothing that is measured.
pub(crate) trait Contender: Send + Sync {
    /// Does the work in this task, and gives the time that it took.
    fn alone(&self, work: Work, clock: Clock) -> BoxFuture<'_, Result<Duration>>;
    /// Does all the works, each in its own task.
    fn together(&self, works: Vec<Work>, clock: Clock) -> BoxFuture<'_, Result<Duration>>;
    /// Does the work in this task, and gives how many allocations that took.
    fn counted(&self, work: Work) -> BoxFuture<'_, Result<u64>>;
    /// What the peer brings along that the others do not share.
    fn brings(&self) -> Option<String> {
        None
    }
}

/// A peer that takes part.
pub(crate) struct Seat<P>(Arc<P>);

impl<P: Peer> Seat<P> {
    pub(crate) fn new(peer: P) -> Self {
        Self(Arc::new(peer))
    }
}

impl<P: Peer> Contender for Seat<P> {
    fn alone(&self, work: Work, clock: Clock) -> BoxFuture<'_, Result<Duration>> {
        Box::pin(async move {
            let expected = work.expected();
            let started = clock.now();
            let did = perform(&*self.0, work).await?;
            let took = clock.now().saturating_sub(started);
            ensure!(did == expected, "it did {did} instead of {expected}");
            Ok(took)
        })
    }

    fn together(&self, works: Vec<Work>, clock: Clock) -> BoxFuture<'_, Result<Duration>> {
        Box::pin(async move {
            let expected: usize = works.iter().map(Work::expected).sum();
            let started = clock.now();
            let spawn = |work| {
                let peer = Arc::clone(&self.0);
                tokio::spawn(async move { perform(&*peer, work).await })
            };
            let tasks: Vec<_> = works.into_iter().map(spawn).collect();
            let mut did = 0;
            for task in tasks {
                did += task.await??;
            }
            let took = clock.now().saturating_sub(started);
            ensure!(did == expected, "it did {did} instead of {expected}");
            Ok(took)
        })
    }

    fn counted(&self, work: Work) -> BoxFuture<'_, Result<u64>> {
        Box::pin(async move {
            let expected = work.expected();
            allocations::begin();
            let done = perform(&*self.0, work).await;
            let count = allocations::end();
            let did = done?;
            ensure!(did == expected, "it did {did} instead of {expected}");
            Ok(count)
        })
    }
}

/// One operation by one peer.
struct Cell {
    op: Op,
    peer: usize,
    samples: Vec<f64>,
    allocations: u64,
    failed: Option<String>,
}

/// A peer with its database and its connections.
struct Player {
    name: &'static str,
    place: Place,
    alone: Arc<dyn Contender>,
    /// On the runtime with several threads.
    together: Option<Arc<dyn Contender>>,
}

/// What was measured on one database.
pub(crate) struct Measured {
    pub(crate) rows: Vec<Row>,
    pub(crate) failures: Vec<String>,
    /// What peers bring along that the others do not share.
    pub(crate) brought: Vec<String>,
}

/// What is to be measured.
pub(crate) struct Plan {
    pub(crate) rounds: usize,
    pub(crate) filter: Option<String>,
    pub(crate) peers: Option<String>,
    pub(crate) clock: Clock,
}

/// Operations one by one run on a runtime of one thread, those of many tasks on one of two.
pub(crate) struct Runtimes {
    pub(crate) one: Runtime,
    pub(crate) two: Runtime,
}

impl Plan {
    /// Measures the peers on one database; the first one is the floor.
    pub(crate) fn run(&self, runtimes: &Runtimes, ground: &Ground, entries: &[Entry]) -> Result<Measured> {
        runtimes.one.block_on(ground.prepare())?;
        let wants = |op: &Op| self.filter.as_deref().is_none_or(|filter| op.name.contains(filter));
        let mut failures = Vec::new();
        let mut players = Vec::new();
        for (at, entry) in entries.iter().enumerate() {
            // The floor is always there: the others are told by it.
            let wanted = at == 0
                || self.peers.as_deref().is_none_or(|peers| peers.split('+').any(|name| name == entry.name));
            if wanted {
                match player(runtimes, ground, entry) {
                    Ok(player) => players.push(player),
                    Err(error) => failures.push(format!("{}: {}: {error:#}", ground.name(), entry.name)),
                }
            }
        }
        let mut cells: Vec<Cell> = OPS
            .iter()
            .filter(|op| wants(op))
            .flat_map(|op| (0..players.len()).map(|peer| Cell::new(*op, peer)))
            .filter(|cell| {
                !cell.op.concurrent || players.get(cell.peer).is_some_and(|it| it.together.is_some())
            })
            .collect();
        for round in 0..=self.rounds {
            runtimes.one.block_on(ground.even())?;
            for cell in cells.iter_mut().filter(|cell| cell.failed.is_none()) {
                let Some(player) = players.get(cell.peer) else { continue };
                // Round 0 warms up, and counts allocations.
                if let Err(error) = cell.sample(self.clock, runtimes, player, round) {
                    let text = format!("{}: {}: {}: {error:#}", ground.name(), player.name, cell.op.name);
                    failures.push(text.clone());
                    cell.failed = Some(text);
                }
            }
        }
        let rows = cells
            .into_iter()
            .filter(|cell| cell.failed.is_none())
            .filter_map(|cell| {
                let player = players.get(cell.peer)?;
                Some(Row::new(
                    ground.name(),
                    cell.op.name,
                    player.name,
                    cell.peer == 0,
                    cell.samples,
                    cell.allocations,
                ))
            })
            .collect();
        let brought = players
            .iter()
            .filter_map(|player| Some(format!("{} has {}", player.name, player.alone.brings()?)))
            .collect();
        Ok(Measured { rows, failures, brought })
    }
}

fn player(runtimes: &Runtimes, ground: &Ground, entry: &Entry) -> Result<Player> {
    let place = runtimes.one.block_on(ground.place(entry.name))?;
    let alone = runtimes.one.block_on(entry.open.open(&place, 1)).context("open")?;
    let together = match entry.concurrent {
        true => Some(runtimes.two.block_on(entry.open.open(&place, CONNECTIONS)).context("open")?),
        false => None,
    };
    Ok(Player { name: entry.name, place, alone, together })
}

impl Cell {
    fn new(op: Op, peer: usize) -> Self {
        Self { op, peer, samples: Vec::new(), allocations: 0, failed: None }
    }

    fn sample(&mut self, clock: Clock, runtimes: &Runtimes, player: &Player, round: usize) -> Result<()> {
        let (op, times) = (self.op, self.op.times);
        let before = op.rows_before(times);
        if op.writes() {
            runtimes.one.block_on(player.place.clean())?;
        }
        if before > 0 {
            runtimes.one.block_on(player.place.fill(before))?;
        }
        // The first statement after others were at the file or the table pays for what they did.
        runtimes.one.block_on(player.alone.alone(Work::Count(3), clock))?;
        if round == 0 {
            self.warm_up(clock, runtimes, player)?;
            return Ok(());
        }
        let took = self.once(clock, runtimes, player, round, times)?;
        self.samples.push(took.as_nanos() as f64 / times as f64);
        if op.writes() {
            runtimes.one.block_on(player.place.clean())?;
        }
        Ok(())
    }

    fn once(
        &self,
        clock: Clock,
        runtimes: &Runtimes,
        player: &Player,
        round: usize,
        times: usize,
    ) -> Result<Duration> {
        if !self.op.concurrent {
            let work = self.op.work(round, times);
            return runtimes.one.block_on(player.alone.alone(work, clock));
        }
        let together = player.together.as_ref().context("no connections for many tasks")?;
        let works = (0..TASKS).map(|task| self.op.work(round * TASKS + task, times / TASKS)).collect();
        runtimes.two.block_on(together.together(works, clock))
    }

    /// Prepares statements, and counts allocations: those of `times` operations less those of none.
    fn warm_up(&mut self, clock: Clock, runtimes: &Runtimes, player: &Player) -> Result<()> {
        let before = self.op.rows_before(self.op.times);
        self.once(clock, runtimes, player, 0, self.op.times)?;
        if self.op.writes() {
            runtimes.one.block_on(player.place.clean())?;
        }
        if before > 0 {
            runtimes.one.block_on(player.place.fill(before))?;
        }
        let work = self.op.work(1, self.op.times);
        if self.op.concurrent {
            return Ok(());
        }
        let count = runtimes.one.block_on(player.alone.counted(work))?;
        self.allocations = count / self.op.times as u64;
        Ok(())
    }
}
