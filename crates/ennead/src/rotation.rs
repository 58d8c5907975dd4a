//! Rotation of keys: what it is asked of, and what it did.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use ennead_core::{Error, ErrorKind, ModelDef};

use crate::envelope::Site;
use crate::exec::{self, Handle};
use crate::node::NodeScope;
use crate::schema::Schema;

/// What a rotation of keys did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Rotation {
    /// How many rows were looked at.
    pub seen: u64,
    /// How many were encrypted again, with the current key.
    pub rotated: u64,
    /// How many rows of append-only models keep values of an older key: that key is needed as long as they are.
    pub kept: u64,
}

/// How many values that did not open are named.
const NAMED: usize = 10;

/// What did not open: the rotation goes on, and says so at its end.
#[derive(Debug, Default)]
pub(crate) struct Closed {
    count: u64,
    named: Vec<String>,
    first: Option<(&'static str, &'static str)>,
}

impl Closed {
    pub(crate) fn add(&mut self, site: &Site, error: &Error) {
        self.count += 1;
        self.first.get_or_insert((site.model.name, site.field.name));
        if self.named.len() >= NAMED {
            return;
        }
        let (model, field) = (site.model.name, site.field.name);
        let of = site.tenant.as_ref().map(|tenant| format!(" of tenant {tenant:?}")).unwrap_or_default();
        tracing::warn!(target: "ennead::rotate", model, field, row = site.key, tenant = site.tenant, %error, "a value did not open");
        self.named.push(format!("{model} {:?}{of}: {error}", site.key));
    }

    /// The rotation, or what is wrong with it.
    fn end(self, done: Rotation) -> Result<Rotation, Error> {
        let Some((model, field)) = self.first else { return Ok(done) };
        let more = match self.count.saturating_sub(NAMED as u64) {
            0 => String::new(),
            more => format!("; and {more} more"),
        };
        let text = format!(
            "the rotation went on to its end, and {} values that did not open stay as they were ({} rows were encrypted again): {}{more}",
            self.count,
            done.rotated,
            self.named.join("; ")
        );
        Err(Error::new(ErrorKind::Decryption, text).with_model(model).with_fields(vec![field]))
    }
}

/// A rotation that runs: nothing is read before it is awaited.
#[must_use = "a rotation does nothing until it is awaited"]
pub struct Rotating<'a>(Pin<Box<dyn Future<Output = Result<Rotation, Error>> + Send + 'a>>);

impl fmt::Debug for Rotating<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rotating").finish_non_exhaustive()
    }
}

impl Future for Rotating<'_> {
    type Output = Result<Rotation, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(context)
    }
}

impl<'a> Rotating<'a> {
    /// Of one model.
    pub(crate) fn one(handle: Handle<'a>, model: &'static ModelDef) -> Self {
        Self::all(handle, vec![model])
    }

    /// Of several models, one after the other.
    fn all(handle: Handle<'a>, models: Vec<&'static ModelDef>) -> Self {
        Self(Box::pin(async move {
            let (mut total, mut closed) = (Rotation::default(), Closed::default());
            for model in models {
                let Rotation { seen, rotated, kept } = exec::rotate(handle, model, &mut closed).await?;
                total.seen += seen;
                total.rotated += rotated;
                total.kept += kept;
            }
            closed.end(total)
        }))
    }
}

impl Schema {
    /// Encrypts again, with the current key, what is encrypted with an older one, in each model that has encrypted fields and whose
    /// rows this scope may change: all of them under `db.across_tenants(…)`.
    ///
    /// Rows go in the order of their keys, a hundred at a time. Those that need it are changed in one transaction, in which they are
    /// locked: what others write meanwhile stays. Only the encrypted columns are set: no time, no version, and neither observers nor the
    /// audit are told. It may be stopped at any moment and run again. Rows of append-only models stay as they are, and are counted.
    ///
    /// # Errors
    /// `is_decryption` where values did not open, at the end: all others are encrypted again, and stay so, and the error counts them and
    /// names model, row, tenant, field and key of the first ten. `is_configuration` where the `Db` has no keys.
    pub fn rotate<'a>(&self, scope: &'a impl NodeScope) -> Rotating<'a> {
        let handle = scope.handle();
        let models = self.within(handle.scope).filter(|model| model.encrypts).collect();
        Rotating::all(handle, models)
    }
}
