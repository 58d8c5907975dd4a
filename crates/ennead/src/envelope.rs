//! What is stored of an encrypted value: a version, the id of its key, a nonce, and what XChaCha20-Poly1305 makes of the value.
//!
//! | bytes | |
//! |---|---|
//! | 1 | the version of this form: 1 |
//! | 1 | the length of the key's id |
//! | as many | the key's id |
//! | 24 | the nonce, random |
//! | the rest | the encrypted JSON, and the tag of 16 bytes |
//!
//! The tag covers, beside the value, where it stands: version, key id, table, column, tenant and the row's key, each behind its
//! length, so that no two places are written alike.

use chacha20poly1305::aead::{Aead, Generate, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use ennead_core::{Error, ErrorKind, FieldDef, ModelDef, Place};
use zeroize::Zeroizing;

use crate::exec::key_text;
use crate::keys::{Key, is_id};

const VERSION: u8 = 1;
const NONCE: usize = 24;
const TAG: usize = 16;
/// Tells these tags from those that the same key may make for something else.
const PURPOSE: &[u8] = b"ennead encrypted field";

/// Where a value stands, as its tag covers it. Tenant and key are their texts: a column that becomes a text from a number or a UUID
/// keeps what is encrypted in it.
pub(crate) struct Site {
    pub(crate) model: &'static ModelDef,
    pub(crate) field: &'static FieldDef,
    pub(crate) tenant: Option<String>,
    pub(crate) key: String,
}

impl Site {
    pub(crate) fn of(place: Place<'_>) -> Self {
        let (tenant, key) = (place.tenant.map(key_text), key_text(place.key));
        Self { model: place.model, field: place.field, tenant, key }
    }

    /// The names that table and column have, and those that they had.
    fn names(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let tables = std::iter::once(self.model.table).chain(self.model.renamed_from);
        let (column, before) = (self.field.column, self.field.renamed_from);
        tables.flat_map(move |table| std::iter::once(column).chain(before).map(move |column| (table, column)))
    }

    /// Whether table or column had other names, under which values may still be encrypted.
    pub(crate) fn was_renamed(&self) -> bool {
        self.model.renamed_from.is_some() || self.field.renamed_from.is_some()
    }

    /// What the tag covers beside the value.
    fn associated(&self, key_id: &str, (table, column): (&str, &str)) -> Vec<u8> {
        let mut out = Vec::with_capacity(128);
        let mut part = |bytes: &[u8]| {
            out.extend_from_slice(&(bytes.len() as u64).to_be_bytes());
            out.extend_from_slice(bytes);
        };
        part(PURPOSE);
        part(&[VERSION]);
        part(key_id.as_bytes());
        part(table.as_bytes());
        part(column.as_bytes());
        part(&[u8::from(self.tenant.is_some())]);
        part(self.tenant.as_deref().unwrap_or_default().as_bytes());
        part(self.key.as_bytes());
        out
    }

    fn failed(&self, what: &str) -> Error {
        let (model, field) = (self.model.name, self.field.name);
        Error::new(ErrorKind::Decryption, format!("{model}.{field}: {what}"))
            .with_model(model)
            .with_fields(vec![field])
    }

    /// The error of a stored value whose key nobody has.
    pub(crate) fn unknown_key(&self, id: &str) -> Error {
        self.failed(&format!(
            "the value is encrypted with the key {id:?}, which is not known: give it to `Db::builder().keys(…)` beside the current one"
        ))
    }
}

/// Encrypts a value for its place.
///
/// # Errors
/// The system has no randomness, or the value is too long.
pub(crate) fn seal(key: &Key, site: &Site, plaintext: &[u8]) -> Result<Vec<u8>, Error> {
    let failed = || site.failed("the value could not be encrypted");
    let nonce = XNonce::try_generate().map_err(|_| failed())?;
    let associated = site.associated(key.id(), (site.model.table, site.field.column));
    let cipher = XChaCha20Poly1305::new(key.bytes().into());
    let payload = Payload { msg: plaintext, aad: &associated };
    let sealed = cipher.encrypt(&nonce, payload).map_err(|_| failed())?;
    let mut out = Vec::with_capacity(2 + key.id().len() + NONCE + sealed.len());
    // An id has 200 bytes at most.
    out.extend_from_slice(&[VERSION, key.id().len() as u8]);
    out.extend_from_slice(key.id().as_bytes());
    out.extend_from_slice(&nonce);
    out.extend_from_slice(&sealed);
    Ok(out)
}

/// A stored value, taken apart.
pub(crate) struct Envelope<'a> {
    pub(crate) key_id: &'a str,
    nonce: XNonce,
    sealed: &'a [u8],
}

/// What an envelope holds.
pub(crate) struct Opened {
    pub(crate) plaintext: Zeroizing<Vec<u8>>,
    /// It is encrypted under names that its table or its column no longer has.
    pub(crate) under_earlier_names: bool,
}

impl<'a> Envelope<'a> {
    /// Takes stored bytes apart.
    ///
    /// # Errors
    /// They are none that this library wrote, or cut short.
    pub(crate) fn read(site: &Site, bytes: &'a [u8]) -> Result<Self, Error> {
        let short = || site.failed("the stored value is no encrypted one, or is cut short");
        let (version, rest) = bytes.split_first().ok_or_else(short)?;
        if *version != VERSION {
            return Err(site.failed(
                "the stored value is no encrypted one, or was written by a later version of the library",
            ));
        }
        let (length, rest) = rest.split_first().ok_or_else(short)?;
        let (id, rest) = rest.split_at_checked(usize::from(*length)).ok_or_else(short)?;
        let (nonce, sealed) = rest.split_at_checked(NONCE).ok_or_else(short)?;
        let key_id = std::str::from_utf8(id).ok().filter(|id| is_id(id));
        let key_id = key_id.ok_or_else(|| site.failed("the stored value names no key"))?;
        let nonce = XNonce::try_from(nonce).map_err(|_| short())?;
        if sealed.len() < TAG {
            return Err(short());
        }
        Ok(Self { key_id, nonce, sealed })
    }

    /// Opens it with its key, in its place, by the names that table and column have or had.
    ///
    /// # Errors
    /// The key is another one, the value was changed, or it belongs to another place.
    pub(crate) fn open(&self, key: &Key, site: &Site) -> Result<Opened, Error> {
        let cipher = XChaCha20Poly1305::new(key.bytes().into());
        for (at, names) in site.names().enumerate() {
            let associated = site.associated(self.key_id, names);
            let payload = Payload { msg: self.sealed, aad: &associated };
            if let Ok(plaintext) = cipher.decrypt(&self.nonce, payload) {
                return Ok(Opened { plaintext: Zeroizing::new(plaintext), under_earlier_names: at > 0 });
            }
        }
        Err(site.failed(&format!(
            "the stored value does not open with the key {:?}: it was changed, belongs to another row, column or tenant, or the key is another one of that name",
            self.key_id
        )))
    }
}

#[cfg(test)]
mod tests;
