//! Keys and the clock: what the library makes itself, and what a test may replace.

use std::fmt::Debug;

use chrono::{DateTime, SubsecRound, Utc};
use uuid::Uuid;

use crate::codec::micros;
use crate::def::{KeyGeneration, ModelDef};
use crate::kind::Kind;
use crate::value::Value;

/// Tells the time. Tests give their own to the builder of `Db`.
pub trait Clock: Debug + Send + Sync + 'static {
    /// The moment, UTC.
    fn now(&self) -> DateTime<Utc>;
}

/// The system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

/// Makes the UUIDs that keys come from. Tests give their own to the builder of `Db`.
pub trait IdGenerator: Debug + Send + Sync + 'static {
    /// A UUID that was never given before.
    fn next(&self) -> Uuid;
}

/// UUIDv7: ordered by time, so that keys arrive at the end of their index.
#[derive(Debug, Clone, Copy, Default)]
pub struct UuidV7;

impl IdGenerator for UuidV7 {
    fn next(&self) -> Uuid {
        Uuid::now_v7()
    }
}

/// A new id: the prefix and the 32 hexadecimal digits of a UUIDv7.
///
/// ```
/// let id = ennead_core::generate_id("user-");
/// assert!(id.starts_with("user-"));
/// assert_eq!(id.len(), "user-".len() + 32);
/// assert_ne!(id, ennead_core::generate_id("user-"));
/// ```
#[must_use]
pub fn generate_id(prefix: &str) -> String {
    prefixed(prefix, Uuid::now_v7())
}

/// A new ULID: 26 characters of Crockford's base 32, ordered by time.
///
/// ```
/// assert_eq!(ennead_core::generate_ulid("").len(), 26);
/// ```
#[must_use]
pub fn generate_ulid(prefix: &str) -> String {
    format!("{prefix}{}", ulid(Uuid::now_v7()))
}

fn prefixed(prefix: &str, uuid: Uuid) -> String {
    format!("{prefix}{}", uuid.simple())
}

/// The 128 bits in Crockford's base 32. A UUIDv7 begins with 48 bits of milliseconds, as a ULID does.
fn ulid(uuid: Uuid) -> String {
    const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let bits = uuid.as_u128();
    (0..26).rev().map(|at| ALPHABET[((bits >> (at * 5)) & 31) as usize] as char).collect()
}

/// The clock and the generator of one `Db`.
#[derive(Debug)]
pub struct Sources {
    /// The clock.
    pub clock: Box<dyn Clock>,
    /// The generator.
    pub ids: Box<dyn IdGenerator>,
}

impl Default for Sources {
    fn default() -> Self {
        Self { clock: Box::new(SystemClock), ids: Box::new(UuidV7) }
    }
}

impl Sources {
    /// The moment, to the microsecond.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        micros(self.clock.now()).trunc_subsecs(6)
    }

    /// A key for a row of that model; `None` where the database or the caller gives it.
    #[must_use]
    pub fn key(&self, model: &ModelDef) -> Option<Value> {
        let uuid = match model.key.generation {
            KeyGeneration::Auto | KeyGeneration::Assigned => return None,
            _ => self.ids.next(),
        };
        Some(match (model.key.generation, model.key_field().kind) {
            (_, Kind::Uuid) => Value::Uuid(uuid),
            (KeyGeneration::Prefixed(prefix), _) => Value::text(prefixed(prefix, uuid)),
            (KeyGeneration::Ulid(prefix), _) => Value::text(format!("{prefix}{}", ulid(uuid))),
            _ => Value::text(uuid.to_string()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ulid_holds_the_same_bits() {
        assert_eq!(ulid(Uuid::from_u128(0)), "00000000000000000000000000");
        assert_eq!(ulid(Uuid::from_u128(u128::MAX)), "7ZZZZZZZZZZZZZZZZZZZZZZZZZ");
        assert_eq!(ulid(Uuid::from_u128(32)), "00000000000000000000000010");
    }

    #[test]
    fn ids_are_ordered_by_time() {
        let mut ids: Vec<String> = (0..100).map(|_| generate_id("a-")).collect();
        let made = ids.clone();
        ids.sort();
        assert_eq!(ids, made);
    }
}
