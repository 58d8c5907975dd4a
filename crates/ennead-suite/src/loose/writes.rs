//! Each way to write names rows that are there, of its own tenant.

use futures_util::stream;

use super::*;
use crate::tenancy::recorder::statements;

/// Each way to give the plan `p` a list of agents, or to make it with one: its name, and what came of it.
async fn each_way(tenant: &Tenant, ids: Value) -> Vec<(&'static str, Result<(), Error>)> {
    let create = |id: &str| plan(id).set(Plan::AGENT_IDS, ids.clone());
    let update = || Plan::update("p").set(Plan::AGENT_IDS, ids.clone());
    let upsert = || create("p").on_conflict(Plan::ID);
    let nothing = |result: Result<_, Error>| result.map(|_: Value| ());
    let both = [create("n2"), plan("n3")];
    let mixed = [Plan::update("q").set(Plan::NUMBER, 7), update()];
    let inner = tenant.transaction(async |tx| update().run(tx).await);
    vec![
        ("create", create("n1").run(tenant).await.map(drop)),
        ("bulk create", Plan::bulk_create(both).run(tenant).await.map(drop)),
        ("stream", Plan::bulk_create_stream(stream::iter([create("n4")])).run(tenant).await.map(drop)),
        ("update", update().run(tenant).await.map(drop)),
        ("in a transaction", inner.await.map(drop)),
        (
            "bulk update",
            Plan::bulk_update().all_rows().set(Plan::AGENT_IDS, ids.clone()).run(tenant).await.map(drop),
        ),
        ("each row", Plan::bulk_update_each(mixed).run(tenant).await.map(drop)),
        ("upsert", upsert().update(Plan::AGENT_IDS).run(tenant).await.map(drop)),
        ("upsert that leaves the row", upsert().ignore().run(tenant).await.map(drop)),
        (
            "bulk upsert",
            Plan::bulk_create([create("p")])
                .on_conflict(Plan::ID)
                .update(Plan::AGENT_IDS)
                .run(tenant)
                .await
                .map(drop),
        ),
        (
            "create by name",
            nothing(node(tenant, "CreatePlanNode", json!({ "id": "n5", "agent_ids": ids })).await),
        ),
        (
            "update by name",
            nothing(node(tenant, "UpdatePlanNode", json!({ "id": "p", "data": { "agent_ids": ids } })).await),
        ),
        (
            "bulk by name",
            nothing(
                node(tenant, "BulkCreatePlanNode", json!({ "data": [{ "id": "n6", "agent_ids": ids }] }))
                    .await,
            ),
        ),
    ]
}

async fn rows(tenant: &Tenant) -> Vec<Plan> {
    Plan::list().order_by(Plan::ID.asc()).run(tenant).await.unwrap()
}

async fn a_list_names_rows_of_its_tenant(bed: Bed) {
    let (_, acme, _) = filled(&bed).await;
    Plan::bulk_create(["p", "q"].map(|id| NewPlan { id: id.into() })).run(&acme).await.unwrap();
    let before = rows(&acme).await;
    // Of nobody, of another tenant, and one of each beside one that is there: one text for all.
    for (ids, text) in [
        (json!(["zz"]), "Plan.agent_ids names 1 row that is not there: Agent"),
        (json!(["b1"]), "Plan.agent_ids names 1 row that is not there: Agent"),
        (json!(["a1", "zz"]), "Plan.agent_ids names 1 of 2 rows that is not there: Agent"),
        (json!(["a1", "b1", "zz"]), "Plan.agent_ids names 2 of 3 rows that are not there: Agent"),
    ] {
        for (way, result) in each_way(&acme, ids).await {
            let error = result.expect_err(way);
            assert!(error.is_foreign_key_violation(), "{way}: {error:?}");
            assert_eq!((error.model(), error.fields()), (Some("Plan"), ["agent_ids"].as_slice()), "{way}");
            assert_eq!(error.constraint(), Some("fk_loose_plan_agent_ids"), "{way}");
            assert!(error.to_string().contains(text), "{way}: {error}");
        }
    }
    assert_eq!(rows(&acme).await, before, "nothing half done");
    for (way, result) in each_way(&acme, json!(["a2", "a1", "a2"])).await {
        result.unwrap_or_else(|error| panic!("{way}: {error:?}"));
    }
    assert!(
        rows(&acme)
            .await
            .iter()
            .filter(|row| row.id == "p")
            .all(|row| row.agent_ids == json!(["a2", "a1", "a2"]))
    );
    // A row that was deleted softly is there, as it is for a foreign key.
    Agent::delete("a3").run(&acme).await.unwrap();
    plan("dead").set(Plan::AGENT_IDS, json!(["a3"])).run(&acme).await.unwrap();
}

async fn lists_of_other_keys(bed: Bed) {
    let (_, acme, _) = filled(&bed).await;
    let places = |ids: &[i64]| Some(Json(ids.to_vec()));
    plan("a")
        .set(Plan::REGION_LIST, places(&[2, 1]))
        .set(Plan::MEMBER_IDS, Some(vec![uuid(1)]))
        .run(&acme)
        .await
        .unwrap();
    let error = plan("b").set(Plan::REGION_LIST, places(&[3])).run(&acme).await.unwrap_err();
    assert!(error.is_foreign_key_violation() && error.fields() == ["region_list"], "{error:?}");
    // Through its team the second member is the other tenant's.
    for missing in [2, 9] {
        let error =
            plan("b").set(Plan::MEMBER_IDS, Some(vec![uuid(1), uuid(missing)])).run(&acme).await.unwrap_err();
        assert!(error.is_foreign_key_violation() && error.fields() == ["member_ids"], "{error:?}");
    }
    assert_eq!(Plan::count().run(&acme).await.unwrap(), 1);
    // What names nothing asks nothing.
    let asked = statements(async {
        plan("c").run(&acme).await.unwrap();
    });
    let asked = asked.await;
    assert!(asked.iter().all(|sql| !sql.contains("ennead_parents")), "{asked:?}");
}

async fn one_of_several_models(bed: Bed) {
    let (_, acme, _) = filled(&bed).await;
    let owned = |id: &str, kind, owner: &str| {
        plan(id).set(Plan::OWNER_KIND, Some(kind)).set(Plan::OWNER_ID, Some(owner.into()))
    };
    for (id, kind, owner) in [
        ("p1", OwnerKind::Agent, "a1"),
        ("p2", OwnerKind::Robot, "a2"),
        ("p3", OwnerKind::Team, "t1"),
        ("p4", OwnerKind::Nobody, "whatever"),
    ] {
        owned(id, kind, owner).run(&acme).await.unwrap();
    }
    let before = rows(&acme).await;
    let set = |kind, owner: &str| {
        Plan::update("p1").set(Plan::OWNER_KIND, Some(kind)).set(Plan::OWNER_ID, Some(owner.into()))
    };
    for (kind, owner) in [
        (OwnerKind::Agent, "b1"),
        (OwnerKind::Agent, "t1"),
        (OwnerKind::Robot, "zz"),
        (OwnerKind::Team, "t2"),
        (OwnerKind::Team, "a1"),
    ] {
        let by_name = json!({ "id": "n", "owner_kind": kind.db_name(), "owner_id": owner });
        let results = [
            owned("n", kind, owner).run(&acme).await.map(drop),
            Plan::bulk_create([plan("m"), owned("n", kind, owner)]).run(&acme).await.map(drop),
            set(kind, owner).run(&acme).await.map(drop),
            Plan::bulk_update_each([set(kind, owner)]).run(&acme).await.map(drop),
            owned("p1", kind, owner)
                .on_conflict(Plan::ID)
                .update((Plan::OWNER_KIND, Plan::OWNER_ID))
                .run(&acme)
                .await
                .map(drop),
            node(&acme, "CreatePlanNode", by_name).await.map(drop),
        ];
        for error in results.map(Result::unwrap_err) {
            assert!(
                error.is_foreign_key_violation() && error.fields() == ["owner_id"],
                "{kind:?}: {error:?}"
            );
        }
    }
    assert_eq!(rows(&acme).await, before);
    set(OwnerKind::Team, "t1").run(&acme).await.unwrap();
    Plan::update("p1").set(Plan::OWNER_ID, None).run(&acme).await.unwrap();
}

async fn in_a_bulk_each_row_is_told_by_its_own_kind(bed: Bed) {
    let (_, acme, _) = filled(&bed).await;
    let owned = |id: String, kind, owner: &str| {
        plan(&id).set(Plan::OWNER_KIND, Some(kind)).set(Plan::OWNER_ID, Some(owner.into()))
    };
    // Enough of them that Postgres takes its way for large bulks.
    let all = |last: &str| {
        let rows = (0..99).map(|at| match at % 3 {
            0 => owned(format!("p{at}"), OwnerKind::Agent, "a1"),
            1 => owned(format!("p{at}"), OwnerKind::Team, "t1"),
            _ => owned(format!("p{at}"), OwnerKind::Nobody, "nobody"),
        });
        let rows: Vec<_> = rows.chain([owned("last".into(), OwnerKind::Team, last)]).collect();
        Plan::bulk_create(rows)
    };
    let error = all("a1").run(&acme).await.unwrap_err();
    assert!(error.is_foreign_key_violation(), "{error:?}");
    assert_eq!(Plan::count().run(&acme).await.unwrap(), 0);
    assert_eq!(all("t1").run(&acme).await.unwrap().affected, 100);
}

async fn what_is_no_reference_is_refused_before_any_statement(bed: Bed) {
    let (_, acme, _) = filled(&bed).await;
    plan("p").run(&acme).await.unwrap();
    let list = |json: Value| Plan::update("p").set(Plan::AGENT_IDS, json);
    let kind = |kind| Plan::update("p").set(Plan::OWNER_KIND, kind);
    let owner = || Plan::update("p").set(Plan::OWNER_ID, Some("a1".into()));
    let upsert =
        || plan("p").set(Plan::OWNER_KIND, Some(OwnerKind::Agent)).set(Plan::OWNER_ID, Some("a1".into()));
    let mut results = Vec::new();
    let sent = statements(async {
        results = vec![
            (list(json!("a1")).run(&acme).await.map(drop), "is a string"),
            (list(json!({ "a1": true })).run(&acme).await.map(drop), "is an object"),
            (list(json!(["a1", 2])).run(&acme).await.map(drop), "item 1 is a number rather than a string"),
            (list(json!(null)).run(&acme).await.map(drop), "is null"),
            (
                Plan::update("p").set_path(Plan::AGENT_IDS, ["0"], "a1").run(&acme).await.map(drop),
                "set the whole list, rather than change it at a path",
            ),
            (owner().run(&acme).await.map(drop), "set both"),
            (kind(Some(OwnerKind::Agent)).run(&acme).await.map(drop), "set both"),
            (
                owner().set(Plan::OWNER_KIND, None).run(&acme).await.map(drop),
                "`owner_kind` does not tell of which model",
            ),
            (upsert().on_conflict(Plan::ID).update(Plan::OWNER_ID).run(&acme).await.map(drop), "set both"),
            (
                node(&acme, "CreatePlanNode", json!({ "id": "n", "owner_id": "a1" })).await.map(drop),
                "`owner_kind` does not tell of which model",
            ),
            (
                node(&acme, "CreatePlanNode", json!({ "id": "n", "region_list": [1, "2"] })).await.map(drop),
                "region_list",
            ),
        ];
    })
    .await;
    for (result, text) in results {
        let error = result.expect_err(text);
        assert!(error.is_invalid_input() && error.to_string().contains(text), "{text}: {error}");
    }
    assert!(sent.is_empty(), "{sent:?}");
}

async fn rows_that_belong_through_their_parents(bed: Bed) {
    let (db, acme, beta) = filled(&bed).await;
    let log = |id: &str, member| {
        Log::create(NewLog { id: id.into(), team_id: "t1".into(), what: "member".into() })
            .set(Log::SUBJECT, Some(uuid(member)))
    };
    log("l1", 1).run(&acme).await.unwrap();
    let error = log("l2", 2).run(&acme).await.unwrap_err();
    assert!(error.is_foreign_key_violation() && error.fields() == ["subject"], "{error:?}");
    let unknown = NewLog { id: "l3".into(), team_id: "t1".into(), what: "thing".into() };
    let error = Log::create(unknown).set(Log::SUBJECT, Some(uuid(1))).run(&acme).await.unwrap_err();
    assert!(error.is_invalid_input() && error.to_string().contains("none of member, text"), "{error}");
    // Under the bypass the tenant whose rows may be named is said.
    let across = db.across_tenants("a test");
    plan("x").set(Plan::AGENT_IDS, json!(["a1"])).in_tenant("acme").run(&across).await.unwrap();
    let error =
        plan("y").set(Plan::AGENT_IDS, json!(["a1"])).in_tenant("beta").run(&across).await.unwrap_err();
    assert!(error.is_foreign_key_violation(), "{error:?}");
    let named = |ids: Value| Plan::update("x").set(Plan::AGENT_IDS, ids);
    assert!(named(json!(["a1"])).run(&across).await.unwrap_err().is_tenant_missing());
    named(json!([])).run(&across).await.unwrap();
    named(json!(["a2"])).in_tenant("acme").run(&across).await.unwrap();
    // Said of an upsert as a whole, it is the same.
    let upsert = || plan("x").set(Plan::AGENT_IDS, json!(["a1"])).on_conflict(Plan::ID);
    upsert().update(Plan::AGENT_IDS).in_tenant("acme").run(&across).await.unwrap();
    assert!(upsert().ignore().in_tenant("acme").run(&across).await.unwrap().is_none());
    let bulk = Plan::bulk_create([NewPlan { id: "x".into() }]).on_conflict(Plan::ID).update(Plan::AGENT_IDS);
    assert_eq!(bulk.in_tenant("acme").run(&across).await.unwrap().affected, 1);
    assert!(upsert().ignore().run(&across).await.unwrap_err().is_tenant_missing());
    assert_eq!(Plan::count().run(&beta).await.unwrap(), 0);
}

/// By name, where a field of an embedded struct is one of the row's.
async fn in_an_embedded_struct(bed: Bed) {
    let (_, acme, _) = filled(&bed).await;
    let create = async |id: &str, helpers: Value, kind: &str, lead: &str| {
        let row = json!({ "id": id, "helper_ids": helpers, "lead_kind": kind, "lead_id": lead });
        node(&acme, "CreateShiftNode", row).await
    };
    let rows = create("s", json!(["a2", "a1"]), "team", "t1").await.unwrap();
    assert_eq!(rows["helper_ids"], json!(["a2", "a1"]));
    for (helpers, kind, lead, field) in [
        (json!(["b1"]), "agent", "a1", "helper_ids"),
        (json!([]), "agent", "b1", "lead_id"),
        (json!([]), "team", "a1", "lead_id"),
    ] {
        let error = create("x", helpers, kind, lead).await.unwrap_err();
        assert!(error.is_foreign_key_violation() && error.fields() == [field], "{error:?}");
    }
    let include = json!({ "id": "s", "include": ["helpers", "lead_team", "lead_agent"] });
    let row = node(&acme, "ReadShiftNode", include).await.unwrap();
    assert_eq!((&row["helpers"][0]["id"], &row["helpers"][1]["id"]), (&json!("a2"), &json!("a1")));
    assert_eq!((&row["lead_team"]["id"], &row["lead_agent"]), (&json!("t1"), &Value::Null));
    Agent::bulk_delete().filter(Agent::ID.eq("a2")).hard().run(&acme).await.unwrap();
    let found = schema().verify(&acme).await.unwrap();
    assert_eq!((found.dangling.len(), found.dangling[0].field), (1, "helper_ids"));
}

crate::cases![
    in_an_embedded_struct,
    a_list_names_rows_of_its_tenant,
    lists_of_other_keys,
    one_of_several_models,
    in_a_bulk_each_row_is_told_by_its_own_kind,
    what_is_no_reference_is_refused_before_any_statement,
    rows_that_belong_through_their_parents,
];
