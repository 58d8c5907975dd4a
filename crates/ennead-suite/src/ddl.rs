//! What the DDL makes, as the database itself tells it: against tables of expectation that are written here.

use ennead::prelude::*;
use futures_util::future::join_all;
use rust_decimal::Decimal;
use sqlx::{Connection, PgConnection, SqliteConnection};

use crate::filters::thing::Thing;
use crate::pages::{OtherThing, OwnedThing};
use crate::types::keys::{AutoLarge, AutoMedium, AutoSmall, GenText, GenUlid, GenUuid};
use crate::types::models::{Arrays, Everything, Level, Mood};
use crate::{Bed, Case};

/// The cases of this module.
pub const ALL: &[&[Case]] = &[CASES];

/// A table with defaults.
///
/// Its second line; it's "quoted" -- and /* odd */.
#[model(global, table = "with defaults; --")]
#[derive(Debug, Clone, PartialEq)]
pub struct Defaults {
    #[key(auto)]
    pub id: i64,
    /// A text's comment: it's here.
    #[default("it's \\ \"quoted\" %")]
    pub text: String,
    #[default(-5)]
    pub number: i64,
    #[default(-7)]
    pub small: Option<i16>,
    #[default(true)]
    pub yes: bool,
    #[default(-0.5)]
    pub ratio: f64,
    #[default("1.5")]
    #[column(name = "the price", precision = 18, scale = 4)]
    pub price: Decimal,
    #[default("-0.25")]
    pub free: Decimal,
    #[default(Level::Odd)]
    pub level: Level,
    #[default(Mood::Odd)]
    pub mood: Mood,
    pub nothing: Option<String>,
}

fn schema() -> Schema {
    ennead::schema![
        Everything, Arrays, Defaults, Thing, OtherThing, OwnedThing, AutoSmall, AutoMedium, AutoLarge,
        GenText, GenUuid, GenUlid
    ]
}

/// A column as the catalogue tells it.
#[derive(Debug, Clone, PartialEq)]
struct Told {
    table_name: String,
    name: String,
    data_type: String,
    required: bool,
    has_default: bool,
    collation: String,
    identity: String,
}

type Row = (String, String, String, bool, bool, String, String);

async fn told(bed: &Bed, url: &str) -> Vec<Told> {
    if bed.is_postgres() {
        let mut connection = PgConnection::connect(url).await.unwrap();
        let sql = "SELECT c.relname::text AS table_name, a.attname::text AS name, \
            format_type(a.atttypid, a.atttypmod) AS data_type, a.attnotnull AS required, \
            a.atthasdef AS has_default, COALESCE(co.collname::text, '') AS collation, \
            a.attidentity::text AS identity \
            FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid \
            LEFT JOIN pg_collation co ON co.oid = a.attcollation \
            WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0 \
            ORDER BY c.relname, a.attnum";
        let rows: Vec<Row> = sqlx::query_as(sql).fetch_all(&mut connection).await.unwrap();
        return rows.into_iter().map(Told::new).collect();
    }
    let mut connection = SqliteConnection::connect(url).await.unwrap();
    let sql = "SELECT t.name AS table_name, c.name AS name, c.type AS data_type, c.\"notnull\" AS required, \
        c.dflt_value IS NOT NULL AS has_default, '' AS collation, '' AS identity \
        FROM sqlite_master t, pragma_table_info(t.name) c \
        WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' ORDER BY t.name, c.cid";
    let rows: Vec<Row> = sqlx::query_as(sql).fetch_all(&mut connection).await.unwrap();
    rows.into_iter().map(Told::new).collect()
}

impl Told {
    fn new((table_name, name, data_type, required, has_default, collation, identity): Row) -> Self {
        Self { table_name, name, data_type, required, has_default, collation, identity }
    }
}

/// The scalar types: the name of the field, the type on Postgres, its collation, the type on SQLite.
const SCALARS: &[(&str, &str, &str, &str)] = &[
    ("text", "text", "C", "TEXT"),
    ("yes", "boolean", "", "INTEGER"),
    ("small", "smallint", "", "INTEGER"),
    ("medium", "integer", "", "INTEGER"),
    ("large", "bigint", "", "INTEGER"),
    ("single", "real", "", "REAL"),
    ("double", "double precision", "", "REAL"),
    ("money", "numeric(18,4)", "", "INTEGER"),
    ("free", "numeric", "", "TEXT"),
    ("uuid", "uuid", "", "TEXT"),
    ("moment", "timestamp with time zone", "", "TEXT"),
    ("day", "date", "", "TEXT"),
    ("clock", "time without time zone", "", "TEXT"),
    ("local", "timestamp without time zone", "", "TEXT"),
    ("bytes", "bytea", "", "BLOB"),
    ("level", "text", "C", "TEXT"),
    ("mood", "mood", "", "TEXT"),
    ("code", "text", "C", "TEXT"),
    ("number", "bigint", "", "INTEGER"),
    ("mark", "uuid", "", "TEXT"),
    ("json", "jsonb", "", "TEXT"),
    ("layout", "jsonb", "", "TEXT"),
];

/// The types of arrays; on SQLite each is a text.
const ARRAYS: &[(&str, &str, &str)] = &[
    ("texts", "text[]", "C"),
    ("flags", "boolean[]", ""),
    ("smalls", "smallint[]", ""),
    ("mediums", "integer[]", ""),
    ("larges", "bigint[]", ""),
    ("singles", "real[]", ""),
    ("doubles", "double precision[]", ""),
    ("frees", "numeric[]", ""),
    ("uuids", "uuid[]", ""),
    ("moments", "timestamp with time zone[]", ""),
    ("days", "date[]", ""),
    ("clocks", "time without time zone[]", ""),
    ("locals", "timestamp without time zone[]", ""),
    ("levels", "text[]", "C"),
    ("moods", "mood[]", ""),
];

async fn columns_are_of_the_types_of_the_contract(bed: Bed) {
    let url = bed.url().await;
    let db = Db::connect(&url).await.unwrap();
    crate::watch::known(schema()).create(&db).await.unwrap();
    let told = told(&bed, &url).await;
    let expect = |table: &str, name: &str, (postgres, collation, sqlite): (&str, &str, &str), required| {
        let found = told.iter().find(|column| column.table_name == table && column.name == name);
        let found = found.unwrap_or_else(|| panic!("{table}.{name} is not there"));
        let (data_type, collation) = if bed.is_postgres() { (postgres, collation) } else { (sqlite, "") };
        assert_eq!(
            (&*found.data_type, &*found.collation, found.required),
            (data_type, collation, required),
            "{found:?}"
        );
        assert!(!found.has_default, "{found:?}");
    };
    for (name, postgres, collation, sqlite) in SCALARS {
        expect("everything", name, (postgres, collation, sqlite), true);
        expect("everything", &format!("{name}_opt"), (postgres, collation, sqlite), false);
    }
    for (name, postgres, collation) in ARRAYS {
        expect("arrays", name, (postgres, collation, "TEXT"), true);
        expect("arrays", &format!("{name}_opt"), (postgres, collation, "TEXT"), false);
    }
    expect("everything", "street", ("text", "C", "TEXT"), true);
    expect("everything", "house", ("integer", "", "INTEGER"), false);
    let count = |table: &str| told.iter().filter(|column| column.table_name == table).count();
    assert_eq!(count("everything"), 1 + 2 * SCALARS.len() + 2);
    assert_eq!(count("arrays"), 1 + 2 * ARRAYS.len());
    if bed.is_postgres() {
        for (table, data_type) in
            [("auto_small", "smallint"), ("auto_medium", "integer"), ("auto_large", "bigint")]
        {
            let key = told.iter().find(|column| column.table_name == table && column.name == "id").unwrap();
            assert_eq!((&*key.data_type, &*key.identity), (data_type, "d"));
        }
    } else {
        let mut connection = SqliteConnection::connect(&url).await.unwrap();
        let sql = "SELECT name FROM pragma_table_list WHERE type = 'table' AND NOT strict AND name NOT LIKE 'sqlite%'";
        let loose: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut connection).await.unwrap();
        assert_eq!(loose, Vec::<String>::new(), "all tables are STRICT");
    }
}

async fn the_text_of_the_ddl_makes_the_same_tables(bed: Bed) {
    let urls = [bed.url().await, bed.url().await];
    let [made, loaded] = [Db::connect(&urls[0]).await.unwrap(), Db::connect(&urls[1]).await.unwrap()];
    crate::watch::known(schema()).create(&made).await.unwrap();
    let text = schema().ddl(bed.dialect()).unwrap();
    loaded.across_tenants("loads the DDL").execute(&text).await.unwrap();
    assert_eq!(told(&bed, &urls[0]).await, told(&bed, &urls[1]).await);
    // It is all there: to create it once more changes nothing.
    crate::watch::known(schema()).create(&loaded).await.unwrap();
    let row = Thing::any(&mut crate::draw::Draw::default(), 1);
    Thing::bulk_create([row.clone()]).run(&loaded).await.unwrap();
    assert_eq!(Thing::read(1_i64).run(&loaded).await.unwrap(), row);
    assert_eq!(schema().ddl(bed.dialect()).unwrap(), text, "the text is the same each time");
}

async fn defaults_of_the_database_are_those_of_the_model(bed: Bed) {
    let url = bed.url().await;
    let db = Db::connect(&url).await.unwrap();
    crate::watch::known(ennead::schema![Defaults]).create(&db).await.unwrap();
    let raw = db.across_tenants("a row made of defaults alone");
    raw.execute("INSERT INTO \"with defaults; --\" DEFAULT VALUES").await.unwrap();
    let by_library = Defaults::create(NewDefaults {}).run(&db).await.unwrap();
    let by_database = Defaults::read(1_i64).run(&db).await.unwrap();
    let wanted = Defaults {
        id: 1,
        text: "it's \\ \"quoted\" %".into(),
        number: -5,
        small: Some(-7),
        yes: true,
        ratio: -0.5,
        price: Decimal::new(15, 1),
        free: Decimal::new(-25, 2),
        level: Level::Odd,
        mood: Mood::Odd,
        nothing: None,
    };
    assert_eq!(by_database, wanted);
    assert_eq!(by_library, Defaults { id: 2, ..wanted });
    for column in told(&bed, &url).await {
        let has = !["id", "nothing"].contains(&&*column.name);
        assert_eq!(column.has_default, has, "{column:?}");
    }
}

async fn comments_are_kept(bed: Bed) {
    let url = bed.url().await;
    crate::watch::known(ennead::schema![Defaults]).create(&Db::connect(&url).await.unwrap()).await.unwrap();
    let lines = ["A table with defaults.", "Its second line; it's \"quoted\" -- and /* odd */."];
    let of_column = "A text's comment: it's here.";
    if bed.is_postgres() {
        let mut connection = PgConnection::connect(&url).await.unwrap();
        let sql = "SELECT obj_description(c.oid, 'pg_class'), col_description(c.oid, 2) FROM pg_class c \
            WHERE c.relname = 'with defaults; --'";
        let found: (String, String) = sqlx::query_as(sql).fetch_one(&mut connection).await.unwrap();
        assert_eq!(found, (lines.join("\n\n"), of_column.to_owned()));
        return;
    }
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    let sql = "SELECT sql FROM sqlite_master WHERE name = 'with defaults; --'";
    let text: String = sqlx::query_scalar(sql).fetch_one(&mut connection).await.unwrap();
    for line in lines.into_iter().chain([of_column]) {
        assert!(text.contains(&format!("-- {line}\n")), "{text}");
    }
}

async fn create_works_once_again_and_at_once(bed: Bed) {
    let url = bed.url().await;
    let callers = join_all((0..8).map(async |_| {
        let db = Db::connect(&url).await?;
        crate::watch::known(schema()).create(&db).await?;
        Ok::<_, Error>(db)
    }));
    let callers: Vec<Result<Db, Error>> = callers.await;
    for db in callers {
        let db = db.unwrap();
        crate::watch::known(schema()).create(&db).await.unwrap();
        assert_eq!(Thing::count().run(&db).await.unwrap(), 0);
    }
}

async fn create_refuses_a_half_made_database(bed: Bed) {
    let url = bed.url().await;
    let db = Db::connect(&url).await.unwrap();
    crate::watch::known(ennead::schema![OtherThing]).create(&db).await.unwrap();
    let before = told(&bed, &url).await;
    let error = crate::watch::known(ennead::schema![OtherThing, GenText]).create(&db).await.unwrap_err();
    assert!(error.is_schema_mismatch(), "{error:?}");
    assert!(error.to_string().contains("not gen_text"), "{error}");
    assert_eq!(told(&bed, &url).await, before);
    // An index of that name is there already, so the last statement fails, and none of the others remains.
    let raw = db.across_tenants("stands in the way");
    raw.execute("CREATE TABLE obstacle (a integer)").await.unwrap();
    raw.execute("CREATE INDEX ix_with_index_name ON obstacle (a)").await.unwrap();
    let before = told(&bed, &url).await;
    crate::watch::known(ennead::schema![GenText, WithIndex]).create(&db).await.unwrap_err();
    assert_eq!(told(&bed, &url).await, before);
    crate::watch::known(ennead::schema![GenText]).create(&db).await.unwrap();
}

#[model(global, table = "with_index", index(name))]
#[derive(Debug, Clone, PartialEq)]
pub struct WithIndex {
    #[key]
    pub id: String,
    pub name: String,
}

crate::cases![
    columns_are_of_the_types_of_the_contract,
    the_text_of_the_ddl_makes_the_same_tables,
    defaults_of_the_database_are_those_of_the_model,
    comments_are_kept,
    create_works_once_again_and_at_once,
    create_refuses_a_half_made_database,
];
