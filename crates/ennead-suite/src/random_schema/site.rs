//! A database in which drawn schemas are made, looked at by connections that are not the library's.

use std::collections::BTreeMap;
use std::path::PathBuf;

use ennead::Db;
use sqlx::postgres::PgConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, Connection, Executor, Row};

use super::model::{Column, Enum, Family, Id, Table, World};
use super::pool;
use crate::judge::{self, Facts};
use crate::{Bed, Kind};

/// How many rows each table gets.
const ROWS: usize = 3;

/// The rows of each table that stays, with the columns that stay, in words that survive a change of type.
pub(super) type Kept = BTreeMap<Id, Vec<Vec<String>>>;

/// One database.
pub(super) enum Site {
    /// The judge has a connection of its own, whose settings stay as they are, and its statements with them.
    Postgres {
        conn: Box<PgConnection>,
        judge: Box<PgConnection>,
        db: Db,
    },
    Sqlite {
        file: PathBuf,
    },
}

impl Site {
    pub(super) async fn new(bed: &Bed, name: &str) -> Self {
        if bed.kind() == Kind::Sqlite {
            return Self::Sqlite { file: bed.folder().join(format!("{name}.db")) };
        }
        let url = bed.url().await;
        let plain = format!("{url}{}sslmode=disable", if url.contains('?') { "&" } else { "?" });
        let conn = Box::new(PgConnection::connect(&plain).await.unwrap());
        let judge = Box::new(PgConnection::connect(&plain).await.unwrap());
        let db = Db::builder().max_connections(1).connect(&plain).await.unwrap();
        Self::Postgres { conn, judge, db }
    }

    /// The library's own way in.
    pub(super) async fn db(&self) -> Db {
        match self {
            Self::Postgres { db, .. } => db.clone(),
            Self::Sqlite { file } => {
                let url = format!("sqlite://{}", file.display());
                Db::builder().pragma("synchronous", "OFF").connect(&url).await.unwrap()
            }
        }
    }

    /// Makes a world in it, and nothing else; with rows where they are wanted.
    pub(super) async fn load(&mut self, world: &World, rows: Option<&World>) -> Result<(), String> {
        let mut all = world.sql();
        all.extend(rows.into_iter().flat_map(|other| inserts(world, other)));
        match self {
            Self::Postgres { conn, .. } => {
                // Foreign keys hold of the rows, whatever order they come in.
                let start = "SET session_replication_role = replica; DROP SCHEMA IF EXISTS public, other CASCADE; \
                     CREATE SCHEMA public; SET search_path TO public; ";
                let sql = format!("{start}{}", all.join(";\n"));
                let done = conn.execute(AssertSqlSafe(sql)).await;
                done.map_err(|error| format!("the schema cannot be made: {error}"))?;
            }
            Self::Sqlite { file } => {
                for end in ["", "-wal", "-shm"] {
                    let _ = std::fs::remove_file(format!("{}{end}", file.display()));
                }
                let mut conn = open(file).await;
                for sql in all {
                    let done = conn.execute(AssertSqlSafe(sql.as_str())).await;
                    done.map_err(|error| format!("the schema cannot be made: {error}: {sql}"))?;
                }
                conn.close().await.unwrap();
            }
        }
        Ok(())
    }

    pub(super) async fn facts(&mut self) -> Facts {
        match self {
            Self::Postgres { judge, .. } => judge::postgres::facts(judge).await.unwrap(),
            Self::Sqlite { file } => {
                let mut conn = open(file).await;
                let facts = judge::sqlite::facts(&mut conn).await.unwrap();
                conn.close().await.unwrap();
                facts
            }
        }
    }

    /// Takes all rows away.
    pub(super) async fn clear(&mut self, world: &World) {
        let Self::Postgres { conn, .. } = self else { return };
        for table in &world.tables {
            // It may have its new name already.
            let schema = if table.other_schema { "" } else { "public." };
            let sql = format!("TRUNCATE {schema}{} CASCADE", table.sql_name());
            let _ = conn.execute(AssertSqlSafe(sql)).await;
        }
    }

    /// What tables hold that are in both worlds, in the columns that are in both; `now` is the world that is made here.
    pub(super) async fn rows(&mut self, now: &World, other: &World) -> Kept {
        let mut kept = Kept::new();
        for table in &now.tables {
            let Some(twin) = other.table(table.id) else { continue };
            let columns = common(table, twin);
            let rows = if columns.is_empty() {
                Vec::new()
            } else {
                let names: Vec<String> = columns.iter().map(|column| self.shown(table, column)).collect();
                let schema = if now.postgres && !table.other_schema { "public." } else { "" };
                let sql = format!("SELECT {} FROM {schema}{}", names.join(", "), table.sql_name());
                self.texts(&sql, columns.len()).await
            };
            let mut rows: Vec<Vec<String>> = rows
                .into_iter()
                .map(|row| {
                    row.into_iter()
                        .zip(&columns)
                        .map(|(text, column)| {
                            text.map_or("NULL".to_owned(), |text| canonical(now, other, column, twin, &text))
                        })
                        .collect()
                })
                .collect();
            rows.sort();
            kept.insert(table.id, rows);
        }
        kept
    }

    fn shown(&self, table: &Table, column: &Column) -> String {
        let name = table.name_of(column.id);
        match self {
            Self::Postgres { .. } => format!("{name}::text"),
            Self::Sqlite { .. } => {
                format!("CASE WHEN typeof({name}) = 'blob' THEN hex({name}) ELSE CAST({name} AS TEXT) END")
            }
        }
    }

    async fn texts(&mut self, sql: &str, width: usize) -> Vec<Vec<Option<String>>> {
        match self {
            Self::Postgres { conn, .. } => {
                let rows = conn.fetch_all(AssertSqlSafe(sql)).await.unwrap_or_else(|e| panic!("{e}: {sql}"));
                rows.iter().map(|row| (0..width).map(|at| row.get(at)).collect()).collect()
            }
            Self::Sqlite { file } => {
                let mut conn = open(file).await;
                let rows = conn.fetch_all(AssertSqlSafe(sql)).await.unwrap_or_else(|e| panic!("{e}: {sql}"));
                let texts = rows.iter().map(|row| (0..width).map(|at| row.get(at)).collect()).collect();
                conn.close().await.unwrap();
                texts
            }
        }
    }
}

async fn open(file: &PathBuf) -> SqliteConnection {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .foreign_keys(false)
        .synchronous(sqlx::sqlite::SqliteSynchronous::Off);
    SqliteConnection::connect_with(&options).await.unwrap()
}

/// The columns of a table that its twin has too, and that rows are written with.
fn common<'a>(table: &'a Table, twin: &Table) -> Vec<&'a Column> {
    let stays = |column: &&Column| {
        column.generated.is_none() && twin.column(column.id).is_some_and(|other| other.generated.is_none())
    };
    let mut columns: Vec<&Column> = table.columns.iter().filter(stays).collect();
    columns.sort_by_key(|column| column.id);
    columns
}

/// A value in words that are the same after a change of its type. Labels are told by their number, which they keep when
/// they are renamed, also where the column becomes a text.
pub(super) fn canonical(now: &World, other: &World, column: &Column, twin: &Table, text: &str) -> String {
    let families = [Some(column), twin.column(column.id)].map(|column| column.map(|it| it.data_type.family));
    for family in families {
        if let Some(Family::Enum(id)) = family
            && let Some(kind) = now.enumeration(id).or_else(|| other.enumeration(id))
        {
            return labels(kind, text);
        }
    }
    let number = |c: char| c.is_ascii_digit() || c == '.' || c == '-';
    if text.starts_with("2024-") {
        text.chars().take(10).collect()
    } else if text.contains('.') && text.chars().all(number) {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        match text {
            "true" => "1".to_owned(),
            "false" => "0".to_owned(),
            _ => text.to_owned(),
        }
    }
}

/// A label, or an array of one, by number.
fn labels(kind: &Enum, text: &str) -> String {
    let number =
        |text: &str| kind.labels.iter().find(|(_, label)| label == text).map(|(id, _)| format!("#{id}"));
    let inner = text.strip_prefix('{').and_then(|text| text.strip_suffix('}'));
    let of_array = inner.map(|inner| inner.trim_matches('"').replace("\\\"", "\""));
    number(text).or_else(|| Some(format!("{{{}}}", number(&of_array?)?))).unwrap_or_else(|| text.to_owned())
}

/// The rows, which keep the constraints of both worlds where rows can.
fn inserts(world: &World, other: &World) -> Vec<String> {
    let mut all = Vec::new();
    for table in &world.tables {
        let written: Vec<&Column> =
            table.columns.iter().filter(|column| column.generated.is_none()).collect();
        let names: Vec<String> = written.iter().map(|column| table.name_of(column.id)).collect();
        let always =
            written.iter().any(|column| column.identity.is_some_and(|how| how.starts_with("ALWAYS")));
        let over = if always { " OVERRIDING SYSTEM VALUE" } else { "" };
        for k in 1..=ROWS {
            let value = |column: &&Column| {
                let open = !column.not_null && k == ROWS && !is_key(world, table.id, column.id);
                if open && !is_key(other, table.id, column.id) && column.id.is_multiple_of(2) {
                    "NULL".to_owned()
                } else {
                    pool::value(world, column.data_type, k)
                }
            };
            let values: Vec<String> = written.iter().map(value).collect();
            let (names, values) = (names.join(", "), values.join(", "));
            all.push(format!("INSERT INTO {} ({names}){over} VALUES ({values})", table.sql_name()));
        }
    }
    all
}

/// Whether some key is over the column: its values are then such that they refer and are referred to.
fn is_key(world: &World, table: Id, column: Id) -> bool {
    let Some(table) = world.table(table) else { return false };
    table.parts.iter().any(|part| {
        !matches!(part.what, super::model::What::Check { .. }) && part.columns().contains(&column)
    })
}
