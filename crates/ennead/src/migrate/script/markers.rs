//! What comments that begin with `ennead:` say of the statements below them.

use ennead_core::Dialect;

use super::split::{Broken, Piece};
use super::{Allow, ScriptStatement, StageKind};

const KNOWN: [&str; 6] = ["stage", "no-transaction", "batch", "nothing", "allow", "irreversible"];

/// Gives each piece what its comments say; and why there is no way down, where one says so.
pub(super) fn read(
    pieces: Vec<Piece>,
    dialect: Dialect,
) -> Result<(Vec<ScriptStatement>, Option<String>), Broken> {
    let (mut statements, mut irreversible) = (Vec::new(), None);
    for piece in pieces {
        let mut statement = ScriptStatement {
            sql: piece.sql,
            line: piece.line,
            starts_stage: false,
            kind: StageKind::Transaction,
            gives_nothing: false,
            allows: Vec::new(),
        };
        for (line, comment) in piece.comments {
            let Some(said) = comment.strip_prefix("ennead:") else { continue };
            let (word, rest) = said.trim().split_once(char::is_whitespace).unwrap_or((said.trim(), ""));
            if word == "irreversible" {
                if rest.trim().is_empty() {
                    return Err(broken(line, "`ennead:irreversible` wants a reason behind it"));
                }
                irreversible = Some(rest.trim().to_owned());
                continue;
            }
            if statement.sql.is_empty() {
                return Err(broken(line, &format!("`ennead:{word}` stands above no statement")));
            }
            mark(&mut statement, line, word, rest.trim())?;
        }
        if !statement.sql.is_empty() {
            check(&statement, dialect)?;
            statements.push(statement);
        }
    }
    if let Some(statement) = statements.first().filter(|_| irreversible.is_some()) {
        return Err(broken(statement.line, "a file that says `ennead:irreversible` holds no statement"));
    }
    Ok((statements, irreversible))
}

fn mark(statement: &mut ScriptStatement, line: usize, word: &str, rest: &str) -> Result<(), Broken> {
    match word {
        "allow" => {
            let (rule, reason) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
            // What is wrong with it is a finding of the lint, with the rules that there are.
            let (rule, reason) = (rule.to_owned(), reason.trim().to_owned());
            statement.allows.push(Allow { rule, reason, line });
            return Ok(());
        }
        "stage" => statement.starts_stage = true,
        "nothing" => statement.gives_nothing = true,
        "no-transaction" | "batch" => {
            if statement.kind != StageKind::Transaction {
                return Err(broken(line, "a statement is either run in batches or without a transaction"));
            }
            statement.kind = if word == "batch" { StageKind::Batches } else { StageKind::NoTransaction };
        }
        _ => {
            let near = KNOWN.iter().max_by(|one, other| {
                strsim::jaro_winkler(word, one).total_cmp(&strsim::jaro_winkler(word, other))
            });
            let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            return Err(broken(line, &format!("`ennead:{word}` is no marker{near}")));
        }
    }
    if !rest.is_empty() {
        return Err(broken(line, &format!("`ennead:{word}` takes nothing behind it")));
    }
    Ok(())
}

/// What cannot run as it is marked.
fn check(statement: &ScriptStatement, dialect: Dialect) -> Result<(), Broken> {
    let words = words(&statement.sql);
    let is = |at: usize, word: &str| words.get(at).is_some_and(|own| own == word);
    let first = words.first().map(String::as_str).unwrap_or_default();
    let fails = |text: &str| Err(broken(statement.line, text));
    let transaction = match first {
        "BEGIN" | "COMMIT" | "ROLLBACK" | "ABORT" | "SAVEPOINT" | "RELEASE" => true,
        "END" => true,
        "START" | "PREPARE" => is(1, "TRANSACTION"),
        _ => false,
    };
    if transaction {
        return fails(
            "the runner begins and ends transactions: take this out, and write `-- ennead:stage` above the statement that begins another",
        );
    }
    if first == "COPY" && words.iter().any(|word| word == "STDIN") {
        return fails("COPY … FROM STDIN cannot be run from a file: write INSERT");
    }
    let alone = (dialect == Dialect::Postgres && words.iter().any(|word| word == "CONCURRENTLY"))
        || first == "VACUUM"
        || (dialect == Dialect::Postgres && first == "ALTER" && is(1, "SYSTEM"))
        || (dialect == Dialect::Postgres
            && matches!(first, "CREATE" | "DROP")
            && (is(1, "DATABASE") || is(1, "TABLESPACE")))
        || (dialect == Dialect::Sqlite && matches!(first, "ATTACH" | "DETACH"));
    if alone && statement.kind != StageKind::NoTransaction {
        return fails("this cannot run in a transaction: write `-- ennead:no-transaction` above it");
    }
    let is_foreign_keys = dialect == Dialect::Sqlite && first == "PRAGMA" && is(1, "FOREIGN_KEYS");
    if is_foreign_keys && statement.kind != StageKind::NoTransaction {
        return fails(
            "SQLite ignores PRAGMA foreign_keys in a transaction: write `-- ennead:no-transaction` above it",
        );
    }
    if statement.kind == StageKind::Batches {
        if !words.iter().any(|word| word == "LIMIT") {
            return fails(
                "a batch is run again until it changes no row, so it needs a LIMIT: `… WHERE id IN (SELECT id FROM … WHERE … LIMIT 1000)`",
            );
        }
        if !matches!(first, "UPDATE" | "DELETE" | "INSERT" | "WITH") {
            return fails("a batch is an UPDATE, DELETE or INSERT");
        }
    }
    if statement.gives_nothing && statement.kind != StageKind::Transaction {
        return fails("a question that must have no answer is asked in a transaction");
    }
    Ok(())
}

/// The words of a statement outside of quotes and comments, in capitals.
pub(in crate::migrate) fn words(sql: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = sql;
    while let Some(next) = rest.chars().next() {
        let is_part = |c: char| c == '_' || c == '$' || c.is_alphanumeric();
        let length = match next {
            '\'' | '"' | '`' => {
                let inner = rest.get(1..).unwrap_or_default();
                inner.find(next).map_or(rest.len(), |at| at + 2)
            }
            '-' if rest.starts_with("--") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |at| at + 2),
            c if c == '_' || c.is_alphabetic() => {
                let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
                words.push(rest.get(..length).unwrap_or_default().to_ascii_uppercase());
                length
            }
            c if c.is_ascii_digit() => rest.find(|c: char| !is_part(c)).unwrap_or(rest.len()),
            c => c.len_utf8(),
        };
        rest = rest.get(length..).unwrap_or_default();
    }
    words
}

fn broken(line: usize, text: &str) -> Broken {
    Broken { line, text: text.to_owned() }
}
