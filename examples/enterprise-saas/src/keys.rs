//! The keys of encrypted configurations.

use ennead::{Error, Key, KeyRing};

/// The variable of the environment that holds them: `name:base64`, the current one first, older ones behind commas.
pub const KEYS: &str = "PLATFORM_KEYS";

/// Reads the keys as [`KEYS`] holds them.
///
/// # Errors
/// `is_configuration` for a text that holds none, and for a key that is none.
pub fn keys(text: &str) -> Result<KeyRing, Error> {
    let mut all = text.split(',').map(|one| {
        let (name, base64) = one.trim().split_once(':').unwrap_or_default();
        Key::from_base64(name, base64)
    });
    let current = all.next().unwrap_or_else(|| Key::from_base64("", ""))?;
    all.try_fold(KeyRing::new(current), |ring, older| ring.older(older?))
}
