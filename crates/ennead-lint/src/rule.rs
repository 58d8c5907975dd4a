//! The rules: one table, which the linter, the command line and the guide read.

use std::fmt;

use ennead_core::Dialect;
use serde::{Serialize, Serializer};

/// What kind of trouble a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Group {
    /// Data is gone afterwards.
    Destructive,
    /// Whether it works depends on the rows that are there.
    DataDependent,
    /// Programs that know the earlier schema fail.
    Incompatible,
    /// Others wait for as long as a whole table is read or written.
    Locking,
    /// The script itself: what cannot be read, or would not run.
    Script,
    /// How tables should look. Off unless it is asked for.
    Convention,
}

impl Group {
    /// All groups.
    pub const ALL: [Group; 6] = [
        Group::Destructive,
        Group::DataDependent,
        Group::Incompatible,
        Group::Locking,
        Group::Script,
        Group::Convention,
    ];

    /// Its name, as it is written.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Destructive => "destructive",
            Self::DataDependent => "data-dependent",
            Self::Incompatible => "incompatible",
            Self::Locking => "locking",
            Self::Script => "script",
            Self::Convention => "convention",
        }
    }
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A rule. It is written by its name, as in `-- ennead:allow drop-column nobody reads it any more`.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its name.
    pub name: &'static str,
    /// Its group.
    pub group: Group,
    /// The databases that it is about.
    pub dialects: &'static [Dialect],
    /// What it finds.
    pub finds: &'static str,
    /// What to do instead.
    pub advice: &'static str,
}

/// A rule is told by its name.
impl Serialize for &'static Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name)
    }
}

impl Rule {
    /// The rule of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Rule> {
        RULES.iter().copied().find(|rule| rule.name == name)
    }
}

const BOTH: &[Dialect] = &[Dialect::Postgres, Dialect::Sqlite];
const POSTGRES: &[Dialect] = &[Dialect::Postgres];

macro_rules! rules {
    ($($constant:ident: $name:literal, $group:ident, $dialects:expr, $finds:literal, $advice:literal;)*) => {
        $(pub(crate) const $constant: &Rule = &Rule {
            name: $name,
            group: Group::$group,
            dialects: $dialects,
            finds: $finds,
            advice: $advice,
        };)*

        /// All rules, by group.
        pub const RULES: &[&Rule] = &[$($constant),*];
    };
}

rules! {
    DROP_TABLE: "drop-table", Destructive, BOTH,
        "a table is dropped, or a whole schema or database",
        "stop using it first, keep a copy, and drop it in a later release";
    DROP_COLUMN: "drop-column", Destructive, BOTH,
        "a column that holds values is dropped, or left out when a table is built anew",
        "stop using it first, or move its values, and drop it in a later release";
    DELETE_ROWS: "delete-rows", Destructive, BOTH,
        "rows are deleted: DELETE, TRUNCATE, or a copy that takes only some of them",
        "keep a copy of the rows where they may be needed again";
    DROP_SEQUENCE: "drop-sequence", Destructive, POSTGRES,
        "a sequence is dropped: how far it counted is gone",
        "note its last value, or leave it";
    DROP_CASCADE: "drop-cascade", Destructive, POSTGRES,
        "CASCADE drops whatever depends on something, unnamed",
        "name each thing that shall go";
    NARROW_TYPE: "narrow-type", Destructive, BOTH,
        "a column's new type holds less than the earlier one",
        "add a column of the new type, copy what fits, and see what does not";
    NOT_NULL_WITHOUT_DEFAULT: "not-null-without-default", DataDependent, BOTH,
        "a NOT NULL column without a default is added to a table that may have rows",
        "give it a default, or add it with NULL, fill it, and set NOT NULL afterwards";
    SET_NOT_NULL: "set-not-null", DataDependent, BOTH,
        "a column that took NULL no longer does, and nothing filled it",
        "fill the rows that have NULL first";
    NEW_UNIQUE: "new-unique", DataDependent, BOTH,
        "a unique constraint, unique index or primary key is added: rows that are the same stop it",
        "look for doubles first";
    NEW_CHECK: "new-check", DataDependent, BOTH,
        "a CHECK or exclusion constraint is held against rows that are there",
        "look for rows that do not keep it first";
    NEW_FOREIGN_KEY: "new-foreign-key", DataDependent, BOTH,
        "a foreign key is held against rows that are there",
        "look for rows that refer to nothing first";
    CONVERT_VALUES: "convert-values", DataDependent, BOTH,
        "values are converted to a type that may refuse them",
        "look for values that do not convert first";
    RENAME_TABLE: "rename-table", Incompatible, BOTH,
        "a table is renamed, or moved to another schema",
        "deploy it together with the programs, or leave a view under the earlier name for a while";
    RENAME_COLUMN: "rename-column", Incompatible, BOTH,
        "a column is renamed",
        "deploy it together with the programs, or add a column, write both, and drop the earlier one later";
    CHANGE_TYPE: "change-type", Incompatible, BOTH,
        "a column is of another type",
        "see that the programs that run meanwhile read and write both";
    CHANGE_ENUM: "change-enum", Incompatible, POSTGRES,
        "a type or one of its values is renamed, or a value is gone",
        "add the new value, move the rows, and leave the earlier one for a while";
    DROP_OBJECT: "drop-object", Incompatible, BOTH,
        "a view, function or type is dropped and not made again",
        "see that nothing uses it any more";
    TABLE_REWRITE: "table-rewrite", Locking, POSTGRES,
        "a table is written anew while nobody may read it",
        "add a column beside, fill it in batches, and swap the two";
    INDEX_LOCKS: "index-locks", Locking, POSTGRES,
        "an index is made or dropped without CONCURRENTLY: writers wait",
        "make it CONCURRENTLY, outside a transaction";
    UNIQUE_LOCKS: "unique-locks", Locking, POSTGRES,
        "a key or unique constraint builds its index while nobody may read the table",
        "make a unique index CONCURRENTLY, then ADD CONSTRAINT … USING INDEX";
    CONSTRAINT_LOCKS: "constraint-locks", Locking, POSTGRES,
        "a foreign key or CHECK is added without NOT VALID: all rows are read under a strong lock",
        "add it NOT VALID, and VALIDATE CONSTRAINT in a transaction of its own";
    NOT_NULL_LOCKS: "not-null-locks", Locking, POSTGRES,
        "SET NOT NULL reads all rows while nobody may use the table",
        "validate CHECK (column IS NOT NULL) first: Postgres takes it as the proof";
    LONG_LOCK: "long-lock", Locking, POSTGRES,
        "rows are read or written while a strong lock of the same transaction is held, or a table is locked whole",
        "put it in a transaction, or a migration, of its own";
    UPDATE_ROWS: "update-rows", Locking, POSTGRES,
        "rows of a table that others use are updated in the migration's transaction",
        "update in batches, outside the transaction";
    UNREADABLE: "unreadable", Script, BOTH,
        "a statement that cannot be read, or whose effect cannot be told, such as DO",
        "write it in statements that can be read, or allow it and say what it does";
    CONCURRENTLY_IN_TRANSACTION: "concurrently-in-transaction", Script, POSTGRES,
        "CONCURRENTLY in a transaction, where Postgres refuses it",
        "mark the step as one without a transaction";
    BAD_ALLOW: "bad-allow", Script, BOTH,
        "`-- ennead:allow` of an unknown rule, or without a reason",
        "write `-- ennead:allow RULE reason`";
    TIMESTAMPS: "timestamps", Convention, BOTH,
        "a new table without created_at and updated_at",
        "add both";
    UUID_KEY: "uuid-key", Convention, BOTH,
        "a new table whose key is no UUID (on SQLite: is a number)",
        "take a UUID as the key";
    JSONB: "jsonb", Convention, POSTGRES,
        "a new column of type json, hstore or xml",
        "take jsonb for nested data";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_sorted_by_group() {
        let mut names: Vec<&str> = RULES.iter().map(|rule| rule.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), RULES.len());
        assert!(RULES.windows(2).all(|pair| pair[0].group <= pair[1].group));
    }
}
