//! ALTER.

use ennead_core::snapshot::Name;

use super::cursor::Cursor;
use super::{Action, Dropped, Effect, column};

pub(super) fn read(mut cursor: Cursor<'_>) -> Option<Effect> {
    if cursor.takes("FOREIGN TABLE") || cursor.takes("TABLE") {
        cursor.takes("IF EXISTS");
        cursor.takes("ONLY");
        let name = cursor.name()?;
        let actions = cursor.items().into_iter().map(action).collect();
        return Some(Effect::AlterTable { name, actions });
    }
    if cursor.takes("TYPE") || cursor.takes("DOMAIN") {
        let from = cursor.name()?;
        if cursor.takes("RENAME TO") {
            return Some(Effect::RenameType { to: Some(from.beside(cursor.part()?)), from });
        }
        if cursor.takes("RENAME") {
            return Some(Effect::RenameType { to: None, from });
        }
        let harmless =
            cursor.takes_any(&["ADD VALUE", "OWNER", "SET DEFAULT", "DROP DEFAULT", "DROP CONSTRAINT"]);
        return harmless.then_some(Effect::Harmless);
    }
    for (words, what) in [
        ("MATERIALIZED VIEW", Dropped::View),
        ("VIEW", Dropped::View),
        ("FUNCTION", Dropped::Function),
        ("PROCEDURE", Dropped::Function),
    ] {
        if cursor.takes(words) {
            cursor.takes("IF EXISTS");
            let from = cursor.name()?;
            cursor.inside();
            let renames = cursor.takes("RENAME TO") || cursor.takes("SET SCHEMA");
            return Some(if renames { Effect::RenameOther { what, from } } else { Effect::Harmless });
        }
    }
    if cursor.takes("SCHEMA") {
        let from = cursor.name()?;
        let renames = cursor.takes("RENAME TO");
        return Some(if renames {
            Effect::RenameOther { what: Dropped::Schema, from }
        } else {
            Effect::Harmless
        });
    }
    let harmless = [
        "INDEX",
        "SEQUENCE",
        "TRIGGER",
        "POLICY",
        "ROLE",
        "USER",
        "EXTENSION",
        "DEFAULT PRIVILEGES",
        "PUBLICATION",
        "STATISTICS",
        "DATABASE",
        "RULE",
        "EVENT TRIGGER",
    ];
    cursor.takes_any(&harmless).then_some(Effect::Harmless)
}

fn action(cursor: Cursor<'_>) -> Action {
    let text = || {
        let text = cursor.text();
        let short: String = text.chars().take(60).collect();
        Action::Unreadable(format!("what ALTER TABLE … `{short}` does is not known"))
    };
    try_action(cursor).unwrap_or_else(text)
}

fn try_action(mut cursor: Cursor<'_>) -> Option<Action> {
    if cursor.takes("ADD") {
        return add(cursor);
    }
    if cursor.takes("DROP CONSTRAINT") {
        cursor.takes("IF EXISTS");
        return Some(Action::DropConstraint { name: cursor.part()?, cascade: cursor.takes("CASCADE") });
    }
    if cursor.takes("DROP") {
        cursor.takes("COLUMN");
        cursor.takes("IF EXISTS");
        return Some(Action::DropColumn { name: cursor.part()?, cascade: cursor.takes("CASCADE") });
    }
    if cursor.takes("ALTER CONSTRAINT") {
        return Some(Action::Harmless);
    }
    if cursor.takes("ALTER") {
        cursor.takes("COLUMN");
        let name = cursor.part()?;
        return alter_column(cursor, name);
    }
    if cursor.takes("VALIDATE CONSTRAINT") {
        return Some(Action::Validate { name: cursor.part()? });
    }
    if cursor.takes("RENAME TO") {
        return Some(Action::RenameTable { to: Name::new(cursor.part()?) });
    }
    if cursor.takes("RENAME CONSTRAINT") {
        return Some(Action::Harmless);
    }
    if cursor.takes("RENAME") {
        cursor.takes("COLUMN");
        let from = cursor.part()?;
        cursor.takes("TO").then_some(())?;
        return Some(Action::RenameColumn { from, to: cursor.part()? });
    }
    if cursor.takes("SET SCHEMA") {
        return Some(Action::RenameTable { to: Name { schema: Some(cursor.part()?), name: String::new() } });
    }
    if cursor.takes_any(&["SET LOGGED", "SET UNLOGGED", "SET TABLESPACE", "SET ACCESS METHOD"]) {
        return Some(Action::Rewrite);
    }
    let harmless = [
        "SET WITHOUT",
        "SET",
        "RESET",
        "OWNER TO",
        "REPLICA IDENTITY",
        "ENABLE",
        "DISABLE",
        "FORCE",
        "NO FORCE",
        "INHERIT",
        "NO INHERIT",
        "ATTACH PARTITION",
        "CLUSTER ON",
        "OF",
        "NOT OF",
    ];
    cursor.takes_any(&harmless).then_some(Action::Harmless)
}

fn add(mut cursor: Cursor<'_>) -> Option<Action> {
    if cursor.sees_any(&["CONSTRAINT", "PRIMARY", "UNIQUE", "FOREIGN", "CHECK", "EXCLUDE"]) {
        let (name, constraint) = column::constraint(cursor)?;
        return Some(Action::AddConstraint { name, constraint });
    }
    cursor.takes("COLUMN");
    cursor.takes("IF NOT EXISTS");
    Some(Action::AddColumn(Box::new(column::column(cursor)?)))
}

fn alter_column(mut cursor: Cursor<'_>, column: String) -> Option<Action> {
    if cursor.takes("SET DATA TYPE") || cursor.takes("TYPE") {
        let to = cursor.until(&["COLLATE", "USING"], false).text();
        return Some(Action::Type { column, to, collated: cursor.takes("COLLATE") });
    }
    if cursor.takes("SET NOT NULL") {
        return Some(Action::SetNotNull { column });
    }
    if cursor.takes("DROP NOT NULL") {
        return Some(Action::DropNotNull { column });
    }
    if cursor.takes("SET DEFAULT") {
        return Some(Action::SetDefault { column, default: Some(cursor.text()) });
    }
    if cursor.takes("DROP DEFAULT") {
        return Some(Action::SetDefault { column, default: None });
    }
    if cursor.takes("SET EXPRESSION") {
        return Some(Action::SetExpression { column });
    }
    let harmless = ["DROP EXPRESSION", "DROP IDENTITY", "ADD GENERATED", "SET", "RESET", "RESTART"];
    cursor.takes_any(&harmless).then_some(Action::Harmless)
}
