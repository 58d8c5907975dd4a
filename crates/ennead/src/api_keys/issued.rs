//! A key that was just made, and what is kept of it.

use std::fmt;

use sha2::{Digest, Sha256};
use uuid::Uuid;

/// A new key: shown to its owner once, and then known by its hash alone.
pub struct Issued {
    secret: String,
    prefix: usize,
}

impl fmt::Debug for Issued {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issued").field("prefix", &self.prefix()).finish_non_exhaustive()
    }
}

impl Issued {
    /// `brand_` and 8 digits, by which people tell keys apart; then 244 bits of chance.
    pub(super) fn new(brand: &str) -> Self {
        let chance = || Uuid::new_v4().simple().to_string();
        let mut public = chance();
        public.truncate(8);
        let secret = format!("{brand}_{public}_{}{}", chance(), chance());
        Self { prefix: brand.len() + 1 + public.len(), secret }
    }

    /// The key itself, for its owner's eyes, this once.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.secret
    }

    /// Its beginning, which may be stored and shown: it opens nothing.
    #[must_use]
    pub fn prefix(&self) -> &str {
        &self.secret[..self.prefix]
    }

    /// What is stored: SHA-256 in 64 hexadecimal digits. A key is long and made by chance, so a fast hash serves.
    #[must_use]
    pub fn hash(&self) -> String {
        hash_of(&self.secret)
    }
}

/// The hash of a text.
pub(super) fn hash_of(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().fold(String::with_capacity(64), |mut hash, byte| {
        for digit in [byte >> 4, byte & 15] {
            hash.push(char::from_digit(digit.into(), 16).unwrap_or('0'));
        }
        hash
    })
}

pub(super) fn brand_of(brand: &str) -> Option<String> {
    let fits = (1..=16).contains(&brand.len())
        && brand.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    fits.then(|| brand.to_owned())
}
