//! Encrypted fields: a value that was given, or the bytes that are stored. Nothing here has a key, so nothing here opens one.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::io;
use std::marker::PhantomData;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use zeroize::Zeroizing;

use crate::error::{Error, ErrorKind};
use crate::field::{FieldType, JsonShape, class, shape};
use crate::kind::Kind;
use crate::row::RowReader;
use crate::value::Value;

/// A value on its way to be encrypted, as JSON text. No `Debug` shows it, and its memory is wiped when the last copy goes.
#[derive(Clone)]
pub struct Plaintext(Arc<Zeroizing<Vec<u8>>>);

impl Plaintext {
    /// The JSON of a value; `None` where serde refuses it.
    #[must_use]
    pub fn of<T: Serialize + ?Sized>(value: &T) -> Option<Self> {
        let mut out = Wiped(Zeroizing::new(Vec::new()));
        serde_json::to_writer(&mut out, value).ok()?;
        Some(Self(Arc::new(out.0)))
    }

    /// What was opened.
    #[must_use]
    pub fn opened(bytes: Zeroizing<Vec<u8>>) -> Self {
        Self(Arc::new(bytes))
    }

    /// The JSON text.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The value that it is the JSON of; `None` where it is that of another type.
    #[must_use]
    pub fn read<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(self.bytes()).ok()
    }
}

impl fmt::Debug for Plaintext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Plaintext(..)")
    }
}

impl PartialEq for Plaintext {
    fn eq(&self, other: &Self) -> bool {
        self.bytes() == other.bytes()
    }
}

impl Eq for Plaintext {}

impl Hash for Plaintext {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.bytes().hash(state);
    }
}

/// A buffer that leaves no copy of itself behind where it grows.
struct Wiped(Zeroizing<Vec<u8>>);

impl io::Write for Wiped {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let needed = self.0.len() + bytes.len();
        if needed > self.0.capacity() {
            let mut larger = Zeroizing::new(Vec::with_capacity(needed.next_power_of_two().max(64)));
            larger.extend_from_slice(&self.0);
            self.0 = larger;
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What an [`Encrypted`] holds.
#[doc(hidden)]
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Held {
    /// A value that was given.
    Plain(Plaintext),
    /// The bytes that are stored.
    Sealed(Arc<[u8]>),
    /// A value that serde does not write, or does not read back.
    Unwritable,
}

/// A field that is stored encrypted: `Encrypted<Credentials>`.
///
/// It holds a value that was given, or the bytes that are stored. Reading a row opens nothing; `row.reveal(column, &scope)` does,
/// with the keys of the `Db`. A field of this type is hidden: no result by name, filter, order, record of the audit or `Debug` has
/// its value.
///
/// ```
/// use ennead_core::Encrypted;
/// let token = Encrypted::new("hunter2".to_owned());
/// assert_eq!(format!("{token:?}"), "Encrypted(..)");
/// assert_eq!(token.given(), Some("hunter2".to_owned()));
/// ```
pub struct Encrypted<T> {
    held: Held,
    marker: PhantomData<fn() -> T>,
}

impl<T: Serialize + DeserializeOwned> Encrypted<T> {
    /// A value to be stored. What serde does not write as JSON, or does not read back from it, is refused by the write.
    #[must_use]
    pub fn new(value: T) -> Self {
        let plaintext = Plaintext::of(&value).filter(|plaintext| plaintext.read::<T>().is_some());
        Self::of(plaintext.map_or(Held::Unwritable, Held::Plain))
    }

    /// The value, where it was given and not read from a row.
    #[must_use]
    pub fn given(&self) -> Option<T> {
        match &self.held {
            Held::Plain(plaintext) => plaintext.read(),
            Held::Sealed(_) | Held::Unwritable => None,
        }
    }
}

impl<T> Encrypted<T> {
    fn of(held: Held) -> Self {
        Self { held, marker: PhantomData }
    }

    /// The bytes that are stored, where it was read from a row.
    #[must_use]
    pub fn stored(&self) -> Option<&[u8]> {
        match &self.held {
            Held::Sealed(bytes) => Some(bytes),
            Held::Plain(_) | Held::Unwritable => None,
        }
    }
}

impl<T> Clone for Encrypted<T> {
    fn clone(&self) -> Self {
        Self::of(self.held.clone())
    }
}

impl<T> fmt::Debug for Encrypted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Encrypted(..)")
    }
}

/// Whether two hold the same given value, or the same stored bytes. The same value stored twice has other bytes each time.
impl<T> PartialEq for Encrypted<T> {
    fn eq(&self, other: &Self) -> bool {
        self.held == other.held
    }
}

impl<T> Eq for Encrypted<T> {}

/// Reads a value that is to be stored. There is no way back: no serde format shows what is encrypted.
impl<'de, T: Serialize + DeserializeOwned> Deserialize<'de> for Encrypted<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self::new)
    }
}

impl<T: Serialize + DeserializeOwned + Send + 'static> FieldType for Encrypted<T> {
    const KIND: Kind = Kind::Encrypted;
    const SHAPE: Option<JsonShape> = Some(shape::<T>);
    type Class = class::Sealed;
    type Plain = Self;
    fn encode(self) -> Value {
        match self.held {
            Held::Plain(plaintext) => Value::Plain(plaintext),
            Held::Sealed(bytes) => Value::Bytes(bytes.to_vec()),
            // As with JSON that cannot be written: `admit` refuses a slot.
            Held::Unwritable => Value::Slot(u32::MAX),
        }
    }
    fn decode(row: &mut dyn RowReader, at: usize) -> Result<Self, Error> {
        row.encrypted(at).map(Self::of)
    }
}

/// A type of encrypted fields: `Encrypted<T>`, which is revealed as a `T`, and `Option<Encrypted<T>>`, as an `Option<T>`.
#[diagnostic::on_unimplemented(
    message = "a column of type `{Self}` is not encrypted: there is nothing to reveal",
    note = "`reveal` takes a column of type Encrypted<T> or Option<Encrypted<T>>"
)]
pub trait Concealed: FieldType {
    /// What it is revealed as.
    type Revealed;
    /// Makes it of what was opened; of nothing, where the column is NULL.
    ///
    /// # Errors
    /// The text is that of another type.
    #[doc(hidden)]
    fn revealed(opened: Option<Plaintext>) -> Result<Self::Revealed, Error>;
}

impl<T: Serialize + DeserializeOwned + Send + 'static> Concealed for Encrypted<T> {
    type Revealed = T;
    fn revealed(opened: Option<Plaintext>) -> Result<T, Error> {
        opened.and_then(|plaintext| plaintext.read()).ok_or_else(|| {
            let text = format!("the encrypted value is not what {} is read from", std::any::type_name::<T>());
            Error::new(ErrorKind::Decode, text)
        })
    }
}

impl<C: Concealed> Concealed for Option<C> {
    type Revealed = Option<C::Revealed>;
    fn revealed(opened: Option<Plaintext>) -> Result<Self::Revealed, Error> {
        opened.map(|plaintext| C::revealed(Some(plaintext))).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize, Deserialize, PartialEq, Debug)]
    struct Credentials {
        user: String,
        password: String,
    }

    fn credentials() -> Credentials {
        Credentials { user: "jo".into(), password: "swordfish".into() }
    }

    #[test]
    fn nothing_shows_a_value() {
        let field = Some(Encrypted::new(credentials()));
        assert_eq!(format!("{field:?}"), "Some(Encrypted(..))");
        let value = field.encode();
        assert_eq!(format!("{value:?} {:?}", Plaintext::of(&1)), "<plaintext> Some(Plaintext(..))");
    }

    #[test]
    fn a_value_is_what_was_given() {
        let field = Encrypted::new(credentials());
        assert_eq!(field.given(), Some(credentials()));
        assert_eq!(field, Encrypted::new(credentials()));
        let read: Encrypted<Credentials> =
            serde_json::from_str("{\"user\":\"jo\",\"password\":\"swordfish\"}").unwrap();
        assert_eq!(read, field);
    }

    #[test]
    fn what_is_not_read_back_is_not_written() {
        // JSON has no NaN, and reads the null that serde writes for it as no number.
        assert!(matches!(Encrypted::new(f64::NAN).encode(), Value::Slot(_)));
        let keys = std::collections::HashMap::from([(vec![1_u8], 1)]);
        assert!(matches!(Encrypted::new(keys).encode(), Value::Slot(_)));
    }

    #[test]
    fn a_buffer_grows() {
        let long = "x".repeat(1000);
        assert_eq!(Plaintext::of(&long).unwrap().bytes().len(), 1002);
    }
}
