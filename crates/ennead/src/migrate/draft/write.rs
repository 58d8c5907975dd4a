//! A draft on disk.

use std::fs;
use std::path::Path;

use ennead_core::{Error, ErrorKind};

use super::Draft;
use crate::migrate::migration::{Direction, file_name};
use crate::migrate::migrations::Migrations;

impl Draft {
    /// Writes its folder into the folder of all migrations, which is made where it is not there, and the module that puts
    /// them into the program (`mod.rs`).
    ///
    /// Whoever is killed meanwhile leaves no half of a migration.
    ///
    /// # Errors
    /// `is_configuration` where files cannot be written, or the migration's folder is there already.
    pub fn write(&self, migrations: impl AsRef<Path>) -> Result<(), Error> {
        let place = migrations.as_ref();
        let folder = place.join(self.migration.folder());
        let failed = |error: std::io::Error| {
            Error::new(ErrorKind::Configuration, format!("{} cannot be written: {error}", folder.display()))
        };
        if folder.exists() {
            return Err(Error::new(
                ErrorKind::Configuration,
                format!(
                    "{} is there already: take it away first, or read the migrations anew",
                    folder.display()
                ),
            ));
        }
        let making = place.join(format!(".{}.{}", self.migration.folder(), std::process::id()));
        fs::create_dir_all(&making).map_err(failed)?;
        let done = self.files().and_then(|files| {
            for (name, text) in files {
                fs::write(making.join(name), text).map_err(failed)?;
            }
            fs::rename(&making, &folder).map_err(failed)
        });
        if done.is_err() {
            let _ = fs::remove_dir_all(&making);
        }
        done?;
        let mut all: Vec<_> = Migrations::read(place)?.all().to_vec();
        all.sort_by_key(|migration| migration.version());
        fs::write(place.join("mod.rs"), module(&Migrations::of(all))).map_err(failed)
    }

    /// The files of the folder, by name.
    ///
    /// # Errors
    /// None that is known of; `is_invalid_input` where the snapshot cannot be written as JSON.
    pub fn files(&self) -> Result<Vec<(String, String)>, Error> {
        let json = serde_json::to_string_pretty(&self.migration.stored)
            .map_err(|error| Error::invalid(format!("the snapshot cannot be written: {error}")))?;
        let mut files = vec![("snapshot.json".to_owned(), format!("{json}\n"))];
        for dialect in self.migration.dialects() {
            for direction in [Direction::Up, Direction::Down] {
                if let Some(script) = self.migration.script(dialect, direction) {
                    files.push((file_name(dialect, direction), script.text().to_owned()));
                }
            }
        }
        Ok(files)
    }
}

/// The module that puts the migrations into a program.
fn module(migrations: &Migrations) -> String {
    let mut text = "//! The migrations, in the program. Written by `migrate new`.\n\n\
                    use ennead::Error;\nuse ennead::migrate::Migrations;\n\n\
                    /// All migrations: `migrations::all()?.up(&db).await?` brings a database up to date.\n\
                    ///\n/// # Errors\n/// As [`Migrations::embedded`].\n\
                    #[rustfmt::skip] // so that it is the same however long the names are\n\
                    pub fn all() -> Result<Migrations, Error> {\n    Migrations::embedded(&[\n"
        .to_owned();
    for migration in migrations.all() {
        let mut names = vec!["snapshot.json".to_owned()];
        for dialect in migration.dialects() {
            names.push(file_name(dialect, Direction::Up));
            names.push(file_name(dialect, Direction::Down));
        }
        for name in names {
            let path = format!("{}/{name}", migration.folder());
            text.push_str(&format!("        ({path:?}, include_str!({path:?})),\n"));
        }
    }
    text.push_str("    ])\n}\n");
    text
}
