//! Isolation: what read, moved or took rows of another tenant there.

use ennead::Dialect;
use ennead::prelude::*;
use serde_json::json;

use super::models::*;
use crate::Bed;
use crate::observer::Observer;

async fn hostile_filter_keys_and_orders_are_refused_without_sql(bed: Bed) {
    let (db, acme, _) = opened(&bed).await;
    // Closed: whatever came to the database would be a connection error.
    db.close().await;
    for name in [
        "email' OR '1'='1",
        "1=1) OR (name",
        "name\" = 'x' OR \"name",
        "name; DROP TABLE df_members",
        "name/**/",
        "(SELECT organization_id FROM df_members LIMIT 1)",
        "df_members.name",
        "name.x",
        "NAME",
        "name ",
        "\u{0}name",
        "",
    ] {
        let filter = json!({ "filter": { name: "x" } });
        let error = run(&acme, "ListMemberNode", filter).await.unwrap_err();
        assert!(error.is_invalid_input(), "filter {name:?}: {error:?}");
        for order in [json!(name), json!([name]), json!(format!("-{name}")), json!({ name: "desc" })] {
            let error = run(&acme, "ListMemberNode", json!({ "order_by": order })).await.unwrap_err();
            assert!(error.is_invalid_input(), "order {order}: {error:?}");
        }
    }
    for direction in ["DESC", "desc, (SELECT 1)", "desc; --", ""] {
        let order = json!({ "order_by": { "name": direction } });
        assert!(run(&acme, "ListMemberNode", order).await.unwrap_err().is_invalid_input(), "{direction:?}");
    }
    assert!(run(&acme, "ListMemberNode", json!({})).await.unwrap_err().is_connection());
}

async fn an_or_stays_within_the_tenant(bed: Bed) {
    let (_, acme, globex) = opened(&bed).await;
    create(&acme, &["jo"]).await;
    create(&globex, &["al", "bo"]).await;
    for filter in [
        json!({ "$or": [{ "name": "jo" }, { "name": "al" }, {}] }),
        json!({ "$or": [{ "name": { "$ne": "jo" } }, { "$not": { "name": "nobody" } }] }),
        json!({ "$not": { "name": "nobody" } }),
        json!({ "$and": [] }),
    ] {
        assert_eq!(found(&acme, filter.clone()).await, ["jo"], "{filter}");
        assert_eq!(count(&acme, filter.clone()).await, 1, "{filter}");
        let params = json!({ "filter": filter, "data": { "nickname": "changed" } });
        assert_eq!(run(&acme, "BulkUpdateMemberNode", params).await.unwrap(), json!({ "affected": 1 }));
    }
    let any = Member::NAME.eq("al").or(Member::NAME.ne("nobody"));
    assert_eq!(Member::list().filter(any.clone()).run(&acme).await.unwrap().len(), 1);
    assert_eq!(Member::bulk_delete().filter(any).run(&acme).await.unwrap().affected, 1);
    assert_eq!(found(&globex, json!({ "nickname": null })).await, ["al", "bo"]);
}

async fn no_write_moves_a_row_to_another_tenant(bed: Bed) {
    let (_, acme, globex) = opened(&bed).await;
    create(&acme, &["jo"]).await;
    let other = json!({ "organization_id": "globex" });
    for (node, params) in [
        ("UpdateMemberNode", json!({ "id": "jo", "data": other })),
        ("UpdateMemberNode", json!({ "id": "jo", "data": {}, "add": other })),
        ("BulkUpdateMemberNode", json!({ "all_rows": true, "data": other })),
        ("BulkUpdateMemberNode", json!({ "all_rows": true, "data": other })),
        ("BulkUpdateMemberNode", json!({ "data": [{ "id": "jo", "organization_id": "globex" }] })),
        (
            "UpsertMemberNode",
            json!({ "data": member("jo"), "on_conflict": { "on": "id", "update": ["organization_id"] } }),
        ),
    ] {
        let error = run(&acme, node, params.clone()).await.unwrap_err();
        assert!(error.is_invalid_input(), "{node} {params}: {error:?}");
    }
    assert_eq!((count(&acme, json!({})).await, count(&globex, json!({})).await), (1, 0));
}

async fn an_upsert_leaves_another_tenants_row(bed: Bed) {
    let (_, acme, globex) = opened(&bed).await;
    create(&globex, &["jo"]).await;
    let theirs = run(&globex, "ReadMemberNode", json!({ "id": "jo" })).await.unwrap();
    for on in ["id", "email"] {
        let mut data = member("jo");
        data["name"] = json!("taken");
        let params = json!({ "data": data, "on_conflict": { "on": on, "update": ["name"] } });
        let own = run(&acme, "UpsertMemberNode", params).await.unwrap();
        assert_eq!((&own["organization_id"], &own["name"]), (&json!("acme"), &json!("taken")));
    }
    let typed = new_member("jo").on_conflict(Member::EMAIL).update(Member::NAME).run(&acme).await.unwrap();
    assert_eq!((typed.organization_id.as_str(), typed.name.as_str()), ("acme", "jo"));
    assert_eq!(count(&acme, json!({})).await, 1);
    assert_eq!(run(&globex, "ReadMemberNode", json!({ "id": "jo" })).await.unwrap(), theirs);
}

async fn the_ambient_tenant_is_the_scope_and_none_is_an_error(bed: Bed) {
    let (_, acme, globex) = opened(&bed).await;
    TenantContext::scope(acme.clone(), async {
        create(&TenantContext::current().unwrap(), &["jo"]).await;
    })
    .await;
    TenantContext::scope(globex.clone(), async {
        assert_eq!(count(&TenantContext::current().unwrap(), json!({})).await, 0);
    })
    .await;
    assert_eq!(count(&acme, json!({})).await, 1);
    assert!(TenantContext::current().unwrap_err().is_tenant_missing());
}

async fn the_tenant_column_is_the_models_own_not_null_indexed_and_on_tenants_tables_only(bed: Bed) {
    let url = bed.url().await;
    let db = bed.connect(Db::builder(), &url).await.unwrap();
    crate::watch::known(schema()).create(&db).await.unwrap();
    let mut observer = Observer::new(&url).await;
    let columns = |table: &str, also: &str| match bed.dialect() {
        Dialect::Postgres => format!(
            "SELECT count(*) FROM information_schema.columns WHERE table_name = '{table}' AND column_name = 'organization_id' {also}"
        ),
        Dialect::Sqlite => {
            format!("SELECT count(*) FROM pragma_table_info('{table}') WHERE name = 'organization_id' {also}")
        }
    };
    let not_null = if bed.is_postgres() { "AND is_nullable = 'NO'" } else { "AND \"notnull\" = 1" };
    assert_eq!(observer.number(&columns("df_members", not_null)).await, 1);
    assert_eq!(observer.number(&columns("df_plans", "")).await, 0);
    let leading = if bed.is_postgres() {
        "SELECT count(*) FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0] \
         WHERE i.indrelid = 'df_members'::regclass AND a.attname = 'organization_id'"
    } else {
        "SELECT count(*) FROM pragma_index_list('df_members') l, pragma_index_info(l.name) c \
         WHERE c.seqno = 0 AND c.name = 'organization_id'"
    };
    assert!(observer.number(leading).await >= 2, "the key and the unique begin with the tenant");
}

async fn each_tenant_has_its_own_unique_values_and_keys(bed: Bed) {
    let (_, acme, globex) = opened(&bed).await;
    create(&acme, &["jo"]).await;
    create(&globex, &["jo"]).await;
    assert!(new_member("jo").run(&globex).await.unwrap_err().is_unique_violation());
    let twice = run(&acme, "CreateMemberNode", member("jo")).await.unwrap_err();
    assert!(twice.is_unique_violation(), "{twice:?}");
}

async fn every_row_of_a_bulk_carries_the_tenant_and_its_own_key(bed: Bed) {
    let (db, acme, globex) = opened(&bed).await;
    let names: Vec<String> = (0..50).map(|at| format!("m{at:02}")).collect();
    create(&acme, &names.iter().map(String::as_str).collect::<Vec<_>>()).await;
    assert_eq!(found(&acme, json!({ "organization_id": "acme" })).await, names);
    assert_eq!(count(&globex, json!({})).await, 0);
    let rows = Member::list().run(&db.across_tenants("a look at all")).await.unwrap();
    assert!(rows.iter().all(|row| row.organization_id == "acme" && row.id == row.name), "{rows:?}");
}

async fn a_limit_is_a_number_of_rows_and_never_a_tenant(bed: Bed) {
    let (_, acme, globex) = opened(&bed).await;
    create(&acme, &["a", "b", "c"]).await;
    create(&globex, &["d"]).await;
    for (limit, offset, wanted) in [(0, 0, 0), (2, 0, 2), (2, 2, 1), (100, 0, 3), (1, 5, 0)] {
        let params = json!({ "filter": { "name": { "$gte": "a" } }, "limit": limit, "offset": offset });
        let rows = run(&acme, "ListMemberNode", params).await.unwrap();
        assert_eq!(rows.as_array().unwrap().len(), wanted, "{limit} {offset}");
    }
}

crate::cases![
    hostile_filter_keys_and_orders_are_refused_without_sql,
    an_or_stays_within_the_tenant,
    no_write_moves_a_row_to_another_tenant,
    an_upsert_leaves_another_tenants_row,
    the_ambient_tenant_is_the_scope_and_none_is_an_error,
    the_tenant_column_is_the_models_own_not_null_indexed_and_on_tenants_tables_only,
    each_tenant_has_its_own_unique_values_and_keys,
    every_row_of_a_bulk_carries_the_tenant_and_its_own_key,
    a_limit_is_a_number_of_rows_and_never_a_tenant,
];
