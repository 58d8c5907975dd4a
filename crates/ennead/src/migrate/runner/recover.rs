//! What a run that was killed outside of a transaction left on Postgres: an index that is not valid, or is done though
//! the ledger does not say so.

use std::time::Duration;

use ennead_core::{Dialect, Error, ErrorKind};

use super::session::Session;

/// How long a builder whose client is gone may go on.
const BUILDER: Duration = Duration::from_secs(600);

/// Why a statement need not be run, where an earlier run has done it. What that run left half done is taken away.
pub(super) async fn is_done(
    session: &mut Session<'_>,
    dialect: Dialect,
    sql: &str,
    was_killed_here: bool,
) -> Result<Option<&'static str>, Error> {
    if dialect != Dialect::Postgres {
        return Ok(None);
    }
    match concurrent(sql) {
        Some(Concurrent::Create { index, table }) => {
            if was_killed_here {
                wait_for_builder(session, &table).await?;
            }
            match state(session, &index, &table).await? {
                Some(Index { is_valid: true, .. }) if was_killed_here => {
                    Ok(Some("the index is there and valid"))
                }
                Some(Index { is_valid: false, name }) => {
                    session.run(&format!("DROP INDEX CONCURRENTLY IF EXISTS {name}")).await?;
                    Ok(None)
                }
                _ => Ok(None),
            }
        }
        Some(Concurrent::Drop { index }) if was_killed_here => {
            let sql = format!("SELECT 'yes'::text WHERE to_regclass({}) IS NULL", literal(&index));
            let is_gone = !session.texts(&sql).await?.is_empty();
            Ok(is_gone.then_some("the index is gone"))
        }
        _ => Ok(None),
    }
}

/// Takes away an index that could not be built: it would be kept up by each write, and used by nothing.
pub(super) async fn clean(session: &mut Session<'_>, dialect: Dialect, sql: &str) {
    if dialect != Dialect::Postgres {
        return;
    }
    if let Some(Concurrent::Create { index, table }) = concurrent(sql)
        && let Ok(Some(Index { is_valid: false, name })) = state(session, &index, &table).await
    {
        // Where even this fails, the next run does it.
        let _ = session.run(&format!("DROP INDEX CONCURRENTLY IF EXISTS {name}")).await;
    }
}

struct Index {
    /// Its name with its schema, quoted.
    name: String,
    is_valid: bool,
}

async fn state(session: &mut Session<'_>, index: &str, table: &str) -> Result<Option<Index>, Error> {
    let sql = format!(
        "SELECT (CASE WHEN i.indisvalid THEN 'v' ELSE 'i' END) || format('%I.%I', n.nspname, c.relname) \
         FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid \
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         WHERE i.indrelid = to_regclass({}) AND c.relname = {}",
        literal(table),
        literal(&plain(index))
    );
    let found = session.texts(&sql).await?.into_iter().next();
    Ok(found.map(|text| Index {
        is_valid: text.starts_with('v'),
        name: text.get(1..).unwrap_or_default().to_owned(),
    }))
}

/// A server goes on building after its client was killed. It is left to end: who would drop its index meanwhile waits for
/// it, and it for them.
async fn wait_for_builder(session: &mut Session<'_>, table: &str) -> Result<(), Error> {
    let sql = format!(
        "SELECT p.pid::text FROM pg_catalog.pg_stat_progress_create_index p \
         WHERE p.relid = to_regclass({}) AND p.datname = current_database()",
        literal(table)
    );
    let started = std::time::Instant::now();
    while let Some(pid) = session.texts(&sql).await?.into_iter().next() {
        if started.elapsed() > BUILDER {
            return Err(Error::new(
                ErrorKind::Timeout,
                format!(
                    "the server still builds an index of {table} for a run that was killed (pid {pid}): wait for it, or end it by SELECT pg_terminate_backend({pid}), and run `migrate up` again"
                ),
            ));
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

enum Concurrent {
    /// The index's name as it is written, and the table's.
    Create {
        index: String,
        table: String,
    },
    Drop {
        index: String,
    },
}

/// What CREATE INDEX CONCURRENTLY or DROP INDEX CONCURRENTLY is about.
fn concurrent(sql: &str) -> Option<Concurrent> {
    let tokens = tokens(sql);
    let mut rest = tokens.iter().map(String::as_str).peekable();
    let mut next_is = |words: &[&str]| {
        words.iter().all(|word| rest.next_if(|token| token.eq_ignore_ascii_case(word)).is_some())
    };
    let creates = next_is(&["CREATE"]);
    if creates {
        next_is(&["UNIQUE"]);
    } else if !next_is(&["DROP"]) {
        return None;
    }
    if !next_is(&["INDEX", "CONCURRENTLY"]) {
        return None;
    }
    if creates {
        next_is(&["IF", "NOT", "EXISTS"]);
    } else {
        next_is(&["IF", "EXISTS"]);
        return Some(Concurrent::Drop { index: rest.next()?.to_owned() });
    }
    let index = rest.next()?.to_owned();
    rest.next_if(|token| token.eq_ignore_ascii_case("ON"))?;
    rest.next_if(|token| token.eq_ignore_ascii_case("ONLY"));
    Some(Concurrent::Create { index, table: rest.next()?.to_owned() })
}

/// The table that an UPDATE or DELETE changes, as it is written.
pub(super) fn changed_table(sql: &str) -> Option<String> {
    let tokens = tokens(sql);
    let is = |at: usize, word: &str| tokens.get(at).is_some_and(|token| token.eq_ignore_ascii_case(word));
    let mut at = match () {
        () if is(0, "UPDATE") => 1,
        () if is(0, "DELETE") && is(1, "FROM") => 2,
        () => return None,
    };
    if is(at, "ONLY") {
        at += 1;
    }
    tokens.get(at).cloned()
}

/// The first words of a statement; a name is one, with its schema and its quotes.
fn tokens(sql: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = sql.trim_start();
    while tokens.len() < 12 && !rest.is_empty() {
        let mut length = 0;
        let mut quoted = false;
        for character in rest.chars() {
            let ends = character.is_whitespace() || character == '(' || character == ';';
            if !quoted && ends {
                break;
            }
            quoted ^= character == '"';
            length += character.len_utf8();
        }
        if length == 0 {
            break;
        }
        tokens.push(rest.get(..length).unwrap_or_default().to_owned());
        rest = rest.get(length..).unwrap_or_default().trim_start();
    }
    tokens
}

/// A name as the catalogue keeps it, without its schema.
fn plain(name: &str) -> String {
    let inner = name.strip_suffix('"').map(|name| match name.rfind(".\"") {
        Some(at) => name.get(at + 2..).unwrap_or_default(),
        None => name.strip_prefix('"').unwrap_or(name),
    });
    match inner {
        Some(inner) => inner.replace("\"\"", "\""),
        None => name.rsplit('.').next().unwrap_or_default().to_lowercase(),
    }
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn created(sql: &str) -> (String, String) {
        match concurrent(sql) {
            Some(Concurrent::Create { index, table }) => (plain(&index), table),
            _ => panic!("{sql}"),
        }
    }

    #[test]
    fn indexes_are_known_by_their_statements() {
        let (index, table) =
            created("CREATE UNIQUE INDEX CONCURRENTLY \"Ix \"\"a\" ON \"sales\".\"the users\" (\"a\")");
        assert_eq!((index.as_str(), table.as_str()), ("Ix \"a", "\"sales\".\"the users\""));
        let (index, table) =
            created("create index concurrently if not exists IX on only users using gin (a)");
        assert_eq!((index.as_str(), table.as_str()), ("ix", "users"));
        assert!(matches!(
            concurrent("DROP INDEX CONCURRENTLY IF EXISTS s.ix"),
            Some(Concurrent::Drop { index }) if index == "s.ix" && plain(&index) == "ix"
        ));
        assert!(concurrent("CREATE INDEX ix ON users (a)").is_none());
        assert!(concurrent("VACUUM").is_none());
    }

    #[test]
    fn the_table_of_a_batch_is_known() {
        assert_eq!(changed_table("UPDATE \"a b\" SET c = 1").as_deref(), Some("\"a b\""));
        assert_eq!(changed_table("delete from only s.t where x").as_deref(), Some("s.t"));
        assert_eq!(changed_table("INSERT INTO t SELECT 1"), None);
    }
}
