//! Signatures of what is sent: HMAC-SHA256 of the moment and the body, in the form `t=1716212345,v1=<64 hexadecimal digits>`.
//!
//! ```
//! use std::time::Duration;
//! use ennead::outbox::signature::Secrets;
//!
//! let now = chrono::Utc::now();
//! let sender = Secrets::new("whsec_5f8d2c7a9e1b4630")?;
//! let header = sender.sign(now, b"{}");
//!
//! // The receiver is in the middle of a change of secrets: it takes the new one and the old one.
//! let receiver = Secrets::new("whsec_0a1b2c3d4e5f6071")?.or("whsec_5f8d2c7a9e1b4630")?;
//! let tolerance = Duration::from_secs(300);
//! assert!(receiver.verify(&header, b"{}", now, tolerance).is_ok());
//! assert!(receiver.verify(&header, b"{ }", now, tolerance).is_err());
//! # Ok::<(), ennead::Error>(())
//! ```

use std::fmt::{self, Write as _};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use ennead_core::{Error, ErrorKind};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The shortest secret, in bytes.
const MIN_SECRET: usize = 16;
/// How many signatures of a header are looked at.
const MAX_SIGNATURES: usize = 8;

/// The secrets that a sender and a receiver share: one, or several while they are changed.
#[derive(Clone)]
pub struct Secrets(Vec<Hmac<Sha256>>);

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secrets({})", self.0.len())
    }
}

/// Why a signature is not accepted. It holds nothing of the secrets, and nothing of the signature that would have been right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rejected {
    /// The header is not of the form `t=…,v1=…`.
    Malformed,
    /// None of the secrets made it, of this moment and this body.
    Mismatch,
    /// The moment is too long ago, or too far ahead.
    Stale,
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "the signature is not of the form t=…,v1=…",
            Self::Mismatch => "the signature is none of this body",
            Self::Stale => "the signature is too old, or of the future",
        })
    }
}

impl std::error::Error for Rejected {}

impl Secrets {
    /// One secret.
    ///
    /// # Errors
    /// `is_configuration` for fewer than 16 bytes.
    pub fn new(secret: impl AsRef<[u8]>) -> Result<Self, Error> {
        Self(Vec::new()).or(secret)
    }

    /// Another one beside it, while they are changed: what is sent is signed with each, and what comes is good with any.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn or(mut self, secret: impl AsRef<[u8]>) -> Result<Self, Error> {
        let secret = secret.as_ref();
        let refused = |text: String| Error::new(ErrorKind::Configuration, text);
        if secret.len() < MIN_SECRET {
            return Err(refused(format!("a secret for signatures needs {MIN_SECRET} bytes at least")));
        }
        let mac =
            Hmac::new_from_slice(secret).map_err(|_| refused("the secret cannot be used".to_owned()))?;
        self.0.push(mac);
        Ok(self)
    }

    /// The header for a body that is sent at this moment.
    #[must_use]
    pub fn sign(&self, at: DateTime<Utc>, body: &[u8]) -> String {
        let at = at.timestamp().to_string();
        let mut header = format!("t={at}");
        for secret in &self.0 {
            header.push_str(",v1=");
            for byte in signed(secret, &at, body).finalize().into_bytes() {
                // reason: writing to a text cannot fail.
                let _ = write!(header, "{byte:02x}");
            }
        }
        header
    }

    /// Whether a body that came with this header is what somebody with one of the secrets sent, not longer ago than `tolerance` (and
    /// not further ahead, where clocks differ); the moment at which it was signed. Signatures are compared in constant time.
    ///
    /// # Errors
    /// Why not.
    pub fn verify(
        &self,
        header: &str,
        body: &[u8],
        now: DateTime<Utc>,
        tolerance: Duration,
    ) -> Result<DateTime<Utc>, Rejected> {
        let Header { text, at, signatures } = parse(header).ok_or(Rejected::Malformed)?;
        let mut good = false;
        for secret in &self.0 {
            for signature in &signatures {
                good |= signed(secret, text, body).verify_slice(signature).is_ok();
            }
        }
        if !good {
            return Err(Rejected::Mismatch);
        }
        let tolerance = TimeDelta::from_std(tolerance).unwrap_or(TimeDelta::MAX);
        if (now - at).abs() > tolerance {
            return Err(Rejected::Stale);
        }
        Ok(at)
    }
}

/// A secret that has read the moment and the body.
fn signed(secret: &Hmac<Sha256>, at: &str, body: &[u8]) -> Hmac<Sha256> {
    let mut mac = secret.clone();
    mac.update(at.as_bytes());
    mac.update(b".");
    mac.update(body);
    mac
}

/// What a header says: the moment as it is written and as it is, and the signatures.
struct Header<'a> {
    text: &'a str,
    at: DateTime<Utc>,
    signatures: Vec<[u8; 32]>,
}

/// Parts of other schemes are passed over.
fn parse(header: &str) -> Option<Header<'_>> {
    let (mut at, mut signatures) = (None, Vec::new());
    for part in header.split(',') {
        let (name, value) = part.split_once('=')?;
        match name {
            "t" if at.is_none() => at = Some(value),
            "t" => return None,
            "v1" if signatures.len() < MAX_SIGNATURES => signatures.push(unhex(value)?),
            "v1" => return None,
            _ => {}
        }
    }
    let text = at?;
    let seconds: i64 = text.parse().ok()?;
    // One moment is written in one way.
    let at = DateTime::from_timestamp(seconds, 0).filter(|_| seconds.to_string() == text)?;
    Some(Header { text, at, signatures }).filter(|header| !header.signatures.is_empty())
}

/// 32 bytes in lower case.
fn unhex(text: &str) -> Option<[u8; 32]> {
    let digit = |c: u8| match c {
        b'0'..=b'9' => Some(c - b'0'),
        b'a'..=b'f' => Some(c - b'a' + 10),
        _ => None,
    };
    let text: &[u8; 64] = text.as_bytes().try_into().ok()?;
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(text.chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests;
