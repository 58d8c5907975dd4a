//! `#[soft_delete]` on a bool or an enumeration: the same as `#[deleted_at]`, but for the moment.

use chrono::{DateTime, Utc};
use ennead::AuditRecord;
use ennead::prelude::*;
use serde_json::json;

use crate::Bed;
use crate::accounts::Hands;

#[derive(DbEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    Active,
    Suspended,
    Deleted,
}

#[model(table = "flag_members", audited)]
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    #[key(assigned)]
    pub id: String,
    #[tenant]
    pub tenant_id: String,
    #[unique]
    pub email: String,
    #[default(Standing::Suspended)]
    #[soft_delete(Standing::Deleted, restore = Active)]
    pub standing: Standing,
    #[version]
    pub version: i64,
}

#[model(table = "flag_tokens", audited)]
#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    #[key(assigned)]
    pub id: String,
    #[tenant]
    pub tenant_id: String,
    #[references(Member, on_delete = cascade, inverse = tokens)]
    pub member_id: String,
    #[unique]
    pub name: String,
    #[default(true)]
    #[soft_delete(false)]
    pub is_active: bool,
}

/// It keeps its token.
#[model(table = "flag_leases")]
#[derive(Debug, Clone, PartialEq)]
pub struct Lease {
    #[key(assigned)]
    pub id: String,
    #[tenant]
    pub tenant_id: String,
    #[references(Token, on_delete = restrict)]
    pub token_id: String,
    #[default(false)]
    #[soft_delete(true)]
    pub revoked: bool,
}

/// It would go with its member, and cannot be marked.
#[model(table = "flag_badges")]
#[derive(Debug, Clone, PartialEq)]
pub struct Badge {
    #[key(assigned)]
    pub id: String,
    #[tenant]
    pub tenant_id: String,
    #[references(Member, on_delete = cascade)]
    pub member_id: String,
}

/// One lives at most beside its member.
#[model(table = "flag_cards")]
#[derive(Debug, Clone, PartialEq)]
pub struct Card {
    #[key(assigned)]
    pub id: String,
    #[tenant]
    pub tenant_id: String,
    #[unique]
    #[references(Member, inverse = card)]
    pub member_id: String,
    #[default(Standing::Active)]
    #[soft_delete(Standing::Deleted)]
    pub standing: Standing,
}

fn schema() -> Schema {
    ennead::schema![Member, Token, Lease, Badge, Card]
}

async fn open(bed: &Bed) -> Tenant {
    let acme = bed.db(&schema()).await.tenant("acme").unwrap();
    for id in ["a", "b"] {
        member(id, id, &acme).await.unwrap();
        let new = NewToken { id: id.into(), member_id: id.into(), name: id.into() };
        Token::create(new).run(&acme).await.unwrap();
    }
    acme
}

async fn member(id: &str, email: &str, at: &Tenant) -> Result<Member, Error> {
    Member::create(NewMember { id: id.into(), email: email.into() }).run(at).await
}

/// The living members and tokens.
async fn living(at: &Tenant) -> String {
    let members = Member::list().order_by(Member::ID.asc()).run(at).await.unwrap();
    let tokens = Token::list().order_by(Token::ID.asc()).run(at).await.unwrap();
    let members: String = members.into_iter().map(|row| row.id).collect();
    format!("{members} {}", tokens.into_iter().map(|row| row.id).collect::<String>())
}

async fn a_delete_marks_by_the_value(bed: Bed) {
    let acme = open(&bed).await;
    Member::delete("a").run(&acme).await.unwrap();
    assert!(Member::read("a").run(&acme).await.unwrap_err().is_not_found());
    assert!(Member::delete("a").run(&acme).await.unwrap_err().is_not_found(), "it is deleted once");
    let dead = Member::read("a").with_deleted().run(&acme).await.unwrap();
    assert_eq!((dead.standing, dead.version), (Standing::Deleted, 2), "a mark is a write");
    assert_eq!(living(&acme).await, "b b");
    let dead = Token::list().only_deleted().run(&acme).await.unwrap();
    assert_eq!(dead.iter().map(|row| (row.id.as_str(), row.is_active)).collect::<Vec<_>>(), [("a", false)]);
    assert_eq!(Token::count().with_deleted().run(&acme).await.unwrap(), 2);
    let error = Token::restore("a").run(&acme).await.unwrap_err();
    assert!(error.is_foreign_key_violation(), "its member is deleted: {error:?}");
    let other = acme.db().tenant("other").unwrap();
    assert!(Member::restore("a").run(&other).await.unwrap_err().is_not_found());
    let back = Member::restore("a").run(&acme).await.unwrap();
    assert_eq!((back.standing, back.version), (Standing::Active, 3), "as `restore` says, not as the default");
    assert!(Member::restore("a").run(&acme).await.unwrap_err().is_not_found(), "it lives");
    assert_eq!(living(&acme).await, "ab b", "a flag tells no batch");
    assert!(Token::restore("a").run(&acme).await.unwrap().is_active);
    Token::delete("a").hard().run(&acme).await.unwrap();
    assert_eq!(Token::count().with_deleted().run(&acme).await.unwrap(), 1);
}

async fn unique_means_unique_among_the_living(bed: Bed) {
    let acme = open(&bed).await;
    assert!(member("c", "a", &acme).await.unwrap_err().is_unique_violation());
    Member::delete("a").run(&acme).await.unwrap();
    member("c", "a", &acme).await.unwrap();
    let error = Member::restore("a").run(&acme).await.unwrap_err();
    assert_eq!(error.constraint(), Some("uq_flag_members_tenant_id_email"), "{error:?}");
    assert!(error.is_unique_violation());
    let again = Member::create(NewMember { id: "d".into(), email: "a".into() }).on_conflict(Member::EMAIL);
    assert_eq!(again.ignore().run(&acme).await.unwrap(), None);
    let again = Token::create(NewToken { id: "z".into(), member_id: "b".into(), name: "b".into() });
    let again = again.on_conflict(Token::NAME).update(Token::MEMBER_ID).run(&acme).await.unwrap();
    assert_eq!(again.id, "b");
    Member::delete("c").run(&acme).await.unwrap();
    assert_eq!(Member::restore("a").run(&acme).await.unwrap().email, "a");
}

/// An update that would mark a row passes no rule of a delete: it is refused, whichever way it comes.
async fn the_value_is_set_by_deletes_alone(bed: Bed) {
    let acme = open(&bed).await;
    let node = |name: &str| schema().node(name).unwrap();
    let data = json!({ "standing": "deleted" });
    let each = json!({ "data": [{ "id": "a", "standing": "deleted" }] });
    let row = json!({ "id": "a", "email": "a", "standing": "deleted" });
    let on = json!({ "on": ["email"], "update": ["standing"] });
    let upsert = || {
        let new = Member::create(NewMember { id: "a".into(), email: "a".into() });
        new.set(Member::STANDING, Standing::Deleted).on_conflict(Member::EMAIL)
    };
    let set = || Member::update("a").set(Member::STANDING, Standing::Deleted);
    let all = Member::bulk_update().all_rows().set(Member::STANDING, Standing::Deleted);
    let lease = Lease::bulk_update().all_rows().set(Lease::REVOKED, true);
    for error in [
        set().run(&acme).await.unwrap_err(),
        all.run(&acme).await.unwrap_err(),
        lease.run(&acme).await.unwrap_err(),
        Member::bulk_update_each([set()]).run(&acme).await.unwrap_err(),
        upsert().update(Member::STANDING).run(&acme).await.unwrap_err(),
        upsert().ignore().run(&acme).await.unwrap_err(),
        acme.transaction(async |tx| set().run(tx).await).await.unwrap_err(),
        node("UpdateMemberNode").run(&acme, json!({ "id": "a", "data": data })).await.unwrap_err(),
        node("BulkUpdateMemberNode").run(&acme, json!({ "all_rows": true, "data": data })).await.unwrap_err(),
        node("BulkUpdateMemberNode").run(&acme, each).await.unwrap_err(),
        node("UpsertMemberNode").run(&acme, json!({ "data": row, "on_conflict": on })).await.unwrap_err(),
    ] {
        assert!(error.is_invalid_input() && error.to_string().contains("`delete`"), "{error:?}");
        assert!(!error.fields().is_empty(), "{error:?}");
    }
    assert_eq!(living(&acme).await, "ab ab");
    // The other values are nobody's but the application's.
    Member::update("a").set(Member::STANDING, Standing::Suspended).run(&acme).await.unwrap();
    Token::update("a").set(Token::IS_ACTIVE, true).run(&acme).await.unwrap();
    node("BulkDeleteMemberNode").run(&acme, json!({ "ids": ["a"] })).await.unwrap();
    assert!(
        Member::update("a")
            .set(Member::STANDING, Standing::Active)
            .run(&acme)
            .await
            .unwrap_err()
            .is_not_found()
    );
    assert_eq!(living(&acme).await, "b b");
}

async fn references_are_followed(bed: Bed) {
    let acme = open(&bed).await;
    let lease = NewLease { id: "l".into(), token_id: "a".into() };
    Lease::create(lease).run(&acme).await.unwrap();
    for error in
        [Token::delete("a").run(&acme).await.unwrap_err(), Member::delete("a").run(&acme).await.unwrap_err()]
    {
        assert!(error.is_foreign_key_violation(), "{error:?}");
        assert_eq!(error.constraint(), Some("fk_flag_leases_tenant_id_token_id"));
    }
    assert_eq!(living(&acme).await, "ab ab", "nothing half done");
    Lease::delete("l").run(&acme).await.unwrap();
    assert!(Lease::read("l").with_deleted().run(&acme).await.unwrap().revoked);
    Member::delete("a").run(&acme).await.unwrap();
    assert_eq!(living(&acme).await, "b b");
    Badge::create(NewBadge { id: "x".into(), member_id: "b".into() }).run(&acme).await.unwrap();
    let error = Member::bulk_delete().all_rows().run(&acme).await.unwrap_err();
    assert!(error.is_foreign_key_violation() && error.to_string().contains("Badge"), "{error:?}");
    assert_eq!(living(&acme).await, "b b");
    let living_tokens = Member::list().filter(Member::TOKENS.any()).with_deleted().run(&acme).await.unwrap();
    assert_eq!(living_tokens.len(), 1, "a related row that is deleted is none");
}

/// Every mark has its record, whoever's delete it follows, and so has every way back.
async fn marks_that_follow_are_audited(bed: Bed) {
    let acme = open(&bed).await;
    Member::delete("a").run(&acme).await.unwrap();
    Member::restore("a").run(&acme).await.unwrap();
    Token::restore("a").run(&acme).await.unwrap();
    let records = AuditRecord::list().order_by(AuditRecord::ID.asc()).run(&acme).await.unwrap();
    let told = |record: &AuditRecord| {
        format!("{} {} {}", record.operation, record.model, record.row_key.as_deref().unwrap_or("-"))
    };
    let told: Vec<String> = records.iter().map(told).filter(|line| !line.starts_with("create")).collect();
    let want = ["soft_delete Member a", "soft_delete Token a", "restore Member a", "restore Token a"];
    assert_eq!(told, want);
    let history = Token::history("a").oldest_first().run(&acme).await.unwrap();
    assert_eq!(history[1].before(Token::IS_ACTIVE).unwrap(), Some(true));
    assert_eq!(history[1].after(Token::IS_ACTIVE).unwrap(), Some(false));
}

async fn a_row_beside_another_is_the_living_one(bed: Bed) {
    let acme = open(&bed).await;
    for (id, last) in [("c1", false), ("c0", false), ("c2", true)] {
        Card::create(NewCard { id: id.into(), member_id: "a".into() }).run(&acme).await.unwrap();
        if !last {
            Card::delete(id).run(&acme).await.unwrap();
        }
    }
    let cards = Member::list().order_by(Member::ID.asc()).include(Member::CARD.with_deleted());
    let cards = cards.run(&acme).await.unwrap();
    let shown: Vec<Option<String>> =
        cards.into_iter().map(|row| row.related.map(|card| card.id.clone())).collect();
    assert_eq!(shown, [Some("c2".to_owned()), None]);
    Card::delete("c2").run(&acme).await.unwrap();
    let list = schema().node("ListMemberNode").unwrap();
    let params = json!({ "include": { "card": { "with_deleted": true } }, "order_by": "id" });
    let rows = list.run(&acme, params).await.unwrap();
    assert_eq!(rows[0]["card"]["id"], "c0", "of the dead the first by its key");
}

/// A row may be created as one that is deleted; it is then in nobody's way.
async fn a_row_may_begin_as_deleted(bed: Bed) {
    let acme = open(&bed).await;
    let old = Member::create(NewMember { id: "old".into(), email: "a".into() });
    old.set(Member::STANDING, Standing::Deleted).run(&acme).await.unwrap();
    assert_eq!(living(&acme).await, "ab ab");
    assert!(Member::restore("old").run(&acme).await.unwrap_err().is_unique_violation());
    Member::delete("a").run(&acme).await.unwrap();
    assert_eq!(Member::restore("old").run(&acme).await.unwrap().standing, Standing::Active);
    // A key stays taken, and an upsert by it changes no dead row.
    let again = |id: &str| Member::create(NewMember { id: id.into(), email: "new".into() });
    let error = again("a").on_conflict(Member::ID).update(Member::EMAIL).run(&acme).await.unwrap_err();
    assert!(error.is_unique_violation(), "{error:?}");
    let bulk = Member::bulk_create([again("old"), again("a")]).on_conflict(Member::ID);
    assert!(bulk.update(Member::EMAIL).run(&acme).await.unwrap_err().is_unique_violation());
    assert_eq!(again("a").on_conflict(Member::ID).ignore().run(&acme).await.unwrap(), None);
    let emails = Member::list().with_deleted().filter(Member::EMAIL.eq("new")).run(&acme).await.unwrap();
    assert_eq!(emails, [], "all or none");
    let row = again("old").on_conflict(Member::ID).update(Member::EMAIL).run(&acme).await.unwrap();
    assert_eq!(row.email, "new");
}

/// A flag and a moment together: the flag tells who lives, and the moment what was deleted together.
#[model(table = "flag_rooms")]
#[derive(Debug, Clone, PartialEq)]
pub struct Room {
    #[key(assigned)]
    pub id: String,
    #[tenant]
    pub tenant_id: String,
    #[references(Room, on_delete = cascade, name = house, inverse = rooms)]
    pub house_id: Option<String>,
    #[unique]
    pub number: Option<i64>,
    #[default(true)]
    #[soft_delete(false)]
    pub is_open: bool,
    #[deleted_at]
    pub closed_at: Option<DateTime<Utc>>,
}

async fn rooms(bed: &Bed) -> (Tenant, Hands) {
    let hands = Hands::default();
    let db = bed.db_with(&ennead::schema![Room], Db::builder().clock(hands.clone())).await;
    let acme = db.tenant("acme").unwrap();
    for (id, house) in [("h", None), ("r1", Some("h")), ("r2", Some("h"))] {
        let new = Room::create(NewRoom { id: id.into() });
        new.set(Room::HOUSE_ID, house.map(str::to_owned)).run(&acme).await.unwrap();
    }
    (acme, hands)
}

async fn open_rooms(at: &Tenant) -> String {
    let rooms = Room::list().order_by(Room::ID.asc()).run(at).await.unwrap();
    rooms.into_iter().map(|room| room.id).collect()
}

async fn beside_a_moment_a_restore_brings_the_batch(bed: Bed) {
    let (acme, hands) = rooms(&bed).await;
    hands.turn_to(10);
    Room::delete("r1").run(&acme).await.unwrap();
    hands.turn_to(20);
    Room::delete("h").run(&acme).await.unwrap();
    assert_eq!(open_rooms(&acme).await, "");
    let closed = Room::read("r2").with_deleted().run(&acme).await.unwrap();
    assert_eq!((closed.is_open, closed.closed_at), (false, Some(Hands::at(20))));
    let back = Room::restore("h").run(&acme).await.unwrap();
    assert_eq!((back.is_open, back.closed_at), (true, None));
    assert_eq!(open_rooms(&acme).await, "hr2", "r1 was deleted before, on its own");
}

async fn a_restore_whose_unique_value_is_taken_brings_nothing_back(bed: Bed) {
    let (acme, _) = rooms(&bed).await;
    Room::update("r2").set(Room::NUMBER, 7).run(&acme).await.unwrap();
    Room::delete("h").run(&acme).await.unwrap();
    Room::create(NewRoom { id: "x".into() }).set(Room::NUMBER, 7).run(&acme).await.unwrap();
    let error = Room::restore("h").run(&acme).await.unwrap_err();
    assert!(error.is_unique_violation(), "{error:?}");
    assert_eq!(error.fields(), ["tenant_id", "number"]);
    assert_eq!(open_rooms(&acme).await, "x");
    Room::delete("x").run(&acme).await.unwrap();
    Room::restore("h").run(&acme).await.unwrap();
    assert_eq!(open_rooms(&acme).await, "hr1r2");
}

/// A moment is set by deletes alone, too, and says the same as the flag beside it.
async fn a_moment_is_set_by_deletes_alone(bed: Bed) {
    let (acme, _) = rooms(&bed).await;
    let now = Some(Hands::at(5));
    let room = || Room::create(NewRoom { id: "x".into() }).set(Room::NUMBER, 1);
    for error in [
        Room::update("h").set(Room::CLOSED_AT, now).run(&acme).await.unwrap_err(),
        Room::bulk_update().all_rows().set(Room::CLOSED_AT, now).run(&acme).await.unwrap_err(),
        room().set(Room::CLOSED_AT, now).run(&acme).await.unwrap_err(),
        room().set(Room::IS_OPEN, false).run(&acme).await.unwrap_err(),
        room()
            .set(Room::CLOSED_AT, now)
            .set(Room::IS_OPEN, false)
            .on_conflict(Room::NUMBER)
            .update(Room::CLOSED_AT)
            .run(&acme)
            .await
            .unwrap_err(),
    ] {
        assert!(error.is_invalid_input(), "{error:?}");
        assert!(error.fields().contains(&"closed_at"), "{error:?}");
    }
    assert_eq!(open_rooms(&acme).await, "hr1r2");
    Room::update("h").set(Room::CLOSED_AT, None).run(&acme).await.unwrap();
    room().set(Room::CLOSED_AT, now).set(Room::IS_OPEN, false).run(&acme).await.unwrap();
    assert_eq!(open_rooms(&acme).await, "hr1r2");
    assert_eq!(Room::restore("x").run(&acme).await.unwrap().number, Some(1));
}

/// What is deleted is shown, counted and brought back by name too, and only where it is asked for.
async fn by_name_the_deleted_are_shown_and_brought_back(bed: Bed) {
    let acme = open(&bed).await;
    let schema = schema();
    let run = async |name: &str, params| schema.node(name).unwrap().run(&acme, params).await;
    run("DeleteMemberNode", json!({ "id": "a" })).await.unwrap();
    let ids = |rows: serde_json::Value| -> String {
        rows.as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
    };
    let list = |more: serde_json::Value| {
        let mut params = json!({ "order_by": "id" });
        params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        params
    };
    assert_eq!(ids(run("ListMemberNode", list(json!({}))).await.unwrap()), "b");
    assert_eq!(ids(run("ListMemberNode", list(json!({ "with_deleted": true }))).await.unwrap()), "ab");
    assert_eq!(ids(run("ListMemberNode", list(json!({ "only_deleted": true }))).await.unwrap()), "a");
    let page = json!({ "only_deleted": true, "cursor": null, "limit": 1 });
    assert_eq!(ids(run("ListMemberNode", list(page)).await.unwrap()["items"].take()), "a");
    assert_eq!(run("CountMemberNode", json!({ "only_deleted": true })).await.unwrap()["count"], 1);
    assert_eq!(run("CountMemberNode", json!({ "with_deleted": true })).await.unwrap()["count"], 2);
    let both = json!({ "with_deleted": true, "only_deleted": true });
    assert!(run("CountMemberNode", both).await.unwrap_err().is_invalid_input());
    assert!(run("ReadMemberNode", json!({ "id": "a" })).await.unwrap_err().is_not_found());
    let dead = run("ReadMemberNode", json!({ "id": "a", "with_deleted": true })).await.unwrap();
    assert_eq!(dead["standing"], "deleted");
    let back = run("UpdateMemberNode", json!({ "id": "a", "restore": true })).await.unwrap();
    assert_eq!(back["standing"], "active");
    let again = run("UpdateMemberNode", json!({ "id": "a", "restore": true })).await;
    assert!(again.unwrap_err().is_not_found(), "it lives");
    let more = json!({ "id": "a", "restore": true, "data": { "email": "x" } });
    assert!(run("UpdateMemberNode", more).await.unwrap_err().is_invalid_input());
    // A model without a soft deletion has no such parameter.
    let error = run("ListBadgeNode", json!({ "with_deleted": true })).await.unwrap_err();
    assert!(error.is_invalid_input() && error.to_string().contains("with_deleted"), "{error:?}");
    let old = json!({ "data": { "id": "old", "email": "a", "standing": "deleted" } });
    assert_eq!(run("CreateMemberNode", old).await.unwrap()["standing"], "deleted");
    let taken = run("UpdateMemberNode", json!({ "id": "old", "restore": true })).await.unwrap_err();
    assert!(taken.is_unique_violation(), "{taken:?}");
    let update = schema.node("UpdateMemberNode").unwrap().describe().parameters.to_string();
    assert!(update.contains(r#""standing":{"enum":["active","suspended"]}"#), "{update}");
}

/// Organizations leave, and a tenant does neither mark its own nor bring it back.
#[model(tenant_root, table = "flag_organizations")]
#[derive(Debug, Clone, PartialEq)]
pub struct Organization {
    #[key(assigned)]
    pub id: String,
    pub name: String,
    #[default(Standing::Active)]
    #[soft_delete(Standing::Deleted)]
    pub standing: Standing,
}

/// What its owner shares while it lives.
#[model(table = "flag_posters", shared_when = "is_public")]
#[derive(Debug, Clone, PartialEq)]
pub struct Poster {
    #[key(assigned)]
    pub id: String,
    #[tenant]
    #[references(Organization)]
    pub organization_id: String,
    #[default(true)]
    pub is_public: bool,
    #[default(true)]
    #[soft_delete(false)]
    pub hangs: bool,
}

async fn tenants_and_what_they_share(bed: Bed) {
    let db = bed.db(&ennead::schema![Organization, Poster]).await;
    let across = db.across_tenants("sign-up");
    for id in ["acme", "other"] {
        let new = NewOrganization { id: id.into(), name: id.into() };
        Organization::create(new).run(&across).await.unwrap();
    }
    let (acme, other) = (db.tenant("acme").unwrap(), db.tenant("other").unwrap());
    Poster::create(NewPoster { id: "p".into() }).run(&acme).await.unwrap();
    assert_eq!(Poster::list().run(&other).await.unwrap().len(), 1);
    Poster::delete("p").run(&acme).await.unwrap();
    assert_eq!(Poster::list().with_deleted().run(&other).await.unwrap(), [], "its owner took it down");
    assert_eq!(Poster::list().with_deleted().run(&acme).await.unwrap().len(), 1);
    Organization::delete("acme").run(&across).await.unwrap();
    assert!(Organization::restore("acme").run(&acme).await.unwrap_err().is_invalid_input());
    assert_eq!(Organization::count().run(&across).await.unwrap(), 1);
    Organization::restore("acme").run(&across).await.unwrap();
    let suspended = Organization::update("acme").set(Organization::STANDING, Standing::Suspended);
    assert_eq!(suspended.run(&acme).await.unwrap().standing, Standing::Suspended);
}

crate::cases![
    a_delete_marks_by_the_value,
    unique_means_unique_among_the_living,
    the_value_is_set_by_deletes_alone,
    references_are_followed,
    marks_that_follow_are_audited,
    a_row_beside_another_is_the_living_one,
    a_row_may_begin_as_deleted,
    beside_a_moment_a_restore_brings_the_batch,
    a_restore_whose_unique_value_is_taken_brings_nothing_back,
    a_moment_is_set_by_deletes_alone,
    by_name_the_deleted_are_shown_and_brought_back,
    tenants_and_what_they_share,
];
