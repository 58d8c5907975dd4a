//! The nodes of the tenants' own table: they come and go across tenants, together with a first user, since each references
//! the other; within a tenant its own row alone is there.

use ennead::prelude::*;
use ennead::{ModelDef, Transaction};
use serde_json::{Map, Value as Json, json};

use crate::nodes::{came_back, change, count};
use crate::town::{Side, Town};

/// Signs an organization up under its side's tag.
pub(crate) async fn sign_up(town: &mut Town, side: &Side) {
    let model = town.schema.models()[0];
    let across = town.db.across_tenants("sign-up");
    let created = across
        .transaction(async |tx| {
            let row = row(town, model, side.tag);
            let created = town.run(tx, "Create", model, json!({ "data": row })).await?;
            found(town, tx, side.tag).await?;
            Ok::<_, Error>(created)
        })
        .await;
    assert_eq!(created.unwrap()["id"], side.tag);
}

/// A row whose creator is the organization's user to be.
fn row(town: &Town, model: &ModelDef, id: &str) -> Map<String, Json> {
    let mut row = Map::new();
    for (name, schema) in town.new_row(model) {
        let value = match name.as_str() {
            "id" => json!(id),
            "created_by" => json!(format!("founder-of-{id}")),
            "created_at" | "updated_at" => continue,
            _ => crate::sample::sample(schema, &format!("{id}-{name}"), 1),
        };
        row.insert(name.clone(), value);
    }
    row
}

/// Makes the user that the organization names as its creator.
async fn found(town: &mut Town, tx: &Transaction<AcrossTenants>, id: &str) -> Result<(), Error> {
    let user = town.schema.node("CreateUserNode")?.model();
    let row = json!({
        "id": format!("founder-of-{id}"), "organization_id": id, "email": "founder@example.com", "name": "Founder",
        "role": "org_owner",
    });
    town.run(tx, "Create", user, json!({ "data": row })).await.map(|_| ())
}

/// The operations of the tenants' table.
pub(crate) async fn nodes_run(town: &mut Town, model: &'static ModelDef, own: &Side, other: &Side) {
    let across = town.db.across_tenants("a test of the tenants' table");
    let key = json!({ "id": own.tag });

    // Within the tenant: its own row, and nothing else.
    let read = town.done(own, "Read", model, key.clone()).await;
    came_back(town, model, own, &row(town, model, own.tag), &read);
    assert_eq!(town.done(own, "List", model, json!({})).await, json!([read]));
    assert_eq!(count(town, own, model).await, 1);
    let (field, changed) = change(town, model, &read);
    let update = json!({ "id": own.tag, "data": { &field: changed } });
    let updated = town.done(own, "Update", model, update.clone()).await;
    assert_eq!((&updated[&field], &updated["id"]), (&changed, &read["id"]));
    let all = json!({ "all_rows": true, "data": { &field: read[&field] } });
    assert_eq!(town.done(own, "BulkUpdate", model, all).await, json!({ "affected": 1 }));
    let again = town.done(own, "Read", model, key.clone()).await;
    assert_eq!(again[&field], read[&field]);

    // For another tenant it is not there.
    let scope = other.scope.clone();
    for (operation, params) in [("Read", key.clone()), ("Update", update)] {
        assert!(town.run(&scope, operation, model, params).await.unwrap_err().is_not_found(), "{operation}");
    }
    assert_eq!(town.done(other, "List", model, json!({ "filter": key })).await, json!([]));

    // A tenant makes no tenants, and ends none, not even itself.
    let new = json!({ "data": row(town, model, "initech") });
    for (operation, params) in
        [("Create", new), ("Delete", key.clone()), ("BulkDelete", json!({ "ids": [own.tag] }))]
    {
        let refused = town.run(&own.scope.clone(), operation, model, params).await.unwrap_err();
        assert!(refused.is_invalid_input(), "{operation}: {refused}");
    }

    // Across tenants they come, change and go.
    let ids = ["initech", "umbrella"];
    let affected = across.transaction(async |tx| {
        let rows: Vec<_> = ids.iter().map(|id| row(town, model, id)).collect();
        let done = town.run(tx, "BulkCreate", model, json!({ "data": rows })).await?;
        for id in ids {
            found(town, tx, id).await?;
        }
        Ok::<_, Error>(done)
    });
    assert_eq!(affected.await.unwrap(), json!({ "affected": 2, "ids": ids }));
    assert_eq!(town.run(&across, "Count", model, json!({})).await.unwrap(), json!({ "count": 4 }));
    upserts(town, model, &field, &changed).await;
    end(town, "Delete", model, json!({ "id": ids[0] }), &ids[..1]).await;
    end(town, "BulkDelete", model, json!({ "ids": ids[1..] }), &ids[1..]).await;
    assert_eq!(town.run(&across, "Count", model, json!({})).await.unwrap(), json!({ "count": 2 }));
}

async fn upserts(town: &mut Town, model: &ModelDef, field: &str, changed: &Json) {
    let across = town.db.across_tenants("a test of the tenants' table");
    let mut row = row(town, model, "initech");
    row.insert(field.to_owned(), changed.clone());
    let upsert = json!({ "data": row, "on_conflict": { "on": "id", "update": [field] } });
    let row = town.run(&across, "Upsert", model, upsert).await.unwrap();
    assert_eq!(row[field], *changed);
}

/// Ends organizations: what the audit knows of them and their users go first, and the rows that name them at COMMIT.
async fn end(town: &mut Town, operation: &str, model: &ModelDef, params: Json, ids: &[&str]) {
    let user = town.schema.node("CreateUserNode").unwrap().model();
    let audit = town.schema.node("CreateAuditLogNode").unwrap().model();
    let across = town.db.across_tenants("the end of an organization");
    let gone = across.transaction(async |tx| {
        let theirs = json!({ "filter": { "organization_id": ids } });
        town.run(tx, "BulkDelete", user, theirs.clone()).await?;
        town.run(tx, "BulkDelete", audit, theirs).await?;
        town.run(tx, operation, model, params).await
    });
    gone.await.unwrap();
    for id in ids {
        let missing = town.run(&across, "Read", model, json!({ "id": id })).await;
        assert!(missing.unwrap_err().is_not_found());
    }
}
