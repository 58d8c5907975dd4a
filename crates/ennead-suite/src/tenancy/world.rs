//! The tenants of the matrix, and one model for each shape of tenancy.
#![allow(unreachable_pub, reason = "models as an application writes them")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, Utc};
use ennead::__private::{Columns, Create};
use ennead::prelude::*;
use ennead::{Clock, Column, Filter, IdGenerator, Order, TenantId, count};
use serde_json::json;
use uuid::Uuid;

use super::keys::{BearerDoc, KeyDoc, Standing, secret};
use super::loose::{AnyDoc, EachDoc, Named};
use super::stage::{told, told_set};
use super::subject::*;
use super::via::{Dash, Frame, ViaOne, ViaTwo};

/// One tenant under all the names that the shapes know it by.
#[derive(Debug, Clone)]
pub(super) struct Who {
    pub(super) text: String,
    pub(super) uuid: Uuid,
    pub(super) int: i64,
    pub(super) dash: String,
    pub(super) frame: String,
}

/// The attacker, the victim, and what nobody but the victim may see.
#[derive(Debug)]
pub(super) struct World {
    pub(super) a: Who,
    pub(super) b: Who,
    /// Random texts that stand in the victim's rows only.
    pub(super) canary: String,
    ids: Arc<AtomicU64>,
}

impl World {
    pub(super) fn new() -> Self {
        let who = |name: &str, int: i64| Who {
            text: format!("{name}-{:08x}", Uuid::new_v4().as_fields().0),
            uuid: Uuid::new_v4(),
            int,
            dash: format!("{name}-dash"),
            frame: format!("{name}-frame"),
        };
        let far = 7_000_000_000_000 + i64::from(Uuid::new_v4().as_fields().0);
        Self {
            a: who("ten-a", 1),
            b: who("ten-b", far),
            canary: format!("canary{}", Uuid::new_v4().simple()),
            ids: Arc::new(AtomicU64::new(0)),
        }
    }

    /// What must never be seen: the canary, the victim's own ids, and the hash of a key that nobody knows.
    pub(super) fn secrets(&self) -> [String; 5] {
        let hash = secret(&format!("{}-code", self.canary)).hash;
        [self.canary.clone(), self.b.text.clone(), self.b.uuid.to_string(), self.b.int.to_string(), hash]
    }

    /// Keys are counted anew from here on, so that both twins make the same ones.
    pub(super) fn begin_cell(&self, number: usize) {
        self.ids.store(number as u64 * 10_000, Ordering::SeqCst);
    }

    /// A database with a clock that stands still and the world's keys.
    pub(super) async fn db_at(&self, bed: &crate::Bed, url: &str, schema: &Schema) -> Db {
        let builder =
            crate::bed::quick(bed.kind()).clock(Still).ids(Counted(Arc::clone(&self.ids))).max_connections(3);
        bed.db_at(url, schema, builder).await
    }
}

#[derive(Debug)]
struct Still;

impl Clock for Still {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000, 0).unwrap()
    }
}

#[derive(Debug)]
struct Counted(Arc<AtomicU64>);

impl IdGenerator for Counted {
    fn next(&self) -> Uuid {
        Uuid::from_u128(self.0.fetch_add(1, Ordering::SeqCst).into())
    }
}

/// A row to be.
#[derive(Debug, Clone)]
pub(super) struct Spec {
    pub(super) id: String,
    pub(super) code: String,
    pub(super) text: String,
    pub(super) n: i64,
    pub(super) parent: Option<String>,
    pub(super) dead: bool,
    pub(super) open: bool,
    /// Of an API key.
    pub(super) standing: Standing,
}

impl Spec {
    pub(super) fn new(id: &str, code: &str, text: &str) -> Self {
        Self {
            id: id.into(),
            code: code.into(),
            text: text.into(),
            n: 1,
            parent: None,
            dead: false,
            open: false,
            standing: Standing::Good,
        }
    }
}

subject! {
    #[model(table = "m_text", audited)]
    TextDoc, NewTextDoc = "tenant column, String",
    fields {
        #[tenant] tenant_id: String = |spec, who| who.text.clone(),
        #[references(TextDoc, name = above, inverse = below)] above_id: Option<String> = |spec, who| Some(spec.id.clone()),
    }
    new {}
    owner: |who| text_id(&who.text),
    belongs: |row, who| row.tenant_id == who.text,
    reaching: |a, b| [by_tenant!(TextDoc, a.text.clone(), b.text.clone()), by_itself!(TextDoc)].concat(),
    fn includes() -> Option<serde_json::Value> {
        Some(above_and_below())
    }
    fn json_reaching(world: &World) -> Vec<(&'static str, serde_json::Value)> {
        above_or_below(Self::code_of("their-code"), world)
    }
    fn including(list: ennead::op::List<Self>, scope: &Tenant) -> Option<Telling<'_>> {
        told_beside!(list, scope, (TextDoc::ABOVE, TextDoc::BELOW.limit(1)))
    }
    fn by_owner(filter: Option<Filter<Self>>, scope: &Tenant) -> Telling<'_> {
        told_groups!(filter, scope, TextDoc::TENANT_ID)
    }
}

subject! {
    #[model(table = "m_uuid", audited)]
    UuidDoc, NewUuidDoc = "tenant column, Uuid",
    fields {
        #[tenant] tenant_id: Uuid = |spec, who| who.uuid,
        #[references(UuidDoc, name = above, inverse = below)] above_id: Option<String> = |spec, who| Some(spec.id.clone()),
    }
    new {}
    owner: |who| Some(TenantId::Uuid(who.uuid)),
    belongs: |row, who| row.tenant_id == who.uuid,
    reaching: |a, b| [by_tenant!(UuidDoc, a.uuid, b.uuid), by_itself!(UuidDoc)].concat(),
    fn includes() -> Option<serde_json::Value> {
        Some(above_and_below())
    }
    fn json_reaching(world: &World) -> Vec<(&'static str, serde_json::Value)> {
        above_or_below(Self::code_of("their-code"), world)
    }
    fn including(list: ennead::op::List<Self>, scope: &Tenant) -> Option<Telling<'_>> {
        told_beside!(list, scope, (UuidDoc::ABOVE, UuidDoc::BELOW.limit(1)))
    }
    fn by_owner(filter: Option<Filter<Self>>, scope: &Tenant) -> Telling<'_> {
        told_groups!(filter, scope, UuidDoc::TENANT_ID)
    }
}

subject! {
    #[model(table = "m_int", audited)]
    IntDoc, NewIntDoc = "tenant column, i64",
    fields {
        #[tenant] tenant_id: i64 = |spec, who| who.int,
        #[references(IntDoc, name = above, inverse = below)] above_id: Option<String> = |spec, who| Some(spec.id.clone()),
    }
    new {}
    owner: |who| Some(TenantId::Int(who.int)),
    belongs: |row, who| row.tenant_id == who.int,
    reaching: |a, b| [by_tenant!(IntDoc, a.int, b.int), by_itself!(IntDoc)].concat(),
    fn includes() -> Option<serde_json::Value> {
        Some(above_and_below())
    }
    fn json_reaching(world: &World) -> Vec<(&'static str, serde_json::Value)> {
        above_or_below(Self::code_of("their-code"), world)
    }
    fn including(list: ennead::op::List<Self>, scope: &Tenant) -> Option<Telling<'_>> {
        told_beside!(list, scope, (IntDoc::ABOVE, IntDoc::BELOW.limit(1)))
    }
    fn by_owner(filter: Option<Filter<Self>>, scope: &Tenant) -> Telling<'_> {
        told_groups!(filter, scope, IntDoc::TENANT_ID)
    }
}

subject! {
    #[model(table = "m_global_key", key = "global", audited)]
    GlobalKeyDoc, NewGlobalKeyDoc = "key = \"global\"",
    fields {
        #[tenant] tenant_id: String = |spec, who| who.text.clone(),
        #[references(GlobalKeyDoc, name = above, inverse = below)] above_id: Option<String> = |spec, who| Some(spec.id.clone()),
    }
    new {}
    owner: |who| text_id(&who.text),
    belongs: |row, who| row.tenant_id == who.text,
    reaching: |a, b| [by_tenant!(GlobalKeyDoc, a.text.clone(), b.text.clone()), by_itself!(GlobalKeyDoc)].concat(),
    fn includes() -> Option<serde_json::Value> {
        Some(above_and_below())
    }
    fn json_reaching(world: &World) -> Vec<(&'static str, serde_json::Value)> {
        above_or_below(Self::code_of("their-code"), world)
    }
    fn including(list: ennead::op::List<Self>, scope: &Tenant) -> Option<Telling<'_>> {
        told_beside!(list, scope, (GlobalKeyDoc::ABOVE, GlobalKeyDoc::BELOW.limit(1)))
    }
    const KEY_CLASHES: bool = true;
    fn by_owner(filter: Option<Filter<Self>>, scope: &Tenant) -> Telling<'_> {
        told_groups!(filter, scope, GlobalKeyDoc::TENANT_ID)
    }
}

/// Makes the extra UNIQUE (tenant, id) of `key = "global"` stand: a composite foreign key leans on it.
#[model(table = "m_global_key_child")]
pub(super) struct GlobalKeyChild {
    #[key]
    pub id: String,
    #[tenant]
    pub tenant_id: String,
    #[references(GlobalKeyDoc)]
    pub doc_id: String,
}

subject! {
    #[model(tenant_root, table = "m_root", audited)]
    Root, NewRoot = "tenant root",
    fields {}
    new {}
    owner: |_who| None,
    belongs: |row, who| row.id == who.text,
    reaching: |a, b| vec![
        ("tenant = theirs", Root::ID.eq(b.text.clone())),
        ("tenant != own", Root::ID.ne(a.text.clone())),
        ("tenant in both", Root::ID.in_([a.text.clone(), b.text.clone()])),
    ],
    const KEY_CLASHES: bool = true;
    const CODE_CLASHES: bool = true;
    fn by_owner(filter: Option<Filter<Self>>, scope: &Tenant) -> Telling<'_> {
        told_groups!(filter, scope, Root::ID)
    }
}

subject! {
    #[model(global, table = "m_global", audited)]
    Plan, NewPlan = "global",
    fields {}
    new {}
    owner: |_who| None,
    belongs: |_row, _who| false,
    reaching: |_a, _b| Vec::new(),
    const NOBODYS: bool = true;
    fn by_owner(filter: Option<Filter<Self>>, scope: &Tenant) -> Telling<'_> {
        told_groups!(filter, scope, Plan::ID)
    }
}

subject! {
    #[model(table = "m_shared", shared_when = "is_public", audited)]
    SharedDoc, NewSharedDoc = "shared_when",
    fields {
        #[tenant] tenant_id: String = |spec, who| who.text.clone(),
        #[references(SharedDoc, name = above, inverse = below)] above_id: Option<String> = |spec, who| Some(spec.id.clone()),
        #[default(false)] is_public: bool = |spec, who| spec.open,
    }
    new {}
    owner: |who| text_id(&who.text),
    belongs: |row, who| row.tenant_id == who.text,
    reaching: |a, b| [by_tenant!(SharedDoc, a.text.clone(), b.text.clone()), by_itself!(SharedDoc)].concat(),
    fn includes() -> Option<serde_json::Value> {
        Some(above_and_below())
    }
    fn json_reaching(world: &World) -> Vec<(&'static str, serde_json::Value)> {
        above_or_below(Self::code_of("their-code"), world)
    }
    fn including(list: ennead::op::List<Self>, scope: &Tenant) -> Option<Telling<'_>> {
        told_beside!(list, scope, (SharedDoc::ABOVE, SharedDoc::BELOW.limit(1)))
    }
    const SHARED: bool = true;
    fn by_owner(filter: Option<Filter<Self>>, scope: &Tenant) -> Telling<'_> {
        told_groups!(filter, scope, SharedDoc::TENANT_ID)
    }
}

subject! {
    #[model(table = "m_soft", audited)]
    SoftDoc, NewSoftDoc = "soft-deleted",
    fields {
        #[tenant] tenant_id: String = |spec, who| who.text.clone(),
        #[references(SoftDoc, name = above, inverse = below)] above_id: Option<String> = |spec, who| Some(spec.id.clone()),
        #[deleted_at] deleted_at: Option<DateTime<Utc>> = |spec, who| spec.dead.then(|| DateTime::from_timestamp(1_600_000_000, 0).unwrap()),
    }
    new {}
    owner: |who| text_id(&who.text),
    belongs: |row, who| row.tenant_id == who.text,
    reaching: |a, b| [by_tenant!(SoftDoc, a.text.clone(), b.text.clone()), by_itself!(SoftDoc)].concat(),
    fn includes() -> Option<serde_json::Value> {
        Some(above_and_below())
    }
    fn json_reaching(world: &World) -> Vec<(&'static str, serde_json::Value)> {
        above_or_below(Self::code_of("their-code"), world)
    }
    fn including(list: ennead::op::List<Self>, scope: &Tenant) -> Option<Telling<'_>> {
        told_beside!(list, scope, (SoftDoc::ABOVE, SoftDoc::BELOW.limit(1)))
    }
    const MORTAL: bool = true;
    fn by_owner(filter: Option<Filter<Self>>, scope: &Tenant) -> Telling<'_> {
        told_groups!(filter, scope, SoftDoc::TENANT_ID)
    }
}

/// All tables of the matrix.
pub(super) fn schema() -> Schema {
    ennead::schema![
        TextDoc,
        UuidDoc,
        IntDoc,
        GlobalKeyDoc,
        GlobalKeyChild,
        Root,
        Dash,
        Frame,
        ViaOne,
        ViaTwo,
        Plan,
        SharedDoc,
        SoftDoc,
        KeyDoc,
        BearerDoc,
        Named,
        EachDoc,
        AnyDoc
    ]
}
