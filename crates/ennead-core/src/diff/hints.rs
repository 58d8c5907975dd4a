//! What a diff cannot know by itself.

use crate::snapshot::Name;

/// Which things are the same under another name. The names that models give (`renamed_from`) need no hint.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hints {
    /// Tables, from and to.
    pub tables: Vec<(Name, Name)>,
    /// Columns.
    pub columns: Vec<ColumnHint>,
    /// Enumerations, from and to.
    pub enums: Vec<(Name, Name)>,
    /// Values of enumerations.
    pub values: Vec<ValueHint>,
}

/// A column that has another name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnHint {
    /// Its table, by the new name.
    pub table: Name,
    /// Its name until now.
    pub from: String,
    /// Its new name.
    pub to: String,
}

/// A value of an enumeration that has another name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueHint {
    /// The enumeration, by the new name.
    pub name: Name,
    /// The value until now.
    pub from: String,
    /// The value from now on.
    pub to: String,
}

impl Hints {
    /// The hints for the way back.
    #[must_use]
    pub fn reversed(&self) -> Self {
        let old_table = |table: &Name| {
            let pair = self.tables.iter().find(|(_, to)| to == table);
            pair.map_or_else(|| table.clone(), |(from, _)| from.clone())
        };
        let old_enum = |name: &Name| {
            let pair = self.enums.iter().find(|(_, to)| to == name);
            pair.map_or_else(|| name.clone(), |(from, _)| from.clone())
        };
        let swap =
            |pairs: &[(Name, Name)]| pairs.iter().map(|(from, to)| (to.clone(), from.clone())).collect();
        let column = |hint: &ColumnHint| ColumnHint {
            table: old_table(&hint.table),
            from: hint.to.clone(),
            to: hint.from.clone(),
        };
        let value = |hint: &ValueHint| ValueHint {
            name: old_enum(&hint.name),
            from: hint.to.clone(),
            to: hint.from.clone(),
        };
        Self {
            tables: swap(&self.tables),
            columns: self.columns.iter().map(column).collect(),
            enums: swap(&self.enums),
            values: self.values.iter().map(value).collect(),
        }
    }
}

/// Something that went and something like it that came: perhaps the same under another name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Candidate {
    /// A table with the same columns.
    Table {
        /// The one that went.
        from: Name,
        /// The one that came.
        to: Name,
    },
    /// A column of the same type.
    Column(ColumnHint),
}
