//! The shapes of the matrix that belong to the tenant of a parent.
#![allow(unreachable_pub, reason = "models as an application writes them")]

use ennead::__private::{Columns, Create};
use ennead::prelude::*;
use ennead::{Column, Filter, Order, TenantId, count};
use serde_json::json;

use super::stage::{told, told_set};
use super::subject::*;
use super::world::{Spec, Who, World};

#[model(table = "m_dash", key = "global")]
#[derive(Debug)]
pub(super) struct Dash {
    #[key]
    pub id: String,
    #[tenant]
    pub tenant_id: String,
    pub name: String,
}

#[model(tenant(via = dash_id), table = "m_frame")]
#[derive(Debug)]
pub(super) struct Frame {
    #[key]
    pub id: String,
    #[references(Dash)]
    pub dash_id: String,
}

macro_rules! by_parent {
    ($model:ident, $a:expr, $b:expr) => {
        vec![
            ("parent = theirs", $model::PARENT_ID.eq($b)),
            ("parent != own", $model::PARENT_ID.ne($a)),
            ("parent in both", $model::PARENT_ID.in_([$a, $b])),
            ("parent = theirs or true", $model::PARENT_ID.eq($b).or(Filter::all([]))),
        ]
    };
}

/// The same along the relation, and back down to the children of the parent.
macro_rules! by_relation {
    ($model:ident, $a:expr, $b:expr) => {
        vec![
            ("a parent", $model::PARENT.any()),
            ("no parent", $model::PARENT.none()),
            ("their parent", $model::PARENT.exists($b)),
            ("not own parent", $model::PARENT.not_exists($a)),
            ("no parent of theirs", $model::PARENT.exists($b).not()),
            (
                "siblings of theirs",
                $model::PARENT
                    .exists($model::PARENT.inverse().exists($model::CODE.eq($model::code_of("their-code")))),
            ),
        ]
    };
}

/// The same in JSON.
fn to_the_parent(a: &Option<String>, b: &Option<String>) -> Vec<(&'static str, serde_json::Value)> {
    let theirs = json!({ "docs": { "$some": { "code": "their-code" } } });
    vec![
        ("parent = theirs", json!({ "parent_id": b })),
        ("parent != own", json!({ "parent_id": { "$ne": a } })),
        ("parent in both", json!({ "parent_id": { "$in": [a, b] } })),
        ("parent = theirs or true", json!({ "$or": [{ "parent_id": b }, {}] })),
        ("a parent", json!({ "parent": {} })),
        ("no parent", json!({ "parent": null })),
        ("siblings of theirs", json!({ "parent": theirs })),
        ("no siblings of theirs", json!({ "parent": { "$none": theirs } })),
    ]
}

fn parent_and_siblings() -> serde_json::Value {
    json!({ "parent": { "include": { "docs": { "limit": 1 } } } })
}

subject! {
    #[model(tenant(via = parent_id), table = "m_via_one", audited)]
    ViaOne, NewViaOne = "via one hop",
    fields { #[references(Dash, inverse = docs)] parent_id: String = |spec, who| spec.parent.clone().unwrap_or(who.dash.clone()) }
    new { parent_id: |spec, who| spec.parent.clone().unwrap_or(who.dash.clone()) }
    owner: |who| text_id(&who.text),
    belongs: |row, who| row.parent_id == who.dash,
    reaching: |a, b| [
        by_parent!(ViaOne, a.dash.clone(), b.dash.clone()),
        by_relation!(ViaOne, Dash::ID.eq(a.dash.clone()), Dash::ID.eq(b.dash.clone())),
    ].concat(),
    const KEY_CLASHES: bool = true;
    const CODE_CLASHES: bool = true;
    fn reparent(update: ennead::op::Update<Self>, parent: &str) -> Option<ennead::op::Update<Self>> {
        Some(update.set(ViaOne::PARENT_ID, parent))
    }
    fn reparent_all(update: ennead::op::BulkUpdate<Self>, parent: &str) -> Option<ennead::op::BulkUpdate<Self>> {
        Some(update.set(ViaOne::PARENT_ID, parent))
    }
    fn includes() -> Option<serde_json::Value> {
        Some(parent_and_siblings())
    }
    fn json_reaching(world: &World) -> Vec<(&'static str, serde_json::Value)> {
        to_the_parent(&Self::parents(&world.a), &Self::parents(&world.b))
    }
    fn including(list: ennead::op::List<Self>, scope: &Tenant) -> Option<Telling<'_>> {
        told_beside!(list, scope, ViaOne::PARENT.include(ViaOne::PARENT.inverse().limit(1)))
    }
    fn parents(who: &Who) -> Option<String> {
        Some(who.dash.clone())
    }
    fn by_owner(filter: Option<Filter<Self>>, scope: &Tenant) -> Telling<'_> {
        told_groups!(filter, scope, ViaOne::PARENT_ID)
    }
}

subject! {
    #[model(tenant(via = parent_id), table = "m_via_two", audited)]
    ViaTwo, NewViaTwo = "via two hops",
    fields { #[references(Frame, inverse = docs)] parent_id: String = |spec, who| spec.parent.clone().unwrap_or(who.frame.clone()) }
    new { parent_id: |spec, who| spec.parent.clone().unwrap_or(who.frame.clone()) }
    owner: |who| text_id(&who.text),
    belongs: |row, who| row.parent_id == who.frame,
    reaching: |a, b| [
        by_parent!(ViaTwo, a.frame.clone(), b.frame.clone()),
        by_relation!(
            ViaTwo,
            Frame::DASH.exists(Dash::ID.eq(a.dash.clone())),
            Frame::DASH.exists(Dash::ID.eq(b.dash.clone()))
        ),
    ].concat(),
    const KEY_CLASHES: bool = true;
    const CODE_CLASHES: bool = true;
    fn reparent(update: ennead::op::Update<Self>, parent: &str) -> Option<ennead::op::Update<Self>> {
        Some(update.set(ViaTwo::PARENT_ID, parent))
    }
    fn reparent_all(update: ennead::op::BulkUpdate<Self>, parent: &str) -> Option<ennead::op::BulkUpdate<Self>> {
        Some(update.set(ViaTwo::PARENT_ID, parent))
    }
    fn includes() -> Option<serde_json::Value> {
        Some(parent_and_siblings())
    }
    fn json_reaching(world: &World) -> Vec<(&'static str, serde_json::Value)> {
        to_the_parent(&Self::parents(&world.a), &Self::parents(&world.b))
    }
    fn including(list: ennead::op::List<Self>, scope: &Tenant) -> Option<Telling<'_>> {
        told_beside!(list, scope, ViaTwo::PARENT.include(ViaTwo::PARENT.inverse().limit(1)))
    }
    fn parents(who: &Who) -> Option<String> {
        Some(who.frame.clone())
    }
    fn by_owner(filter: Option<Filter<Self>>, scope: &Tenant) -> Telling<'_> {
        told_groups!(filter, scope, ViaTwo::PARENT_ID)
    }
}
