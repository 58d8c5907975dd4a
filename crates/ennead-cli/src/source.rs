//! What a schema is read from.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::ValueEnum;
use ennead::migrate::{self, Direction, Migration, Migrations, Snapshot};
use ennead::{Db, Dialect};

use crate::application::Application;
use crate::failure::Failure;
use crate::scratch::{self, Scratch};

/// A database's language, as it is said on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DialectArg {
    Postgres,
    Sqlite,
}

impl From<DialectArg> for Dialect {
    fn from(said: DialectArg) -> Self {
        match said {
            DialectArg::Postgres => Dialect::Postgres,
            DialectArg::Sqlite => Dialect::Sqlite,
        }
    }
}

/// A place that a schema can be read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// The models of the application.
    Models,
    /// The SQL of the migrations, run on an empty database.
    Migrations,
    /// What the last migration's `snapshot.json` says.
    Snapshot,
    /// A file of SQL, or a folder of them.
    Files(PathBuf),
    /// A live database.
    Url(String),
}

impl FromStr for Source {
    type Err = String;

    fn from_str(said: &str) -> Result<Self, String> {
        let is_url =
            ["postgres://", "postgresql://", "sqlite:"].iter().any(|scheme| said.starts_with(scheme));
        Ok(match said {
            "models" => Self::Models,
            "migrations" => Self::Migrations,
            "snapshot" => Self::Snapshot,
            _ if is_url => Self::Url(said.to_owned()),
            _ if Path::new(said).exists() => Self::Files(PathBuf::from(said)),
            _ => {
                return Err(format!(
                    "there is no such file; it is one of: models, migrations, snapshot, FILE.sql, FOLDER, postgres://…, sqlite://…{}",
                    if said.contains("://") { " (other databases are not known)" } else { "" }
                ));
            }
        })
    }
}

/// For people: no password is shown.
impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Models => f.write_str("models"),
            Self::Migrations => f.write_str("migrations"),
            Self::Snapshot => f.write_str("snapshot"),
            Self::Files(path) => write!(f, "{}", path.display()),
            Self::Url(url) => f.write_str(&without_secrets(url)),
        }
    }
}

/// A URL without its password and its settings, which may hold one.
fn without_secrets(url: &str) -> String {
    let base = url.split('?').next().unwrap_or_default();
    let Some((scheme, rest)) = base.split_once("://") else { return base.to_owned() };
    let (authority, path) =
        rest.split_once('/').map_or((rest, String::new()), |(host, path)| (host, format!("/{path}")));
    let shown = match authority.rsplit_once('@') {
        Some((user, host)) => format!("{}@{host}", user.split(':').next().unwrap_or_default()),
        None => authority.to_owned(),
    };
    format!("{scheme}://{shown}{path}")
}

impl Source {
    /// The dialect that it can only be of.
    pub(crate) fn dialect(&self) -> Option<Dialect> {
        match self {
            Self::Url(url) if url.starts_with("sqlite:") => Some(Dialect::Sqlite),
            Self::Url(_) => Some(Dialect::Postgres),
            Self::Files(path) => file_dialect(path),
            _ => None,
        }
    }

    /// Whether it is told by the models, in their words and not in a database's.
    fn is_told_by_models(&self) -> bool {
        matches!(self, Self::Models | Self::Snapshot)
    }
}

/// The dialect that a file says by its name: `ddl/postgres.sql`, `sqlite.up.sql`.
pub(crate) fn file_dialect(path: &Path) -> Option<Dialect> {
    let name = path.file_name()?.to_str()?.to_ascii_lowercase();
    let has = |word: &str| name.split(|c: char| !c.is_ascii_alphanumeric()).any(|part| part == word);
    match (has("postgres"), has("sqlite")) {
        (true, false) => Some(Dialect::Postgres),
        (false, true) => Some(Dialect::Sqlite),
        _ => None,
    }
}

/// What the sources are read with.
pub(crate) struct Sources<'a> {
    pub(crate) application: &'a Application,
    pub(crate) migrations: PathBuf,
    pub(crate) dialect: Dialect,
}

impl Sources<'_> {
    /// Reads two schemas in one database's words. Where both are told by models, no database is asked.
    pub(crate) async fn pair(
        &self,
        from: &Source,
        to: &Source,
        scratch: &mut Scratch,
    ) -> Result<(Snapshot, Snapshot), Failure> {
        if from.is_told_by_models() && to.is_told_by_models() {
            return Ok((self.told(from)?, self.told(to)?));
        }
        let (mut live, mut read) = (None, Vec::new());
        for source in [from, to] {
            let snapshot = match source {
                Source::Models | Source::Snapshot => None,
                Source::Url(url) => {
                    let db = connect(url).await?;
                    let snapshot = migrate::introspect(&db).await?;
                    live.get_or_insert(db);
                    Some(snapshot)
                }
                Source::Files(path) => {
                    let files = files(path, self.dialect)?;
                    let db = scratch.database(self.dialect).await?;
                    for file in files {
                        scratch::load(&db, &file, &text(&file)?).await?;
                    }
                    let snapshot = migrate::introspect(&db).await?;
                    live.get_or_insert(db);
                    Some(snapshot)
                }
                Source::Migrations => {
                    let migrations = Migrations::read(&self.migrations)?;
                    let db = scratch.database(self.dialect).await?;
                    for migration in migrations.all() {
                        run(&db, migration, Direction::Up, &self.migrations).await?;
                    }
                    let snapshot = migrate::introspect(&db).await?;
                    live.get_or_insert(db);
                    Some(snapshot)
                }
            };
            read.push(snapshot);
        }
        let Some(db) = live else { return Err(Failure::new("nothing was read")) };
        let mut pair = Vec::new();
        for (source, snapshot) in [from, to].into_iter().zip(read) {
            pair.push(match (snapshot, source) {
                (Some(snapshot), _) => snapshot,
                (None, Source::Models) => {
                    // What it cannot be in any database is told in the models' words.
                    self.told(source)?;
                    self.application.schema.normalised(&db).await.map_err(not_made)?
                }
                (None, _) => self.head()?.normalised(&db).await.map_err(not_made)?,
            });
        }
        db.close().await;
        match (pair.pop(), pair.pop()) {
            (Some(to), Some(from)) => Ok((from, to)),
            _ => Err(Failure::new("nothing was read")),
        }
    }

    fn told(&self, source: &Source) -> Result<Snapshot, Failure> {
        match source {
            Source::Models => {
                self.application.needs_models("`models`")?;
                Ok(self.application.schema.snapshot(self.dialect)?)
            }
            _ => {
                let head = self.head()?;
                let snapshot = head.snapshot(self.dialect).cloned();
                snapshot.ok_or_else(|| Failure::new(format!("{head} is not for {}", self.dialect)))
            }
        }
    }

    /// The last migration.
    fn head(&self) -> Result<Migration, Failure> {
        let migrations = Migrations::read(&self.migrations)?;
        migrations.head().cloned().ok_or_else(|| {
            Failure::new(format!("{} holds no migration", self.migrations.display()))
                .hint("`migrate new -m initial` writes the first; `--root DIR` says where they are")
        })
    }
}

fn not_made(error: ennead::Error) -> Failure {
    // What a role may not do is told with what to do about it.
    if error.code() == Some("42501") {
        return Failure::new(error.to_string());
    }
    Failure::new(format!("the database does not make of the models what it would: {error}"))
}

/// Opens a database that is there already.
pub(crate) async fn connect(url: &str) -> Result<Db, Failure> {
    if let Some(rest) = url.strip_prefix("sqlite:") {
        let file = rest.strip_prefix("//").unwrap_or(rest).split('?').next().unwrap_or_default();
        if file != ":memory:" && !Path::new(file).exists() {
            return Err(Failure::new(format!("there is no database {file}"))
                .hint("it is not made here: `migrate up` or the application makes it"));
        }
    }
    Application::open(url).await
}

/// A file, or the files of SQL in a folder, by name. Those that say another dialect by their names are left out, and ways
/// down too.
fn files(path: &Path, dialect: Dialect) -> Result<Vec<PathBuf>, Failure> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let failed = |error: std::io::Error| Failure::new(format!("{} cannot be read: {error}", path.display()));
    let mut found = Vec::new();
    let mut folders = vec![path.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(failed)? {
            let file = entry.map_err(failed)?.path();
            if file.is_dir() {
                folders.push(file);
                continue;
            }
            let is_sql = file.extension().is_some_and(|kind| kind == "sql");
            let is_down = file.to_string_lossy().ends_with("down.sql");
            if is_sql && !is_down && file_dialect(&file).is_none_or(|said| said == dialect) {
                found.push(file);
            }
        }
    }
    found.sort();
    if found.is_empty() {
        return Err(Failure::new(format!("{} holds no SQL for {dialect}", path.display())));
    }
    Ok(found)
}

/// The text of a file.
pub(crate) fn text(path: &Path) -> Result<String, Failure> {
    let bytes = fs::read(path)
        .map_err(|error| Failure::new(format!("{} cannot be read: {error}", path.display())))?;
    String::from_utf8(bytes).map_err(|_| Failure::new(format!("{} is no UTF-8 text", path.display())))
}

/// Runs a migration's script on a database that is thrown away.
pub(crate) async fn run(db: &Db, migration: &Migration, way: Direction, place: &Path) -> Result<(), Failure> {
    let Some(script) = migration.script(db.dialect(), way) else { return Ok(()) };
    let texts: Vec<&str> = script.statements().iter().map(|statement| statement.sql.as_str()).collect();
    migrate::load(db, &texts).await.map_err(|(at, error)| {
        let line = script.statements().get(at).map_or(1, |statement| statement.line);
        let file = place.join(migration.folder()).join(format!("{}.{way}.sql", db.dialect()));
        Failure::new(format!("{}:{line}: {error}", file.display()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_not_shown() {
        assert_eq!(without_secrets("postgres://u:canary@h:1/db?password=canary"), "postgres://u@h:1/db");
        assert_eq!(without_secrets("sqlite://a/b.db"), "sqlite://a/b.db");
    }

    #[test]
    fn files_say_their_dialect() {
        assert_eq!(file_dialect(Path::new("ddl/postgres.sql")), Some(Dialect::Postgres));
        assert_eq!(file_dialect(Path::new("m/0001_a/sqlite.up.sql")), Some(Dialect::Sqlite));
        assert_eq!(file_dialect(Path::new("schema.sql")), None);
    }
}
