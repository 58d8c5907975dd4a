//! What is refused before anything is sent, typed and by name.

use ennead::prelude::*;
use ennead::{Encrypted, ErrorKind};
use serde_json::json;

use super::models::*;
use crate::Bed;
use crate::tenancy::recorder;

async fn what_cannot_be_bound_to_its_row_is_not_sent(bed: Bed) {
    let (db, _) = open(&bed).await;
    let acme = db.tenant("acme").unwrap();
    Connector::bulk_create([connector("a"), connector("b")]).run(&acme).await.unwrap();
    Watched::create(NewWatched { id: "a".into(), name: "a".into(), config: Encrypted::new(login("a")) })
        .run(&acme)
        .await
        .unwrap();
    let sent = recorder::statements(async {
        let config = || Encrypted::new(login("?"));
        let filtered =
            Connector::bulk_update().filter(Connector::NAME.eq("a")).set(Connector::CONFIG, config());
        let many = [
            filtered.run(&acme).await.unwrap_err(),
            Connector::bulk_update()
                .all_rows()
                .set(Connector::TOKEN, Encrypted::new(secret("?")))
                .run(&acme)
                .await
                .unwrap_err(),
            schema()
                .node("BulkUpdateConnectorNode")
                .unwrap()
                .run(&acme, json!({ "all_rows": true, "data": { "config": login("?") } }))
                .await
                .unwrap_err(),
        ];
        for error in many {
            assert!(error.is_invalid_input() && error.to_string().contains("bulk_update_each"), "{error:?}");
        }
        let met = Connector::create(connector("c"))
            .on_conflict(Connector::NAME)
            .update(Connector::CONFIG)
            .run(&acme)
            .await
            .unwrap_err();
        assert!(met.is_invalid_input() && met.to_string().contains("on_conflict"), "{met:?}");
        let shown = Connector::bulk_update()
            .all_rows()
            .set(Connector::CONFIG, config())
            .statement(bed.dialect())
            .unwrap_err();
        assert!(shown.is_invalid_input());
    })
    .await;
    assert_eq!(sent, Vec::<String>::new());
    // One that is witnessed is refused before its rows are read; the attempt is recorded.
    let error = Watched::bulk_update()
        .all_rows()
        .set(Watched::CONFIG, Encrypted::new(login("?")))
        .run(&acme)
        .await
        .unwrap_err();
    assert!(error.is_invalid_input() && error.fields() == ["config"], "{error:?}");
}

async fn without_keys_nothing_is_written_or_revealed(bed: Bed) {
    let (db, url) = open(&bed).await;
    let row = Connector::create(connector("a")).run(&db.tenant("acme").unwrap()).await.unwrap();
    let keyless = bed.connect(Db::builder(), &url).await.unwrap();
    let acme = keyless.tenant("acme").unwrap();
    let errors = [
        Connector::create(connector("b")).run(&acme).await.unwrap_err(),
        Connector::bulk_create((0..100).map(|at| connector(&at.to_string()))).run(&acme).await.unwrap_err(),
        Connector::update("a")
            .set(Connector::CONFIG, Encrypted::new(login("b")))
            .run(&acme)
            .await
            .unwrap_err(),
        Connector::rotate(&acme).await.unwrap_err(),
        row.reveal(Connector::CONFIG, &acme).unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::Configuration, "{error:?}");
        assert!(error.to_string().contains(".keys(…)"), "{error}");
    }
    // What has no secret is written and read as ever.
    let rows = Connector::list().run(&acme).await.unwrap();
    assert_eq!(rows.len(), 1);
    Connector::update("a").set(Connector::NAME, "renamed").run(&acme).await.unwrap();
    Firm::update("acme").set(Firm::MASTER, None::<Encrypted<String>>).run(&acme).await.unwrap();
}

async fn by_name_a_secret_is_given_and_never_asked_for(bed: Bed) {
    let (db, _) = open(&bed).await;
    let acme = db.tenant("acme").unwrap();
    Connector::create(connector("a")).run(&acme).await.unwrap();
    let schema = schema();
    let run =
        async |node: &str, params: serde_json::Value| schema.node(node).unwrap().run(&acme, params).await;
    for params in [
        json!({ "filter": { "config": login("a") } }),
        json!({ "filter": { "config": null } }),
        json!({ "filter": { "config.password": secret("a") } }),
        json!({ "order_by": ["config"] }),
        json!({ "fields": ["id", "config"] }),
    ] {
        let error = run("ListConnectorNode", params.clone()).await.unwrap_err();
        assert!(error.is_invalid_input() && error.to_string().contains("unknown field"), "{params}: {error}");
    }
    for params in [json!({ "group_by": ["config"] }), json!({ "min": ["config"] })] {
        assert!(run("CountConnectorNode", params).await.unwrap_err().is_invalid_input());
    }
    let data = |config: serde_json::Value| json!({ "data": { "id": "b", "name": "b", "config": config } });
    for wrong in [json!(null), json!("text"), json!({}), json!({ "user": 1, "password": "x" }), json!(["a"])]
    {
        let error = run("CreateConnectorNode", data(wrong)).await.unwrap_err();
        assert!(error.is_invalid_input() && error.to_string().contains("data.config"), "{error}");
        assert_eq!(error.fields(), ["config"]);
    }
    let error = run("UpdateConnectorNode", json!({ "id": "a", "add": { "token": "x" } })).await.unwrap_err();
    assert!(error.is_invalid_input(), "{error:?}");
    let deep = format!("{}1{}", "[".repeat(130), "]".repeat(130));
    assert!(serde_json::from_str::<serde_json::Value>(&deep).is_err(), "no JSON that deep is read at all");
    assert_eq!(Connector::count().run(&acme).await.unwrap(), 1);

    for info in schema.nodes().into_iter().filter(|info| info.model == "Connector") {
        assert!(!info.result.to_string().contains("\"config\""), "{}", info.name);
        if info.name == "CreateConnectorNode" {
            let config = &info.parameters["anyOf"][0]["properties"]["data"]["properties"]["config"];
            assert_eq!(config["writeOnly"], json!(true), "{}", info.parameters);
        }
    }
    let mut workflow = WorkflowBuilder::new();
    workflow.add_node("ReadConnectorNode", "read", json!({ "id": "a" }));
    workflow.add_node("UpdateConnectorNode", "update", json!({ "id": "a", "data": {} }));
    workflow.add_connection("read", "token", "update", "data.token");
    let error = workflow.build(&schema).unwrap_err();
    assert!(error.to_string().contains("token"), "{error}");
}

async fn what_serde_does_not_write_is_refused(bed: Bed) {
    #[model(global, table = "readings")]
    #[derive(Debug, Clone)]
    struct Reading {
        #[key(assigned)]
        id: i32,
        value: Encrypted<f64>,
    }
    let schema = ennead::schema![Reading];
    let db = bed.connect(Db::builder().keys(ring(1, &[])), &bed.url().await).await.unwrap();
    crate::watch::known(schema.clone()).create(&db).await.unwrap();
    let reading = |value| NewReading { id: 1, value: Encrypted::new(value) };
    let error = Reading::create(reading(f64::NAN)).run(&db).await.unwrap_err();
    assert!(error.is_invalid_input() && error.fields() == ["value"], "{error:?}");
    let row = Reading::create(reading(0.1)).run(&db).await.unwrap();
    assert_eq!(row.reveal(Reading::VALUE, &db).unwrap(), 0.1);
}

crate::cases![
    what_cannot_be_bound_to_its_row_is_not_sent,
    without_keys_nothing_is_written_or_revealed,
    by_name_a_secret_is_given_and_never_asked_for,
    what_serde_does_not_write_is_refused,
];
