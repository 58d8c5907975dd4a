//! What several models share.

use std::fmt;

use chrono::{DateTime, Utc};
use ennead::prelude::*;

/// When a row was made, and when it was last changed. The library sets both.
#[model(embed)]
#[derive(Debug, Clone, PartialEq)]
pub struct Times {
    #[created_at]
    pub created_at: DateTime<Utc>,
    #[updated_at]
    pub updated_at: DateTime<Utc>,
}

/// What an entry of a ledger of credits tells of.
#[derive(DbEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum CreditTransactionType {
    /// The credits of a period.
    Allocation,
    /// Credits beside the plan.
    Bonus,
    /// Credits that come back.
    Refund,
    /// Credits that were not used in time.
    Expiration,
    /// Credits are put aside for an operation; the balance stays.
    Reservation,
    /// The operation was done: what was put aside is spent.
    Consumption,
    /// The operation was not done: what was put aside is free again.
    Cancellation,
}

/// A text that no `{:?}` prints: the hash of a password or of a key.
#[derive(DbNewtype, Clone, PartialEq, Eq)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}
