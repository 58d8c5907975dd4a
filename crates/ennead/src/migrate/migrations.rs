//! All migrations of an application, in order.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use ennead_core::snapshot::Snapshot;
use ennead_core::{Dialect, Error, ErrorKind};
use serde::Deserialize;

use super::checksum;
use super::migration::{Direction, FORMAT, Migration, Stored, Version, dialect_name, file_name};
use super::script::Script;

/// The migrations of an application: a chain, each made after the one before it.
///
/// They are read from the folder `migrations`, or from the program itself, where `migrate new` has put them by a module:
///
/// ```no_run
/// # use ennead::prelude::*;
/// use ennead::migrate::Migrations;
///
/// # async fn show(db: &Db) -> Result<(), Error> {
/// let migrations = Migrations::read("migrations")?;
/// println!("{} migrations", migrations.all().len());
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Migrations {
    all: Vec<Migration>,
}

/// The folder's name of each migration: its number and its name.
fn folder_name(folder: &str) -> Option<(Version, &str)> {
    let (number, name) = folder.split_once('_')?;
    let is_number = number.len() >= 4 && number.chars().all(|c| c.is_ascii_digit());
    let is_name =
        !name.is_empty() && name.chars().all(|c| c == '_' || c.is_ascii_lowercase() || c.is_ascii_digit());
    let version = number.parse().ok().filter(|version| *version > 0)?;
    (is_number && is_name && format!("{}", Version(version)) == number).then_some((Version(version), name))
}

impl Migrations {
    /// Reads a folder. One that is not there holds none.
    ///
    /// It connects to no database.
    ///
    /// # Errors
    /// `is_invalid_input`, with a line for each thing that is wrong: a file that is missing or broken, a migration that was
    /// made after another than the one before it (two heads), a name that is none. `is_configuration` where the folder
    /// cannot be read.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let failed = |what: &Path, error: &std::io::Error| {
            Error::new(ErrorKind::Configuration, format!("{} cannot be read: {error}", what.display()))
        };
        let mut files = BTreeMap::new();
        let entries = match fs::read_dir(path) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(failed(path, &error)),
        };
        for entry in entries {
            let folder = entry.map_err(|error| failed(path, &error))?.path();
            let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if !folder.is_dir() || name.starts_with('.') {
                continue;
            }
            let mut found = BTreeMap::new();
            for file in fs::read_dir(&folder).map_err(|error| failed(&folder, &error))? {
                let file = file.map_err(|error| failed(&folder, &error))?.path();
                let name =
                    file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
                let is_ours =
                    Path::new(&name).extension().is_some_and(|kind| kind == "sql" || kind == "json");
                if is_ours && file.is_file() {
                    let bytes = fs::read(&file).map_err(|error| failed(&file, &error))?;
                    found.insert(name, String::from_utf8(bytes).map_err(|_| file.clone()));
                }
            }
            files.insert(name, found);
        }
        let mut wrong = Vec::new();
        let mut texts: BTreeMap<&str, BTreeMap<&str, &str>> = BTreeMap::new();
        for (folder, found) in &files {
            let of_folder = texts.entry(folder).or_default();
            for (name, text) in found {
                match text {
                    Ok(text) => {
                        of_folder.insert(name, text);
                    }
                    Err(file) => wrong.push(format!("{}: it is no UTF-8 text", file.display())),
                }
            }
        }
        Self::from_texts(&texts, &format!("{}/", path.display()), wrong)
    }

    /// Takes migrations that are in the program, as pairs of a path and a text: what the module that `migrate new` writes
    /// gives.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn embedded(files: &[(&str, &str)]) -> Result<Self, Error> {
        let mut texts: BTreeMap<&str, BTreeMap<&str, &str>> = BTreeMap::new();
        for (path, text) in files {
            let (folder, name) = path.split_once('/').unwrap_or((path, ""));
            texts.entry(folder).or_default().insert(name, text);
        }
        Self::from_texts(&texts, "", Vec::new())
    }

    fn from_texts(
        folders: &BTreeMap<&str, BTreeMap<&str, &str>>,
        place: &str,
        mut wrong: Vec<String>,
    ) -> Result<Self, Error> {
        let mut all = Vec::new();
        for (folder, files) in folders {
            let place = format!("{place}{folder}");
            match folder_name(folder) {
                Some((version, name)) => all.extend(migration(version, name, files, &place, &mut wrong)),
                None => wrong.push(format!(
                    "{place}: it is no migration, whose folder is named by four digits and a name, such as 0001_initial: move it elsewhere"
                )),
            }
        }
        all.sort_by(|one, other| (one.version, &one.name).cmp(&(other.version, &other.name)));
        if wrong.is_empty() {
            chain(&all, &mut wrong);
        }
        if wrong.is_empty() {
            return Ok(Self { all });
        }
        Err(Error::invalid(wrong.join("\n")))
    }

    /// A chain of these; they were checked.
    pub(super) fn of(all: Vec<Migration>) -> Self {
        Self { all }
    }

    /// All of them, in order.
    #[must_use]
    pub fn all(&self) -> &[Migration] {
        &self.all
    }

    /// The last one.
    #[must_use]
    pub fn head(&self) -> Option<&Migration> {
        self.all.last()
    }

    /// The one of that number.
    #[must_use]
    pub fn get(&self, version: Version) -> Option<&Migration> {
        self.all.iter().find(|migration| migration.version == version)
    }

    /// The one that a person names: by its number (`7`, `0007`), its folder or its name.
    ///
    /// # Errors
    /// `is_invalid_input` where there is none, or more than one of that name.
    pub fn find(&self, said: &str) -> Result<&Migration, Error> {
        let number = said.parse().ok().map(Version);
        let is = |migration: &&Migration| {
            number == Some(migration.version) || migration.folder() == said || migration.name == said
        };
        let mut found = self.all.iter().filter(is);
        match (found.next(), found.next()) {
            (Some(migration), None) => Ok(migration),
            (Some(_), Some(_)) => {
                Err(Error::invalid(format!("more than one migration is named {said:?}: give its number")))
            }
            (None, _) => Err(Error::invalid(match self.head() {
                Some(head) => format!(
                    "there is no migration {said:?}: the last one is {head}, and `migrate status` lists them all"
                ),
                None => "there are no migrations: make the first by `migrate new -m initial`".to_owned(),
            })),
        }
    }

    /// What a database of that kind holds before a migration.
    #[must_use]
    pub fn before(&self, migration: &Migration, dialect: Dialect) -> Snapshot {
        let earlier = self.all.iter().rev().find(|other| other.version < migration.version);
        earlier.and_then(|other| other.snapshot(dialect)).cloned().unwrap_or_else(|| Snapshot::empty(dialect))
    }

    /// What a database of that kind holds after all of them.
    #[must_use]
    pub fn snapshot(&self, dialect: Dialect) -> Snapshot {
        self.head()
            .and_then(|head| head.snapshot(dialect))
            .cloned()
            .unwrap_or_else(|| Snapshot::empty(dialect))
    }
}

/// Reads one migration, and tells all that is wrong with it.
fn migration(
    version: Version,
    name: &str,
    files: &BTreeMap<&str, &str>,
    place: &str,
    wrong: &mut Vec<String>,
) -> Option<Migration> {
    let Some(text) = files.get("snapshot.json") else {
        wrong.push(format!(
            "{place}/snapshot.json is missing: restore it from version control, or take the folder away and run `migrate new`"
        ));
        return None;
    };
    let parsed: Result<serde_json::Value, _> = serde_json::from_str(&checksum::normal(text));
    let stored = parsed.and_then(|value| Ok((checksum::of_json(&value), Stored::deserialize(value)?)));
    let (checksum, stored) = match stored {
        Ok((checksum, stored)) if stored.format == FORMAT => (checksum, stored),
        Ok((_, stored)) => {
            wrong.push(format!(
                "{place}/snapshot.json: its form is {}, and this version of ennead reads {FORMAT}: use the version that made it",
                stored.format
            ));
            return None;
        }
        Err(error) => {
            wrong.push(format!("{place}/snapshot.json: {error}: restore it from version control"));
            return None;
        }
    };
    let mut migration =
        Migration { version, name: name.to_owned(), checksum, stored, scripts: BTreeMap::new() };
    let told = wrong.len();
    for dialect in [Dialect::Postgres, Dialect::Sqlite] {
        let is_for = migration.snapshot(dialect).is_some();
        for direction in [Direction::Up, Direction::Down] {
            let file = file_name(dialect, direction);
            match files.get(file.as_str()) {
                Some(text) => match Script::read(dialect, text) {
                    Ok(script) => {
                        migration.scripts.insert((dialect_name(dialect), direction), script);
                    }
                    Err(broken) => wrong.push(format!("{place}/{file}:{}: {}", broken.line, broken.text)),
                },
                None if is_for => wrong.push(format!(
                    "{place}/{file} is missing: restore it from version control{}",
                    if direction == Direction::Down {
                        ", or write `-- ennead:irreversible REASON` into it where there is no way back"
                    } else {
                        ""
                    }
                )),
                None => {}
            }
        }
    }
    (wrong.len() == told).then_some(migration)
}

/// Each migration was made after the one before it.
fn chain(all: &[Migration], wrong: &mut Vec<String>) {
    let mut before: Option<&Migration> = None;
    for migration in all {
        let parent = migration.parent().map(|parent| parent.migration.clone());
        let fits = match (before, migration.parent()) {
            (None, None) => true,
            (Some(before), Some(parent)) => {
                before.version < migration.version && parent.migration == before.folder()
            }
            _ => false,
        };
        let shared = all
            .iter()
            .find(|other| other.folder() != migration.folder() && other.parent() == migration.parent());
        if fits {
            let changed = before.is_some_and(|before| {
                migration.parent().is_some_and(|parent| parent.checksum != before.checksum)
            });
            if let Some(before) = before.filter(|_| changed) {
                wrong.push(format!(
                    "{before}/snapshot.json is another than when {migration} was made after it: restore it from version control, or take {migration} away and run `migrate new` again"
                ));
            }
        } else if let Some(other) = shared {
            wrong.push(format!(
                "two heads: {other} and {migration} were both made after {}: take the one away that is not applied anywhere yet, run `migrate new` again, and carry over what was edited in it",
                parent.as_deref().unwrap_or("nothing")
            ));
        } else {
            wrong.push(match (parent, before) {
                (Some(parent), Some(before)) => format!(
                    "{migration} was made after {parent}, and stands after {before}: one of them is missing or renamed, restore it from version control"
                ),
                (Some(parent), None) => {
                    format!("{migration} was made after {parent}, which is missing: restore it from version control")
                }
                (None, _) => format!(
                    "{migration} was made as the first migration, and there are others before it: take it away and run `migrate new` again"
                ),
            });
        }
        before = Some(migration);
    }
}

#[cfg(test)]
mod tests;
