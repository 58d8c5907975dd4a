//! Shapes of the matrix whose rows name others where the database does not see it: keys in a list, and a key of one of several models.
#![allow(unreachable_pub, reason = "models as an application writes them")]

use std::future::Future;
use std::pin::Pin;

use ennead::__private::{Columns, Create};
use ennead::prelude::*;
use ennead::{Column, Filter, Order, TenantId, count};
use serde_json::{Value, json};

use super::stage::{told, told_set};
use super::subject::*;
use super::via::{Dash, Frame};
use super::world::{Spec, Who, World};

/// What is named. Each tenant has one of its own and one whose key both have; those of the victim hold the canary.
#[model(table = "m_named")]
#[derive(Debug, Clone)]
pub struct Named {
    #[key]
    pub id: String,
    #[tenant]
    pub tenant_id: String,
    pub name: String,
}

type Planting<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// The tables of the shapes, for somebody who knows nothing of what their columns name.
#[model(table = "m_each")]
pub struct RawEach {
    #[key]
    pub id: String,
    #[tenant]
    pub tenant_id: String,
    pub named_ids: Value,
}

#[model(table = "m_any")]
pub struct RawAny {
    #[key]
    pub id: String,
    #[tenant]
    pub tenant_id: String,
    pub kind: String,
    pub subject: String,
}

/// The rows that may be named, of one tenant.
pub(super) async fn named(scope: &AcrossTenants, who: &Who, name: &str) {
    let rows = [named_of(who), "same-named".to_owned()];
    let rows = rows.map(|id| Named::create(NewNamed { name: name.into() }).set(Named::ID, id));
    Named::bulk_create(rows).in_tenant(who.text.as_str()).run(scope).await.unwrap();
}

fn named_of(who: &Who) -> String {
    format!("{}-named", who.dash)
}

/// What a spec says, else what its owner's rows name: words apart for a list.
fn words(spec: &Spec, who: &Who) -> Value {
    let text = spec.parent.clone().unwrap_or_else(|| format!("{} same-named", named_of(who)));
    list_of(&text)
}

fn list_of(text: &str) -> Value {
    text.split_whitespace().collect()
}

subject! {
    #[model(table = "m_each", audited)]
    EachDoc, NewEachDoc = "a list of keys",
    fields {
        #[tenant] tenant_id: String = |spec, who| who.text.clone(),
        #[references_each(Named, name = named)] named_ids: Value = |spec, who| words(spec, who),
    }
    new { named_ids: |spec, who| words(spec, who) }
    owner: |who| text_id(&who.text),
    belongs: |row, who| row.tenant_id == who.text,
    reaching: |a, b| {
        let mut all = by_tenant!(EachDoc, a.text.clone(), b.text.clone());
        let secret = || Named::NAME.starts_with("canary");
        all.extend([
            ("a named row", EachDoc::NAMED.any()),
            ("no named row", EachDoc::NAMED.none()),
            ("their named row", EachDoc::NAMED.exists(Named::ID.eq(named_of(b)))),
            ("a named row with the canary", EachDoc::NAMED.exists(secret())),
            ("no named row with the canary", EachDoc::NAMED.not_exists(secret())),
            ("named by both", EachDoc::NAMED.exists(Named::ID.eq("same-named").and(secret()))),
        ]);
        all
    },
    const EVERYWHERE: usize = 1;
    fn reparent(update: ennead::op::Update<Self>, parent: &str) -> Option<ennead::op::Update<Self>> {
        Some(update.set(EachDoc::NAMED_IDS, list_of(parent)))
    }
    fn reparent_all(update: ennead::op::BulkUpdate<Self>, parent: &str) -> Option<ennead::op::BulkUpdate<Self>> {
        Some(update.set(EachDoc::NAMED_IDS, list_of(parent)))
    }
    fn parent_json(parent: &str) -> Value {
        json!({ "named_ids": list_of(parent) })
    }
    fn parents(who: &Who) -> Option<String> {
        Some(format!("{} same-named", named_of(who)))
    }
    fn unders(world: &World) -> Vec<Under> {
        let (own, their) = (named_of(&world.a), named_of(&world.b));
        vec![
            Under::kept("Own", format!("{own} same-named {own}")),
            Under::refused("Theirs", their.clone()),
            Under::refused("Missing", "no-such-row".into()),
            Under::refused("Mixed", format!("{own} {their} same-named")),
            Under::kept("Nothing", String::new()),
        ]
    }
    fn plant<'a>(across: &'a AcrossTenants, a: &'a Who, b: &'a Who) -> Planting<'a> {
        Box::pin(async move {
            let list = json!([named_of(b), "same-named", "no-such-row", named_of(a)]);
            let update = RawEach::bulk_update().filter(RawEach::ID.eq("own-2"));
            update.set(RawEach::NAMED_IDS, list).run(across).await.unwrap();
        })
    }
    fn including(list: ennead::op::List<Self>, scope: &Tenant) -> Option<Telling<'_>> {
        told_beside!(list, scope, EachDoc::NAMED)
    }
    fn includes() -> Option<Value> {
        Some(json!(["named"]))
    }
    fn json_reaching(world: &World) -> Vec<(&'static str, Value)> {
        let theirs = named_of(&world.b);
        vec![
            ("a named row", json!({ "named": { "$some": {} } })),
            ("no named row", json!({ "named": { "$none": {} } })),
            ("their named row", json!({ "named": { "$some": { "id": theirs } } })),
            ("a named row with the canary", json!({ "named": { "$some": { "name": { "$starts_with": "canary" } } } })),
            ("no named row with the canary", json!({ "named": { "$none": { "name": { "$starts_with": "canary" } } } })),
            ("their key in the list", json!({ "named_ids": { "$contains": [theirs] } })),
        ]
    }
    fn by_owner(filter: Option<Filter<Self>>, scope: &Tenant) -> Telling<'_> {
        told_groups!(filter, scope, EachDoc::TENANT_ID)
    }
}

/// What tells the model, and the key: `named:ten-a-dash-named`.
fn pair(text: &str) -> (String, String) {
    let (kind, key) = text.split_once(':').unwrap();
    (kind.into(), key.into())
}

fn of(spec: &Spec, who: &Who) -> (String, String) {
    pair(&spec.parent.clone().unwrap_or_else(|| format!("named:{}", named_of(who))))
}

subject! {
    #[model(table = "m_any", audited)]
    AnyDoc, NewAnyDoc = "a key of one of several",
    fields {
        #[tenant] tenant_id: String = |spec, who| who.text.clone(),
        kind: String = |spec, who| of(spec, who).0,
        #[references_any(kind = kind, name = about, "named" => Named, "frame" => Frame, "nothing" => _)]
        subject: String = |spec, who| of(spec, who).1,
    }
    new { kind: |spec, who| of(spec, who).0, subject: |spec, who| of(spec, who).1 }
    owner: |who| text_id(&who.text),
    belongs: |row, who| row.tenant_id == who.text,
    reaching: |a, b| {
        let mut all = by_tenant!(AnyDoc, a.text.clone(), b.text.clone());
        let secret = || Named::NAME.starts_with("canary");
        let siblings = || AnyDoc::ABOUT_NAMED.inverse().exists(AnyDoc::CODE.eq("their-code"));
        all.extend([
            ("about a row", AnyDoc::ABOUT_NAMED.any()),
            ("about no row", AnyDoc::ABOUT_NAMED.none().and(AnyDoc::ABOUT_FRAME.none())),
            ("about theirs", AnyDoc::ABOUT_NAMED.exists(Named::ID.eq(named_of(b)))),
            ("about the canary", AnyDoc::ABOUT_NAMED.exists(secret())),
            ("not about the canary", AnyDoc::ABOUT_NAMED.not_exists(secret())),
            ("about their frame", AnyDoc::ABOUT_FRAME.exists(Frame::DASH.exists(Dash::ID.eq(b.dash.clone())))),
            ("about the same as theirs", AnyDoc::ABOUT_NAMED.exists(siblings())),
            ("not about the same as theirs", AnyDoc::ABOUT_NAMED.exists(siblings()).not()),
        ]);
        all
    },
    const EVERYWHERE: usize = 1;
    fn reparent(update: ennead::op::Update<Self>, parent: &str) -> Option<ennead::op::Update<Self>> {
        let (kind, subject) = pair(parent);
        Some(update.set(AnyDoc::KIND, kind).set(AnyDoc::SUBJECT, subject))
    }
    fn reparent_all(update: ennead::op::BulkUpdate<Self>, parent: &str) -> Option<ennead::op::BulkUpdate<Self>> {
        let (kind, subject) = pair(parent);
        Some(update.set(AnyDoc::KIND, kind).set(AnyDoc::SUBJECT, subject))
    }
    fn parent_json(parent: &str) -> Value {
        let (kind, subject) = pair(parent);
        json!({ "kind": kind, "subject": subject })
    }
    fn parents(who: &Who) -> Option<String> {
        Some(format!("named:{}", named_of(who)))
    }
    fn unders(world: &World) -> Vec<Under> {
        let (own, their) = (named_of(&world.a), named_of(&world.b));
        vec![
            Under::kept("Own", format!("named:{own}")),
            Under::refused("Theirs", format!("named:{their}")),
            Under::refused("Missing", "named:no-such-row".into()),
            Under::refused("TheirFrame", format!("frame:{}", world.b.frame)),
            Under::refused("KeyOfAnother", format!("frame:{own}")),
            Under::refused("UnknownKind", format!("other:{own}")),
            Under::kept("Same", "named:same-named".into()),
            Under::kept("OwnFrame", format!("frame:{}", world.a.frame)),
            Under::kept("NoRow", format!("nothing:{their}")),
        ]
    }
    fn plant<'a>(across: &'a AcrossTenants, a: &'a Who, b: &'a Who) -> Planting<'a> {
        Box::pin(async move {
            for (kind, subject, row, owner) in [
                ("named", named_of(b), "own-2", a),
                ("frame", b.frame.clone(), "same", a),
                // The victim's row is about the attacker's, as far as the database knows.
                ("named", named_of(a), "their-1", b),
            ] {
                let row = RawAny::ID.eq(row).and(RawAny::TENANT_ID.eq(owner.text.clone()));
                let update = RawAny::bulk_update().filter(row).set(RawAny::KIND, kind);
                update.set(RawAny::SUBJECT, subject).run(across).await.unwrap();
            }
        })
    }
    fn including(list: ennead::op::List<Self>, scope: &Tenant) -> Option<Telling<'_>> {
        let back = AnyDoc::ABOUT_NAMED.inverse().limit(2);
        told_beside!(list, scope, (AnyDoc::ABOUT_NAMED.include(back), AnyDoc::ABOUT_FRAME.include(Frame::DASH)))
    }
    fn includes() -> Option<Value> {
        Some(json!(["about_named", "about_frame.dash"]))
    }
    fn json_reaching(world: &World) -> Vec<(&'static str, Value)> {
        vec![
            ("about a row", json!({ "about_named": {} })),
            ("about no row", json!({ "about_named": null, "about_frame": null })),
            ("about theirs", json!({ "about_named": { "id": named_of(&world.b) } })),
            ("about the canary", json!({ "about_named": { "name": { "$starts_with": "canary" } } })),
            ("not about the canary", json!({ "about_named": { "$none": { "name": { "$starts_with": "canary" } } } })),
            ("about their frame", json!({ "about_frame": { "dash": { "id": world.b.dash } } })),
            ("their key", json!({ "subject": named_of(&world.b) })),
        ]
    }
    fn by_owner(filter: Option<Filter<Self>>, scope: &Tenant) -> Telling<'_> {
        told_groups!(filter, scope, AnyDoc::TENANT_ID)
    }
}
