//! The judge of SQLite: what the pragmas tell, and the text.

use sqlx::{Executor, Row, SqliteConnection};

use super::Facts;

/// What the pragmas tell, and of the rest of a statement what follows the words that matter.
pub async fn facts(conn: &mut SqliteConnection) -> Result<Facts, sqlx::Error> {
    let mut facts = Facts::new();
    for query in [
        "SELECT concat_ws(' ', 'table', name, type, wr, strict) FROM pragma_table_list \
         WHERE schema = 'main' AND name NOT LIKE 'sqlite_%'",
        "SELECT concat_ws(' ', 'column', t.name, c.name, c.type, c.\"notnull\", 'default', c.dflt_value, 'pk', c.pk, c.hidden) \
         FROM pragma_table_list t, pragma_table_xinfo(t.name) c WHERE t.schema = 'main' AND t.name NOT LIKE 'sqlite_%'",
        "SELECT concat_ws(' ', 'index', t.name, i.origin, i.\"unique\", i.partial, CASE WHEN i.origin = 'c' THEN i.name END, \
           (SELECT group_concat(concat_ws(' ', coalesce(x.name, '(expression)'), x.desc, x.coll, x.key)) \
            FROM (SELECT * FROM pragma_index_xinfo(i.name) WHERE key = 1 ORDER BY seqno) x)) \
         FROM pragma_table_list t, pragma_index_list(t.name) i WHERE t.schema = 'main'",
        "SELECT concat_ws(' ', 'reference', name, parent, columns, on_update, on_delete) FROM ( \
           SELECT t.name, f.id, f.\"table\" AS parent, group_concat(concat_ws('>', f.\"from\", f.\"to\")) AS columns, \
             f.on_update, f.on_delete \
           FROM pragma_table_list t, pragma_foreign_key_list(t.name) f WHERE t.schema = 'main' GROUP BY t.name, f.id)",
        "SELECT concat_ws(' ', type, name, tbl_name, sql) FROM sqlite_schema WHERE type IN ('view', 'trigger')",
    ] {
        for row in conn.fetch_all(query).await? {
            facts.insert(row.get::<String, _>(0));
        }
    }
    for row in conn
        .fetch_all("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND type IN ('table', 'index')")
        .await?
    {
        let (name, sql): (String, String) = (row.get(0), row.get(1));
        let words = words(&sql);
        for (at, word) in words.iter().enumerate() {
            let next = || words.get(at + 1).cloned().unwrap_or_default();
            let told = match word.as_str() {
                "check" | "as" | "where" => following(&words, at + 1),
                "constraint" => next(),
                "collate" => next().to_ascii_lowercase(),
                // All other ways to say it mean the same.
                "initially" if next() == "deferred" => next(),
                "autoincrement" => String::new(),
                "conflict" => next(),
                _ => continue,
            };
            facts.insert(format!("text {name} {word} {told}"));
        }
        if row.get::<String, _>(1).to_ascii_lowercase().starts_with("create index")
            || row.get::<String, _>(1).to_ascii_lowercase().starts_with("create unique")
        {
            // Parentheses around a whole expression are no difference, and names heed no case.
            let text = words.concat().to_ascii_lowercase().replace(['(', ')'], "");
            facts.insert(format!("text {name} {text}"));
        }
    }
    Ok(facts)
}

/// The words after which something is told.
const SAYING: &[&str] =
    &["check", "as", "where", "constraint", "collate", "initially", "autoincrement", "conflict"];

/// Lower-case words and signs, without quotes, spaces and comments.
fn words(sql: &str) -> Vec<String> {
    let mut words: Vec<String> = vec![String::new()];
    let (mut quote, mut characters) = (None, sql.chars().peekable());
    while let Some(character) = characters.next() {
        if let Some(open) = quote {
            if character == open {
                quote = None;
                // A name is no word that says something.
                if let Some(word) =
                    words.last_mut().filter(|word| SAYING.contains(&word.to_lowercase().as_str()))
                {
                    word.push_str("_quoted");
                }
            } else if let Some(word) = words.last_mut() {
                word.push(character);
            }
            continue;
        }
        match character {
            '-' if characters.peek() == Some(&'-') => {
                for skipped in characters.by_ref() {
                    if skipped == '\n' {
                        break;
                    }
                }
                words.push(String::new());
            }
            '/' if characters.peek() == Some(&'*') => {
                let mut last = ' ';
                for skipped in characters.by_ref().skip(1) {
                    if last == '*' && skipped == '/' {
                        break;
                    }
                    last = skipped;
                }
                words.push(String::new());
            }
            '"' | '`' | '\'' => {
                words.push(String::new());
                quote = Some(character);
            }
            '[' => {
                words.push(String::new());
                quote = Some(']');
            }
            c if c.is_alphanumeric() || c == '_' || c == '.' => {
                if let Some(word) = words.last_mut() {
                    word.push(c.to_ascii_lowercase());
                }
            }
            c if c.is_whitespace() => words.push(String::new()),
            c => words.extend([c.to_string(), String::new()]),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// What stands in the parentheses that open here, or, where none do, all that follows.
fn following(words: &[String], from: usize) -> String {
    let rest = words.get(from..).unwrap_or_default();
    if rest.first().is_none_or(|first| first != "(") {
        return rest.concat();
    }
    let mut depth = 0_usize;
    let mut out = String::new();
    for word in rest {
        match word.as_str() {
            "(" => depth += 1,
            ")" => depth -= 1,
            _ => {}
        }
        out.push_str(word);
        if depth == 0 {
            break;
        }
    }
    out
}
