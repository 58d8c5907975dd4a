//! What the generator asks of a model, and how a shape is written down.

use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;

use ennead::__private::{Columns, Create};
use ennead::prelude::*;
use ennead::{Column, Filter, Order, TenantId};
use serde_json::json;

use super::keys::Meddle;
use super::world::{Spec, Who, World};

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
    /// So many of what the rows may name are named with every key and code; the others, with some.
    const EVERYWHERE: usize = 3;
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
    /// The update that names another row, for shapes whose rows name some.
    fn reparent(update: ennead::op::Update<Self>, _: &str) -> Option<ennead::op::Update<Self>> {
        drop(update);
        None
    }
    /// The same of all rows that match.
    fn reparent_all(update: ennead::op::BulkUpdate<Self>, _: &str) -> Option<ennead::op::BulkUpdate<Self>> {
        drop(update);
        None
    }
    /// The fields that name another row, in JSON.
    fn parent_json(parent: &str) -> serde_json::Value {
        json!({ "parent_id": parent })
    }
    /// What a tenant's rows name: a row that they belong through, or others that may be the tenant's only.
    fn parents(_: &Who) -> Option<String> {
        None
    }
    /// What a write may name: its name in the cells, and whether it is refused.
    fn unders(world: &World) -> Vec<Under> {
        match (Self::parents(&world.a), Self::parents(&world.b)) {
            (Some(own), Some(theirs)) => vec![
                Under::kept("Own", own),
                Under::refused("Theirs", theirs),
                Under::refused("Missing", "no-such-parent".into()),
            ],
            _ => vec![Under { name: "Own", parent: None, refused: false }],
        }
    }
    /// What somebody else writes once all rows are there, who knows nothing of what they name.
    fn plant<'a>(
        _: &'a AcrossTenants,
        _: &'a Who,
        _: &'a Who,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>> {
        Box::pin(std::future::ready(()))
    }
    /// What stands beside the rows in JSON, where something does.
    fn includes() -> Option<serde_json::Value> {
        None
    }
    /// Filters along what the rows name, in JSON.
    fn json_reaching(_: &World) -> Vec<(&'static str, serde_json::Value)> {
        Vec::new()
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

/// What a write names.
#[derive(Debug, Clone)]
pub(super) struct Under {
    pub(super) name: &'static str,
    pub(super) parent: Option<String>,
    pub(super) refused: bool,
}

impl Under {
    pub(super) fn kept(name: &'static str, parent: String) -> Self {
        Self { name, parent: Some(parent), refused: false }
    }
    pub(super) fn refused(name: &'static str, parent: String) -> Self {
        Self { name, parent: Some(parent), refused: true }
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

/// The same in JSON.
pub(super) fn above_or_below(code: String, world: &World) -> Vec<(&'static str, serde_json::Value)> {
    vec![
        ("a row above", json!({ "above": { "$exists": true } })),
        ("their row above", json!({ "above": { "code": code } })),
        ("no row below", json!({ "below": { "$none": {} } })),
        ("no row of theirs below", json!({ "below": { "$none": { "code": code } } })),
        ("below by another tenant", json!({ "below": { "$some": { "tenant_id": world.b.text } } })),
    ]
}

pub(super) fn above_and_below() -> serde_json::Value {
    json!(["above", { "below": { "limit": 1 } }])
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

pub(super) use {by_itself, by_tenant, subject, told_beside, told_groups};
