//! Nothing that a program prints or traces has a secret.

use ennead::prelude::*;
use ennead::{Change, Dialect, Encrypted, Observer, ObserverScope, Write};
use serde_json::json;

use super::models::*;
use crate::Bed;
use crate::tenancy::recorder;

fn silent(what: impl AsRef<str>) {
    assert!(!what.as_ref().contains(CANARY), "{}", what.as_ref());
}

async fn rows_operations_and_statements_show_nothing(bed: Bed) {
    let (db, _) = open(&bed).await;
    let acme = db.tenant("acme").unwrap();
    let create = Connector::create(connector("a"));
    silent(format!("{create:?}"));
    let config = || Encrypted::new(login("b"));
    let update = Connector::update("a").set(Connector::CONFIG, config());
    silent(format!("{update:?}"));
    let upsert = Connector::create(connector("a")).on_conflict(Connector::ID).update(Connector::CONFIG);
    let many = Connector::bulk_create([connector("a"), connector("b")]);
    for dialect in [Dialect::Sqlite, Dialect::Postgres] {
        let shown = [
            create.statement(dialect).unwrap(),
            update.statement(dialect).unwrap(),
            upsert.statement(dialect).unwrap(),
            many.statement(dialect).unwrap(),
        ];
        for statement in shown {
            silent(format!("{statement:?} {statement}"));
            let has = |value: &ennead::Value| match value {
                ennead::Value::Text(text) => text == "{encrypted}",
                ennead::Value::Array(all) => all
                    .iter()
                    .any(|value| matches!(value, ennead::Value::Text(text) if text == "{encrypted}")),
                value => {
                    assert!(!matches!(value, ennead::Value::Plain(_) | ennead::Value::Bytes(_)), "{value:?}");
                    false
                }
            };
            assert!(statement.values().iter().any(has), "{statement}: {:?}", statement.values());
        }
    }
    let row = create.run(&acme).await.unwrap();
    silent(format!("{row:?} {:?}", row.config));
    assert_eq!(format!("{:?}", row.config), "Encrypted(..)");
    let new = connector("b");
    silent(format!("{:?} {:?}", new.config, new.config.clone().given().map(|_| ())));
}

async fn neither_traces_nor_errors_tell(bed: Bed) {
    let (db, url) = open(&bed).await;
    let acme = db.tenant("acme").unwrap();
    let wrong = reopen(&bed, &url, ring(2, &[])).await;
    let traced = recorder::everything(async {
        let row = Connector::create(connector("a")).run(&acme).await.unwrap();
        Watched::create(NewWatched { id: "a".into(), name: "a".into(), config: Encrypted::new(login("w")) })
            .run(&acme)
            .await
            .unwrap();
        let mut errors = vec![
            Connector::create(connector("a")).run(&acme).await.unwrap_err(),
            Connector::bulk_update()
                .all_rows()
                .set(Connector::CONFIG, Encrypted::new(login("c")))
                .run(&acme)
                .await
                .unwrap_err(),
            row.reveal(Connector::CONFIG, &wrong.tenant("acme").unwrap()).unwrap_err(),
            Connector::rotate(&wrong.tenant("acme").unwrap()).await.unwrap_err(),
        ];
        let node = schema().node("CreateConnectorNode").unwrap();
        for config in [
            json!(secret("?")),
            json!({ "user": secret("?") }),
            json!({ "password": [secret("?")], "user": "jo" }),
        ] {
            errors.push(
                node.run(&acme, json!({ "data": { "id": "b", "name": "b", "config": config } }))
                    .await
                    .unwrap_err(),
            );
        }
        for error in errors {
            silent(format!("{error} {error:?}"));
        }
        Connector::rotate(&acme).await.unwrap();
    })
    .await;
    assert!(traced.iter().any(|event| event.contains("INSERT INTO")), "something was traced");
    assert!(traced.iter().any(|event| event.contains("rotated")));
    traced.iter().for_each(silent);
}

struct Looking;

impl Observer<Connector> for Looking {
    async fn before(&self, write: Write<'_, Connector>, _: &ObserverScope) -> Result<(), Error> {
        silent(format!("{write:?}"));
        if let Write::Create(rows) = write {
            for mut row in rows {
                // The application's own code may look at what is given, and give something else.
                let given = row.get(Connector::CONFIG)?.and_then(|config| config.given()).unwrap();
                row.set(Connector::CONFIG, Encrypted::new(Login { user: given.password.clone(), ..given }));
            }
        }
        Ok(())
    }

    async fn after(&self, changes: &[Change<Connector>], scope: &ObserverScope) -> Result<(), Error> {
        silent(format!("{changes:?}"));
        for change in changes {
            let row = change.after.as_ref().unwrap();
            assert_eq!(row.reveal(Connector::CONFIG, scope)?.user, secret(&row.id));
        }
        Ok(())
    }
}

async fn an_observer_sees_what_is_given_and_seals_what_it_sets(bed: Bed) {
    let url = bed.url().await;
    let builder = Db::builder().keys(ring(1, &[])).observe::<Connector>(Looking);
    let db = bed.connect(builder, &url).await.unwrap();
    crate::watch::known(schema()).create(&db).await.unwrap();
    Firm::create(NewFirm { id: "acme".into() }).run(&db.across_tenants("set up")).await.unwrap();
    let acme = db.tenant("acme").unwrap();
    let row = Connector::create(connector("a")).run(&acme).await.unwrap();
    assert_eq!(
        row.reveal(Connector::CONFIG, &acme).unwrap(),
        Login { user: secret("a"), password: secret("a") }
    );
    Connector::bulk_create([connector("b"), connector("c")]).run(&acme).await.unwrap();
}

crate::cases![
    rows_operations_and_statements_show_nothing,
    neither_traces_nor_errors_tell,
    an_observer_sees_what_is_given_and_seals_what_it_sets,
];
