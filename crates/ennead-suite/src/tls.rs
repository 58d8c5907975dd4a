//! TLS to Postgres: what each `sslmode` accepts and refuses.

use ennead::prelude::*;

use crate::item::{Item, item, items};
use crate::{Bed, Unless, server};

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is set, or this case is ignored"))
}

fn with(url: &str, query: &str) -> String {
    format!("{}?{query}", url.split('?').next().unwrap())
}

/// The URL of a server with a mode, and the authority of the tests as the one that is trusted.
fn trusting(url: &str, mode: &str) -> String {
    with(url, &format!("sslmode={mode}&sslrootcert={}", variable("ENNEAD_TEST_TLS_CA")))
}

/// Fails where the connection is not as encrypted as is said.
const MUST_BE: &str = "DO $$ BEGIN IF (SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()) <> {} THEN \
                       RAISE EXCEPTION 'it is not'; END IF; END $$";

async fn connects(url: &str, encrypted: bool) {
    let db = Db::connect(url).await.unwrap_or_else(|error| panic!("{url}: {error}"));
    let sql = MUST_BE.replace("{}", &encrypted.to_string());
    db.across_tenants("is it encrypted").execute(&sql).await.unwrap_or_else(|error| panic!("{url}: {error}"));
}

async fn is_refused(url: &str) {
    match Db::connect(url).await {
        Ok(_) => panic!("{url} was accepted"),
        Err(error) => assert!(error.is_connection(), "{url}: {error:?}"),
    }
}

async fn each_mode_accepts_the_right_certificate(_: Bed) {
    for mode in ["allow", "prefer", "require", "verify-ca", "verify-full"] {
        // `allow` tries without first, and this server takes both.
        connects(&trusting(&server(), mode), mode != "allow").await;
    }
    connects(&with(&server(), "sslmode=disable"), false).await;
    connects(&with(&server(), "sslmode=require"), true).await;
    let by_name = server().replace("127.0.0.1", "localhost");
    connects(&trusting(&by_name, "verify-full"), true).await;
}

async fn operations_run_encrypted(bed: Bed) {
    let url = trusting(&bed.url().await, "verify-full");
    let db = Db::builder().max_connections(3).connect(&url).await.unwrap();
    crate::watch::known(items()).create(&db).await.unwrap();
    let creates = (0..30).map(|id| Item::create(item(id)).run(&db));
    futures_util::future::try_join_all(creates).await.unwrap();
    assert_eq!(Item::count().run(&db).await.unwrap(), 30);
}

async fn an_unknown_authority_is_refused(_: Bed) {
    let other = format!("{}/other-ca.pem", variable("ENNEAD_TEST_TLS_DIR"));
    for mode in ["verify-ca", "verify-full"] {
        is_refused(&with(&server(), &format!("sslmode={mode}&sslrootcert={other}"))).await;
        // The authorities of the web do not sign our servers either.
        is_refused(&with(&server(), &format!("sslmode={mode}"))).await;
    }
}

async fn an_expired_certificate_is_refused(_: Bed) {
    let url = variable("ENNEAD_TEST_POSTGRES_EXPIRED");
    for mode in ["verify-ca", "verify-full"] {
        is_refused(&trusting(&url, mode)).await;
    }
    connects(&with(&url, "sslmode=require"), true).await;
    connects(&with(&url, "sslmode=disable"), false).await;
}

async fn a_certificate_of_another_host_is_refused_by_verify_full(_: Bed) {
    let url = variable("ENNEAD_TEST_POSTGRES_WRONG_HOST");
    is_refused(&trusting(&url, "verify-full")).await;
    connects(&trusting(&url, "verify-ca"), true).await;
    connects(&with(&url, "sslmode=require"), true).await;
}

async fn a_server_without_tls_is_never_met_in_the_clear(_: Bed) {
    let url = variable("ENNEAD_TEST_POSTGRES_PLAIN");
    for mode in ["require", "verify-ca", "verify-full"] {
        is_refused(&trusting(&url, mode)).await;
    }
    for mode in ["disable", "allow", "prefer"] {
        connects(&with(&url, &format!("sslmode={mode}")), false).await;
    }
}

async fn a_missing_root_certificate_is_an_error(_: Bed) {
    let url = with(&server(), "sslmode=verify-full&sslrootcert=/no/such/ca.pem");
    let error = Db::connect(&url).await.unwrap_err();
    assert!(error.is_configuration() || error.is_connection(), "{error:?}");
}

crate::cases![;
    Postgres: each_mode_accepts_the_right_certificate [Unless::Set("ENNEAD_TEST_TLS_CA")],
    operations_run_encrypted [Unless::Set("ENNEAD_TEST_TLS_CA")],
    an_unknown_authority_is_refused [Unless::Set("ENNEAD_TEST_TLS_DIR")],
    an_expired_certificate_is_refused [Unless::Set("ENNEAD_TEST_POSTGRES_EXPIRED")],
    a_certificate_of_another_host_is_refused_by_verify_full [Unless::Set("ENNEAD_TEST_POSTGRES_WRONG_HOST")],
    a_server_without_tls_is_never_met_in_the_clear [Unless::Set("ENNEAD_TEST_POSTGRES_PLAIN")],
    a_missing_root_certificate_is_an_error [Unless::Set("ENNEAD_TEST_TLS_CA")]
];
