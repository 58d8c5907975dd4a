//! What several models share.

use std::fmt;

use chrono::{DateTime, Utc};
use ennead::prelude::*;

/// When a row was made, and when it was last changed.
#[model(embed)]
#[derive(Debug, Clone, PartialEq)]
pub struct Times {
    #[created_at]
    pub created_at: DateTime<Utc>,
    #[updated_at]
    pub updated_at: DateTime<Utc>,
}

/// A text that no `{:?}` prints: the hash of a key.
#[derive(DbNewtype, Clone, PartialEq, Eq)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}
