//! Models and a live database: compared, and brought together.

use std::collections::BTreeSet;
use std::sync::{LazyLock, Mutex};

use ennead::migrate::{self, Hints};
use ennead::prelude::*;

use crate::Bed;

#[path = "../../../examples/dashboards/src/models.rs"]
#[allow(dead_code, reason = "its tables are wanted, and nothing else")]
mod dashboards;
#[path = "../../../examples/kaizen-studio/src/models.rs"]
#[allow(dead_code, reason = "its tables are wanted, and nothing else")]
mod kaizen_studio;

/// The schemas that were looked at in this run: where their models lie.
static SEEN: LazyLock<Mutex<BTreeSet<Vec<usize>>>> = LazyLock::new(Mutex::default);

/// Whatever schema a case makes, once for each: the database holds what it makes of the models, and nothing else.
pub(crate) async fn is_as_modelled(schema: &Schema, db: &Db) {
    let places = schema.models().iter().map(|model| std::ptr::from_ref(*model).addr()).collect();
    if SEEN.lock().unwrap().insert(places) {
        same(schema, db).await;
    }
}

pub(crate) async fn same(schema: &Schema, db: &Db) {
    let wanted = schema.normalised(db).await.unwrap();
    let found = migrate::introspect(db).await.unwrap();
    for (from, to) in [(&found, &wanted), (&wanted, &found)] {
        let diff = migrate::diff(from, to, &Hints::default());
        assert_eq!(diff.changes, []);
        assert_eq!(diff.unmodelled, []);
        assert_eq!(diff.access, []);
    }
}

/// What the models say is what a database has that was made from them.
async fn a_database_made_from_models_is_as_they_say(bed: Bed) {
    for schema in [
        dashboards::schema(),
        kaizen_studio::schema(),
        crate::nodes::schema(),
        crate::dataflow::models::schema(),
    ]
    .into_iter()
    .chain(crate::tenancy::schemas())
    {
        let db = bed.connect(Db::builder(), &bed.url().await).await.unwrap();
        crate::watch::known(schema.clone()).create(&db).await.unwrap();
        same(&schema, &db).await;
        db.close().await;
    }
}

/// To ask leaves nothing behind, and many may ask at once.
async fn asking_what_models_would_be_leaves_nothing(bed: Bed) {
    let schema = kaizen_studio::schema();
    let db = bed.db(&schema).await;
    let before = migrate::introspect(&db).await.unwrap();
    let asked = futures_util::future::join_all((0..4).map(|_| schema.normalised(&db))).await;
    for made in asked {
        assert_eq!(made.unwrap().tables, before.tables);
    }
    assert_eq!(migrate::introspect(&db).await.unwrap(), before);
}

/// The hints of models are not lost in the database's words.
async fn hints_are_kept(bed: Bed) {
    let db = bed.db(&Schema::new([])).await;
    let mut wanted = kaizen_studio::schema().snapshot(db.dialect()).unwrap();
    wanted.tables[0].renamed_from = Some("earlier".to_owned());
    wanted.tables[0].columns[1].renamed_from = Some("older".to_owned());
    let made = migrate::normalised(&db, &wanted).await.unwrap();
    assert_eq!(made.tables[0].renamed_from.as_deref(), Some("earlier"));
    assert_eq!(made.tables[0].columns[1].renamed_from.as_deref(), Some("older"));
}

/// What a database does not take is told by its own error, and nothing of it stays.
async fn what_cannot_be_made_is_an_error(bed: Bed) {
    let db = bed.db(&Schema::new([])).await;
    let before = migrate::introspect(&db).await.unwrap();
    let mut wanted = kaizen_studio::schema().snapshot(db.dialect()).unwrap();
    wanted.tables[0].checks[0].condition = "no_such_function(1)".to_owned();
    migrate::normalised(&db, &wanted).await.unwrap_err();
    assert_eq!(migrate::introspect(&db).await.unwrap(), before);
    let other = if bed.is_postgres() { ennead::Dialect::Sqlite } else { ennead::Dialect::Postgres };
    let wanted = kaizen_studio::schema().snapshot(other).unwrap();
    assert!(migrate::normalised(&db, &wanted).await.unwrap_err().is_invalid_input());
}

/// A role that may make no schema is told what it lacks.
async fn a_role_without_the_right_is_told(bed: Bed) {
    let url = bed.url().await;
    let owner = Db::connect(&url).await.unwrap();
    let role = format!("ennead_reader_{}", std::process::id());
    let database = url.rsplit('/').next().unwrap().split('?').next().unwrap();
    let raw = owner.across_tenants("a role that may not much");
    raw.execute(&format!("CREATE ROLE {role} LOGIN")).await.unwrap();
    raw.execute(&format!("GRANT CONNECT ON DATABASE {database} TO {role}")).await.unwrap();
    let (scheme, rest) = url.split_once("://").unwrap();
    let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    let db = Db::connect(&format!("{scheme}://{role}@{host}")).await.unwrap();
    let error = kaizen_studio::schema().normalised(&db).await.unwrap_err();
    assert!(error.to_string().contains("grant it CREATE on the database"), "{error}");
    db.close().await;
    raw.execute(&format!("DROP OWNED BY {role}; DROP ROLE {role}")).await.unwrap();
}

crate::cases![
    a_database_made_from_models_is_as_they_say,
    asking_what_models_would_be_leaves_nothing,
    hints_are_kept,
    what_cannot_be_made_is_an_error;
    Postgres: a_role_without_the_right_is_told
];
