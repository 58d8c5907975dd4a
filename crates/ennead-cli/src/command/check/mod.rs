//! `check`: the models against what is committed.

mod lines;
mod replay;

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use ennead::Dialect;
use ennead::migrate::{Direction, DraftOptions, Migration, Migrations};

use self::replay::Replay;
use crate::application::Application;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output;
use crate::root::RootArgs;
use crate::{scratch, source};

/// Arguments of `check`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  check
  check --scratch postgres://localhost            hand-edited migrations of Postgres are run there too
  check --root services/billing

What it holds against each other, without any database:
  - the models, and what the last migration's snapshot says: the difference is what `migrate new` would write
  - the chain of migrations: each made after the one before it, none changed since, no two heads
  - the committed DDL in ddl/postgres.sql and ddl/sqlite.sql, where it is committed
  - the migrations of SQLite, run in memory, and their snapshots

What an edited migration of Postgres does, only Postgres knows: it is `unverified` without --scratch. There it is run in a
database that is made under a random name, and dropped whatever happens.

The exit code is 0 where all agree, 2 where something differs or is unverified, and 1 for what cannot be read.")]
pub struct CheckArgs {
    /// A server of Postgres where a database may be made and dropped
    #[arg(long, value_name = "URL", env = "ENNEAD_SCRATCH", hide_env_values = true)]
    scratch: Option<String>,
    /// The role that committed DDL with row level security is for: that of the migrations, or of the file
    #[arg(long, value_name = "ROLE")]
    application_role: Option<String>,
    #[command(flatten)]
    root: RootArgs,
}

pub(crate) fn run(application: &Application, args: CheckArgs) -> Result<Exit, Failure> {
    let began = Instant::now();
    // A model that is referenced and not in the schema is an error, whatever is committed.
    for dialect in [Dialect::Postgres, Dialect::Sqlite] {
        application.schema.snapshot(dialect)?;
    }
    let place = args.root.migrations();
    let migrations = Migrations::read(&place)?;
    let mut check =
        Check { application, args: &args, place, migrations: &migrations, differs: false, unverified: false };
    let ddl = check.ddl()?;
    if migrations.head().is_some() {
        check.models()?;
        check.module()?;
        check.sqlite()?;
        check.postgres()?;
    } else if ddl == 0 {
        return Err(Failure::new(format!("nothing is committed that {} models could be held against", application.schema.models().len()))
            .hint("`migrate new -m initial` writes the first migration, `ddl --write` the DDL; `--root DIR` says where they are"));
    }
    let told = match (check.differs, check.unverified) {
        (true, _) => "not all agree",
        (false, true) => "what could be verified agrees",
        (false, false) => "all agree",
    };
    output::say(&format!("{told} ({} ms)", began.elapsed().as_millis()));
    Ok(if check.differs || check.unverified { Exit::Different } else { Exit::Same })
}

struct Check<'a> {
    application: &'a Application,
    args: &'a CheckArgs,
    place: PathBuf,
    migrations: &'a Migrations,
    differs: bool,
    unverified: bool,
}

impl Check<'_> {
    /// Tells what agrees.
    fn agrees(&self, what: &str) {
        output::data(&format!("ok: {what}"));
    }

    /// Tells what differs, how, and what to do.
    fn differs(&mut self, what: &str, how: &str, hint: &str) {
        self.differs = true;
        output::data(&format!("differs: {what}"));
        for line in how.trim_end().lines() {
            output::data(&format!("    {line}"));
        }
        output::say(&format!("hint: {hint}"));
    }

    /// The committed DDL: how many files of it there are.
    fn ddl(&mut self) -> Result<usize, Failure> {
        let mut found = 0;
        for dialect in [Dialect::Postgres, Dialect::Sqlite] {
            let file = self.args.root.ddl().join(format!("{dialect}.sql"));
            if !file.exists() {
                continue;
            }
            found += 1;
            self.ddl_file(dialect, &file)?;
        }
        Ok(found)
    }

    fn ddl_file(&mut self, dialect: Dialect, file: &Path) -> Result<(), Failure> {
        let there = source::text(file)?.replace("\r\n", "\n");
        let schema = &self.application.schema;
        let walled = dialect == Dialect::Postgres && there.contains(" ROW LEVEL SECURITY");
        let (wanted, command) = if walled {
            let role = self.role(&there);
            (
                schema.ddl_with_row_security(&role)?,
                format!("ddl --write --profile rls --application-role {role}"),
            )
        } else {
            (schema.ddl(dialect)?, "ddl --write".to_owned())
        };
        let name = file.display();
        if there.trim_end() == wanted.trim_end() {
            self.agrees(&format!("{name} is what the models give"));
        } else {
            let how = lines::difference(&there, &wanted);
            let what = format!("{name} is not what the models give (- as it is, + as it should be)");
            self.differs(&what, &how, &format!("`{command}` writes it anew"));
        }
        Ok(())
    }

    /// The role that row level security is for. Models do not tell it.
    fn role(&self, ddl: &str) -> String {
        let of_migrations = self.migrations.head().and_then(Migration::row_security);
        let of_file = || {
            let (_, rest) = ddl.split_once(" FOR SELECT TO \"")?;
            rest.split_once('"').map(|(role, _)| role.to_owned())
        };
        let said = self.args.application_role.clone();
        said.or_else(|| of_migrations.map(|security| security.application_role.clone()))
            .or_else(of_file)
            .unwrap_or_else(|| "app".to_owned())
    }

    /// The models against the last snapshot: what a new migration would hold.
    fn models(&mut self) -> Result<(), Failure> {
        let draft = self.migrations.draft(&self.application.schema, "check", &DraftOptions::default())?;
        let Some(head) = self.migrations.head() else { return Ok(()) };
        let number = self.application.schema.models().len();
        if draft.is_empty() {
            self.agrees(&format!("{number} models are as {head} left them"));
            return Ok(());
        }
        let mut how = String::new();
        for dialect in draft.migration().dialects() {
            let Some(script) = draft.migration().script(dialect, Direction::Up) else { continue };
            how.push_str(&format!("-- for {dialect}:\n"));
            for statement in script.statements() {
                how.push_str(&format!("{};\n", statement.sql));
            }
        }
        self.differs(
            &format!("the models are not as {head} left them; a migration is missing that does this:"),
            &how,
            "`migrate new -m \"what changed\"` writes it",
        );
        for candidate in draft.candidates() {
            output::candidate(candidate, "when you run `migrate new`, say");
        }
        Ok(())
    }

    /// The module that puts the migrations into the program names each of them.
    fn module(&mut self) -> Result<(), Failure> {
        let file = self.place.join("mod.rs");
        if !file.exists() {
            return Ok(());
        }
        let text = source::text(&file)?;
        let missing: Vec<String> = self
            .migrations
            .all()
            .iter()
            .map(Migration::folder)
            .filter(|folder| !text.contains(&format!("\"{folder}/")))
            .collect();
        if !missing.is_empty() {
            let what = format!("{} does not name every migration", file.display());
            self.differs(
                &what,
                &missing.join("\n"),
                "add it there as the others are, or run `migrate new` again",
            );
        }
        Ok(())
    }

    /// The migrations of SQLite, in memory.
    fn sqlite(&mut self) -> Result<(), Failure> {
        if !self.is_for(Dialect::Sqlite) {
            return Ok(());
        }
        let replay = Replay { migrations: self.migrations, place: &self.place, dialect: Dialect::Sqlite };
        let found =
            crate::runtime()?.block_on(scratch::with(None, async |scratch| replay.run(scratch).await))?;
        self.replayed(&found, "SQLite, run in memory");
        Ok(())
    }

    fn is_for(&self, dialect: Dialect) -> bool {
        self.migrations.head().is_some_and(|head| head.dialects().contains(&dialect))
    }

    fn replayed(&mut self, found: &[replay::Difference], whose: &str) {
        for replay::Difference { what, how } in found {
            let hint = "a migration must make what its snapshot says: mend the file, or make the migration anew by `migrate new`";
            self.differs(what, how, hint);
        }
        if found.is_empty() {
            let all = self.migrations.all();
            let many = if all.len() == 1 { "migration makes" } else { "migrations make" };
            let message = format!("{} {many} what the snapshots say ({whose})", all.len());
            self.agrees(&message);
        }
    }

    /// The migrations of Postgres: as they were made, or run on the scratch server.
    fn postgres(&mut self) -> Result<(), Failure> {
        if !self.is_for(Dialect::Postgres) {
            return Ok(());
        }
        if self.args.scratch.is_some() {
            let replay =
                Replay { migrations: self.migrations, place: &self.place, dialect: Dialect::Postgres };
            let work = scratch::with(self.args.scratch.as_deref(), async |scratch| replay.run(scratch).await);
            let found = crate::runtime()?.block_on(work)?;
            self.replayed(&found, "Postgres, run on the scratch server");
            return Ok(());
        }
        let edited = replay::edited(self.migrations, Dialect::Postgres);
        if edited.is_empty() {
            self.agrees("the migrations for Postgres are as they were made");
            return Ok(());
        }
        let files: Vec<String> = edited
            .iter()
            .map(|(migration, way)| {
                let folder = self.place.join(migration.folder());
                folder.join(format!("postgres.{way}.sql")).display().to_string()
            })
            .collect();
        self.unverified = true;
        for file in files {
            output::data(&format!("unverified: {file} was edited by hand: run with --scratch"));
        }
        output::say(
            "hint: `check --scratch postgres://USER:PASSWORD@HOST` runs them in a database that it makes and drops",
        );
        Ok(())
    }
}
