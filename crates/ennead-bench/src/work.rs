//! The operations that are measured, and what a peer must be able to do.

use std::future::Future;

use anyhow::Result;
use serde::{Deserialize, Serialize};

/// The tenant whose rows everybody reads and writes.
pub(crate) const TENANT: &str = "org-1";
/// How many rows the table holds, all of that tenant and active.
pub(crate) const ROWS: usize = 10_000;
/// How many more rows are of another status; these are counted.
pub(crate) const SUSPENDED: usize = 300;
/// How many more rows are of another tenant.
pub(crate) const FOREIGN: usize = 1_000;
/// Tasks at a time in concurrent operations.
pub(crate) const TASKS: usize = 16;
/// Connections of every pool in concurrent operations.
pub(crate) const CONNECTIONS: usize = 8;

/// What a new user consists of; the rest is defaulted. Every peer is given the key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Draft {
    pub(crate) id: String,
    pub(crate) email: String,
    pub(crate) name: String,
    pub(crate) password_hash: String,
    pub(crate) status: String,
    pub(crate) role: String,
}

/// The key of a seeded row.
pub(crate) fn key(number: usize) -> String {
    format!("user-{number:08}")
}

/// The key of a row that the bench makes and takes away.
fn passing_key(number: usize) -> String {
    format!("bench-{number:08}")
}

fn draft(number: usize) -> Draft {
    Draft {
        id: passing_key(number),
        email: format!("bench-{number}@example.com"),
        name: format!("Bench Person {number}"),
        password_hash: "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$aGFzaGhhc2hoYXNo".to_owned(),
        status: "active".to_owned(),
        role: "developer".to_owned(),
    }
}

/// A thing to do with everything that it takes, made before the clock starts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Work {
    Read(Vec<String>),
    /// Reads one after the other, five at a time.
    Chain(Vec<[String; 5]>),
    Create(Vec<Draft>),
    CreateInTransaction(Vec<Draft>),
    Update(Vec<(String, String)>),
    Delete(Vec<String>),
    Count(usize),
    List(usize, usize),
    BulkCreate(Vec<Draft>),
    BulkUpdate(Vec<(String, String)>),
    BulkDelete(Vec<String>),
}

/// One line of the table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Op {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    /// How often it is done in one sample.
    pub(crate) times: usize,
    pub(crate) concurrent: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Read,
    Chain,
    Create,
    CreateInTransaction,
    Update,
    Delete,
    Count,
    List(usize),
    BulkCreate(usize),
    /// The same rows, in an order that is none to any index.
    BulkCreateScattered(usize),
    BulkUpdate(usize),
    BulkDelete(usize),
}

const fn op(name: &'static str, kind: Kind, times: usize) -> Op {
    Op { name, kind, times, concurrent: false }
}

/// All of them, in the order of the table.
pub(crate) const OPS: [Op; 18] = [
    op("read", Kind::Read, 400),
    op("create", Kind::Create, 100),
    op("five reads", Kind::Chain, 40),
    op("create in transaction", Kind::CreateInTransaction, 200),
    op("update", Kind::Update, 100),
    op("delete", Kind::Delete, 100),
    op("count", Kind::Count, 100),
    op("list 10", Kind::List(10), 100),
    op("list 100", Kind::List(100), 20),
    op("list 1000", Kind::List(1_000), 4),
    op("list 10000", Kind::List(10_000), 1),
    op("bulk create 1k", Kind::BulkCreate(1_000), 1),
    op("bulk create 10k", Kind::BulkCreate(10_000), 1),
    op("bulk create 10k, scattered", Kind::BulkCreateScattered(10_000), 1),
    op("bulk update 1k", Kind::BulkUpdate(1_000), 1),
    op("bulk delete 1k", Kind::BulkDelete(1_000), 1),
    Op { name: "read, 16 tasks", kind: Kind::Read, times: 800, concurrent: true },
    Op { name: "list 10, 16 tasks", kind: Kind::List(10), times: 320, concurrent: true },
];

impl Op {
    /// What to do in one sample; `salt` differs from sample to sample, so that other rows are met.
    pub(crate) fn work(&self, salt: usize, times: usize) -> Work {
        // A stride that shares no factor with the number of rows visits all of them.
        let row = |at: usize| key((salt * 31 + at * 7_919) % ROWS);
        let renamed = |at: usize| (row(at), format!("Renamed Person {salt}"));
        match self.kind {
            Kind::Read => Work::Read((0..times).map(row).collect()),
            Kind::Chain => {
                Work::Chain((0..times).map(|at| [0, 1, 2, 3, 4].map(|next| row(at * 5 + next))).collect())
            }
            Kind::Create => Work::Create((0..times).map(draft).collect()),
            Kind::CreateInTransaction => Work::CreateInTransaction((0..times).map(draft).collect()),
            Kind::Update => Work::Update((0..times).map(renamed).collect()),
            Kind::Delete => Work::Delete((0..times).map(passing_key).collect()),
            Kind::Count => Work::Count(times),
            Kind::List(limit) => Work::List(limit, times),
            Kind::BulkCreate(rows) => Work::BulkCreate((0..rows).map(draft).collect()),
            Kind::BulkCreateScattered(rows) => {
                Work::BulkCreate((0..rows).map(|at| draft(at * 7_919 % rows)).collect())
            }
            Kind::BulkUpdate(rows) => Work::BulkUpdate((0..rows).map(renamed).collect()),
            Kind::BulkDelete(rows) => Work::BulkDelete((0..rows).map(passing_key).collect()),
        }
    }

    /// How many rows must be there before, under the keys that the work deletes.
    pub(crate) fn rows_before(&self, times: usize) -> usize {
        match self.kind {
            Kind::Delete => times,
            Kind::BulkDelete(rows) => rows,
            _ => 0,
        }
    }

    /// Whether the table must be put right afterwards.
    pub(crate) fn writes(&self) -> bool {
        !matches!(self.kind, Kind::Read | Kind::Chain | Kind::Count | Kind::List(_))
    }
}

/// A library under measure. Each operation is one tenant's, and gives how many rows it read or wrote, or the count.
///
/// Reads decode into a struct of eleven fields; single creates and updates give the row as stored.
pub(crate) trait Peer: Send + Sync + 'static {
    fn read(&self, id: &str) -> impl Future<Output = Result<usize>> + Send;
    fn create(&self, draft: Draft) -> impl Future<Output = Result<usize>> + Send;
    /// Creates rows one by one in one transaction.
    fn create_in_transaction(&self, drafts: Vec<Draft>) -> impl Future<Output = Result<usize>> + Send;
    fn update(&self, id: &str, name: &str) -> impl Future<Output = Result<usize>> + Send;
    fn delete(&self, id: &str) -> impl Future<Output = Result<usize>> + Send;
    /// Counts the suspended.
    fn count(&self) -> impl Future<Output = Result<usize>> + Send;
    /// Lists the active, in no order.
    fn list(&self, limit: usize) -> impl Future<Output = Result<usize>> + Send;
    /// Creates all or none.
    fn bulk_create(&self, drafts: Vec<Draft>) -> impl Future<Output = Result<usize>> + Send;
    /// Gives each row its own name, all or none.
    fn bulk_update(&self, names: Vec<(String, String)>) -> impl Future<Output = Result<usize>> + Send;
    /// Deletes by key, all or none.
    fn bulk_delete(&self, ids: Vec<String>) -> impl Future<Output = Result<usize>> + Send;
    /// Reads one after the other.
    fn chain(&self, ids: &[String]) -> impl Future<Output = Result<usize>> + Send {
        async move {
            let mut sum = 0;
            for id in ids {
                sum += self.read(id).await?;
            }
            Ok(sum)
        }
    }
}

/// Does the work, and gives the sum of what the operations gave.
pub(crate) async fn perform<P: Peer>(peer: &P, work: Work) -> Result<usize> {
    let mut sum = 0;
    match work {
        Work::Read(ids) => {
            for id in &ids {
                sum += peer.read(id).await?;
            }
        }
        Work::Chain(chains) => {
            for ids in &chains {
                sum += peer.chain(ids).await?;
            }
        }
        Work::Create(drafts) => {
            for draft in drafts {
                sum += peer.create(draft).await?;
            }
        }
        Work::CreateInTransaction(drafts) => sum += peer.create_in_transaction(drafts).await?,
        Work::Update(names) => {
            for (id, name) in &names {
                sum += peer.update(id, name).await?;
            }
        }
        Work::Delete(ids) => {
            for id in &ids {
                sum += peer.delete(id).await?;
            }
        }
        Work::Count(times) => {
            for _ in 0..times {
                sum += peer.count().await?;
            }
        }
        Work::List(limit, times) => {
            for _ in 0..times {
                sum += peer.list(limit).await?;
            }
        }
        Work::BulkCreate(drafts) => sum += peer.bulk_create(drafts).await?,
        Work::BulkUpdate(names) => sum += peer.bulk_update(names).await?,
        Work::BulkDelete(ids) => sum += peer.bulk_delete(ids).await?,
    }
    Ok(sum)
}

impl Work {
    /// What `perform` must give: a peer that does less is no peer.
    pub(crate) fn expected(&self) -> usize {
        match self {
            Work::Read(ids) | Work::Delete(ids) | Work::BulkDelete(ids) => ids.len(),
            Work::Create(drafts) | Work::CreateInTransaction(drafts) | Work::BulkCreate(drafts) => {
                drafts.len()
            }
            Work::Chain(chains) => chains.iter().map(|ids| ids.len()).sum(),
            Work::Update(names) | Work::BulkUpdate(names) => names.len(),
            Work::Count(times) => times * SUSPENDED,
            Work::List(limit, times) => times * limit,
        }
    }
}
