//! The tenants of the matrix, and one model for each shape of tenancy.
#![allow(unreachable_pub, reason = "models as an application writes them")]

use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, Utc};
use ennead::__private::{Columns, Create};
use ennead::prelude::*;
use ennead::{Clock, Column, Filter, IdGenerator, Order, TenantId, count};
use serde_json::json;
use uuid::Uuid;

use super::keys::{BearerDoc, KeyDoc, Meddle, Standing, secret};
use super::stage::{told, told_set};
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
    pub(super) async fn db(&self, bed: &crate::Bed, schema: &Schema) -> Db {
        let builder =
            crate::bed::quick(bed.kind()).clock(Still).ids(Counted(Arc::clone(&self.ids))).max_connections(3);
        bed.db_with(schema, builder).await
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

/// A model of one shape, as the generator sees it.
pub(super) trait Subject:
    ennead::Model<Key = String>
    + ennead::Audited
    + ennead::MutableModel
    + ennead::RemovableModel
    + Clone
    + Debug
    + PartialEq
    + Sync
{
    /// The shape's name.
    const SHAPE: &'static str;
    /// Another tenant's key may clash: a unique violation, by the closed list.
    const KEY_CLASHES: bool = false;
    /// Another tenant's `code` may clash: likewise.
    const CODE_CLASHES: bool = false;
    /// Rows belong to nobody: there is no victim.
    const NOBODYS: bool = false;
    /// The victim has living and dead rows.
    const MORTAL: bool = false;
    /// The victim has rows for all to read.
    const SHARED: bool = false;
    /// Rows are API keys, and their codes hashes.
    const IS_KEY: bool = false;
    /// By name it is asked over HTTP.
    const OVER_HTTP: bool = false;

    fn make(spec: &Spec, who: &Who) -> Create<Self>;
    fn whole(spec: &Spec, who: &Who) -> Self;
    fn owner(who: &Who) -> Option<TenantId>;
    fn belongs_to(&self, who: &Who) -> bool;
    fn key() -> impl Columns<Self> + Send;
    fn id_is(id: &str) -> Filter<Self>;
    fn id_not(id: &str) -> Filter<Self>;
    fn id_in(ids: &[&str]) -> Filter<Self>;
    fn by_id() -> Order<Self>;
    fn name() -> Column<Self, String>;
    fn code() -> Column<Self, String>;
    fn note() -> Column<Self, Option<String>>;
    fn data() -> Column<Self, serde_json::Value>;
    fn n() -> Column<Self, i64>;
    /// Filters on the column that holds the tenant, or leads to it.
    fn reaching(a: &Who, b: &Who) -> Vec<(&'static str, Filter<Self>)>;
    /// The update with another parent, for shapes that have one.
    fn reparent(update: ennead::op::Update<Self>, _: &str) -> Option<ennead::op::Update<Self>> {
        drop(update);
        None
    }
    /// Parents that the shape's rows belong through: the attacker's and the victim's.
    fn parents(_: &Who) -> Option<String> {
        None
    }
    /// How many rows there are for each value of the column that holds the tenant or leads to it, and the greatest note.
    fn by_owner(filter: Option<Filter<Self>>, scope: &Tenant) -> Telling<'_>;
    /// What a row has in the place of a code.
    fn code_of(label: &str) -> String {
        label.to_owned()
    }
    /// The update that revokes, for shapes whose rows are keys.
    fn revoke(update: ennead::op::Update<Self>) -> Option<ennead::op::Update<Self>> {
        drop(update);
        None
    }
    /// The same of all rows that match.
    fn revoke_all(update: ennead::op::BulkUpdate<Self>) -> Option<ennead::op::BulkUpdate<Self>> {
        drop(update);
        None
    }
    /// What is told of a change to all keys of a scope.
    fn meddle(_: Meddle, _: &Tenant) -> Telling<'_> {
        Box::pin(std::future::ready(String::new()))
    }
    /// What is told of a key that somebody presents.
    fn verify<'a>(_: &'a Db, _: String, _: Option<&'a str>) -> Telling<'a> {
        Box::pin(std::future::ready(String::new()))
    }
    /// The nodes of the shape over HTTP, for whoever has a key.
    fn door(_: &Db) -> Option<axum::Router> {
        None
    }
    /// The list with what is related to its rows, one way and back, for shapes that have relations.
    fn including(list: ennead::op::List<Self>, _: &Tenant) -> Option<Telling<'_>> {
        drop(list);
        None
    }
}

/// What is told of rows with others beside them.
pub(super) type Telling<'a> = Pin<Box<dyn Future<Output = String> + Send + 'a>>;

macro_rules! told_beside {
    ($list:ident, $scope:ident, $relations:expr) => {
        Some(Box::pin(async move { told_set($list.include($relations).run($scope).await) }))
    };
}

macro_rules! told_groups {
    ($filter:ident, $scope:ident, $column:expr) => {{
        let all = Self::aggregate((count(), Self::NOTE.max()));
        let all = match $filter {
            Some(filter) => all.filter(filter),
            None => all,
        };
        Box::pin(async move { told(all.group_by($column).run($scope).await) })
    }};
}

macro_rules! subject {
    ($(#[$model:meta])* $name:ident, $new:ident = $shape:literal, fields { $($fields:tt)* } new { $($rest:tt)* } $($more:tt)*) => {
        subject! {
            $(#[$model])* $name, $new = $shape, fields { $($fields)* } code { #[unique] } new { $($rest)* } $($more)*
        }
    };
    (
        $(#[$model:meta])* $name:ident, $new:ident = $shape:literal,
        fields { $($(#[$attr:meta])* $field:ident : $ty:ty = |$spec:ident, $who:ident| $value:expr),* $(,)? }
        code { $(#[$code:meta])* }
        new { $($nf:ident : |$ns:ident, $nw:ident| $nv:expr),* $(,)? }
        owner: |$ow:ident| $owner:expr,
        belongs: |$row:ident, $bw:ident| $belongs:expr,
        reaching: |$ra:ident, $rb:ident| $reaching:expr,
        $($rest:item)*
    ) => {
        $(#[$model])*
        #[derive(Debug, Clone, PartialEq)]
        pub(super) struct $name {
            #[key]
            pub id: String,
            $($(#[$attr])* pub $field: $ty,)*
            pub name: String,
            $(#[$code])*
            pub code: String,
            pub note: Option<String>,
            pub data: serde_json::Value,
            #[default(0)]
            pub n: i64,
        }

        impl Subject for $name {
            const SHAPE: &'static str = $shape;
            $($rest)*

            fn make(spec: &Spec, who: &Who) -> Create<Self> {
                let _ = who;
                Self::create($new {
                    $($nf: { let ($ns, $nw) = (spec, who); let _ = ($ns, $nw); $nv },)*
                    name: spec.text.clone(),
                    code: Self::code_of(&spec.code),
                    data: json!({ "secret": spec.text.clone() }),
                })
                .set(Self::ID, spec.id.clone())
                .set(Self::NOTE, Some(spec.text.clone()))
                .set(Self::N, spec.n)
            }
            fn whole(spec: &Spec, who: &Who) -> Self {
                let _ = who;
                Self {
                    id: spec.id.clone(),
                    $($field: { let ($spec, $who) = (spec, who); let _ = ($spec, $who); $value },)*
                    name: spec.text.clone(),
                    code: Self::code_of(&spec.code),
                    note: Some(spec.text.clone()),
                    data: json!({ "secret": spec.text.clone() }),
                    n: spec.n,
                }
            }
            fn owner($ow: &Who) -> Option<TenantId> { $owner }
            fn belongs_to(&self, $bw: &Who) -> bool { let $row = self; $belongs }
            fn key() -> impl Columns<Self> + Send { Self::ID }
            fn id_is(id: &str) -> Filter<Self> { Self::ID.eq(id) }
            fn id_not(id: &str) -> Filter<Self> { Self::ID.ne(id) }
            fn id_in(ids: &[&str]) -> Filter<Self> { Self::ID.in_(ids.iter().copied()) }
            fn by_id() -> Order<Self> { Self::ID.asc() }
            fn name() -> Column<Self, String> { Self::NAME }
            fn code() -> Column<Self, String> { Self::CODE }
            fn note() -> Column<Self, Option<String>> { Self::NOTE }
            fn data() -> Column<Self, serde_json::Value> { Self::DATA }
            fn n() -> Column<Self, i64> { Self::N }
            fn reaching($ra: &Who, $rb: &Who) -> Vec<(&'static str, Filter<Self>)> { $reaching }
        }
    };
}

pub(super) use {subject, told_beside, told_groups};

pub(super) fn text_id(text: &str) -> Option<TenantId> {
    Some(TenantId::parse(text).unwrap())
}

macro_rules! by_tenant {
    ($model:ident, $a:expr, $b:expr) => {
        vec![
            ("tenant = theirs", $model::TENANT_ID.eq($b)),
            ("tenant != own", $model::TENANT_ID.ne($a)),
            ("tenant in both", $model::TENANT_ID.in_([$a, $b])),
            ("tenant is null", $model::TENANT_ID.is_null()),
            ("tenant = theirs or true", $model::TENANT_ID.eq($b).or(Filter::all([]))),
        ]
    };
}

/// Along a relation to the row itself, and back; both hold the tenant in their keys.
macro_rules! by_itself {
    ($model:ident) => {
        vec![
            ("a row above", $model::ABOVE.any()),
            ("their row above", $model::ABOVE.exists($model::CODE.eq($model::code_of("their-code")))),
            ("no row below", $model::BELOW.none()),
            (
                "no row of theirs below",
                $model::BELOW.not_exists($model::CODE.eq($model::code_of("their-code"))),
            ),
        ]
    };
}

pub(super) use {by_itself, by_tenant};

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
        BearerDoc
    ]
}
