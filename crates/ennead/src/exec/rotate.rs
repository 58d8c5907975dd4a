//! Encrypts again what is encrypted with another key than the current one, batch by batch.

use std::collections::BTreeMap;

use ennead_core::{
    Assignment, Deleted, Error, Expr, Kind, ModelDef, ModelRef, Operand, Operation, OrderBy, RowLock, Scope,
    Select, Target, Tenancy, TenantId, Update, Value,
};

use super::seal::{self, open};
use super::walk::Walk;
use super::work::Work;
use super::{Handle, key_text};
use crate::envelope::{self, Envelope, Site};
use crate::keys::Key;
use crate::rotation::{Closed, Rotation};
use crate::sink::Nothing;
use crate::transaction::Within;

/// How many rows are looked at, and changed in one transaction.
const BATCH: u64 = 100;

/// Rotates the rows of a model that a scope sees, those that are deleted softly too. What does not open is told to `closed`, and
/// stays as it is.
pub(crate) async fn rotate(
    handle: Handle<'_>,
    model: &'static ModelDef,
    closed: &mut Closed,
) -> Result<Rotation, Error> {
    let mut total = Rotation::default();
    // Blank reasons are refused, and the bypass is traced, with rows or without.
    let scope = handle.resolve(None, model, "rotate")?;
    if !model.encrypts {
        return Ok(total);
    }
    let layout = Layout::of(model);
    // Rows that others share are theirs to rotate.
    let mut pages = layout.walk.pages(&scope, layout.select(), BATCH)?;
    loop {
        let current = handle.db.keys.provider()?.current()?;
        let Some(page) = pages.next(handle).await? else { break };
        total.seen += page.len() as u64;
        let owners = layout.walk.owners(handle, &page).await?;
        let mut stale: BTreeMap<Option<String>, Vec<Value>> = BTreeMap::new();
        for (owner, row) in owners.into_iter().zip(page) {
            if layout.is_stale(handle, &current, owner.as_ref(), &row)? {
                let narrow = owner.filter(|_| layout.is_narrowed(handle));
                stale.entry(narrow).or_default().push(layout.walk.key(&row));
            }
        }
        let found: u64 = stale.values().map(|keys| keys.len() as u64).sum();
        if model.append_only {
            total.kept += found;
        } else if found > 0 {
            let within = Within::begin(handle).await?;
            let rotated = layout.batch(within.handle(handle), &current, stale, closed).await;
            total.rotated += within.end(rotated).await?;
        }
        tracing::debug!(target: "ennead::rotate", model = model.name, seen = total.seen, rotated = total.rotated, "a batch");
    }
    let Rotation { seen, rotated, kept } = total;
    tracing::info!(target: "ennead::rotate", model = model.name, seen, rotated, kept, "rotated");
    Ok(total)
}

/// What is read of a row, to rotate it.
struct Layout {
    walk: Walk,
    sealed: Vec<u16>,
}

impl Layout {
    fn of(model: &'static ModelDef) -> Self {
        let all = 0..model.fields.len() as u16;
        let sealed: Vec<u16> = all.filter(|at| model.field(*at).kind == Kind::Encrypted).collect();
        Self { walk: Walk::of(model, sealed.iter().copied()), sealed }
    }

    /// The keys of several tenants may be the same: then each is named with its tenant.
    fn is_narrowed(&self, handle: Handle<'_>) -> bool {
        let owned = matches!(self.walk.model.tenancy, Tenancy::Column { .. } | Tenancy::Via { .. });
        owned && matches!(handle.scope, Scope::AcrossTenants)
    }

    fn select(&self) -> Select {
        Select { deleted: Deleted::Include, ..self.walk.select() }
    }

    fn site(&self, at: u16, owner: Option<&String>, row: &[Value]) -> Site {
        let (model, key) = (self.walk.model, key_text(&self.walk.key(row)));
        Site { model, field: model.field(at), tenant: owner.cloned(), key }
    }

    /// Whether some value of the row is encrypted with another key than the current one, or under names that are no more; or
    /// does not say so, which is told where it is to be encrypted anew.
    fn is_stale(
        &self,
        handle: Handle<'_>,
        current: &Key,
        owner: Option<&String>,
        row: &[Value],
    ) -> Result<bool, Error> {
        for at in &self.sealed {
            let site = self.site(*at, owner, row);
            let Value::Bytes(bytes) = self.walk.value(row, *at) else { continue };
            if opened(is_stale(handle, current, &site, &bytes))?.unwrap_or(true) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// One transaction: the rows are read again and locked, so that what others write meanwhile is not lost.
    async fn batch(
        &self,
        handle: Handle<'_>,
        current: &Key,
        stale: BTreeMap<Option<String>, Vec<Value>>,
        closed: &mut Closed,
    ) -> Result<u64, Error> {
        let model = self.walk.model;
        let mut rotated = 0;
        for (owner, keys) in stale {
            let narrow = owner.map(|owner| TenantId::Text(owner.into()));
            let scope = handle.narrowed(narrow.as_ref(), model)?;
            let filter = Expr::In { left: Operand::Column(model.key.field), values: keys, negated: false };
            let order = vec![OrderBy { column: model.key.field, descending: false }];
            let select = Select { filter: Some(filter), lock: Some(RowLock::Change), order, ..self.select() };
            let guard = scope.guard(model, false)?;
            let mut work = Work::open(handle, true, false).await?;
            let rows = self.walk.read(&mut work, guard.clone(), select).await?;
            for row in rows {
                let key = self.walk.key(&row);
                let tenant = match model.tenancy {
                    Tenancy::Global => None,
                    Tenancy::Root => Some(key_text(&key)),
                    Tenancy::Column { .. } | Tenancy::Via { .. } => guard.tenant().map(key_text),
                };
                let set = self.resealed(handle, current, tenant.as_ref(), &row, closed)?;
                if set.is_empty() {
                    continue;
                }
                let update = Update {
                    model: ModelRef(model),
                    target: Target::Key(key),
                    when: None,
                    set,
                    returning: false,
                    deleted: Deleted::Include,
                };
                let program = seal::plan(handle.db, scope.apply(Operation::Update(update))?)?;
                let done = work.run(model, program, Box::new(Nothing)).await;
                rotated += done.map_err(|failed| failed.failure.error)?.affected;
            }
            work.end(Ok(())).await?;
        }
        Ok(rotated)
    }

    /// The stale values of a row that open, encrypted anew.
    fn resealed(
        &self,
        handle: Handle<'_>,
        current: &Key,
        owner: Option<&String>,
        row: &[Value],
        closed: &mut Closed,
    ) -> Result<Vec<Assignment>, Error> {
        let mut set = Vec::new();
        for at in &self.sealed {
            let site = self.site(*at, owner, row);
            let Value::Bytes(bytes) = self.walk.value(row, *at) else { continue };
            let again = || -> Result<Option<Vec<u8>>, Error> {
                if !is_stale(handle, current, &site, &bytes)? {
                    return Ok(None);
                }
                let opened = open(handle.db.keys.provider()?, &site, &bytes)?;
                envelope::seal(current, &site, &opened.plaintext).map(Some)
            };
            match again() {
                Ok(Some(sealed)) => {
                    set.push(Assignment { column: *at, value: Value::Bytes(sealed), add: false });
                }
                Ok(None) => {}
                Err(error) if error.is_decryption() => closed.add(&site, &error),
                Err(error) => return Err(error),
            }
        }
        Ok(set)
    }
}

/// None where a value did not open; other errors are errors.
fn opened<T>(result: Result<T, Error>) -> Result<Option<T>, Error> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.is_decryption() => Ok(None),
        Err(error) => Err(error),
    }
}

fn is_stale(handle: Handle<'_>, current: &Key, site: &Site, bytes: &[u8]) -> Result<bool, Error> {
    if Envelope::read(site, bytes)?.key_id != current.id() {
        return Ok(true);
    }
    // Under which names a value is encrypted, only opening it tells.
    Ok(site.was_renamed() && open(handle.db.keys.provider()?, site, bytes)?.under_earlier_names)
}
