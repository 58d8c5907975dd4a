//! Each rule has a script in which it fires and one in which it must not, on each of its databases.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "these are tests")]

use ennead_core::Dialect::{self, Postgres, Sqlite};
use ennead_core::snapshot::{
    Check, Column, EnumType, ForeignKey, Identity, Index, IndexPart, IndexTarget, PrimaryKey, Snapshot, Table,
};
use ennead_lint::{Finding, Options, RULES, Rule, Script, Transactions, lint};
use ennead_sql::ddl::read::SchemaRow;

/// What the database holds before: `users`, with rows.
fn before(dialect: Dialect) -> Snapshot {
    let mut users = Table::new("users");
    let kinds = match dialect {
        Postgres => ["uuid", "text", "character varying(20)", "integer", "mood"],
        Sqlite => ["TEXT", "TEXT", "TEXT", "INTEGER", "TEXT"],
    };
    for (name, kind) in ["id", "email", "nick", "age", "mood"].into_iter().zip(kinds) {
        users.columns.push(Column { nullable: name != "id", ..Column::new(name, kind) });
    }
    users.primary_key =
        Some(PrimaryKey { name: "users_pkey".into(), columns: vec!["id".into()], ..PrimaryKey::default() });
    let mut other = Table::new("others");
    other.columns.push(Column { identity: Some(Identity::ByDefault), ..Column::new("id", kinds[3]) });
    let open =
        Check { name: "ck_open".into(), condition: "(id > 0)".into(), not_valid: true, ..Check::default() };
    let proof = Check { name: "ck_proof".into(), condition: "(id IS NOT NULL)".into(), ..Check::default() };
    other.checks.extend([open, proof]);
    let mood = EnumType { name: "mood".into(), variants: vec!["good".into()], ..EnumType::default() };
    let enums = if dialect == Postgres { vec![mood] } else { Vec::new() };
    Snapshot { tables: vec![other, users], enums, ..Snapshot::empty(dialect) }
}

fn findings(dialect: Dialect, sql: &str) -> Vec<Finding> {
    let before = before(dialect);
    let script = Script { sql, dialect, before: Some(&before), transaction: None };
    lint(&script, &Options { convention: true })
}

fn names(dialect: Dialect, sql: &str) -> Vec<&'static str> {
    findings(dialect, sql).iter().map(|finding| finding.rule.name).collect()
}

struct Case {
    rule: &'static str,
    dialect: Dialect,
    fires: &'static [&'static str],
    quiet: &'static [&'static str],
}

const fn case(
    rule: &'static str,
    dialect: Dialect,
    fires: &'static [&'static str],
    quiet: &'static [&'static str],
) -> Case {
    Case { rule, dialect, fires, quiet }
}

const CASES: &[Case] = &[
    case(
        "drop-table",
        Postgres,
        &[
            "DROP TABLE users",
            "DROP TABLE IF EXISTS public.users, others",
            "DROP SCHEMA sales CASCADE",
            "DROP TABLE unknown",
            "DROP DATABASE app",
            "CREATE TABLE IF NOT EXISTS users (id int); DROP TABLE users",
        ],
        &[
            "CREATE TABLE t (id int); DROP TABLE t",
            "DROP INDEX CONCURRENTLY users",
            "DROP SCHEMA sales",
            "CREATE TABLE IF NOT EXISTS t (id int); DROP TABLE t",
            "CREATE TABLE t (); DROP TABLE t",
        ],
    ),
    case(
        "drop-table",
        Sqlite,
        &["DROP TABLE users", "CREATE TABLE n (id TEXT); INSERT INTO n SELECT 1; DROP TABLE \"Users\""],
        &[
            "CREATE TEMP TABLE t (id int); DROP TABLE t",
            "CREATE TABLE n (id TEXT, email, nick, age, mood); INSERT INTO n SELECT * FROM users; DROP TABLE users; ALTER TABLE n RENAME TO users",
        ],
    ),
    case(
        "drop-column",
        Postgres,
        &[
            "ALTER TABLE users DROP COLUMN email",
            "ALTER TABLE IF EXISTS ONLY users DROP age, ADD x int",
            "alter table USERS drop Email",
        ],
        &[
            "ALTER TABLE users DROP CONSTRAINT users_pkey",
            "CREATE TABLE t (a int, b int); ALTER TABLE t DROP COLUMN b",
            "ALTER TABLE users ALTER COLUMN email DROP DEFAULT",
        ],
    ),
    case(
        "drop-column",
        Sqlite,
        &[
            "ALTER TABLE users DROP COLUMN email",
            REBUILD_WITHOUT_AGE,
            "CREATE TABLE n (x TEXT); INSERT INTO n (x) SELECT '3' FROM users; DROP TABLE users; ALTER TABLE n RENAME TO users",
        ],
        &[REBUILD, "CREATE TABLE t (a, b); ALTER TABLE t DROP COLUMN b"],
    ),
    case(
        "delete-rows",
        Postgres,
        &[
            "DELETE FROM users WHERE age < 3",
            "TRUNCATE TABLE users",
            "WITH gone AS (DELETE FROM users RETURNING id) SELECT 1 FROM gone",
        ],
        &[
            "CREATE TABLE t (id int); DELETE FROM t",
            "SELECT 'DELETE FROM users'",
            "INSERT INTO users (id) VALUES (NULL)",
        ],
    ),
    case(
        "delete-rows",
        Sqlite,
        &[
            "DELETE FROM users",
            REBUILD_BY_INNER_JOIN,
            "CREATE TABLE n (id TEXT, email, nick, age, mood); INSERT INTO n SELECT * FROM users WHERE age > 1; DROP TABLE users; ALTER TABLE n RENAME TO users",
        ],
        &["DELETE FROM sqlite_sequence WHERE name = 'users'", REBUILD, REBUILD_JOINED],
    ),
    case(
        "drop-sequence",
        Postgres,
        &["DROP SEQUENCE s", "DROP SEQUENCE IF EXISTS others_id_seq, s CASCADE"],
        &["CREATE SEQUENCE s; DROP SEQUENCE s", "ALTER SEQUENCE s OWNED BY NONE"],
    ),
    case(
        "drop-cascade",
        Postgres,
        &[
            "DROP TYPE mood CASCADE",
            "ALTER TABLE users DROP CONSTRAINT users_pkey CASCADE",
            "ALTER TABLE users DROP COLUMN age CASCADE",
        ],
        &[
            "DROP TYPE mood",
            "CREATE TABLE t (id int); DROP TABLE t CASCADE",
            "ALTER TABLE users DROP CONSTRAINT users_pkey RESTRICT",
        ],
    ),
    case(
        "narrow-type",
        Postgres,
        &[
            "ALTER TABLE users ALTER COLUMN nick TYPE varchar(10)",
            "ALTER TABLE users ALTER age SET DATA TYPE smallint",
        ],
        &[
            "ALTER TABLE users ALTER COLUMN nick TYPE varchar(30)",
            "ALTER TABLE users ALTER age TYPE bigint",
            "ALTER TABLE users ALTER nick TYPE text",
        ],
    ),
    case("narrow-type", Sqlite, &[REBUILD_NUMBER], &[REBUILD, REBUILD_JOINED]),
    case(
        "not-null-without-default",
        Postgres,
        &[
            "ALTER TABLE users ADD COLUMN x int NOT NULL",
            "ALTER TABLE users ADD x text COLLATE \"C\" NOT NULL DEFAULT NULL",
        ],
        &[
            "ALTER TABLE users ADD COLUMN x int NOT NULL DEFAULT 0",
            "ALTER TABLE users ADD COLUMN x int",
            "CREATE TABLE t (id int); ALTER TABLE t ADD COLUMN x int NOT NULL",
            "ALTER TABLE users ADD COLUMN x int GENERATED ALWAYS AS IDENTITY",
        ],
    ),
    case(
        "not-null-without-default",
        Sqlite,
        &["ALTER TABLE users ADD COLUMN x TEXT NOT NULL", REBUILD_WITH_NEW],
        &["ALTER TABLE users ADD COLUMN x TEXT NOT NULL DEFAULT ''", REBUILD],
    ),
    case(
        "set-not-null",
        Postgres,
        &[
            "ALTER TABLE users ALTER COLUMN age SET NOT NULL",
            "ALTER TABLE users ADD CONSTRAINT c CHECK (age IS NOT NULL) NOT VALID; ALTER TABLE users VALIDATE CONSTRAINT c",
            "UPDATE users SET age = 0 WHERE email IS NULL; ALTER TABLE users ALTER COLUMN age SET NOT NULL",
        ],
        &[
            "ALTER TABLE users ALTER COLUMN id SET NOT NULL",
            "UPDATE users SET age = 0 WHERE age IS NULL; ALTER TABLE users ALTER COLUMN age SET NOT NULL",
            "ALTER TABLE others ALTER COLUMN id SET NOT NULL",
            "ALTER TABLE users ALTER COLUMN age DROP NOT NULL",
        ],
    ),
    case("set-not-null", Sqlite, &[REBUILD_NOT_NULL], &[REBUILD, REBUILD_FILLED]),
    case(
        "new-unique",
        Postgres,
        &[
            "CREATE UNIQUE INDEX CONCURRENTLY u ON users (email)",
            "ALTER TABLE users ADD CONSTRAINT u UNIQUE (email)",
            "ALTER TABLE users ADD PRIMARY KEY (email)",
            "ALTER TABLE users ADD x int DEFAULT 1 UNIQUE",
            "ALTER TABLE users ADD x int; ALTER TABLE users ADD UNIQUE NULLS NOT DISTINCT (x)",
        ],
        &[
            "CREATE INDEX CONCURRENTLY u ON users (email)",
            "CREATE TABLE t (id int); CREATE UNIQUE INDEX u ON t (id)",
            "ALTER TABLE users ADD CONSTRAINT u UNIQUE USING INDEX u",
            "ALTER TABLE users ADD x int; CREATE UNIQUE INDEX u ON users (x, email)",
            "ALTER TABLE users ADD x int UNIQUE",
        ],
    ),
    case(
        "new-unique",
        Sqlite,
        &["CREATE UNIQUE INDEX u ON users (email)", REBUILD_UNIQUE],
        &["CREATE INDEX u ON users (email)", REBUILD],
    ),
    case(
        "new-check",
        Postgres,
        &[
            "ALTER TABLE users ADD CONSTRAINT c CHECK (age > 0)",
            "ALTER TABLE others VALIDATE CONSTRAINT ck_open",
            "ALTER TABLE users ADD CONSTRAINT c EXCLUDE USING gist (nick WITH =)",
            "ALTER TABLE users ADD x int DEFAULT 1 CHECK (x > age)",
        ],
        &[
            "ALTER TABLE users ADD CONSTRAINT c CHECK (age > 0) NOT VALID",
            "CREATE TABLE t (id int CHECK (id > 0)); ALTER TABLE t ADD CHECK (id < 9)",
            "ALTER TABLE users ADD x int DEFAULT 1 CHECK (x > 0)",
            "ALTER TABLE users ADD x int; ALTER TABLE users ADD CONSTRAINT c CHECK (x > 0) NOT VALID; ALTER TABLE users VALIDATE CONSTRAINT c",
        ],
    ),
    case("new-check", Sqlite, &[REBUILD_CHECK], &[REBUILD]),
    case(
        "new-foreign-key",
        Postgres,
        &[
            "ALTER TABLE users ADD CONSTRAINT f FOREIGN KEY (age) REFERENCES others (id) ON DELETE SET NULL (age) DEFERRABLE",
            "ALTER TABLE users ADD CONSTRAINT f FOREIGN KEY (age) REFERENCES others (id) NOT VALID; ALTER TABLE users VALIDATE CONSTRAINT f",
        ],
        &[
            "ALTER TABLE users ADD CONSTRAINT f FOREIGN KEY (age) REFERENCES others (id) NOT VALID",
            "ALTER TABLE users ADD x int; ALTER TABLE users ADD FOREIGN KEY (x) REFERENCES others (id)",
            "CREATE TABLE t (x int); ALTER TABLE t ADD FOREIGN KEY (x) REFERENCES others",
        ],
    ),
    case(
        "new-foreign-key",
        Sqlite,
        &[REBUILD_FOREIGN_KEY],
        &[REBUILD, "ALTER TABLE users ADD COLUMN x INTEGER REFERENCES others (id)"],
    ),
    case(
        "convert-values",
        Postgres,
        &[
            "ALTER TABLE users ALTER COLUMN email TYPE integer USING email::integer",
            "ALTER TABLE users ALTER COLUMN mood TYPE humour USING mood::text::humour",
        ],
        &["ALTER TABLE users ALTER COLUMN age TYPE text", "ALTER TABLE users ALTER COLUMN age TYPE int4"],
    ),
    case("convert-values", Sqlite, &[REBUILD_BLOB], &[REBUILD, REBUILD_NUMBER]),
    case(
        "rename-table",
        Postgres,
        &[
            "ALTER TABLE users RENAME TO people",
            "ALTER TABLE users SET SCHEMA old",
            "ALTER VIEW v RENAME TO w",
        ],
        &[
            "CREATE TABLE t (id int); ALTER TABLE t RENAME TO s",
            "ALTER INDEX users_pkey RENAME TO pk",
            "ALTER TABLE users RENAME CONSTRAINT users_pkey TO pk",
        ],
    ),
    case("rename-table", Sqlite, &["ALTER TABLE users RENAME TO people"], &[REBUILD, REBUILD_ASIDE]),
    case(
        "rename-column",
        Postgres,
        &["ALTER TABLE users RENAME COLUMN email TO mail", "ALTER TABLE users RENAME email TO mail"],
        &["CREATE TABLE t (id int); ALTER TABLE t RENAME id TO key", "ALTER TYPE mood ADD VALUE 'bad'"],
    ),
    case(
        "rename-column",
        Sqlite,
        &["ALTER TABLE users RENAME COLUMN email TO mail", REBUILD_RENAMED],
        &[REBUILD],
    ),
    case(
        "change-type",
        Postgres,
        &["ALTER TABLE users ALTER COLUMN age TYPE text", "ALTER TABLE unknown ALTER COLUMN x TYPE text"],
        &[
            "ALTER TABLE users ALTER COLUMN nick TYPE text",
            "ALTER TABLE users ALTER COLUMN age TYPE INT",
            "CREATE TABLE t (id int); ALTER TABLE t ALTER id TYPE text",
        ],
    ),
    case("change-type", Sqlite, &[REBUILD_NUMBER], &[REBUILD]),
    case(
        "change-enum",
        Postgres,
        &[
            "ALTER TYPE mood RENAME TO humour",
            "ALTER TYPE mood RENAME VALUE 'good' TO 'fine'",
            "ALTER TYPE mood RENAME TO aside; CREATE TYPE mood AS ENUM ('bad')",
        ],
        &["ALTER TYPE mood ADD VALUE 'bad' AFTER 'good'", "CREATE TYPE humour AS ENUM ('a')"],
    ),
    case(
        "drop-object",
        Postgres,
        &["DROP VIEW v", "DROP TYPE IF EXISTS mood", "DROP FUNCTION f(int)"],
        &[
            "DROP VIEW v; CREATE VIEW v AS SELECT 1",
            "DROP TRIGGER t ON users",
            "ALTER TYPE mood RENAME TO aside; CREATE TYPE mood AS ENUM ('bad'); DROP TYPE aside",
        ],
    ),
    case(
        "drop-object",
        Sqlite,
        &["DROP VIEW v"],
        &["DROP VIEW v; CREATE VIEW v AS SELECT 1", "DROP TRIGGER t"],
    ),
    case(
        "table-rewrite",
        Postgres,
        &[
            "ALTER TABLE users ALTER COLUMN age TYPE bigint",
            "ALTER TABLE users ADD COLUMN x uuid DEFAULT gen_random_uuid()",
            "ALTER TABLE users ADD x bigserial",
            "ALTER TABLE users SET UNLOGGED",
            "ALTER TABLE users ADD x int GENERATED ALWAYS AS (age + 1) STORED",
            "ALTER TABLE users ALTER COLUMN nick TYPE varchar(20) COLLATE \"C\"",
        ],
        &[
            "ALTER TABLE users ALTER COLUMN nick TYPE varchar(40)",
            "ALTER TABLE users ADD COLUMN x timestamptz DEFAULT now()",
            "ALTER TABLE users ADD x int DEFAULT 1",
            "CREATE TABLE t (id int); ALTER TABLE t ADD x bigserial",
            "ALTER TABLE users SET (fillfactor = 70)",
        ],
    ),
    case(
        "index-locks",
        Postgres,
        &["CREATE INDEX ON users (lower(email))", "DROP INDEX ix"],
        &[
            "CREATE INDEX CONCURRENTLY ix ON users USING gin (email gin_trgm_ops) INCLUDE (id) WHERE age > 1",
            "CREATE TABLE t (id int); CREATE INDEX ON t (id)",
            "DROP INDEX CONCURRENTLY ix",
        ],
    ),
    case(
        "unique-locks",
        Postgres,
        &[
            "ALTER TABLE users ADD CONSTRAINT u UNIQUE NULLS NOT DISTINCT (email) INCLUDE (age)",
            "ALTER TABLE users ADD COLUMN x int UNIQUE",
        ],
        &[
            "ALTER TABLE users ADD CONSTRAINT u UNIQUE USING INDEX u DEFERRABLE INITIALLY DEFERRED",
            "CREATE TABLE t (id int); ALTER TABLE t ADD UNIQUE (id)",
        ],
    ),
    case(
        "constraint-locks",
        Postgres,
        &[
            "ALTER TABLE users ADD FOREIGN KEY (age) REFERENCES others (id)",
            "ALTER TABLE users ADD CHECK (age > 0)",
            "ALTER TABLE users ADD x int REFERENCES others (id)",
        ],
        &[
            "ALTER TABLE users ADD CONSTRAINT f FOREIGN KEY (age) REFERENCES others (id) NOT VALID",
            "ALTER TABLE users ADD CONSTRAINT c CHECK (age > 0) NO INHERIT NOT VALID",
            "CREATE TABLE t (x int REFERENCES others (id)); ALTER TABLE t ADD CHECK (x > 0)",
        ],
    ),
    case(
        "not-null-locks",
        Postgres,
        &[
            "ALTER TABLE users ALTER COLUMN age SET NOT NULL",
            "UPDATE users SET age = 1; ALTER TABLE users ALTER COLUMN age SET NOT NULL",
        ],
        &[
            "ALTER TABLE others ALTER COLUMN id SET NOT NULL",
            "ALTER TABLE users ADD CONSTRAINT c CHECK ((\"age\" IS NOT NULL)) NOT VALID; ALTER TABLE users VALIDATE CONSTRAINT c; ALTER TABLE users ALTER COLUMN age SET NOT NULL",
        ],
    ),
    case(
        "long-lock",
        Postgres,
        &[
            "ALTER TABLE users ADD CONSTRAINT c CHECK (age > 0) NOT VALID; ALTER TABLE users VALIDATE CONSTRAINT c",
            "LOCK TABLE users",
            "VACUUM FULL users",
            "ALTER TABLE users ADD x int; UPDATE others SET id = 1",
            "REFRESH MATERIALIZED VIEW v",
        ],
        &[
            "BEGIN; ALTER TABLE users ADD CONSTRAINT c CHECK (age > 0) NOT VALID; COMMIT; ALTER TABLE users VALIDATE CONSTRAINT c",
            "CREATE TABLE t (id int); ALTER TABLE t ADD x int; UPDATE users SET age = 1",
            "VACUUM users",
            "REFRESH MATERIALIZED VIEW CONCURRENTLY v",
        ],
    ),
    case(
        "update-rows",
        Postgres,
        &[
            "UPDATE users SET age = 1",
            "CREATE TABLE t AS SELECT * FROM users; DROP TABLE users; ALTER TABLE t RENAME TO users; UPDATE users SET age = 1",
            "UPDATE users u SET age = 1 FROM others o WHERE o.id = u.age",
        ],
        &[
            "CREATE TABLE t (id int); UPDATE t SET id = 1",
            "INSERT INTO users (id) VALUES (gen_random_uuid())",
        ],
    ),
    case(
        "unreadable",
        Postgres,
        &[
            "DO $$ BEGIN DELETE FROM users; END $$",
            "ALTER TABLE users FROBNICATE",
            "SELEC 1",
            "UPDATE users SET",
            "SELECT 'a",
            "CALL p()",
            "CREATE TABLE t (id)",
        ],
        &[
            "GRANT SELECT ON users TO app",
            "SET lock_timeout = '5s'",
            "COMMENT ON CONSTRAINT c ON users IS 'x'",
            "ALTER TABLE users REPLICA IDENTITY FULL, ALTER age SET STATISTICS 100",
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$",
            "SELECT setval('s', 1)",
            "ALTER SEQUENCE s OWNED BY users.age",
            "CREATE POLICY p ON users USING (true)",
            "ALTER TABLE users ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
        ],
    ),
    case(
        "unreadable",
        Sqlite,
        &["FROBNICATE users", "SELECT (1"],
        &[
            "PRAGMA foreign_keys = OFF",
            "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, UNIQUE (id) ON CONFLICT REPLACE) STRICT, WITHOUT ROWID",
            "CREATE TRIGGER t AFTER INSERT ON users BEGIN UPDATE users SET age = 1; END",
            "PRAGMA foreign_key_check",
        ],
    ),
    case(
        "concurrently-in-transaction",
        Postgres,
        &["CREATE INDEX CONCURRENTLY ix ON users (age)", "BEGIN; DROP INDEX CONCURRENTLY ix; COMMIT"],
        &[
            "CREATE INDEX CONCURRENTLY ix ON users (age); BEGIN; SELECT 1; COMMIT",
            "CREATE TABLE t (id int); CREATE INDEX ix ON t (id)",
        ],
    ),
    case(
        "bad-allow",
        Postgres,
        &[
            "-- ennead:allow drop-tables why\nSELECT 1",
            "SELECT 1; -- ennead:allow drop-table",
            "SELECT 1;\n-- ennead:allow",
        ],
        &[
            "-- ennead:allow drop-table since it is empty\nDROP TABLE users",
            "-- ennead:allowance\nSELECT 1",
            "SELECT '-- ennead:allow'",
        ],
    ),
    case(
        "bad-allow",
        Sqlite,
        &["-- ennead:allow drop-table\nDROP TABLE users"],
        &["-- ennead:allow drop-table it is empty\nDROP TABLE users"],
    ),
    case(
        "timestamps",
        Postgres,
        &["CREATE TABLE t (id uuid PRIMARY KEY, created_at timestamptz)"],
        &[
            "CREATE TABLE t (id uuid PRIMARY KEY, created_at timestamptz, updated_at timestamptz)",
            "CREATE TEMP TABLE t (id uuid PRIMARY KEY)",
        ],
    ),
    case(
        "timestamps",
        Sqlite,
        &["CREATE TABLE t (id TEXT PRIMARY KEY)"],
        &["CREATE TABLE t (id TEXT PRIMARY KEY, created_at TEXT, updated_at TEXT)", REBUILD],
    ),
    case(
        "uuid-key",
        Postgres,
        &["CREATE TABLE t (id bigint PRIMARY KEY)", "CREATE TABLE t (id uuid)"],
        &["CREATE TABLE t (tenant text, id uuid, PRIMARY KEY (tenant, id))"],
    ),
    case(
        "uuid-key",
        Sqlite,
        &["CREATE TABLE t (id INTEGER PRIMARY KEY)"],
        &["CREATE TABLE t (id TEXT PRIMARY KEY)"],
    ),
    case(
        "jsonb",
        Postgres,
        &["CREATE TABLE t (x json)", "ALTER TABLE users ADD x json"],
        &["CREATE TABLE t (x jsonb)"],
    ),
];

const REBUILD: &str = "
    PRAGMA foreign_keys = OFF;
    CREATE TABLE \"ennead_new_users\" (\"id\" TEXT NOT NULL PRIMARY KEY, \"email\" TEXT DEFAULT 'x', \"nick\" TEXT, \"age\" INTEGER, \"mood\" TEXT) STRICT;
    INSERT INTO \"ennead_new_users\" (\"id\", \"email\", \"nick\", \"age\", \"mood\") SELECT \"id\", \"email\", \"nick\", \"age\", \"mood\" FROM \"users\";
    DROP TABLE \"users\";
    ALTER TABLE \"ennead_new_users\" RENAME TO \"users\";
    PRAGMA foreign_key_check;
    PRAGMA foreign_keys = ON";
const REBUILD_JOINED: &str = "
    CREATE TABLE n (id TEXT PRIMARY KEY, email INTEGER, nick TEXT, age INTEGER, mood TEXT);
    INSERT INTO n (id, email, nick, age, mood) SELECT u.id, o.id, nick, age, coalesce(mood, u.email)
        FROM users AS u LEFT JOIN others AS o ON o.id = u.age;
    DROP TABLE users; ALTER TABLE n RENAME TO users";
const REBUILD_BY_INNER_JOIN: &str = "
    CREATE TABLE n (id TEXT PRIMARY KEY, email TEXT, nick TEXT, age INTEGER, mood TEXT);
    INSERT INTO n (id, email, nick, age, mood) SELECT u.id, email, nick, age, mood FROM users u JOIN others o ON o.id = age;
    DROP TABLE users; ALTER TABLE n RENAME TO users";
const REBUILD_WITHOUT_AGE: &str = "
    CREATE TABLE n (id TEXT PRIMARY KEY, email TEXT, nick TEXT, mood TEXT);
    INSERT INTO n (id, email, nick, mood) SELECT id, email, nick, mood FROM users; DROP TABLE users; ALTER TABLE n RENAME TO users";
const REBUILD_NUMBER: &str = "
    CREATE TABLE n (id TEXT PRIMARY KEY, email INTEGER, nick TEXT, age INTEGER, mood TEXT);
    INSERT INTO n (id, email, nick, age, mood) SELECT id, email, nick, age, mood FROM users; DROP TABLE users; ALTER TABLE n RENAME TO users";
const REBUILD_BLOB: &str = "
    CREATE TABLE n (id TEXT PRIMARY KEY, email TEXT, nick TEXT, age BLOB, mood TEXT);
    INSERT INTO n (id, email, nick, age, mood) SELECT id, email, nick, age, mood FROM users; DROP TABLE users; ALTER TABLE n RENAME TO users";
const REBUILD_WITH_NEW: &str = "
    CREATE TABLE n (id TEXT PRIMARY KEY, email TEXT, nick TEXT, age INTEGER, mood TEXT, more TEXT NOT NULL);
    INSERT INTO n (id, email, nick, age, mood) SELECT id, email, nick, age, mood FROM users; DROP TABLE users; ALTER TABLE n RENAME TO users";
const REBUILD_NOT_NULL: &str = "
    CREATE TABLE n (id TEXT PRIMARY KEY, email TEXT, nick TEXT, age INTEGER NOT NULL, mood TEXT);
    INSERT INTO n (id, email, nick, age, mood) SELECT id, email, nick, age, mood FROM users; DROP TABLE users; ALTER TABLE n RENAME TO users";
const REBUILD_FILLED: &str = "
    CREATE TABLE n (id TEXT PRIMARY KEY, email TEXT, nick TEXT, age INTEGER NOT NULL, mood TEXT);
    INSERT INTO n (id, email, nick, age, mood) SELECT id, email, nick, coalesce(age, 0), mood FROM users; DROP TABLE users; ALTER TABLE n RENAME TO users";
const REBUILD_UNIQUE: &str = "
    CREATE TABLE n (id TEXT PRIMARY KEY, email TEXT, nick TEXT, age INTEGER, mood TEXT, CONSTRAINT u UNIQUE (email));
    INSERT INTO n (id, email, nick, age, mood) SELECT id, email, nick, age, mood FROM users; DROP TABLE users; ALTER TABLE n RENAME TO users";
const REBUILD_CHECK: &str = "
    CREATE TABLE n (id TEXT PRIMARY KEY, email TEXT, nick TEXT, age INTEGER CHECK (age > 0), mood TEXT);
    INSERT INTO n (id, email, nick, age, mood) SELECT id, email, nick, age, mood FROM users; DROP TABLE users; ALTER TABLE n RENAME TO users";
const REBUILD_FOREIGN_KEY: &str = "
    CREATE TABLE n (id TEXT PRIMARY KEY, email TEXT, nick TEXT, age INTEGER, mood TEXT, FOREIGN KEY (age) REFERENCES others (id));
    INSERT INTO n (id, email, nick, age, mood) SELECT id, email, nick, age, mood FROM users; DROP TABLE users; ALTER TABLE n RENAME TO users";
const REBUILD_RENAMED: &str = "
    CREATE TABLE n (id TEXT PRIMARY KEY, mail TEXT, nick TEXT, age INTEGER, mood TEXT);
    INSERT INTO n (id, mail, nick, age, mood) SELECT id, email, nick, age, mood FROM users; DROP TABLE users; ALTER TABLE n RENAME TO users";
const REBUILD_ASIDE: &str = "
    ALTER TABLE users RENAME TO users_old;
    CREATE TABLE users (id TEXT PRIMARY KEY, email TEXT, nick TEXT, age INTEGER, mood TEXT);
    INSERT INTO users (id, email, nick, age, mood) SELECT id, email, nick, age, mood FROM users_old; DROP TABLE users_old";

#[test]
fn each_rule_fires_and_is_quiet_where_it_must() {
    let mut wrong = Vec::new();
    for Case { rule, dialect, fires, quiet } in CASES {
        for sql in *fires {
            let found = names(*dialect, sql);
            if !found.contains(rule) {
                wrong.push(format!("{dialect}: {rule} does not fire, but {found:?}, in {sql}"));
            }
        }
        for sql in *quiet {
            let found = findings(*dialect, sql);
            if let Some(finding) = found.iter().find(|finding| finding.rule.name == *rule) {
                // A permission is no silence, but for those that are about permissions.
                wrong.push(format!("{dialect}: {rule} fires in {sql}: {}", finding.message));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A rule that is added must bring its cases.
#[test]
fn each_rule_has_cases_on_each_of_its_databases() {
    for rule in RULES {
        for dialect in rule.dialects {
            let has = CASES.iter().any(|case| {
                case.rule == rule.name
                    && case.dialect == *dialect
                    && !case.fires.is_empty()
                    && !case.quiet.is_empty()
            });
            assert!(has, "{} has no cases on {dialect}", rule.name);
        }
        let elsewhere =
            CASES.iter().find(|case| case.rule == rule.name && !rule.dialects.contains(&case.dialect));
        assert!(elsewhere.is_none(), "{} has a case on another database", rule.name);
    }
}

#[test]
fn convention_is_silent_unless_it_is_asked_for() {
    let sql = "CREATE TABLE t (id bigint PRIMARY KEY, x json)";
    let script = Script { sql, dialect: Postgres, before: None, transaction: None };
    assert_eq!(lint(&script, &Options::default()), []);
    assert_eq!(lint(&script, &Options { convention: true }).len(), 3);
}

#[test]
fn a_permission_holds_for_one_rule_of_one_statement() {
    let sql = "-- ennead:allow drop-column nobody reads it\nALTER TABLE users DROP COLUMN email, DROP COLUMN age, RENAME nick TO n;\nALTER TABLE users DROP COLUMN mood;\nDROP TABLE others -- ennead:allow drop-table moved\n;";
    let told: Vec<(usize, &str, Option<String>)> =
        findings(Postgres, sql).into_iter().map(|one| (one.line, one.rule.name, one.allowed)).collect();
    let why = |reason: &str| Some(reason.to_owned());
    assert_eq!(
        told,
        [
            (2, "drop-column", why("nobody reads it")),
            (2, "drop-column", why("nobody reads it")),
            (2, "rename-column", None),
            (3, "drop-column", None),
            (4, "drop-table", why("moved")),
        ]
    );
}

/// What a rebuild does is told where the new table is filled, and known where the earlier one goes: a permission may stand
/// above either.
#[test]
fn a_permission_holds_where_the_finding_is_told() {
    let fill = "INSERT INTO n (id, email, nick, age, mood) SELECT";
    let drop = "DROP TABLE users";
    for place in [fill, drop] {
        let allow = format!("\n-- ennead:allow narrow-type they are numbers\n{place}");
        let told = findings(Sqlite, &REBUILD_NUMBER.replace(place, &allow));
        let narrow: Vec<_> = told.iter().filter(|one| one.rule.name == "narrow-type").collect();
        assert_eq!((narrow.len(), narrow[0].allowed.as_deref()), (1, Some("they are numbers")), "{place}");
        assert!(told.iter().any(|one| one.allowed.is_none()), "it allows one rule only");
    }
}

/// A rebuild behind a rename keeps what held: nothing of it is new.
#[test]
fn constraints_follow_a_renamed_column() {
    let mut before = before(Sqlite);
    let users = before.tables.iter_mut().find(|table| table.name == "users").unwrap();
    users.checks.push(Check { condition: "\"age\" > 0".into(), ..Check::default() });
    users.foreign_keys.push(ForeignKey {
        columns: vec!["age".into()],
        parent: "others".into(),
        parent_columns: vec!["id".into()],
        ..ForeignKey::default()
    });
    let sql = "ALTER TABLE users RENAME COLUMN age TO years;
        CREATE TABLE n (id TEXT PRIMARY KEY, email TEXT, nick TEXT, years INTEGER, mood TEXT,
            CHECK (\"years\" > 0), FOREIGN KEY (years) REFERENCES others (id));
        INSERT INTO n (id, email, nick, years, mood) SELECT id, email, nick, years, mood FROM users;
        DROP TABLE users; ALTER TABLE n RENAME TO users";
    let script = Script { sql, dialect: Sqlite, before: Some(&before), transaction: None };
    let told: Vec<&str> =
        lint(&script, &Options::default()).iter().map(|finding| finding.rule.name).collect();
    assert_eq!(told, ["rename-column"]);
}

/// SQLite drops a table's indexes with it: one that comes back as it was proves nothing new.
#[test]
fn a_unique_index_that_comes_back_is_not_new() {
    let mut before = before(Sqlite);
    let users = before.tables.iter_mut().find(|table| table.name == "users").unwrap();
    let email = IndexPart {
        target: IndexTarget::Column("email".into()),
        collation: None,
        opclass: None,
        descending: false,
        nulls: None,
    };
    users.indexes.push(Index {
        name: "u".into(),
        parts: vec![email],
        unique: true,
        condition: Some("\"mood\" IS NULL".into()),
        ..Index::default()
    });
    let told = |index: &str, rebuild: &str| {
        let sql = format!("{rebuild}; CREATE UNIQUE INDEX {index}");
        let script = Script { sql: &sql, dialect: Sqlite, before: Some(&before), transaction: None };
        let told = lint(&script, &Options::default());
        told.iter().filter(|one| one.rule.name == "new-unique").count()
    };
    assert_eq!(told("u ON users (\"email\") WHERE (mood IS NULL)", REBUILD), 0);
    for other in [
        "u ON users (email)",
        "u ON users (email) WHERE nick IS NULL",
        "u ON users (nick) WHERE mood IS NULL",
        "u ON users (email, lower(nick)) WHERE mood IS NULL",
    ] {
        assert_eq!(told(other, REBUILD), 1, "{other}");
    }
    let other_values = REBUILD.replace("SELECT \"id\", \"email\"", "SELECT \"id\", lower(\"email\")");
    assert_ne!(other_values, REBUILD);
    assert_eq!(told("u ON users (email) WHERE mood IS NULL", &other_values), 1);
}

#[test]
fn what_a_script_makes_is_nobodys_yet() {
    let sql = "CREATE TABLE t (id uuid PRIMARY KEY, a int, created_at timestamptz, updated_at timestamptz);
        CREATE UNIQUE INDEX u ON t (a); ALTER TABLE t ALTER COLUMN a SET NOT NULL, ALTER COLUMN a TYPE smallint, RENAME a TO b;
        ALTER TABLE t ADD CONSTRAINT c CHECK (b > 0); ALTER TABLE t DROP COLUMN b; UPDATE t SET id = NULL; DELETE FROM t; DROP TABLE t";
    assert_eq!(names(Postgres, sql), Vec::<&str>::new());
}

/// What is renamed first is the same thing afterwards, also in keys and constraints.
#[test]
fn a_renamed_column_keeps_its_constraints() {
    let before = "CREATE TABLE o (id INTEGER PRIMARY KEY);
        CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER UNIQUE REFERENCES o (id) CHECK (a > 0), b TEXT);";
    let later = "ALTER TABLE t RENAME COLUMN a TO c;
        CREATE TABLE n (id INTEGER PRIMARY KEY, c INTEGER, b TEXT, UNIQUE (c), CHECK (c > 0), FOREIGN KEY (c) REFERENCES o (id));
        INSERT INTO n (id, c, b) SELECT id, c, b FROM t; DROP TABLE t; ALTER TABLE n RENAME TO t";
    let rows: Vec<SchemaRow> = ["o", "t"]
        .into_iter()
        .zip(before.split(';'))
        .map(|(name, sql)| SchemaRow {
            kind: "table".into(),
            name: name.into(),
            tbl_name: name.into(),
            sql: Some(sql.trim().into()),
        })
        .collect();
    let before = ennead_sql::ddl::read::sqlite(&rows);
    let script = Script { sql: later, dialect: Sqlite, before: Some(&before), transaction: None };
    let told: Vec<&str> = lint(&script, &Options::default()).iter().map(|one| one.rule.name).collect();
    assert_eq!(told, ["rename-column"]);
}

/// Whatever a script holds, it is judged or told to be unreadable: nothing panics, and nothing goes on for ever.
#[test]
fn broken_scripts_are_judged_or_refused() {
    for Case { dialect, fires, quiet, .. } in CASES {
        for sql in fires.iter().chain(*quiet) {
            for (at, letter) in sql.char_indices().filter(|(at, _)| at % 17 == 0) {
                let _ = findings(*dialect, &sql[..at]);
                let _ = findings(*dialect, &format!("{}{}", &sql[..at], &sql[at + letter.len_utf8()..]));
                let _ = findings(*dialect, &format!("{}({}", &sql[..at], &sql[at..]));
            }
        }
    }
}

/// Steps 1 and 2 in a transaction each; those on even lines by themselves.
#[derive(Debug)]
struct EvenAlone;

impl Transactions for EvenAlone {
    fn of(&self, line: usize) -> Option<usize> {
        (line % 2 == 1).then_some(line)
    }
    fn is_batched(&self, line: usize) -> bool {
        line == 4
    }
}

#[test]
fn where_transactions_end_locks_do() {
    let sql = "ALTER TABLE users ADD CONSTRAINT c CHECK (age > 0) NOT VALID;
ALTER TABLE users VALIDATE CONSTRAINT c; -- ennead:allow new-check all ages are known
ALTER TABLE users ADD COLUMN x int;
UPDATE users SET x = 1 WHERE x IS NULL;
CREATE INDEX CONCURRENTLY ix ON users (x);
CREATE INDEX
  CONCURRENTLY iy ON users (x)";
    let before = before(Postgres);
    let script = Script { sql, dialect: Postgres, before: Some(&before), transaction: Some(&EvenAlone) };
    let told: Vec<(usize, &Rule)> = lint(&script, &Options::default())
        .into_iter()
        .filter(|finding| finding.allowed.is_none())
        .map(|finding| (finding.line, finding.rule))
        .collect();
    assert_eq!(told, [(5, Rule::named("concurrently-in-transaction").unwrap())]);
}
