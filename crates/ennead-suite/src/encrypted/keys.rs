//! Keys that are lost, wrong or out of reach.

use ennead::prelude::*;
use ennead::{Encrypted, ErrorKind, Key, KeyProvider, KeyRing};

use super::models::*;
use crate::Bed;

async fn a_lost_or_wrong_key_is_told_by_its_id(bed: Bed) {
    let (db, url) = open(&bed).await;
    Connector::create(connector("a")).run(&db.tenant("acme").unwrap()).await.unwrap();

    let lost = reopen(&bed, &url, ring(2, &[3])).await.tenant("acme").unwrap();
    let row = Connector::list().run(&lost).await.unwrap().pop().unwrap();
    let error = row.reveal(Connector::CONFIG, &lost).unwrap_err();
    assert!(error.is_decryption() && error.to_string().contains("\"key-1\""), "{error}");
    assert!(error.to_string().contains(".keys(…)"), "{error}");
    let by_name =
        schema().node("ListConnectorNode").unwrap().run(&lost, serde_json::json!({})).await.unwrap();
    assert_eq!(by_name.as_array().unwrap().len(), 1, "a lost key breaks no list");

    let wrong = KeyRing::new(Key::new("key-1", [9; 32]).unwrap());
    let wrong = reopen(&bed, &url, wrong).await.tenant("acme").unwrap();
    let error = row.reveal(Connector::CONFIG, &wrong).unwrap_err();
    assert!(error.is_decryption() && error.to_string().contains("\"key-1\""), "{error}");

    // An older key opens, and the current one is written with.
    let both = reopen(&bed, &url, ring(2, &[1])).await.tenant("acme").unwrap();
    assert_eq!(row.reveal(Connector::CONFIG, &both).unwrap(), login("a"));
    let new = Connector::create(connector("b")).run(&both).await.unwrap();
    assert!(new.config.stored().unwrap().starts_with(b"\x01\x05key-2"));
}

struct OutOfReach;

impl KeyProvider for OutOfReach {
    fn current(&self) -> Result<Key, Error> {
        Err(Error::new(ErrorKind::Connection, "the vault is out of reach"))
    }
    fn key(&self, _: &str) -> Result<Option<Key>, Error> {
        Err(Error::new(ErrorKind::Connection, "the vault is out of reach"))
    }
}

async fn a_provider_that_fails_ends_the_operation_with_its_error(bed: Bed) {
    let (db, url) = open(&bed).await;
    let row = Connector::create(connector("a")).run(&db.tenant("acme").unwrap()).await.unwrap();
    let db = bed.connect(Db::builder().keys(OutOfReach), &url).await.unwrap();
    let acme = db.tenant("acme").unwrap();
    let errors = [
        Connector::create(connector("b")).run(&acme).await.unwrap_err(),
        Watched::create(NewWatched { id: "b".into(), name: "b".into(), config: Encrypted::new(login("b")) })
            .run(&acme)
            .await
            .unwrap_err(),
        acme.transaction(async |tx| {
            Connector::update("a").set(Connector::NAME, "changed").run(tx).await?;
            Connector::update("a").set(Connector::CONFIG, Encrypted::new(login("b"))).run(tx).await
        })
        .await
        .unwrap_err(),
        row.reveal(Connector::CONFIG, &acme).unwrap_err(),
        Connector::rotate(&acme).await.unwrap_err(),
    ];
    for error in errors {
        assert!(error.is_connection() && error.to_string().contains("vault"), "{error:?}");
    }
    let rows = Connector::list().run(&acme).await.unwrap();
    assert_eq!((rows.len(), rows[0].name.as_str()), (1, "a"), "nothing is half done");
    assert_eq!(Watched::count().run(&acme).await.unwrap(), 0);
}

crate::cases![a_lost_or_wrong_key_is_told_by_its_id, a_provider_that_fails_ends_the_operation_with_its_error,];
