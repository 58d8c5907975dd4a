//! A new migration, made from the models and what the last migration left: no database is needed.

mod fill;
mod row_security;
mod text;
mod write;

use std::collections::BTreeMap;

use ennead_core::diff::{Candidate, Change, Diff, Hints, diff};
use ennead_core::snapshot::{Name, Snapshot};
use ennead_core::{Dialect, Error};
use ennead_sql::ddl::{self, Fill, Hazard, PlanOptions};

use super::checksum;
use super::migration::{
    Direction, FORMAT, Migration, Parent, RowSecurity, Stored, Version, dialect_name, file_name,
};
use super::migrations::Migrations;
use super::script::Script;
use crate::schema::Schema;

/// What a new migration is made with.
#[derive(Debug, Clone, Default)]
pub struct DraftOptions {
    /// The databases that it is for; those of the last migration where none are named, and both where there is none yet.
    pub dialects: Vec<Dialect>,
    /// Postgres: everything in one transaction, rather than beside the traffic (CONCURRENTLY, NOT VALID): quicker, and
    /// others wait.
    pub offline: bool,
    /// What rows that are there get in columns that take no NULL.
    pub fills: Vec<Fill>,
    /// What was renamed, where the models do not say it by `renamed_from`.
    pub hints: Hints,
    /// A migration that is written by hand: the files are there, and hold nothing yet.
    pub empty: bool,
    /// Whether row level security is kept by migrations.
    pub row_security: RowSecurityOption,
}

/// Whether migrations keep row level security on Postgres.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum RowSecurityOption {
    /// As the last migration did.
    #[default]
    AsBefore,
    /// It is put on new and changed tables, for the role that the application connects as.
    On {
        /// The application's role.
        application_role: String,
    },
    /// It is taken away.
    Off,
}

/// A new migration that is not written yet.
#[derive(Debug, Clone)]
pub struct Draft {
    migration: Migration,
    changes: usize,
    candidates: Vec<Candidate>,
    unfilled: Vec<(Name, String)>,
    hazards: Vec<(Dialect, Hazard)>,
}

impl Migrations {
    /// Makes a new migration: from what the last one left to what the models want, and back.
    ///
    /// Nothing is written; see [`Draft::write`].
    ///
    /// # Errors
    /// As [`Schema::snapshot`]; `is_invalid_input` for a name without letters or digits, and for a fill of a column that is
    /// not there.
    pub fn draft(&self, schema: &Schema, name: &str, options: &DraftOptions) -> Result<Draft, Error> {
        let name = folder_name(name)?;
        let parent = self.head();
        let dialects = match (&options.dialects[..], parent) {
            ([], Some(parent)) => parent.dialects(),
            ([], None) => vec![Dialect::Postgres, Dialect::Sqlite],
            (said, _) => said.to_vec(),
        };
        let version = Version(parent.map_or(0, |parent| parent.version().0) + 1);
        let row_security = self.row_security(schema, options)?;
        let mut draft = Draft {
            migration: Migration {
                version,
                name,
                checksum: String::new(),
                stored: Stored {
                    format: FORMAT,
                    parent: parent.map(|parent| Parent {
                        migration: parent.folder(),
                        checksum: parent.checksum().to_owned(),
                    }),
                    files: BTreeMap::new(),
                    row_security,
                    postgres: None,
                    sqlite: None,
                },
                scripts: BTreeMap::new(),
            },
            changes: 0,
            candidates: Vec::new(),
            unfilled: Vec::new(),
            hazards: Vec::new(),
        };
        let mut unknown: Vec<&Fill> = options.fills.iter().collect();
        for dialect in dialects {
            let (from, to) = (self.snapshot(dialect), schema.snapshot(dialect)?);
            let to = if options.empty { from.clone() } else { to };
            unknown.retain(|fill| {
                to.table_named(&fill.table).is_none_or(|table| table.column(&fill.column).is_none())
            });
            let secured = parent.and_then(Migration::row_security);
            let types = parent.and_then(|parent| parent.stored.postgres.as_ref());
            draft.add(dialect, Ends { from, to, types }, secured, options)?;
        }
        if let Some(fill) = unknown.first() {
            return Err(Error::invalid(format!(
                "a fill names {}.{}, and the models have no such column: write TABLE.COLUMN as the new schema has them",
                fill.table, fill.column
            )));
        }
        let json = serde_json::to_value(&draft.migration.stored)
            .map_err(|error| Error::invalid(format!("the snapshot cannot be written: {error}")))?;
        draft.migration.checksum = checksum::of_json(&json);
        Ok(draft)
    }

    fn row_security(&self, schema: &Schema, options: &DraftOptions) -> Result<Option<RowSecurity>, Error> {
        let before = self.head().and_then(Migration::row_security);
        let role = match (&options.row_security, before) {
            (RowSecurityOption::On { application_role }, _) => application_role.clone(),
            (RowSecurityOption::AsBefore, Some(before)) => before.application_role.clone(),
            _ => return Ok(None),
        };
        if options.empty {
            return Ok(before.cloned());
        }
        let mut tables = BTreeMap::new();
        for model in schema.models() {
            tables.insert(model.table.to_owned(), ddl::policies(&[*model], &role)?);
        }
        Ok(Some(RowSecurity { application_role: role, tables }))
    }
}

/// Between what a migration is made.
struct Ends<'a> {
    from: Snapshot,
    to: Snapshot,
    /// The earlier schema as Postgres has it, where it has one.
    types: Option<&'a Snapshot>,
}

impl Draft {
    fn add(
        &mut self,
        dialect: Dialect,
        Ends { from, to, types }: Ends<'_>,
        secured: Option<&RowSecurity>,
        options: &DraftOptions,
    ) -> Result<(), Error> {
        let there = diff(&from, &to, &options.hints);
        let back = diff(&to, &from, &options.hints.reversed());
        let online = !options.offline;
        let plan_there = PlanOptions { online, fills: options.fills.clone() };
        // What came to be dropped comes back without its values: rows get something that the column takes.
        let plan_back = PlanOptions { online, fills: fill::neutral(&back, types) };
        let (before, after) = match dialect {
            Dialect::Postgres => (secured, self.migration.stored.row_security.clone()),
            Dialect::Sqlite => (None, None),
        };
        self.changes += there.changes.len();
        for (direction, diff, options, before, after) in [
            (Direction::Up, &there, &plan_there, before, after.as_ref()),
            (Direction::Down, &back, &plan_back, after.as_ref(), before),
        ] {
            let steps = ddl::plan(diff, options);
            let walls = row_security::between(before, after, diff);
            if direction == Direction::Up {
                self.changes += walls.first.len() + walls.last.len();
                let hazards = steps.iter().flat_map(|step| &step.hazards);
                self.hazards.extend(hazards.map(|hazard| (dialect, hazard.clone())));
            }
            let unfilled = unfilled(diff, options);
            let filled = if direction == Direction::Down { &options.fills[..] } else { &[] };
            let text = text::script(&text::Parts {
                migration: &self.migration,
                dialect,
                direction,
                steps: &steps,
                walls: &walls,
                unfilled: &unfilled,
                filled,
            });
            let script = Script::parse(dialect, &text).map_err(|error| {
                Error::invalid(format!("what was made for {dialect} cannot be read: {error}"))
            })?;
            self.migration.stored.files.insert(file_name(dialect, direction), script.checksum().to_owned());
            self.migration.scripts.insert((dialect_name(dialect), direction), script);
            if direction == Direction::Up {
                for place in unfilled {
                    if !self.unfilled.contains(&place) {
                        self.unfilled.push(place);
                    }
                }
            }
        }
        for candidate in there.candidates {
            if !self.candidates.contains(&candidate) {
                self.candidates.push(candidate);
            }
        }
        match dialect {
            Dialect::Postgres => self.migration.stored.postgres = Some(to),
            Dialect::Sqlite => self.migration.stored.sqlite = Some(to),
        }
        Ok(())
    }

    /// The migration as it would be.
    #[must_use]
    pub fn migration(&self) -> &Migration {
        &self.migration
    }

    /// Whether nothing changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes == 0
    }

    /// What may have been renamed, and is dropped and made anew: say so by a hint, or by `renamed_from` in the model.
    #[must_use]
    pub fn candidates(&self) -> &[Candidate] {
        &self.candidates
    }

    /// The columns that come to take no NULL, and have nothing for the rows that are there: it fails where there are any.
    #[must_use]
    pub fn unfilled(&self) -> &[(Name, String)] {
        &self.unfilled
    }

    /// What the way up endangers.
    #[must_use]
    pub fn hazards(&self) -> &[(Dialect, Hazard)] {
        &self.hazards
    }
}

/// A name for a folder: `Add user's city` is `add_user_s_city`.
fn folder_name(said: &str) -> Result<String, Error> {
    let mut name = String::new();
    for character in said.chars() {
        if character.is_ascii_alphanumeric() {
            name.push(character.to_ascii_lowercase());
        } else if !name.ends_with('_') && !name.is_empty() {
            name.push('_');
        }
    }
    let name: String = name.chars().take(60).collect();
    let name = name.trim_end_matches('_');
    if name.is_empty() {
        return Err(Error::invalid(
            "a migration needs a name with a letter or digit in it, such as \"add city\"",
        ));
    }
    Ok(name.to_owned())
}

/// The columns that come to take no NULL where nothing says what rows get.
fn unfilled(diff: &Diff, options: &PlanOptions) -> Vec<(Name, String)> {
    let is_filled = |table: &Name, column: &str| {
        options.fills.iter().any(|fill| fill.table == *table && fill.column == column)
    };
    let mut found = Vec::new();
    for change in &diff.changes {
        let (table, column) = match change {
            Change::AddColumn { table, column } if fill::is_bare(column) => (table, &column.name),
            Change::AlterColumn { table, from, to } if from.nullable && !to.nullable => (table, &to.name),
            _ => continue,
        };
        if !is_filled(table, column) {
            found.push((table.clone(), column.clone()));
        }
    }
    found
}
