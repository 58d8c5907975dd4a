//! What names rows that are no more is found.

use ennead::ReferenceFault;

use super::*;

async fn what_was_deleted_since_is_found(bed: Bed) {
    let (db, acme, beta) = filled(&bed).await;
    plan("p1").set(Plan::AGENT_IDS, json!(["a1", "a2"])).run(&acme).await.unwrap();
    plan("p1").set(Plan::AGENT_IDS, json!(["a2"])).run(&beta).await.unwrap();
    plan("p2")
        .set(Plan::OWNER_KIND, Some(OwnerKind::Team))
        .set(Plan::OWNER_ID, Some("t2".into()))
        .set(Plan::REGION_LIST, Some(Json(vec![1])))
        .set(Plan::MEMBER_IDS, Some(vec![uuid(2)]))
        .run(&beta)
        .await
        .unwrap();
    let log = NewLog { id: "l".into(), team_id: "t1".into(), what: "member".into() };
    Log::create(log).set(Log::SUBJECT, Some(uuid(1))).run(&acme).await.unwrap();
    let across = db.across_tenants("a test");
    let whole = schema().verify(&across).await.unwrap();
    assert!(whole.is_whole() && whole.seen == 4, "{whole:?}");

    // A soft delete leaves the row there; these are gone. Both tenants have an a2, and one of them lost it.
    Agent::delete("a1").run(&acme).await.unwrap();
    Agent::bulk_delete().filter(Agent::ID.eq("a2")).hard().run(&beta).await.unwrap();
    Team::delete("t2").run(&beta).await.unwrap();
    Region::delete(1).run(&db).await.unwrap();
    let found = schema().verify(&across).await.unwrap();
    let told: Vec<String> = found.dangling.iter().map(ToString::to_string).collect();
    let member =
        format!("Plan.member_ids of p2 (tenant beta) names 1 row of Member that is not there: {}", uuid(2));
    assert_eq!(
        told,
        [
            "Plan.agent_ids of p1 (tenant beta) names 1 row of Agent that is not there: a2",
            "Plan.region_list of p2 (tenant beta) names 1 row of Region that is not there: 1",
            &member,
            "Plan.owner_id of p2 (tenant beta) names 1 row of Team that is not there: t2",
        ]
    );
    assert_eq!((found.seen, found.more), (4, 0));
    // Each tenant sees its own.
    assert!(schema().verify(&acme).await.unwrap().is_whole());
    assert_eq!(schema().verify(&beta).await.unwrap().dangling, found.dangling);
    assert_eq!(schema().verify(&db).await.unwrap().seen, 0);
    // Rows that were deleted softly name nothing any more.
    let blank = db.across_tenants(" ");
    assert!(schema().verify(&blank).await.unwrap_err().is_invalid_input());
}

async fn what_others_wrote_is_found(bed: Bed) {
    let (db, acme, _) = filled(&bed).await;
    raw("p1").set(RawPlan::AGENT_IDS, json!({ "a1": 1 })).run(&acme).await.unwrap();
    raw("p2").set(RawPlan::AGENT_IDS, json!(["a1", 7])).run(&acme).await.unwrap();
    raw("p3").set(RawPlan::OWNER_ID, Some("a1".into())).run(&acme).await.unwrap();
    raw("p4").set(RawPlan::AGENT_IDS, json!(["b1", "a2", "zz"])).run(&acme).await.unwrap();
    let found = schema().verify(&db.across_tenants("a test")).await.unwrap();
    let faults: Vec<(&str, &ReferenceFault)> =
        found.dangling.iter().map(|one| (one.key.as_str(), &one.fault)).collect();
    let keys = vec!["b1".to_owned(), "zz".to_owned()];
    let missing = ReferenceFault::Missing { target: "Agent", count: 2, keys };
    let wanted = [
        ("p1", &ReferenceFault::NoList),
        ("p2", &ReferenceFault::NoList),
        ("p4", &missing),
        ("p3", &ReferenceFault::UnknownKind),
    ];
    assert_eq!(faults, wanted, "in the order of fields, then of keys");
}

/// More rows than are looked at together, and more faults than are told.
async fn many_rows(bed: Bed) {
    let (_, acme, _) = filled(&bed).await;
    let rows: Vec<_> =
        (0..1_203).map(|at| raw(&format!("p{at:04}")).set(RawPlan::AGENT_IDS, json!(["zz"]))).collect();
    RawPlan::bulk_create(rows).run(&acme).await.unwrap();
    let found = schema().verify(&acme).await.unwrap();
    assert_eq!((found.seen, found.dangling.len(), found.more), (1_203, 1_000, 203));
    assert_eq!(found.dangling[999].key, "p0999");
}

/// Whatever runs at once: who names a row has it locked as a foreign key would, so that it is not removed in between.
async fn a_named_row_is_not_removed_meanwhile(bed: Bed) {
    let (_, acme, _) = filled(&bed).await;
    let removed = acme.transaction(async |tx| {
        plan("p").set(Plan::AGENT_IDS, json!(["a1"])).run(tx).await?;
        // Beside it: what changes the row goes on, as beside a foreign key; what removes it waits for the end.
        if bed.is_postgres() {
            let change = Agent::update("a1").set(Agent::NAME, "renamed").run(&acme);
            let changed = tokio::time::timeout(std::time::Duration::from_secs(10), change).await;
            assert_eq!(changed.expect("it does not wait").unwrap().name, "renamed");
        }
        let acme = acme.clone();
        let beside =
            tokio::spawn(
                async move { Agent::bulk_delete().filter(Agent::ID.eq("a1")).hard().run(&acme).await },
            );
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        assert!(!beside.is_finished());
        Ok::<_, Error>(beside)
    });
    removed.await.unwrap().await.unwrap().unwrap();
    let found = schema().verify(&acme).await.unwrap();
    assert_eq!(found.dangling.len(), 1, "{found:?}");
}

async fn the_definition_says_it(_: Bed) {
    let names: Vec<_> = definition()
        .fields
        .iter()
        .filter_map(|field| Some((field.name, field.loose?.targets())))
        .map(|(name, targets)| (name, targets.iter().map(|target| target.relation).collect::<Vec<_>>()))
        .collect();
    assert_eq!(
        names,
        [
            ("agent_ids", vec!["agents"]),
            ("region_list", vec!["places"]),
            ("member_ids", vec!["members"]),
            ("owner_id", vec!["owner_agent", "owner_team"]),
        ]
    );
}

crate::cases![
    what_was_deleted_since_is_found,
    what_others_wrote_is_found,
    many_rows,
    a_named_row_is_not_removed_meanwhile,
    the_definition_says_it,
];
