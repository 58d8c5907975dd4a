//! The way back of a unique reference: one row or none.
#![allow(unreachable_pub, reason = "models as an application writes them")]

use std::sync::Arc;

use chrono::{DateTime, Utc};
use ennead::prelude::*;
use ennead::{Relation, ToMany, ToUnique};
use serde_json::json;

use crate::Bed;
use crate::tenancy::recorder::statements;

#[model(global, table = "one_plans")]
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    #[key(assigned)]
    pub id: String,
}

#[model(table = "one_users")]
#[derive(Debug, Clone, PartialEq)]
pub struct User {
    #[key]
    pub id: String,
    #[tenant]
    pub organization_id: String,
    /// One of a tenant's users has a plan, and of all tenants many.
    #[unique]
    #[references(Plan, inverse = users)]
    pub plan_id: Option<String>,
    #[unique(global)]
    #[references(Plan, name = trial, inverse = tester)]
    pub trial_id: Option<String>,
}

/// The reference is unique among the living.
#[model(table = "one_profiles")]
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    #[key]
    pub id: String,
    #[tenant]
    pub organization_id: String,
    #[unique]
    #[references(User, inverse = profile)]
    pub user_id: String,
    pub name: String,
    #[deleted_at]
    pub deleted_at: Option<DateTime<Utc>>,
}

/// The reference is the key.
#[model(table = "one_limits")]
#[derive(Debug, Clone, PartialEq)]
pub struct Limits {
    #[key(assigned)]
    #[references(User, on_delete = cascade, inverse = limits)]
    pub user_id: String,
    #[tenant]
    pub organization_id: String,
    pub requests: i64,
}

/// The reference is unique by the struct's own attribute, and belongs to the tenant of its parent.
#[model(tenant(via = profile_id), unique(profile_id), table = "one_pictures")]
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    #[key(assigned)]
    pub id: String,
    #[references(Badge, inverse = picture)]
    pub profile_id: String,
}

#[model(key = "global", table = "one_badges")]
#[derive(Debug, Clone, PartialEq)]
pub struct Badge {
    #[key]
    pub id: String,
    #[tenant]
    pub organization_id: String,
    #[references(Badge, name = next, inverse = previous)]
    #[unique]
    pub next_id: Option<String>,
}

fn models() -> Schema {
    ennead::schema![Plan, User, Profile, Limits, Badge, Picture]
}

async fn filled(bed: &Bed) -> (Db, Tenant) {
    let db = bed.db(&models()).await;
    Plan::create(NewPlan { id: "pro".into() }).run(&db).await.unwrap();
    let acme = db.tenant("acme").unwrap();
    for id in ["ann", "bob"] {
        User::create(NewUser {}).set(User::ID, id).run(&acme).await.unwrap();
    }
    let profile = NewProfile { user_id: "ann".into(), name: "Ann".into() };
    Profile::create(profile).set(Profile::ID, "f1").run(&acme).await.unwrap();
    Limits::create(NewLimits { user_id: "ann".into(), requests: 5 }).run(&acme).await.unwrap();
    (db, acme)
}

async fn one_row_or_none(bed: Bed) {
    let (_, acme) = filled(&bed).await;
    let sent = statements(async {
        let list = User::list().order_by(User::ID.asc()).include((User::PROFILE, User::LIMITS));
        let users = list.run(&acme).await.unwrap();
        let told: Vec<_> = users
            .iter()
            .map(|user| {
                let (profile, limits) = &user.related;
                let profile: Option<&Arc<Profile>> = profile.as_ref();
                (profile.map(|it| it.name.as_str()), limits.as_ref().map(|it| it.requests))
            })
            .collect();
        assert_eq!(told, [(Some("Ann"), Some(5)), (None, None)]);
    });
    assert_eq!(sent.await.len(), 3);
    let ann = User::read("ann").run(&acme).await.unwrap();
    let profile = ann.related(User::PROFILE.include(Profile::USER)).run(&acme).await.unwrap().unwrap();
    assert_eq!(profile.related.as_ref().map(|user| user.id.as_str()), Some("ann"));
    assert_eq!(
        User::count().filter(User::PROFILE.exists(Profile::NAME.eq("Ann"))).run(&acme).await.unwrap(),
        1
    );
    assert_eq!(User::count().filter(User::LIMITS.none()).run(&acme).await.unwrap(), 1);
    // By name it is an object or null, and its conditions are those of one row.
    let list = async |params| models().node("ListUserNode").unwrap().run(&acme, params).await;
    let rows = list(json!({ "order_by": "id", "include": ["profile", "limits"] })).await.unwrap();
    assert_eq!((&rows[0]["profile"]["name"], &rows[0]["limits"]["requests"]), (&json!("Ann"), &json!(5)));
    assert_eq!((&rows[1]["profile"], &rows[1]["limits"]), (&json!(null), &json!(null)));
    let found = list(json!({ "filter": { "limits": { "requests": { "$gt": 4 } } }, "fields": ["id"] })).await;
    assert_eq!(found.unwrap(), json!([{ "id": "ann" }]));
    let found = list(json!({ "filter": { "profile": null }, "fields": ["id"] })).await;
    assert_eq!(found.unwrap(), json!([{ "id": "bob" }]));
    assert!(list(json!({ "include": { "profile": { "limit": 1 } } })).await.unwrap_err().is_invalid_input());
}

/// Among the living there is one; of the dead there may be many, and the living one comes before them.
async fn one_row_among_the_living(bed: Bed) {
    let (_, acme) = filled(&bed).await;
    Profile::delete("f1").run(&acme).await.unwrap();
    let ann = User::read("ann").run(&acme).await.unwrap();
    assert_eq!(ann.related(User::PROFILE).run(&acme).await.unwrap(), None);
    let dead = async || ann.related(User::PROFILE.with_deleted()).run(&acme).await.unwrap();
    assert_eq!(dead().await.unwrap().id, "f1");
    for id in ["f0", "f2"] {
        let profile = NewProfile { user_id: "ann".into(), name: id.into() };
        Profile::create(profile).set(Profile::ID, id).run(&acme).await.unwrap();
        assert_eq!(dead().await.unwrap().id, id, "the living one");
        let one = ann.related(User::PROFILE).run(&acme).await.unwrap();
        assert_eq!(one.unwrap().id, id);
        if id == "f0" {
            Profile::delete(id).run(&acme).await.unwrap();
        }
    }
    let include = json!({ "profile": { "with_deleted": true, "order_by": "id" } });
    let params = json!({ "id": "ann", "include": include });
    let row = models().node("ReadUserNode").unwrap().run(&acme, params).await.unwrap();
    assert_eq!(row["profile"]["id"], "f2");
}

/// What is unique in each tenant only is many where the other row belongs to none.
async fn unique_in_each_tenant_only(bed: Bed) {
    let (db, acme) = filled(&bed).await;
    let _: Relation<Plan, User, ToMany> = Plan::USERS;
    let _: Relation<Plan, User, ToUnique> = Plan::TESTER;
    let _: Relation<Badge, Picture, ToUnique> = Badge::PICTURE;
    let _: Relation<Badge, Badge, ToUnique> = Badge::PREVIOUS;
    let other = db.tenant("other").unwrap();
    User::update("ann").set(User::PLAN_ID, "pro").run(&acme).await.unwrap();
    User::create(NewUser {}).set(User::ID, "eve").set(User::PLAN_ID, "pro").run(&other).await.unwrap();
    User::update("eve").set(User::TRIAL_ID, "pro").run(&other).await.unwrap();
    let across = db.across_tenants("all plans");
    let plans = Plan::list().include((Plan::USERS.order_by(User::ID.asc()), Plan::TESTER)).run(&across).await;
    let (users, tester) = &plans.as_ref().unwrap()[0].related;
    assert_eq!(users.iter().map(|user| user.id.as_str()).collect::<Vec<_>>(), ["ann", "eve"]);
    assert_eq!(tester.as_ref().unwrap().id, "eve");
    let node = models().node("ListPlanNode").unwrap();
    let row = node.run(&acme, json!({ "include": ["users", "tester"] })).await.unwrap()[0].clone();
    assert_eq!((row["users"].as_array().unwrap().len(), &row["tester"]), (1, &json!(null)));
}

async fn one_row_of_itself_and_of_a_parent(bed: Bed) {
    let (_, acme) = filled(&bed).await;
    for (id, next) in [("c", None), ("b", Some("c")), ("a", Some("b"))] {
        let badge = Badge::create(NewBadge {}).set(Badge::ID, id);
        badge.set(Badge::NEXT_ID, next.map(str::to_owned)).run(&acme).await.unwrap();
    }
    Picture::create(NewPicture { id: "p".into(), profile_id: "a".into() }).run(&acme).await.unwrap();
    // Four hops.
    let back = Badge::PREVIOUS.include(Badge::PREVIOUS.include(Badge::PICTURE.include(Picture::PROFILE)));
    let last = Badge::read("c").include(back).run(&acme).await.unwrap();
    let middle = last.related.as_ref().unwrap();
    let first = middle.related.as_ref().unwrap();
    let picture = first.related.as_ref().unwrap();
    assert_eq!((middle.id.as_str(), first.id.as_str(), picture.id.as_str()), ("b", "a", "p"));
    assert_eq!(picture.related.as_ref().unwrap().id, "a");
    let pictured =
        Badge::PREVIOUS.exists(Badge::PREVIOUS.exists(Badge::PICTURE.exists(Picture::PROFILE.any())));
    assert_eq!(Badge::list().filter(pictured).run(&acme).await.unwrap()[0].id, "c");
    let params = json!({ "id": "c", "fields": ["id"], "include": "previous.previous.picture.profile" });
    let row = models().node("ReadBadgeNode").unwrap().run(&acme, params).await.unwrap();
    assert_eq!(row["previous"]["previous"]["picture"]["profile"]["id"], "a");
}

crate::cases![
    one_row_or_none,
    one_row_among_the_living,
    unique_in_each_tenant_only,
    one_row_of_itself_and_of_a_parent,
];
