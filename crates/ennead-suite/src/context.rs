//! The ambient tenant, and what the prelude brings.

use ennead::prelude::*;

use crate::Bed;
use crate::accounts::*;

async fn the_context_is_the_tenant_that_was_set(bed: Bed) {
    let db = open(&bed).await;
    assert!(TenantContext::current().unwrap_err().is_tenant_missing(), "absent is an error");
    TenantContext::scope(acme(&db), async {
        User::create(user("jo")).run(&TenantContext::current().unwrap()).await.unwrap();
        let other = db.tenant("other").unwrap();
        TenantContext::scope(other, async {
            let inner = TenantContext::current().unwrap();
            assert_eq!(
                (inner.id().to_string(), User::count().run(&inner).await.unwrap()),
                ("other".into(), 0)
            );
        })
        .await;
        assert_eq!(names(&TenantContext::current().unwrap()).await, ["jo"]);
        let spawned = tokio::spawn(async { TenantContext::current().map(|tenant| tenant.id().to_string()) });
        assert!(spawned.await.unwrap().unwrap_err().is_tenant_missing(), "a spawned task has none");
    })
    .await;
    let error = TenantContext::current().unwrap_err();
    assert_eq!((error.is_tenant_missing(), error.http_status()), (true, 401));
}

async fn an_operation_keeps_the_tenant_that_it_was_built_for(bed: Bed) {
    let db = open(&bed).await;
    let acme = acme(&db);
    let create = User::create(user("jo")).run(&acme);
    TenantContext::scope(db.tenant("other").unwrap(), create).await.unwrap();
    assert_eq!(names(&acme).await, ["jo"]);
    assert_eq!(User::count().run(&db.tenant("other").unwrap()).await.unwrap(), 0);
}

async fn a_bad_tenant_id_is_refused_at_once(bed: Bed) {
    let db = open(&bed).await;
    for id in ["", " ", "a b", "a'--", "é", &"x".repeat(65)] {
        assert!(db.tenant(id).unwrap_err().is_invalid_input(), "{id:?}");
    }
    assert_eq!(db.tenant("x".repeat(64)).unwrap().id().to_string().len(), 64);
    let blank = User::count().run(&db.across_tenants(" ")).await.unwrap_err();
    assert!(blank.is_invalid_input(), "{blank:?}");
}

async fn the_prelude_is_enough_for_an_application(bed: Bed) {
    let db: Db = open(&bed).await;
    let tenant: Tenant = db.tenant("acme").unwrap();
    let across: AcrossTenants = db.across_tenants("a case");
    let schema: Schema = ennead::schema![User];
    assert_eq!(schema.models()[0].name, User::DEF.name);
    let error: Error = User::read("x").run(&tenant).await.unwrap_err();
    assert!(error.is_not_found());
    assert_eq!(User::count().run(&across).await.unwrap(), 0);
}

crate::cases![
    the_context_is_the_tenant_that_was_set,
    an_operation_keeps_the_tenant_that_it_was_built_for,
    a_bad_tenant_id_is_refused_at_once,
    the_prelude_is_enough_for_an_application,
];
