//! The one place where encrypted values are sealed: last of all, when everything else about a write is settled.

use ennead_core::{Error, ErrorKind, ModelDef, Place, Plaintext, Scoped, Tenancy, Value, Values};
use ennead_sql::Program;

use super::Handle;
use crate::db::DbInner;
use crate::envelope::{self, Envelope, Opened, Site};
use crate::keys::{Key, KeyProvider};

/// Plans a write, its encrypted values sealed.
///
/// # Errors
/// There are no keys; a stored value that is written back does not belong to its new place; else those of the planner.
pub(super) fn plan(db: &DbInner, scoped: Scoped) -> Result<Program, Error> {
    if !scoped.operation().model().encrypts {
        return db.planner.plan(scoped);
    }
    let mut sealer = Sealer::default();
    let scoped = scoped.sealed(&mut |place, value| sealer.seal(db, place, value))?;
    db.planner.plan(scoped)
}

/// Seals the values of one write, all with one key.
#[derive(Default)]
struct Sealer {
    current: Option<Key>,
}

impl Sealer {
    fn seal(&mut self, db: &DbInner, place: Place<'_>, value: Value) -> Result<Value, Error> {
        let (site, keys) = (Site::of(place), db.keys.provider()?);
        match value {
            Value::Plain(plaintext) => {
                let current = match &mut self.current {
                    Some(current) => current,
                    none => none.insert(keys.current()?),
                };
                envelope::seal(current, &site, plaintext.bytes()).map(Value::Bytes)
            }
            Value::Bytes(bytes) => match open(keys, &site, &bytes) {
                Ok(_) => Ok(Value::Bytes(bytes)),
                Err(error) if error.is_decryption() => Err(written_back(error)),
                Err(error) => Err(error),
            },
            other => Ok(other),
        }
    }
}

/// Opens a stored value in its place.
///
/// # Errors
/// Its key is not known, or it does not open with it.
pub(super) fn open(keys: &dyn KeyProvider, site: &Site, bytes: &[u8]) -> Result<Opened, Error> {
    let envelope = Envelope::read(site, bytes)?;
    let key = keys.key(envelope.key_id)?.ok_or_else(|| site.unknown_key(envelope.key_id))?;
    envelope.open(&key, site)
}

/// Opens an encrypted value of a row that was read; none where there is none.
///
/// # Errors
/// As `open`; there are no keys; the scope does not say whose the row is, where only it could.
pub(crate) fn reveal(
    handle: Handle<'_>,
    model: &'static ModelDef,
    at: u16,
    row: &Values,
) -> Result<Option<Plaintext>, Error> {
    let bytes = match row.get(at) {
        Some(Value::Bytes(bytes)) => bytes,
        Some(Value::Plain(plaintext)) => return Ok(Some(plaintext.clone())),
        _ => return Ok(None),
    };
    let guard;
    let tenant = match model.tenancy {
        Tenancy::Global => None,
        Tenancy::Root => row.get(model.key.field),
        // Also of a row that its owner shares.
        Tenancy::Column { field, .. } => row.get(field),
        Tenancy::Via { .. } => {
            guard = handle.scope.guard(model, false)?;
            Some(guard.tenant().ok_or_else(|| needs_tenant(model))?)
        }
    };
    let key = row.get(model.key.field).unwrap_or(&Value::Null);
    let site = Site::of(Place { model, field: model.field(at), tenant, key });
    let opened = open(handle.db.keys.provider()?, &site, bytes)?;
    Ok(Some(Plaintext::opened(opened.plaintext)))
}

/// An error that names the field of which it is.
pub(crate) fn in_field(error: Error, model: &'static ModelDef, at: u16) -> Error {
    let field = model.field(at).name;
    let text = format!("{}.{field}: {error}", model.name);
    Error::new(error.kind(), text).with_model(model.name).with_fields(vec![field])
}

fn needs_tenant(model: &ModelDef) -> Error {
    let text =
        format!("{} belongs to the tenant of its parent: reveal its values on `db.tenant(id)?`", model.name);
    Error::new(ErrorKind::TenantMissing, text).with_model(model.name)
}

/// The error of a stored value that is written to a place to which it does not belong.
fn written_back(error: Error) -> Error {
    let text = format!(
        "{error}; a value that was read can be written back to its own row only: else reveal it, and give it anew with `Encrypted::new(…)`"
    );
    let again = Error::new(error.kind(), text).with_fields(error.fields().to_vec());
    match error.model() {
        Some(model) => again.with_model(model),
        None => again,
    }
}
