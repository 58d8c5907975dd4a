//! What can change.

use serde::Serialize;

use crate::snapshot::{
    Check, Column, EnumType, Exclusion, ForeignKey, Index, Name, Namespace, PrimaryKey, Sequence, Table,
    Trigger, Unique, View,
};

/// One difference between two snapshots. The way back is the difference the other way round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// A schema of Postgres is made.
    CreateSchema(Namespace),
    /// A schema of Postgres goes.
    DropSchema(Namespace),
    /// An enumeration is made.
    CreateEnum(EnumType),
    /// An enumeration goes.
    DropEnum(EnumType),
    /// An enumeration has another name.
    RenameEnum {
        /// Its name until now.
        from: Name,
        /// Its new name.
        to: Name,
    },
    /// A value of an enumeration has another name.
    RenameEnumValue {
        /// The enumeration.
        name: Name,
        /// The value until now.
        from: String,
        /// The value from now on.
        to: String,
    },
    /// An enumeration has values more, and all that it had in their order.
    AddEnumValues {
        /// The enumeration.
        name: Name,
        /// What is added, in the order in which it can be.
        values: Vec<EnumAddition>,
    },
    /// An enumeration has lost values, or has them in another order.
    ReplaceEnum {
        /// As it is.
        from: EnumType,
        /// As it will be.
        to: EnumType,
    },
    /// A sequence is made.
    CreateSequence(Sequence),
    /// A sequence goes.
    DropSequence(Sequence),
    /// A sequence has another name.
    RenameSequence {
        /// Its name until now.
        from: Name,
        /// Its new name.
        to: Name,
    },
    /// A sequence counts otherwise, or goes with another column.
    AlterSequence {
        /// As it is.
        from: Sequence,
        /// As it will be.
        to: Sequence,
    },
    /// A table is made, with all that belongs to it.
    CreateTable(Box<Table>),
    /// A table goes, with all that belongs to it.
    DropTable(Box<Table>),
    /// A table has another name.
    RenameTable {
        /// Its name until now.
        from: Name,
        /// Its new name.
        to: Name,
    },
    /// What belongs to the table itself: STRICT, WITHOUT ROWID, UNLOGGED, storage parameters, the replica identity.
    AlterTable {
        /// As it is.
        from: Box<Table>,
        /// As it will be.
        to: Box<Table>,
    },
    /// A column is added.
    AddColumn {
        /// The table.
        table: Name,
        /// The column.
        column: Column,
    },
    /// A column goes.
    DropColumn {
        /// The table.
        table: Name,
        /// The column.
        column: Column,
    },
    /// A column has another name.
    RenameColumn {
        /// The table.
        table: Name,
        /// Its name until now.
        from: String,
        /// Its new name.
        to: String,
    },
    /// A column is of another type, takes NULL or no longer, has another default or is computed otherwise.
    AlterColumn {
        /// The table.
        table: Name,
        /// As it is.
        from: Box<Column>,
        /// As it will be.
        to: Box<Column>,
    },
    /// A key or constraint is added.
    AddConstraint {
        /// The table.
        table: Name,
        /// The constraint.
        constraint: Constraint,
    },
    /// A key or constraint goes.
    DropConstraint {
        /// The table.
        table: Name,
        /// The constraint.
        constraint: Constraint,
    },
    /// A constraint has another name.
    RenameConstraint {
        /// The table.
        table: Name,
        /// Its name until now.
        from: String,
        /// Its new name.
        to: String,
    },
    /// A constraint that was NOT VALID holds for all rows.
    ValidateConstraint {
        /// The table.
        table: Name,
        /// The constraint.
        name: String,
    },
    /// An index is made.
    CreateIndex {
        /// The table.
        table: Name,
        /// The index.
        index: Index,
    },
    /// An index goes.
    DropIndex {
        /// The table.
        table: Name,
        /// The index.
        index: Index,
    },
    /// An index has another name.
    RenameIndex {
        /// Its table.
        table: Name,
        /// Its name until now.
        from: String,
        /// Its new name.
        to: String,
    },
    /// A trigger is made.
    CreateTrigger {
        /// The table.
        table: Name,
        /// The trigger.
        trigger: Trigger,
    },
    /// A trigger goes.
    DropTrigger {
        /// The table.
        table: Name,
        /// The trigger.
        trigger: Trigger,
    },
    /// A view is made.
    CreateView(View),
    /// A view goes.
    DropView(View),
    /// Something that stays has another comment, or none.
    Comment {
        /// What has it.
        on: CommentOn,
        /// The comment.
        text: Option<String>,
    },
}

/// A value that an enumeration is given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EnumAddition {
    /// The value.
    pub value: String,
    /// Where it stands; at the end where nothing is said.
    pub place: Option<EnumPlace>,
}

/// Where a value is put among others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EnumPlace {
    /// In front of this one.
    Before(String),
    /// Behind this one.
    After(String),
}

/// A key or constraint of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Constraint {
    /// The primary key.
    PrimaryKey(PrimaryKey),
    /// A unique constraint.
    Unique(Unique),
    /// An exclusion constraint.
    Exclusion(Exclusion),
    /// A CHECK constraint.
    Check(Check),
    /// A foreign key.
    ForeignKey(ForeignKey),
}

impl Constraint {
    /// All of a table.
    #[must_use]
    pub fn all(table: &Table) -> Vec<Self> {
        let mut all: Vec<Self> = table.primary_key.iter().cloned().map(Self::PrimaryKey).collect();
        all.extend(table.uniques.iter().cloned().map(Self::Unique));
        all.extend(table.exclusions.iter().cloned().map(Self::Exclusion));
        all.extend(table.checks.iter().cloned().map(Self::Check));
        all.extend(table.foreign_keys.iter().cloned().map(Self::ForeignKey));
        all
    }

    /// Its name; empty where a SQLite table gives none.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::PrimaryKey(key) => &key.name,
            Self::Unique(unique) => &unique.name,
            Self::Exclusion(exclusion) => &exclusion.name,
            Self::Check(check) => &check.name,
            Self::ForeignKey(key) => &key.name,
        }
    }

    /// Its comment.
    #[must_use]
    pub fn comment(&self) -> Option<&str> {
        match self {
            Self::PrimaryKey(key) => key.comment.as_deref(),
            Self::Unique(unique) => unique.comment.as_deref(),
            Self::Exclusion(exclusion) => exclusion.comment.as_deref(),
            Self::Check(check) => check.comment.as_deref(),
            Self::ForeignKey(key) => key.comment.as_deref(),
        }
    }

    /// Whether the rows that were there before it need not keep it.
    #[must_use]
    pub fn not_valid(&self) -> bool {
        match self {
            Self::Check(check) => check.not_valid,
            Self::ForeignKey(key) => key.not_valid,
            _ => false,
        }
    }

    /// Whether an index stands behind it.
    #[must_use]
    pub fn has_index(&self) -> bool {
        matches!(self, Self::PrimaryKey(_) | Self::Unique(_) | Self::Exclusion(_))
    }

    /// It without its name and comment, and held to all rows: what makes two of them the same.
    pub(super) fn definition(&self) -> Self {
        let mut bare = self.clone();
        let (name, comment) = match &mut bare {
            Self::PrimaryKey(key) => (&mut key.name, &mut key.comment),
            Self::Unique(unique) => (&mut unique.name, &mut unique.comment),
            Self::Exclusion(exclusion) => (&mut exclusion.name, &mut exclusion.comment),
            Self::Check(check) => (&mut check.name, &mut check.comment),
            Self::ForeignKey(key) => (&mut key.name, &mut key.comment),
        };
        name.clear();
        *comment = None;
        match &mut bare {
            Self::Check(check) => check.not_valid = false,
            Self::ForeignKey(key) => key.not_valid = false,
            _ => {}
        }
        bare
    }
}

/// What has a comment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CommentOn {
    /// A schema.
    Schema(String),
    /// An enumeration.
    Enum(Name),
    /// A sequence.
    Sequence(Name),
    /// A table.
    Table(Name),
    /// A column of a table.
    Column(Name, String),
    /// A constraint of a table.
    Constraint(Name, String),
    /// An index.
    Index(Name),
}
