//! Records of witnessed writes, and of those that failed.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use ennead_core::{
    Actor, Audit, AuditEntry, AuditOperation, Deleted, Error, ErrorKind, Expr, Guard, MAX_HOPS,
    MAX_JSON_DEPTH, ModelDef, Operand, Scope, Tenancy, TenantId, Value, Values,
};
use serde_json::{Map, Value as Json};

use super::super::Handle;
use super::super::aftermath::Later;
use super::super::insert::{insert, insert_unwatched};
use super::images::{self, Image};
use super::{Witness, Writing};
use crate::audit::with_tenant;
use crate::db::DbInner;
use crate::node::json::to_json;
use crate::observe::{ChangeKind, RawChange};

/// Where records go.
#[derive(Clone, Copy)]
pub(super) struct Book {
    model: &'static ModelDef,
    record: fn(AuditEntry) -> Values,
}

impl Book {
    /// That of a model, where it is audited.
    pub(super) fn of(model: &ModelDef) -> Option<Self> {
        match model.audit {
            Audit::Into { model, record } => Some(Self { model: model(), record }),
            Audit::None | Audit::Library(_) => None,
        }
    }

    /// Writes records in the scope of the write that they tell of.
    async fn write(self, handle: Handle<'_>, entries: Vec<AuditEntry>) -> Result<(), Error> {
        let across = matches!(handle.scope, Scope::AcrossTenants);
        if matches!(self.model.audit, Audit::Library(_)) {
            let one = |entry: AuditEntry| match across {
                // Each record says whose it is.
                true => {
                    let tenant = entry.tenant.clone();
                    with_tenant((self.record)(entry), tenant.as_deref())
                }
                false => (self.record)(entry),
            };
            let rows = entries.into_iter().map(one).collect();
            insert_unwatched(handle, None, self.model, rows, None, None).await?;
            return Ok(());
        }
        let mut of: BTreeMap<Option<String>, Vec<Values>> = BTreeMap::new();
        for entry in entries {
            let tenant = entry.tenant.clone().filter(|_| across && self.model.is_tenant_owned());
            of.entry(tenant).or_default().push((self.record)(entry));
        }
        for (tenant, rows) in of {
            let narrow = tenant.map(|tenant| TenantId::Text(tenant.into()));
            insert(handle, narrow, self.model, rows, None, None).await?;
        }
        Ok(())
    }
}

impl Witness<'_> {
    /// Records what was done, where the model is audited.
    pub(super) async fn record(&self, changes: &[RawChange]) -> Result<(), Error> {
        let Some(book) = self.watch.book else { return Ok(()) };
        let model = self.watch.model;
        let tenants = self.tenants(changes).await?;
        let entry = |(change, tenant): (&RawChange, Option<String>)| {
            let image = change.after.as_ref().or(change.before.as_ref());
            let key = image.map(|image| key_text(&image[model.key.field as usize]));
            let object = |image: &Option<Image>| image.as_ref().map(|image| shown(model, image));
            let mut entry = blank(self.handle, model, operation_of(change.kind));
            entry.tenant = tenant;
            entry.key = key;
            entry.before = object(&change.before);
            entry.after = object(&change.after);
            entry.changed = changed(model, change);
            entry
        };
        let entries = changes.iter().zip(tenants).map(entry).collect();
        book.write(self.handle, entries).await
    }

    /// Whose each of the rows is, as text.
    async fn tenants(&self, changes: &[RawChange]) -> Result<Vec<Option<String>>, Error> {
        let model = self.watch.model;
        let known = match self.handle.scope {
            Scope::Tenant(id) | Scope::InTenant(id) => Some(id),
            _ => self.narrow,
        };
        if let Some(id) = known {
            return Ok(vec![Some(id.to_string()); changes.len()]);
        }
        let images = changes.iter().filter_map(|change| change.after.as_ref().or(change.before.as_ref()));
        let column = |at: u16| images.clone().map(|image| Some(key_text(&image[at as usize]))).collect();
        match model.tenancy {
            Tenancy::Global => Ok(vec![None; changes.len()]),
            Tenancy::Root => Ok(column(model.key.field)),
            Tenancy::Column { field, .. } => Ok(column(field)),
            Tenancy::Via { field } => {
                let keys = images.map(|image| image[field as usize].clone()).collect();
                tenants_via(self.handle, model, field, keys).await
            }
        }
    }
}

/// Under `across_tenants`: the tenants of the rows that these columns name.
pub(in super::super) async fn tenants_via(
    handle: Handle<'_>,
    mut model: &'static ModelDef,
    mut field: u16,
    mut keys: Vec<Value>,
) -> Result<Vec<Option<String>>, Error> {
    for _ in 0..MAX_HOPS {
        let Some(reference) = model.field(field).reference else { break };
        model = (reference.target)();
        let distinct: HashSet<Value> = keys.iter().cloned().collect();
        let left = Operand::Column(model.key.field);
        let filter = Expr::In { left, values: distinct.into_iter().collect(), negated: false };
        let rows = images::read(handle, model, Guard::Open, Some(filter), Deleted::Include, None).await?;
        let next = match model.tenancy {
            Tenancy::Global => break,
            Tenancy::Root => model.key.field,
            Tenancy::Column { field, .. } | Tenancy::Via { field } => field,
        };
        let of: HashMap<&Value, &Value> =
            rows.iter().map(|row| (&row[model.key.field as usize], &row[next as usize])).collect();
        keys = keys.iter().map(|key| of.get(key).map_or(Value::Null, |value| (*value).clone())).collect();
        if !matches!(model.tenancy, Tenancy::Via { .. }) {
            return Ok(keys.iter().map(|key| Some(key_text(key)).filter(|_| !key.is_null())).collect());
        }
        field = next;
    }
    Ok(vec![None; keys.len()])
}

pub(super) fn operation_of(kind: ChangeKind) -> AuditOperation {
    match kind {
        ChangeKind::Created => AuditOperation::Create,
        ChangeKind::Updated => AuditOperation::Update,
        ChangeKind::SoftDeleted => AuditOperation::SoftDelete,
        ChangeKind::Restored => AuditOperation::Restore,
        ChangeKind::Deleted => AuditOperation::Delete,
    }
}

/// A record that tells of no row yet.
fn blank(handle: Handle<'_>, model: &'static ModelDef, operation: AuditOperation) -> AuditEntry {
    let mut entry = AuditEntry::new(model.name, operation, handle.db.sources.now());
    entry.actor = handle.actor.map(|actor| Actor::clone(actor));
    entry.run = handle.run.map(str::to_owned);
    entry
}

/// A key, or a tenant, as text.
pub(crate) fn key_text(value: &Value) -> String {
    match to_json(value.clone()) {
        Json::String(text) => text,
        other => other.to_string(),
    }
}

/// The fields of a row that may be seen.
fn shown(model: &ModelDef, image: &Image) -> Map<String, Json> {
    let visible = model.fields.iter().zip(image).filter(|(field, _)| !field.hidden);
    visible.map(|(field, value)| (field.name.to_owned(), flat(to_json(value.clone())))).collect()
}

/// JSON that is too deep to stand in other JSON stands there as its text.
fn flat(json: Json) -> Json {
    fn is_deeper(json: &Json, than: usize) -> bool {
        match json {
            Json::Array(items) => than == 0 || items.iter().any(|item| is_deeper(item, than - 1)),
            Json::Object(items) => than == 0 || items.values().any(|item| is_deeper(item, than - 1)),
            _ => false,
        }
    }
    if is_deeper(&json, MAX_JSON_DEPTH - 2) { Json::String(json.to_string()) } else { json }
}

/// The fields in which a row as it is differs from what it was.
fn changed(model: &ModelDef, change: &RawChange) -> Vec<&'static str> {
    let at = |image: &Option<Image>, at: usize| match image {
        Some(image) => image[at].clone(),
        None => Value::Null,
    };
    let differs = |field: &usize| at(&change.before, *field) != at(&change.after, *field);
    (0..model.fields.len()).filter(differs).map(|field| model.fields[field].name).collect()
}

/// What a failed write needs to be recorded when all is over: it holds nothing of the write's own connection.
struct Attempt {
    book: Book,
    model: &'static ModelDef,
    operation: AuditOperation,
    key: Option<String>,
    db: Arc<DbInner>,
    scope: Scope,
    narrow: Option<TenantId>,
    reason: Option<String>,
    actor: Option<Arc<Actor>>,
    run: Option<String>,
}

impl Writing<'_> {
    /// The record of a failed write, in a transaction of its own; none where the model is not audited, and where nothing can be
    /// said: the connection is lost, and whether the write happened is perhaps not known.
    pub(super) fn attempt(&self, error: &Error) -> Option<Later> {
        let kind = error.kind();
        if matches!(kind, ErrorKind::Connection | ErrorKind::CommitUnknown) {
            return None;
        }
        let handle = self.handle;
        let attempt = Attempt {
            book: self.watch.book?,
            model: self.watch.model,
            operation: self.operation,
            key: self.key.clone(),
            db: Arc::clone(handle.db),
            scope: handle.scope.clone(),
            narrow: self.narrow.clone(),
            reason: handle.reason.map(str::to_owned),
            actor: handle.actor.cloned(),
            run: handle.run.map(str::to_owned),
        };
        Some(Box::pin(async move {
            let model = attempt.model.name;
            if let Err(error) = attempt.record(kind).await {
                tracing::error!(target: "ennead::audit", model, %error, "a failed attempt was not recorded");
            }
        }))
    }
}

impl Attempt {
    async fn record(&self, kind: ErrorKind) -> Result<(), Error> {
        let handle = Handle {
            db: &self.db,
            scope: &self.scope,
            reason: self.reason.as_deref(),
            transaction: None,
            actor: self.actor.as_ref(),
            run: self.run.as_deref(),
            depth: 0,
            own: false,
        };
        let tenant = match &self.scope {
            Scope::Tenant(id) | Scope::InTenant(id) => Some(id),
            _ => self.narrow.as_ref(),
        };
        let mut entry = blank(handle, self.model, self.operation);
        entry.tenant = tenant.map(ToString::to_string);
        entry.key.clone_from(&self.key);
        entry.error = Some(kind);
        self.book.write(handle, vec![entry]).await
    }
}
