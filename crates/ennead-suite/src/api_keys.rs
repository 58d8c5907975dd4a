//! API keys: what is accepted, what is refused with one text, whose it is, and what using it leaves behind.
#![allow(unreachable_pub, reason = "models as an application writes them")]

use std::collections::BTreeSet;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use chrono::{DateTime, Utc};
use ennead::api_keys::{ApiKeys, Issued};
use ennead::prelude::*;
use ennead::{AuditRecord, Json};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::Bed;
use crate::accounts::Hands;
use crate::tenancy::recorder;

#[model(table = "platform_api_keys")]
#[derive(Debug, Clone, PartialEq)]
pub struct ApiKey {
    #[key(prefix = "key-")]
    pub id: String,
    #[tenant]
    pub organization_id: String,
    #[hidden]
    #[unique(global)]
    pub key_hash: String,
    pub key_prefix: String,
    #[default(Json(Vec::new()))]
    pub scopes: Json<Vec<String>>,
    #[default(true)]
    pub is_active: bool,
    pub expires_at: Option<DateTime<Utc>>,
    pub revoked_at: Option<DateTime<Utc>>,
    pub last_used_at: Option<DateTime<Utc>>,
    #[deleted_at]
    pub deleted_at: Option<DateTime<Utc>>,
}

#[model(table = "platform_notes", key = "global", audited)]
#[derive(Debug, Clone, PartialEq)]
pub struct Note {
    #[key]
    pub id: String,
    #[tenant]
    pub organization_id: String,
    pub text: String,
}

/// Whose hashes are unique within a tenant only.
#[model(table = "platform_narrow_keys")]
pub struct NarrowKey {
    #[key]
    pub id: String,
    #[tenant]
    pub organization_id: String,
    #[unique]
    pub key_hash: String,
}

/// Whose keys say by another row only whose they are.
#[model(table = "platform_note_keys", tenant(via = note_id))]
pub struct NoteKey {
    #[key]
    pub id: String,
    #[references(Note)]
    pub note_id: String,
    #[unique(global)]
    pub key_hash: String,
}

fn keys() -> ApiKeys<ApiKey> {
    ApiKeys::new("acme", ApiKey::KEY_HASH)
        .unwrap()
        .scopes(ApiKey::SCOPES)
        .is_active(ApiKey::IS_ACTIVE)
        .expires_at(ApiKey::EXPIRES_AT)
        .revoked_at(ApiKey::REVOKED_AT)
        .last_used_at(ApiKey::LAST_USED_AT)
}

async fn open(bed: &Bed) -> (Db, Hands) {
    let hands = Hands::default();
    let schema = ennead::schema![ApiKey, Note];
    (bed.db_with(&schema, Db::builder().clock(hands.clone())).await, hands)
}

async fn issue(keys: &ApiKeys<ApiKey>, tenant: &Tenant, id: &str, scopes: &[&str]) -> Issued {
    let issued = keys.generate();
    let new = NewApiKey { key_hash: issued.hash(), key_prefix: issued.prefix().into() };
    let scopes = Json(scopes.iter().map(|scope| (*scope).to_owned()).collect());
    ApiKey::create(new).set(ApiKey::ID, id).set(ApiKey::SCOPES, scopes).run(tenant).await.unwrap();
    issued
}

async fn a_key_is_made_by_chance_and_shown_on_demand(_: Bed) {
    let keys = keys();
    let mut seen = BTreeSet::new();
    for _ in 0..200 {
        let issued = keys.generate();
        let (secret, prefix) = (issued.reveal(), issued.prefix());
        assert!(secret.starts_with(prefix) && prefix.starts_with("acme_"), "{prefix}");
        assert_eq!((prefix.len(), secret.len(), issued.hash().len()), (13, 13 + 1 + 64, 64));
        assert!(!issued.hash().contains(prefix) && !format!("{issued:?}").contains(&secret[14..]));
        assert!(seen.insert(secret.to_owned()) && seen.insert(secret[14..46].to_owned()));
    }
}

async fn what_cannot_hold_keys_is_told(_: Bed) {
    let error = ApiKeys::new("acme", NarrowKey::KEY_HASH).unwrap_err();
    assert!(error.is_configuration() && error.to_string().contains("#[unique(global)]"), "{error}");
    assert_eq!((error.model(), error.fields()), (Some("NarrowKey"), &["key_hash"][..]));
    let error = ApiKeys::new("acme", NoteKey::KEY_HASH).unwrap_err();
    assert!(error.is_configuration() && error.to_string().contains("#[tenant]"), "{error}");
    for brand in ["", "Acme", "a_b", "a b", "12345678901234567"] {
        assert!(ApiKeys::new(brand, ApiKey::KEY_HASH).unwrap_err().is_configuration(), "{brand}");
    }
}

async fn a_key_opens_the_door_of_its_own_tenant(bed: Bed) {
    let (db, _) = open(&bed).await;
    let keys = keys();
    let (a, b) = (db.tenant("a").unwrap(), db.tenant("b").unwrap());
    let of_a = issue(&keys, &a, "key", &["note:read"]).await;
    let of_b = issue(&keys, &b, "key", &["note:read", "note:write"]).await;
    for (issued, tenant) in [(&of_a, "a"), (&of_b, "b")] {
        let verified = keys.verify(&db, issued.reveal(), Some("note:read")).await.unwrap();
        assert_eq!(verified.tenant.id().to_string(), tenant);
        assert_eq!((verified.key.organization_id.as_str(), verified.key.id.as_str()), (tenant, "key"));
        Note::create(NewNote { text: tenant.into() }).run(&verified.tenant).await.unwrap();
        let notes = Note::list().run(&verified.tenant).await.unwrap();
        assert_eq!(notes.iter().map(|note| note.text.as_str()).collect::<Vec<_>>(), [tenant]);
    }
    assert_eq!(keys.verify(&db, of_b.reveal(), None).await.unwrap().scopes, ["note:read", "note:write"]);
    // One tenant's hash cannot be another's, too.
    let stolen = NewApiKey { key_hash: of_b.hash(), key_prefix: "x".into() };
    assert!(ApiKey::create(stolen).run(&a).await.unwrap_err().is_unique_violation());
}

async fn what_is_refused_is_refused_alike(bed: Bed) {
    let (db, hands) = open(&bed).await;
    let keys = keys();
    let acme = db.tenant("acme").unwrap();
    let good = issue(&keys, &acme, "good", &["note:read"]).await;
    let expired = issue(&keys, &acme, "expired", &["note:read"]).await;
    ApiKey::update("expired").set(ApiKey::EXPIRES_AT, Hands::at(100)).run(&acme).await.unwrap();
    let revoked = issue(&keys, &acme, "revoked", &["note:read"]).await;
    ApiKey::update("revoked").set(ApiKey::REVOKED_AT, Hands::at(0)).run(&acme).await.unwrap();
    let inactive = issue(&keys, &acme, "inactive", &["note:read"]).await;
    ApiKey::update("inactive").set(ApiKey::IS_ACTIVE, false).run(&acme).await.unwrap();
    let deleted = issue(&keys, &acme, "deleted", &["note:read"]).await;
    ApiKey::delete("deleted").run(&acme).await.unwrap();
    // Up to its last moment it is good.
    hands.turn_to(99);
    keys.verify(&db, expired.reveal(), Some("note:read")).await.unwrap();
    hands.turn_to(100);
    let upper = good.reveal().to_uppercase();
    let longer = format!("{}0", good.reveal());
    let shorter = &good.reveal()[..good.reveal().len() - 1];
    let huge = "x".repeat(100_000);
    let read = Some("note:read");
    let cases = [
        (expired.reveal(), read),
        (revoked.reveal(), read),
        (inactive.reveal(), read),
        (deleted.reveal(), read),
        (good.reveal(), Some("note:write")),
        (good.reveal(), Some("")),
        (good.reveal(), Some("note:")),
        ("acme_00000000_nobody", read),
        (&upper, read),
        (&longer, read),
        (shorter, read),
        (&good.hash(), read),
        (good.prefix(), read),
        ("", None),
        ("\0 é ' OR 1 = 1 --", None),
        (&huge, None),
    ];
    let mut texts = BTreeSet::new();
    for (presented, scope) in cases {
        let mut sent = Vec::new();
        let log = recorder::statements(async {
            let error = keys.verify(&db, presented, scope).await.unwrap_err();
            assert!(error.is_unauthorized(), "{error:?}");
            assert_eq!((error.http_status(), error.model()), (401, None));
            sent.push(format!("{error} {error:?}"));
        });
        let statements = log.await;
        assert_eq!(statements.len(), 1, "the same work: {statements:?}");
        texts.extend(sent);
        texts.insert(statements[0].clone());
    }
    assert_eq!(texts.len(), 2, "one text and one statement: {texts:?}");
    keys.verify(&db, good.reveal(), read).await.unwrap();
    // A model without scopes grants none.
    let without = ApiKeys::new("acme", ApiKey::KEY_HASH).unwrap();
    without.verify(&db, good.reveal(), None).await.unwrap();
    assert!(without.verify(&db, good.reveal(), read).await.unwrap_err().is_unauthorized());
    // Without a database it is another error: the key may be good.
    db.close().await;
    assert!(!keys.verify(&db, good.reveal(), read).await.unwrap_err().is_unauthorized());
}

/// Whoever is first has the hash, and whoever comes with the key comes to them.
async fn one_hash_is_one_tenants_however_many_claim_it(bed: Bed) {
    let (db, _) = open(&bed).await;
    let keys = keys();
    for round in 0..5 {
        let issued = keys.generate();
        let claims = (0..12).map(|at| {
            let tenant = db.tenant(format!("t{}", at % 4)).unwrap();
            let new = NewApiKey { key_hash: issued.hash(), key_prefix: "x".into() };
            let id = format!("key-{round}-{at}");
            tokio::spawn(async move { ApiKey::create(new).set(ApiKey::ID, id).run(&tenant).await })
        });
        let ended = futures_util::future::join_all(claims.collect::<Vec<_>>()).await;
        let ended: Vec<_> = ended.into_iter().map(Result::unwrap).collect();
        assert!(ended.iter().flat_map(|ended| ended.as_ref().err()).all(Error::is_unique_violation));
        let [first] = &ended.iter().flatten().collect::<Vec<_>>()[..] else { panic!("{ended:?}") };
        let verified = keys.verify(&db, issued.reveal(), None).await.unwrap();
        assert_eq!(verified.tenant.id().to_string(), first.organization_id);
    }
}

/// Somebody took the unique index away, and two rows claim one hash: then nobody knows whose the key is, and it opens no door.
async fn a_key_that_two_rows_claim_is_refused(bed: Bed) {
    let (db, _) = open(&bed).await;
    let keys = keys();
    let (a, b) = (db.tenant("a").unwrap(), db.tenant("b").unwrap());
    let issued = issue(&keys, &a, "key", &["note:read"]).await;
    let claim = || NewApiKey { key_hash: issued.hash(), key_prefix: "x".into() };
    assert!(ApiKey::create(claim()).run(&b).await.unwrap_err().is_unique_violation());
    let ddl = ennead::schema![ApiKey].ddl(bed.dialect()).unwrap();
    let index = ddl.lines().find(|sql| sql.starts_with("CREATE UNIQUE INDEX") && sql.contains("key_hash"));
    let name = index.unwrap().split('"').nth(1).unwrap().to_owned();
    db.across_tenants("spoil").execute(&format!("DROP INDEX \"{name}\"")).await.unwrap();
    let double = ApiKey::create(claim()).run(&b).await.unwrap();
    let error = keys.verify(&db, issued.reveal(), Some("note:read")).await.unwrap_err();
    assert!(error.is_unauthorized(), "{error:?}");
    ApiKey::bulk_delete().keys([double.id]).hard().run(&b).await.unwrap();
    assert_eq!(keys.verify(&db, issued.reveal(), None).await.unwrap().tenant.id(), a.id());
}

/// When a key was last used, once that is written down.
async fn used(tenant: &Tenant, wanted: Option<DateTime<Utc>>) {
    for _ in 0..200 {
        let key = ApiKey::read("key").run(tenant).await.unwrap();
        if key.last_used_at == wanted {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("never {wanted:?}: {:?}", ApiKey::read("key").run(tenant).await.unwrap().last_used_at);
}

async fn use_is_written_down_once_a_minute(bed: Bed) {
    let (db, hands) = open(&bed).await;
    let acme = db.tenant("acme").unwrap();
    let here = keys();
    let issued = issue(&here, &acme, "key", &[]).await;
    let verify = async |keys: &ApiKeys<ApiKey>| {
        keys.verify(&db, issued.reveal(), None).await.unwrap();
        // What it leaves behind is left when nobody waits any more.
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    verify(&here).await;
    used(&acme, Some(Hands::at(0))).await;
    for second in [1, 30, 59] {
        hands.turn_to(second);
        verify(&here).await;
        // Another process knows by the row.
        verify(&keys()).await;
    }
    used(&acme, Some(Hands::at(0))).await;
    hands.turn_to(60);
    verify(&here).await;
    used(&acme, Some(Hands::at(60))).await;
    hands.turn_to(200);
    let many = (0..20).map(|_| here.verify(&db, issued.reveal(), None));
    futures_util::future::try_join_all(many).await.unwrap();
    used(&acme, Some(Hands::at(200))).await;
}

async fn send(router: &axum::Router, node: &str, key: Option<&str>, body: Value) -> (StatusCode, Value) {
    let mut request = Request::post(format!("/nodes/{node}")).header("content-type", "application/json");
    if let Some(key) = key {
        request = request.header("authorization", key);
    }
    let request = request.body(Body::from(body.to_string())).unwrap();
    let response = router.clone().oneshot(request).await.unwrap();
    let status = response.status();
    if status == StatusCode::UNAUTHORIZED {
        assert_eq!(response.headers()["www-authenticate"], "Bearer");
    }
    let bytes = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, serde_json::from_slice(&bytes).unwrap())
}

async fn a_request_is_its_keys(bed: Bed) {
    let (db, _) = open(&bed).await;
    let keys = keys();
    let (a, b) = (db.tenant("a").unwrap(), db.tenant("b").unwrap());
    let reads = issue(&keys, &a, "key-reads", &["note:read"]).await;
    let writes = issue(&keys, &a, "key-writes", &["note:read", "note:write"]).await;
    let of_b = issue(&keys, &b, "key-b", &["note:read", "note:write"]).await;
    let router = ennead::http::router(ennead::schema![ApiKey, Note], db.clone(), keys.bearer(&db))
        .nodes(["CreateNoteNode", "ListNoteNode", "ListApiKeyNode"])
        .authorize(|caller, node, _| match node {
            "CreateNoteNode" => caller.may("note:write"),
            _ => caller.may("note:read"),
        })
        .security(json!({ "type": "http", "scheme": "bearer" }))
        .build()
        .unwrap();
    let bearer = |issued: &Issued| format!("Bearer {}", issued.reveal());
    let new = json!({ "data": { "text": "secret of a" } });
    let (status, note) = send(&router, "CreateNoteNode", Some(&bearer(&writes)), new.clone()).await;
    assert_eq!((status, &note["organization_id"]), (StatusCode::OK, &json!("a")), "{note}");
    let (status, _) = send(&router, "CreateNoteNode", Some(&bearer(&reads)), new.clone()).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let (_, notes) = send(&router, "ListNoteNode", Some(&bearer(&reads)), json!({})).await;
    assert_eq!(notes.as_array().map(Vec::len), Some(1), "{notes}");
    let (_, notes) = send(&router, "ListNoteNode", Some(&bearer(&of_b)), json!({})).await;
    assert_eq!(notes, json!([]));
    let (_, listed) = send(&router, "ListApiKeyNode", Some(&bearer(&of_b)), json!({})).await;
    assert_eq!(listed.as_array().map(Vec::len), Some(1), "{listed}");
    assert!(!listed.to_string().contains(&of_b.hash()), "a hash is shown to nobody");
    // The audit says which key it was.
    let records = AuditRecord::list().run(&a).await.unwrap();
    let actor = (records[0].actor_kind.as_deref(), records[0].actor_id.as_deref());
    assert_eq!(actor, (Some("api_key"), Some("key-writes")));
    let lower = format!("bearer  {}", reads.reveal());
    assert_eq!(send(&router, "ListNoteNode", Some(&lower), json!({})).await.0, StatusCode::OK);
    ApiKey::update("key-reads").set(ApiKey::IS_ACTIVE, false).run(&a).await.unwrap();
    let (bad, basic) = (bearer(&reads), format!("Basic {}", writes.reveal()));
    let mut answers = BTreeSet::new();
    for key in
        [None, Some(""), Some("Bearer"), Some("Bearer "), Some("Bearer none"), Some(&bad), Some(&basic)]
    {
        let (status, problem) = send(&router, "ListNoteNode", key, json!({})).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{key:?}");
        answers.insert(problem.to_string());
    }
    assert_eq!(answers.len(), 1, "{answers:?}");
}

crate::cases![
    a_key_is_made_by_chance_and_shown_on_demand,
    what_cannot_hold_keys_is_told,
    a_key_opens_the_door_of_its_own_tenant,
    what_is_refused_is_refused_alike,
    one_hash_is_one_tenants_however_many_claim_it,
    a_key_that_two_rows_claim_is_refused,
    use_is_written_down_once_a_minute,
    a_request_is_its_keys,
];
