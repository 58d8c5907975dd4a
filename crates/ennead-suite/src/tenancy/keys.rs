//! API keys as shapes of the matrix: rows whose hashes are unique among all tenants, and the doors that the keys open.
//!
//! One shape is asked by name as any other. The other hides its hashes, deletes softly, and is asked over HTTP, by whoever brings the
//! attacker's own key.
#![allow(unreachable_pub, reason = "models as an application writes them")]

use std::collections::BTreeMap;
use std::sync::{LazyLock, Mutex};

use chrono::{DateTime, Utc};
use ennead::__private::{Columns, Create};
use ennead::api_keys::{ApiKeys, Verified};
use ennead::prelude::*;
use ennead::{Column, Filter, Json, Order, TenantId, count};
use serde_json::json;

use super::stage::{told, told_set};
use super::subject::*;
use super::world::{Spec, Who, World};

/// What a key is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Standing {
    #[default]
    Good,
    Expired,
    Revoked,
    Inactive,
    /// It may do nothing.
    Narrow,
}

/// The rows of a tenant beside its good keys, each with what its id and code end with.
pub(super) const STANDINGS: &[(Standing, &str)] = &[
    (Standing::Expired, "expired"),
    (Standing::Revoked, "revoked"),
    (Standing::Inactive, "inactive"),
    (Standing::Narrow, "narrow"),
];

impl Standing {
    fn scopes(self) -> Vec<String> {
        let scopes: &[&str] = if self == Self::Narrow { &[] } else { &["doc:read", "doc:write"] };
        scopes.iter().map(|scope| (*scope).to_owned()).collect()
    }

    /// The clock of the matrix stands still behind this moment.
    fn gone(self, when: Self) -> Option<DateTime<Utc>> {
        (self == when).then(|| DateTime::from_timestamp(1_600_000_000, 0).unwrap())
    }
}

/// A key as it was issued.
#[derive(Debug, Clone)]
pub(super) struct Secret {
    pub(super) text: String,
    pub(super) prefix: String,
    pub(super) hash: String,
}

/// The key that a row's code stands for: made once for each, and the same in both twins.
pub(super) fn secret(code: &str) -> Secret {
    static ISSUED: LazyLock<Mutex<BTreeMap<String, Secret>>> = LazyLock::new(Mutex::default);
    let mut issued = ISSUED.lock().unwrap();
    let new = || {
        let key = KeyDoc::api_keys().generate();
        Secret { text: key.reveal().into(), prefix: key.prefix().into(), hash: key.hash() }
    };
    issued.entry(code.to_owned()).or_insert_with(new).clone()
}

/// What the attacker does to all keys before somebody comes with one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meddle {
    Nothing,
    /// What was revoked, expired and inactive is good again.
    Revive,
    Widen,
    Revoke,
    Delete,
}

pub(super) const MEDDLES: &[Meddle] =
    &[Meddle::Nothing, Meddle::Revive, Meddle::Widen, Meddle::Revoke, Meddle::Delete];

/// What is told of a key that was verified.
fn told_verified<M: std::fmt::Debug>(verified: Result<Verified<M>, Error>) -> String {
    told(verified.map(|verified| (verified.tenant.id().clone(), verified.id, verified.scopes, verified.key)))
}

macro_rules! key_shape {
    (
        $(#[$model:meta])* $name:ident, $new:ident = $shape:literal,
        more { $($more:tt)* }
        code { $($code:tt)* }
        $($rest:item)*
    ) => {
        subject! {
            $(#[$model])*
            $name, $new = $shape,
            fields {
                #[tenant] tenant_id: String = |spec, who| who.text.clone(),
                #[references($name, name = above, inverse = below)] above_id: Option<String> = |spec, who| Some(spec.id.clone()),
                #[default(Json(Vec::new()))] scopes: Json<Vec<String>> = |spec, who| Json(spec.standing.scopes()),
                #[default(true)] is_active: bool = |spec, who| spec.standing != Standing::Inactive,
                expires_at: Option<DateTime<Utc>> = |spec, who| spec.standing.gone(Standing::Expired),
                revoked_at: Option<DateTime<Utc>> = |spec, who| spec.standing.gone(Standing::Revoked),
                $($more)*
            }
            code { $($code)* }
            new {}
            owner: |who| text_id(&who.text),
            belongs: |row, who| row.tenant_id == who.text,
            reaching: |a, b| [by_tenant!($name, a.text.clone(), b.text.clone()), by_itself!($name)].concat(),
            const CODE_CLASHES: bool = true;
            const IS_KEY: bool = true;
            $($rest)*
            fn code_of(label: &str) -> String {
                secret(label).hash
            }
            fn includes() -> Option<serde_json::Value> {
                Some(above_and_below())
            }
            fn json_reaching(world: &World) -> Vec<(&'static str, serde_json::Value)> {
                above_or_below(Self::code_of("their-code"), world)
            }
            fn including(list: ennead::op::List<Self>, scope: &Tenant) -> Option<Telling<'_>> {
                told_beside!(list, scope, ($name::ABOVE, $name::BELOW.limit(1)))
            }
            fn by_owner(filter: Option<Filter<Self>>, scope: &Tenant) -> Telling<'_> {
                told_groups!(filter, scope, $name::TENANT_ID)
            }
            fn revoke(update: ennead::op::Update<Self>) -> Option<ennead::op::Update<Self>> {
                Some(update.set($name::IS_ACTIVE, false))
            }
            fn revoke_all(update: ennead::op::BulkUpdate<Self>) -> Option<ennead::op::BulkUpdate<Self>> {
                Some(update.set($name::IS_ACTIVE, false))
            }
            fn meddle(op: Meddle, scope: &Tenant) -> Telling<'_> {
                let update = Self::bulk_update().all_rows();
                Box::pin(async move {
                    match op {
                        Meddle::Nothing => String::new(),
                        Meddle::Revive => {
                            let update = update.set($name::IS_ACTIVE, true).set($name::EXPIRES_AT, None);
                            told(update.set($name::REVOKED_AT, None).run(scope).await)
                        }
                        Meddle::Widen => {
                            told(update.set($name::SCOPES, Json(Standing::Good.scopes())).run(scope).await)
                        }
                        Meddle::Revoke => told(update.set($name::REVOKED_AT, Standing::Good.gone(Standing::Good)).run(scope).await),
                        Meddle::Delete => told(Self::bulk_delete().all_rows().run(scope).await),
                    }
                })
            }
            fn verify<'a>(db: &'a Db, presented: String, wanted: Option<&'a str>) -> Telling<'a> {
                Box::pin(async move { told_verified(Self::api_keys().verify(db, &presented, wanted).await) })
            }
            fn door(db: &Db) -> Option<axum::Router> {
                let keys = Self::api_keys().bearer(db);
                let operations = ["Create", "Read", "Update", "Delete", "List", "Count", "Upsert", "BulkCreate", "BulkUpdate", "BulkDelete"];
                let nodes = operations.map(|operation| format!("{operation}{}Node", stringify!($name)));
                Some(ennead::http::router(super::world::schema(), db.clone(), keys).nodes(nodes).build().unwrap())
            }
        }

        impl $name {
            /// Without `last_used_at`, which would be written behind the answers, at a moment of its own.
            fn api_keys() -> ApiKeys<Self> {
                let keys = ApiKeys::new("acme", Self::CODE).unwrap().scopes(Self::SCOPES);
                keys.is_active(Self::IS_ACTIVE).expires_at(Self::EXPIRES_AT).revoked_at(Self::REVOKED_AT)
            }
        }
    };
}

key_shape! {
    #[model(table = "m_key", audited)]
    KeyDoc, NewKeyDoc = "API keys",
    more {}
    code { #[unique(global)] }
}

key_shape! {
    #[model(table = "m_bearer", audited)]
    BearerDoc, NewBearerDoc = "API keys over HTTP",
    more { #[deleted_at] deleted_at: Option<DateTime<Utc>> = |spec, who| spec.dead.then(|| DateTime::from_timestamp(1_600_000_000, 0).unwrap()) }
    code { #[hidden] #[unique(global)] }
    const MORTAL: bool = true;
    const OVER_HTTP: bool = true;
}

/// What somebody comes with, who has no key of the victim's that is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Presented {
    Own,
    Second,
    OwnNarrow,
    OwnExpired,
    OwnRevoked,
    OwnInactive,
    OwnDead,
    /// The victim's keys, found in an old configuration: they are good no more.
    TheirExpired,
    TheirRevoked,
    TheirInactive,
    TheirDead,
    /// A good one, which is asked for more than it may.
    TheirNarrow,
    TheirHash,
    TheirPrefix,
    TheirId,
    CutShort,
    Longer,
    Upper,
    TheirPrefixOwnRest,
    OwnPrefixTheirRest,
    Missing,
    Empty,
    Quoted,
    Canary,
}

pub(super) const PRESENTED: &[Presented] = &[
    Presented::Own,
    Presented::Second,
    Presented::OwnNarrow,
    Presented::OwnExpired,
    Presented::OwnRevoked,
    Presented::OwnInactive,
    Presented::OwnDead,
    Presented::TheirExpired,
    Presented::TheirRevoked,
    Presented::TheirInactive,
    Presented::TheirDead,
    Presented::TheirNarrow,
    Presented::TheirHash,
    Presented::TheirPrefix,
    Presented::TheirId,
    Presented::CutShort,
    Presented::Longer,
    Presented::Upper,
    Presented::TheirPrefixOwnRest,
    Presented::OwnPrefixTheirRest,
    Presented::Missing,
    Presented::Empty,
    Presented::Quoted,
    Presented::Canary,
];

impl Presented {
    pub(super) fn text(self, world: &World) -> String {
        let (own, their) = (secret("own-code"), secret("their-code"));
        let good = their.text.as_str();
        match self {
            Self::Own => own.text,
            Self::Second => secret("own-code-2").text,
            Self::OwnNarrow => secret("own-narrow-code").text,
            Self::OwnExpired => secret("own-expired-code").text,
            Self::OwnRevoked => secret("own-revoked-code").text,
            Self::OwnInactive => secret("own-inactive-code").text,
            Self::OwnDead => secret("own-dead-code").text,
            Self::TheirExpired => secret("their-expired-code").text,
            Self::TheirRevoked => secret("their-revoked-code").text,
            Self::TheirInactive => secret("their-inactive-code").text,
            Self::TheirDead => secret("their-dead-code").text,
            Self::TheirNarrow => secret("their-narrow-code").text,
            Self::TheirHash => their.hash,
            Self::TheirPrefix => their.prefix,
            Self::TheirId => "their-1".into(),
            Self::CutShort => good[..good.len() - 1].into(),
            Self::Longer => format!("{good}0"),
            Self::Upper => good.to_uppercase(),
            Self::TheirPrefixOwnRest => format!("{}{}", their.prefix, &own.text[own.prefix.len()..]),
            Self::OwnPrefixTheirRest => format!("{}{}", own.prefix, &good[their.prefix.len()..]),
            Self::Missing => secret("no-such-code").text,
            Self::Empty => String::new(),
            Self::Quoted => "x' OR '1'='1".into(),
            Self::Canary => world.canary.clone(),
        }
    }
}

/// What a request may have to be good for.
pub(super) const WANTED: &[Option<&str>] = &[None, Some("doc:read"), Some("doc:write"), Some("")];
