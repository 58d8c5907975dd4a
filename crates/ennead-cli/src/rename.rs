//! What is the same under another name.

use std::str::FromStr;

use ennead::migrate::{ColumnHint, Hints, Name};

/// `TABLE.OLD=NEW` for a column, `OLD=NEW` for a table.
#[derive(Debug, Clone)]
pub(crate) enum RenameArg {
    Table(Name, Name),
    Column(ColumnHint),
}

impl FromStr for RenameArg {
    type Err = String;

    fn from_str(said: &str) -> Result<Self, String> {
        let wrong = || "it is TABLE.OLD=NEW for a column, and OLD=NEW for a table".to_owned();
        let (from, to) = said.split_once('=').ok_or_else(wrong)?;
        if from.is_empty() || to.is_empty() || to.contains('.') {
            return Err(wrong());
        }
        Ok(match from.split_once('.') {
            Some((table, from)) => {
                Self::Column(ColumnHint { table: Name::new(table), from: from.to_owned(), to: to.to_owned() })
            }
            None => Self::Table(Name::new(from), Name::new(to)),
        })
    }
}

impl RenameArg {
    /// All of them as the diff takes them.
    pub(crate) fn hints(all: &[Self]) -> Hints {
        let mut hints = Hints::default();
        for rename in all {
            match rename {
                Self::Table(from, to) => hints.tables.push((from.clone(), to.clone())),
                Self::Column(hint) => hints.columns.push(hint.clone()),
            }
        }
        hints
    }
}
