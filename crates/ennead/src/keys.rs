//! The keys of encrypted fields, and who has them.

use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ennead_core::{Error, ErrorKind};
use zeroize::Zeroizing;

/// How many bytes a key has.
const BYTES: usize = 32;
/// How long the id of a key may be: the name of a key in a key management service fits.
pub(crate) const MAX_ID: usize = 200;

/// A key of encrypted fields: 32 bytes, and the id by which stored values name it.
///
/// The bytes are wiped from memory with its last copy, and no `Debug` shows them.
#[derive(Clone)]
pub struct Key {
    id: Arc<str>,
    bytes: Arc<Zeroizing<[u8; BYTES]>>,
}

impl Key {
    /// A key of these bytes. They are random, for instance `openssl rand -base64 32`, and no password.
    ///
    /// # Errors
    /// `is_configuration` for an id that is none: 1 to 200 visible ASCII characters.
    pub fn new(id: impl AsRef<str>, bytes: [u8; BYTES]) -> Result<Self, Error> {
        let (id, bytes) = (id.as_ref(), Zeroizing::new(bytes));
        if !is_id(id) {
            return Err(misfit("the id of a key is 1 to 200 visible ASCII characters without spaces"));
        }
        Ok(Self { id: id.into(), bytes: Arc::new(bytes) })
    }

    /// A key whose bytes are written in base64.
    ///
    /// # Errors
    /// `is_configuration` where they are not the base64 of 32 bytes, and for an id that is none.
    pub fn from_base64(id: impl AsRef<str>, text: &str) -> Result<Self, Error> {
        let decoded = Zeroizing::new(STANDARD.decode(text.trim()).unwrap_or_default());
        let bytes = <[u8; BYTES]>::try_from(decoded.as_slice())
            .map_err(|_| misfit("a key is the base64 of 32 bytes, as `openssl rand -base64 32` writes it"))?;
        Self::new(id, bytes)
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn bytes(&self) -> &[u8; BYTES] {
        &self.bytes
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({}, ..)", self.id)
    }
}

/// Whether a text can be the id of a key; what is stored may have been changed to anything.
pub(crate) fn is_id(text: &str) -> bool {
    (1..=MAX_ID).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn misfit(text: &'static str) -> Error {
    Error::new(ErrorKind::Configuration, text)
}

/// Who has the keys of encrypted fields: what [`DbBuilder::keys`](crate::DbBuilder::keys) takes.
///
/// It is asked within operations and does not wait: the keys of a key management service or of a vault are fetched where the program
/// starts, and again when it is told of a new one. A [`KeyRing`] is one that holds them.
pub trait KeyProvider: Send + Sync + 'static {
    /// The key with which values are encrypted from now on.
    ///
    /// # Errors
    /// Its own: the operation does not happen.
    fn current(&self) -> Result<Key, Error>;

    /// The key of an id, current or older; none where it is not known.
    ///
    /// # Errors
    /// Its own: nothing is opened.
    fn key(&self, id: &str) -> Result<Option<Key>, Error>;
}

impl<P: KeyProvider + ?Sized> KeyProvider for Arc<P> {
    fn current(&self) -> Result<Key, Error> {
        (**self).current()
    }

    fn key(&self, id: &str) -> Result<Option<Key>, Error> {
        (**self).key(id)
    }
}

/// Keys in memory: the current one, and older ones that still open what was encrypted with them.
///
/// ```
/// use ennead::{Key, KeyProvider, KeyRing};
/// let ring = KeyRing::new(Key::from_base64("2026-11", "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=")?)
///     .older(Key::new("2025-06", [7; 32])?)?;
/// assert_eq!(ring.current()?.id(), "2026-11");
/// assert_eq!(format!("{ring:?}"), "KeyRing { current: Key(2026-11, ..), older: [Key(2025-06, ..)] }");
/// # Ok::<(), ennead::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct KeyRing {
    current: Key,
    older: Vec<Key>,
}

impl KeyRing {
    /// A ring with one key.
    #[must_use]
    pub fn new(current: Key) -> Self {
        Self { current, older: Vec::new() }
    }

    /// The same with a key that opens, and no longer encrypts.
    ///
    /// # Errors
    /// `is_configuration` where the ring has a key of that id.
    pub fn older(mut self, key: Key) -> Result<Self, Error> {
        if self.find(key.id()).is_some() {
            return Err(misfit("two keys have the same id: what is stored would not tell them apart"));
        }
        self.older.push(key);
        Ok(self)
    }

    fn find(&self, id: &str) -> Option<&Key> {
        std::iter::once(&self.current).chain(&self.older).find(|key| key.id() == id)
    }
}

impl KeyProvider for KeyRing {
    fn current(&self) -> Result<Key, Error> {
        Ok(self.current.clone())
    }

    fn key(&self, id: &str) -> Result<Option<Key>, Error> {
        Ok(self.find(id).cloned())
    }
}

/// The provider of a database, where it has one.
#[derive(Clone, Default)]
pub(crate) struct Keys(Option<Arc<dyn KeyProvider>>);

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Keys(..)" } else { "Keys(none)" })
    }
}

impl Keys {
    pub(crate) fn of(provider: impl KeyProvider) -> Self {
        Self(Some(Arc::new(provider)))
    }

    /// The provider.
    ///
    /// # Errors
    /// There is none.
    pub(crate) fn provider(&self) -> Result<&dyn KeyProvider, Error> {
        self.0.as_deref().ok_or_else(|| {
            misfit("the Db has no keys for encrypted fields: give them with `Db::builder().keys(…)`")
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "it is how a test fails")]

    use super::*;

    #[test]
    fn keys_are_32_bytes_and_have_an_id() {
        for text in ["", "AAAA", "not base64 at all", &STANDARD.encode([1; 31]), &STANDARD.encode([1; 33])] {
            assert!(Key::from_base64("k", text).unwrap_err().is_configuration(), "{text}");
        }
        for id in ["", "two words", "ä", &"x".repeat(201)] {
            assert!(Key::new(id, [1; 32]).unwrap_err().is_configuration(), "{id}");
        }
        let arn = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
        assert_eq!(Key::new(arn, [1; 32]).unwrap().id(), arn);
    }

    #[test]
    fn no_two_keys_of_a_ring_have_one_id() {
        let key = |id: &str| Key::new(id, [1; 32]).unwrap();
        assert!(KeyRing::new(key("a")).older(key("a")).is_err());
        assert!(KeyRing::new(key("a")).older(key("b")).unwrap().older(key("b")).is_err());
    }

    #[test]
    fn keys_are_never_printed() {
        let ring = KeyRing::new(Key::new("a", *b"0123456789abcdef0123456789abcdef").unwrap());
        let shown = format!("{ring:?} {:?} {:?}", ring.current(), Keys::of(ring.clone()));
        assert!(!shown.contains("0123456789") && !shown.contains("48, 49"), "{shown}");
    }
}
