//! A stored value opens in its own row, column, table and tenant, whole and unchanged; rows are listed whatever is in them.

use ennead::Encrypted;
use ennead::prelude::*;

use super::models::*;
use crate::Bed;

async fn raw(db: &Db, tenant: &str, id: &str) -> RawConnector {
    RawConnector::read(id).run(&db.tenant(tenant).unwrap()).await.unwrap()
}

async fn put(db: &Db, tenant: &str, id: &str, config: Vec<u8>) {
    RawConnector::update(id)
        .set(RawConnector::CONFIG, config)
        .run(&db.tenant(tenant).unwrap())
        .await
        .unwrap();
}

/// What the row's config is, as its owner reads it.
async fn config(db: &Db, tenant: &str, id: &str) -> Result<Login, Error> {
    let scope = db.tenant(tenant).unwrap();
    let row = Connector::read(id).run(&scope).await.unwrap();
    assert_eq!(Connector::list().run(&scope).await.unwrap().len(), 2, "a list opens nothing");
    row.reveal(Connector::CONFIG, &scope)
}

fn refused(result: Result<Login, Error>) {
    let error = result.unwrap_err();
    assert!(error.is_decryption(), "{error:?}");
    assert_eq!(
        (error.http_status(), error.model(), error.fields()),
        (500, Some("Connector"), ["config"].as_slice())
    );
    assert!(error.to_string().starts_with("Connector.config: "), "{error}");
}

async fn two_firms(bed: &Bed) -> Db {
    let (db, _) = open(bed).await;
    for tenant in ["acme", "globex"] {
        let rows = ["a", "b"].map(connector).map(|new| {
            let token = Encrypted::new(secret("token"));
            Connector::create(new).set(Connector::TOKEN, token)
        });
        Connector::bulk_create(rows).run(&db.tenant(tenant).unwrap()).await.unwrap();
    }
    db
}

async fn a_value_that_is_moved_does_not_open(bed: Bed) {
    let db = two_firms(&bed).await;
    let own = raw(&db, "acme", "a").await.config;
    assert_eq!(config(&db, "acme", "a").await.unwrap(), login("a"));
    // Another row; the row of the same key of another tenant; another column; another table with the same tenant and key.
    put(&db, "acme", "b", own.clone()).await;
    refused(config(&db, "acme", "b").await);
    put(&db, "globex", "a", own.clone()).await;
    refused(config(&db, "globex", "a").await);
    put(&db, "acme", "a", raw(&db, "acme", "a").await.token.unwrap()).await;
    refused(config(&db, "acme", "a").await);
    let acme = db.tenant("acme").unwrap();
    let elsewhere =
        Watched::create(NewWatched { id: "a".into(), name: "a".into(), config: Encrypted::new(login("a")) });
    elsewhere.run(&acme).await.unwrap();
    put(&db, "acme", "a", RawWatched::read("a").run(&acme).await.unwrap().config).await;
    refused(config(&db, "acme", "a").await);
    // Back in its place it opens.
    put(&db, "acme", "a", own).await;
    assert_eq!(config(&db, "acme", "a").await.unwrap(), login("a"));
}

async fn a_value_that_is_changed_or_cut_does_not_open(bed: Bed) {
    let db = two_firms(&bed).await;
    let own = raw(&db, "acme", "a").await.config;
    for at in [0, 1, 2, 6, 7, 20, own.len() / 2, own.len() - 1] {
        let mut changed = own.clone();
        changed[at] ^= 0x10;
        put(&db, "acme", "a", changed).await;
        refused(config(&db, "acme", "a").await);
        put(&db, "acme", "a", own[..at].to_vec()).await;
        refused(config(&db, "acme", "a").await);
    }
    put(&db, "acme", "a", br#"{"user":"jo","password":"from before encryption"}"#.to_vec()).await;
    refused(config(&db, "acme", "a").await);
}

async fn a_value_of_another_type_is_told_without_it(bed: Bed) {
    #[model(table = "connectors")]
    #[derive(Debug, Clone)]
    struct Other {
        #[key(assigned)]
        id: String,
        #[tenant]
        firm_id: String,
        config: Encrypted<Vec<i32>>,
        token: Option<Encrypted<bool>>,
    }
    let db = two_firms(&bed).await;
    let acme = db.tenant("acme").unwrap();
    let row = Other::read("a").run(&acme).await.unwrap();
    for error in [row.reveal(Other::CONFIG, &acme).unwrap_err(), row.reveal(Other::TOKEN, &acme).unwrap_err()]
    {
        assert!(error.is_decode() && !error.to_string().contains(CANARY), "{error}");
        assert_eq!(error.model(), Some("Other"));
    }
}

/// A row that was read, written as a whole: to its own place it may go back.
async fn a_stored_value_is_written_to_its_own_row_only(bed: Bed) {
    let db = two_firms(&bed).await;
    let acme = db.tenant("acme").unwrap();
    let row = Connector::read("a").run(&acme).await.unwrap();
    assert!(row.config.stored().is_some() && row.config.given().is_none());
    // The same row, deleted and written again, updated with what it has, and met by an upsert.
    Connector::delete("a").hard().run(&acme).await.unwrap();
    Connector::bulk_create([row.clone()]).run(&acme).await.unwrap();
    Connector::update("a").set(Connector::CONFIG, row.config.clone()).run(&acme).await.unwrap();
    ennead::op::Create::from(row.clone())
        .on_conflict(Connector::ID)
        .update(Connector::CONFIG)
        .run(&acme)
        .await
        .unwrap();
    assert_eq!(config(&db, "acme", "a").await.unwrap(), login("a"));

    let globex = db.tenant("globex").unwrap();
    let errors = [
        Connector::update("b").set(Connector::CONFIG, row.config.clone()).run(&acme).await.unwrap_err(),
        Connector::bulk_update_each([Connector::update("b").set(Connector::CONFIG, row.config.clone())])
            .run(&acme)
            .await
            .unwrap_err(),
        Connector::bulk_create([Connector { id: "c".into(), name: "c".into(), ..row.clone() }])
            .run(&acme)
            .await
            .unwrap_err(),
        Connector::bulk_create([Connector {
            firm_id: "globex".into(),
            name: "c".into(),
            id: "c".into(),
            ..row.clone()
        }])
        .run(&globex)
        .await
        .unwrap_err(),
        Connector::update("a").set(Connector::CONFIG, row.config.clone()).run(&globex).await.unwrap_err(),
        Connector::update("a")
            .set(Connector::TOKEN, Connector::read("b").run(&acme).await.unwrap().token)
            .run(&acme)
            .await
            .unwrap_err(),
    ];
    for error in errors {
        assert!(error.is_decryption() && error.to_string().contains("Encrypted::new"), "{error:?}");
    }
    for (tenant, id) in [("acme", "a"), ("acme", "b"), ("globex", "a"), ("globex", "b")] {
        assert_eq!(
            config(&db, tenant, id).await.unwrap(),
            login(id),
            "nothing was stored that does not open"
        );
    }
}

crate::cases![
    a_value_that_is_moved_does_not_open,
    a_value_that_is_changed_or_cut_does_not_open,
    a_value_of_another_type_is_told_without_it,
    a_stored_value_is_written_to_its_own_row_only,
];
