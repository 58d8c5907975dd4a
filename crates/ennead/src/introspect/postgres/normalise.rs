//! What Postgres makes of a snapshot: made in a schema of its own, read, and taken back.

use ennead_core::Error;
use ennead_core::constraints::quote;
use ennead_core::diff::{Hints, diff};
use ennead_core::snapshot::Snapshot;
use ennead_sql::ddl::{PlanOptions, plan};

use super::super::rows;
use super::{Reach, current_schema, read, unmodelled};
use crate::backend::Conn;
use crate::exec;

const NOT_PERMITTED: &str = "42501";

/// Makes a snapshot beside what is there, and `behind` after it; reads it, and rolls all of it back.
pub(in crate::introspect) async fn normalised(
    conn: Conn,
    snapshot: &Snapshot,
    behind: &[String],
) -> Result<Snapshot, Error> {
    let (conn, live) = current_schema(conn).await?;
    let (mut conn, names) = exec::raw_texts(
        conn,
        "SELECT 'ennead_scratch_' || pg_backend_pid() UNION ALL \
         SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'",
    )
    .await?;
    let mut names = names.into_iter();
    let scratch = names.next().unwrap_or_default();
    let there: Vec<String> = names.collect();
    conn.begin(None).await?;
    // What fails leaves a transaction, which the connection's drop rolls back.
    let (mut conn, made) =
        make(conn, snapshot, behind, &scratch, &live, &there).await.map_err(not_permitted)?;
    conn.rollback().await?;
    Ok(made)
}

/// Says what is missing.
fn not_permitted(error: Error) -> Error {
    if error.code() != Some(NOT_PERMITTED) {
        return error;
    }
    let text = format!(
        "to compare models with a database, they are made in a schema of its own there and taken back, and the role may \
         not do that ({error}): grant it CREATE on the database, or connect as its owner"
    );
    Error::new(error.kind(), text).with_code(NOT_PERMITTED)
}

async fn make(
    conn: Conn,
    snapshot: &Snapshot,
    behind: &[String],
    scratch: &str,
    live: &str,
    there: &[String],
) -> Result<(Conn, Snapshot), Error> {
    let path = if live.is_empty() { "''" } else { live };
    let mut conn = run(conn, &format!("SET LOCAL search_path TO {path}")).await?;
    // It names tables of the live schema, so it is read before others of these names are in front of them.
    let around;
    (conn, around) = rows(conn, &unmodelled::of_database()).await?;
    // Another schema that the snapshot has something in is out of the way meanwhile; where it has nothing, what
    // extensions have in it must stay.
    let mut wanted = snapshot.clone();
    let filled = |name: &str| {
        let is = |schema: &Option<String>| schema.as_deref() == Some(name);
        snapshot.tables.iter().any(|table| is(&table.schema))
            || snapshot.enums.iter().any(|kind| is(&kind.schema))
            || snapshot.sequences.iter().any(|sequence| is(&sequence.schema))
    };
    for (number, schema) in snapshot.schemas.iter().enumerate() {
        if !there.contains(&schema.name) {
            continue;
        }
        if filled(&schema.name) {
            let sql = format!("ALTER SCHEMA {} RENAME TO {scratch}_{number}", quote(&schema.name));
            conn = run(conn, &sql).await?;
        } else {
            wanted.schemas.retain(|other| other != schema);
        }
    }
    conn = run(
        conn,
        &format!(
            "CREATE SCHEMA {scratch}; SET LOCAL search_path TO {scratch}{}{live}",
            if live.is_empty() { "" } else { ", " }
        ),
    )
    .await?;
    let from_nothing = diff(&Snapshot::empty(snapshot.dialect), &wanted, &Hints::default());
    for step in plan(&from_nothing, &PlanOptions::default()) {
        conn = run(conn, &step.sql).await?;
    }
    for sql in behind {
        conn = run(conn, sql).await?;
    }
    conn = run(conn, &format!("SET LOCAL search_path TO {scratch}")).await?;
    let mut reach = vec![scratch];
    reach.extend(wanted.schemas.iter().map(|schema| schema.name.as_str()));
    let (conn, mut found) = read(conn, &Reach::only(&reach)).await?;
    for thing in &mut found.unmodelled {
        thing.name = thing.name.replace(scratch, live);
        thing.definition = thing.definition.replace(scratch, live);
    }
    found.unmodelled.extend(around);
    let mut made = found.assemble();
    made.schemas.clone_from(&snapshot.schemas);
    Ok((conn, made))
}

async fn run(mut conn: Conn, sql: &str) -> Result<Conn, Error> {
    conn.execute(sql).await?;
    Ok(conn)
}
