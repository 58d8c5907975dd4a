//! Models, a clock and a generator of keys that several modules of cases share.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use chrono::{DateTime, Utc};
use ennead::prelude::*;
use ennead::{Clock, IdGenerator};
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::Bed;

#[derive(DbEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Status {
    Active,
    Invited,
    Suspended,
}

/// A tenant's model with what most operations concern.
#[model(table = "users", unique(team, seat), check("logins >= 0", name = "ck_users_logins_positive"))]
#[derive(Debug, Clone, PartialEq)]
pub struct User {
    #[key(prefix = "user-")]
    pub id: String,
    #[tenant]
    pub organization_id: String,
    #[unique]
    pub email: String,
    pub name: String,
    pub nickname: Option<String>,
    #[immutable]
    #[default("web")]
    pub source: String,
    #[default(0)]
    pub logins: i64,
    #[default(Status::Invited)]
    pub status: Status,
    pub team: Option<String>,
    pub seat: Option<i32>,
    #[created_at]
    pub created_at: DateTime<Utc>,
    #[updated_at]
    pub updated_at: DateTime<Utc>,
}

/// A new user by name; the email follows from it.
pub fn user(name: &str) -> NewUser {
    NewUser { email: format!("{name}@example.com"), name: name.to_owned() }
}

/// A user whose key is its name.
pub fn keyed(name: &str) -> ennead::op::Create<User> {
    User::create(user(name)).set(User::ID, name)
}

/// Numbers to add to, and a version that counts the writes.
#[model(global)]
#[derive(Debug, Clone, PartialEq)]
pub struct Tally {
    #[key(assigned)]
    pub id: String,
    #[default(0)]
    pub small: i16,
    #[default(0)]
    pub medium: i32,
    #[default(0)]
    pub large: i64,
    pub maybe: Option<i64>,
    #[column(precision = 6, scale = 2)]
    #[default("0")]
    pub money: Decimal,
    #[default(0.0)]
    pub real: f64,
    #[default(0.0)]
    pub narrow: f32,
    #[version]
    pub version: i64,
}

pub fn tally(id: &str) -> NewTally {
    NewTally { id: id.to_owned() }
}

/// As few columns as can be, for many rows.
#[model(global)]
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    #[key(assigned)]
    pub id: i64,
    pub value: i64,
}

pub fn points(ids: impl IntoIterator<Item = i64>) -> Vec<NewPoint> {
    ids.into_iter().map(|id| NewPoint { id, value: id * 10 }).collect()
}

/// A clock that stands until it is moved.
#[derive(Debug, Clone, Default)]
pub struct Hands(Arc<AtomicI64>);

impl Hands {
    /// The moment `seconds` after the clock's beginning.
    pub fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000 + seconds, 123_456_000).unwrap()
    }

    pub fn turn_to(&self, seconds: i64) {
        self.0.store(seconds, Ordering::SeqCst);
    }
}

impl Clock for Hands {
    fn now(&self) -> DateTime<Utc> {
        // Finer than a database holds: what is stored is cut to microseconds.
        Self::at(self.0.load(Ordering::SeqCst)) + chrono::TimeDelta::nanoseconds(789)
    }
}

/// Gives 1, 2, 3 … as UUIDs.
#[derive(Debug, Clone, Default)]
pub struct Counted(Arc<AtomicU64>);

impl IdGenerator for Counted {
    fn next(&self) -> Uuid {
        Uuid::from_u128(u128::from(self.0.fetch_add(1, Ordering::SeqCst) + 1))
    }
}

/// A database with the shared models.
pub async fn open(bed: &Bed) -> Db {
    bed.db(&ennead::schema![User, Tally, Point]).await
}

/// A database with the shared models, on a clock that the case moves.
pub async fn open_at(bed: &Bed) -> (Db, Hands) {
    let hands = Hands::default();
    let builder = Db::builder().clock(hands.clone()).ids(Counted::default());
    (bed.db_with(&ennead::schema![User, Tally, Point], builder).await, hands)
}

/// The tenant that most cases are about.
pub fn acme(db: &Db) -> Tenant {
    db.tenant("acme").unwrap()
}

/// The names of all users of a tenant, in order.
pub async fn names(scope: &impl ennead::Scope<User>) -> Vec<String> {
    let users = User::list().order_by(User::NAME.asc()).run(scope).await.unwrap();
    users.into_iter().map(|user| user.name).collect()
}
