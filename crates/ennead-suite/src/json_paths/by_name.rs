//! Changes at paths by name: what stands where, and what is refused by which name.

use ennead::prelude::*;
use serde_json::{Value, json};

use super::{Account, NewVault, Vault, account, data, of, rows, schema};
use crate::Bed;

async fn node(tenant: &Tenant, name: &str, params: Value) -> Result<Value, Error> {
    schema().node(name)?.run(tenant, params).await
}

async fn nodes_change_paths(bed: Bed) {
    let tenant = bed.db(&schema()).await.tenant("acme").unwrap();
    of("a", json!({ "n": 1, "gone": 1 })).run(&tenant).await.unwrap();
    let paths = json!([
        { "field": "data", "path": ["n"], "add": 2 },
        { "field": "data", "path": ["a.b", "0"], "set": { "x": null } },
        { "field": "data", "path": ["gone"], "remove": true },
        { "field": "usage", "path": ["runs"], "add": 1.0 },
        { "field": "note", "path": ["n"], "set": null },
    ]);
    let row =
        node(&tenant, "UpdateAccountNode", json!({ "id": "a", "paths": paths, "add": { "number": 1 } }));
    let row = row.await.unwrap();
    assert_eq!(row["data"], json!({ "n": 3, "a.b": { "0": { "x": null } } }));
    assert_eq!(
        (&row["usage"], &row["note"], &row["number"]),
        (&json!({ "runs": 1 }), &json!({ "n": null }), &json!(1))
    );
    let alone = json!({ "id": "a", "data": { "number": 5 }, "paths": [{ "field": "data", "path": ["n"], "add": 1 }] });
    assert_eq!(node(&tenant, "UpdateAccountNode", alone).await.unwrap()["data"]["n"], 4);
    let all = json!({ "all_rows": true, "paths": [{ "field": "data", "path": ["n"], "add": 1 }] });
    assert_eq!(node(&tenant, "BulkUpdateAccountNode", all).await.unwrap(), json!({ "affected": 1 }));
    let conflict = json!({ "on": "code", "paths": [{ "field": "data", "path": ["n"], "add": 10 }], "add": { "number": 2 } });
    let upsert = json!({ "data": { "id": "a", "code": "code-a" }, "on_conflict": conflict });
    let row = node(&tenant, "UpsertAccountNode", upsert.clone()).await.unwrap();
    assert_eq!((&row["data"]["n"], &row["number"]), (&json!(15), &json!(7)));
    let many = json!({ "data": [upsert["data"], { "id": "b", "code": "b" }], "on_conflict": conflict });
    node(&tenant, "BulkCreateAccountNode", many).await.unwrap();
    assert_eq!(data(&tenant, "a").await["n"], 25);
    assert_eq!(data(&tenant, "b").await, json!({}));
}

async fn nodes_refuse_what_is_no_change(bed: Bed) {
    let tenant = bed.db(&schema()).await.tenant("acme").unwrap();
    of("a", json!({ "t": "x" })).run(&tenant).await.unwrap();
    let before = rows(&tenant).await;
    let one = |change: Value| json!({ "id": "a", "paths": [change] });
    for (params, what) in [
        (one(json!({ "field": "dta", "path": ["x"], "set": 1 })), "did you mean \"data\"?"),
        (
            one(json!({ "field": "number", "path": ["x"], "set": 1 })),
            "only a JSON field has paths; those of the model are data, note",
        ),
        (one(json!({ "field": "origin", "path": ["x"], "set": 1 })), "cannot be changed"),
        (one(json!({ "field": "data", "path": ["x"], "sett": 1 })), "did you mean \"set\"?"),
        (one(json!({ "field": "data", "path": ["x"] })), "give one of `set`, `add` and `remove`"),
        (one(json!({ "field": "data", "path": ["x"], "set": 1, "add": 1 })), "give one of"),
        (one(json!({ "field": "data", "path": ["x"], "set": 1, "ad": 1 })), "unknown parameter"),
        (one(json!({ "field": "data", "path": "x", "set": 1 })), "expected an array of strings"),
        (one(json!({ "field": "data", "path": [0], "set": 1 })), "expected an array of strings"),
        (one(json!({ "field": "data", "path": [], "set": 1 })), "1 to 32 parts"),
        (one(json!({ "field": "data", "path": ["\0"], "set": 1 })), "NUL"),
        (one(json!({ "field": "data", "path": ["x"], "add": "1" })), "expected a number, got a string"),
        (one(json!({ "field": "data", "path": ["x"], "add": u64::MAX })), "out of range for i64"),
        (one(json!({ "field": "data", "path": ["x"], "remove": false })), "expected true"),
        (one(json!({ "path": ["x"], "set": 1 })), "paths[0].field: is required"),
        (one(json!({ "field": "data", "set": 1 })), "paths[0].path: is required"),
        (one(json!("data.x")), "expected an object, got a string"),
        (json!({ "id": "a", "paths": { "data.x": 1 } }), "expected an array, got an object"),
        (json!({ "id": "a", "paths": [] }), "sets nothing"),
        (json!({ "id": "a", "path": [] , "data": { "number": 1 } }), "did you mean \"paths\"?"),
        (json!({ "id": "a", "add": { "data": [{ "k": "set", "p": ["x"], "v": 1 }] } }), "changes by `paths`"),
        (json!({ "id": "a", "add": { "code": "x" } }), "is no number"),
        (
            json!({ "id": "a", "data": { "data": {} }, "paths": [{ "field": "data", "path": ["x"], "set": 1 }] }),
            "set twice",
        ),
        (one(json!({ "field": "data", "path": ["t", "x"], "set": 1 })), "leads through a value"),
        (one(json!({ "field": "usage", "path": ["x"], "set": "x" })), "another shape"),
    ] {
        let error = node(&tenant, "UpdateAccountNode", params.clone()).await.unwrap_err();
        assert!(error.is_invalid_input() && error.to_string().contains(what), "{params}: {error}");
    }
    let ignoring =
        json!({ "on": "id", "ignore": true, "paths": [{ "field": "data", "path": ["x"], "set": 1 }] });
    let upsert = json!({ "data": { "id": "a", "code": "code-a" }, "on_conflict": ignoring });
    let error = node(&tenant, "UpsertAccountNode", upsert).await.unwrap_err();
    assert!(error.to_string().contains("`ignore` excludes"), "{error}");
    assert_eq!(rows(&tenant).await, before);
}

async fn hidden_json_changes_by_type_alone(bed: Bed) {
    let tenant = bed.db(&schema()).await.tenant("acme").unwrap();
    Vault::create(NewVault { id: "a".into() })
        .set(Vault::SECRET, json!({ "n": 1 }))
        .run(&tenant)
        .await
        .unwrap();
    let add = |field: &str| json!({ "id": "a", "paths": [{ "field": field, "path": ["n"], "add": 1 }] });
    let error = node(&tenant, "UpdateVaultNode", add("secret")).await.unwrap_err();
    assert!(error.to_string().contains("unknown field") && !error.to_string().contains("secret"), "{error}");
    node(&tenant, "UpdateVaultNode", add("open")).await.unwrap();
    let filter = json!({ "filter": { "open.n": { "$lt": { "$field": "secret.n" } } } });
    let error = node(&tenant, "ListVaultNode", filter).await.unwrap_err();
    assert!(error.to_string().contains("unknown field"), "{error}");
    let row = Vault::update("a").add_path(Vault::SECRET, ["n"], 1).run(&tenant).await.unwrap();
    assert_eq!((row.secret, row.open), (json!({ "n": 2 }), json!({ "n": 1 })));
}

async fn filters_compare_places_by_name(bed: Bed) {
    let tenant = bed.db(&schema()).await.tenant("acme").unwrap();
    for (id, usage, quota) in [("a", 1, 2), ("b", 2, 2), ("c", 3, 2)] {
        let new = Account::create(account(id))
            .set(Account::DATA, json!({ "usage": { "runs": usage }, "max.runs": quota }));
        new.run(&tenant).await.unwrap();
    }
    let found = async |filter: Value| {
        let rows = node(&tenant, "ListAccountNode", json!({ "filter": filter, "order_by": "id" })).await?;
        let ids = rows.as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap());
        Ok::<_, Error>(ids.collect::<String>())
    };
    let quota = json!({ "$field": "data", "$path": ["max.runs"] });
    for (operator, wanted) in
        [("$lt", "a"), ("$lte", "ab"), ("$eq", "b"), ("$ne", "ac"), ("$gte", "bc"), ("$gt", "c")]
    {
        assert_eq!(
            found(json!({ "data.usage.runs": { operator: quota } })).await.unwrap(),
            wanted,
            "{operator}"
        );
    }
    let inside = json!({ "data": { "$path": ["max.runs"], "$gt": { "$field": "data.usage.runs" } } });
    assert_eq!(found(inside).await.unwrap(), "a");
    for (other, what) in [
        (json!({ "$field": "data" }), "with a path"),
        (json!({ "$field": "number.x" }), "only a JSON field has paths"),
        (json!({ "$field": "dat.x" }), "did you mean \"data\"?"),
        (json!({ "$field": 1 }), "expected the name of a JSON field"),
        (json!({ "$field": "data.x", "$paht": [] }), "did you mean \"$path\"?"),
        (json!({ "$field": "data", "$path": [] }), "1 to 32 parts"),
    ] {
        let error = found(json!({ "data.usage.runs": { "$lt": other } })).await.unwrap_err();
        assert!(error.is_invalid_input() && error.to_string().contains(what), "{error}");
    }
    let update = json!({
        "id": "a", "paths": [{ "field": "data", "path": ["usage", "runs"], "add": 1 }],
        "when": { "data.usage.runs": { "$lt": quota } },
    });
    assert_eq!(node(&tenant, "UpdateAccountNode", update.clone()).await.unwrap()["data"]["usage"]["runs"], 2);
    assert!(node(&tenant, "UpdateAccountNode", update).await.unwrap_err().is_conflict());
}

crate::cases![
    nodes_change_paths,
    nodes_refuse_what_is_no_change,
    hidden_json_changes_by_type_alone,
    filters_compare_places_by_name,
];
