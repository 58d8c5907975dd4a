//! What the commands run on.

use std::fmt;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{CommandFactory, Parser};
use ennead::{Db, DbBuilder, KeyProvider, Schema};

use crate::command::{Bare, Command, DatabaseArgs};
use crate::failure::Failure;
use crate::parse::{parse, program_name};

/// An application: its models, and what it does where its user says nothing.
#[derive(Debug, Clone)]
#[must_use = "`.run()` runs it"]
pub struct Application {
    pub(crate) schema: Schema,
    database: Option<String>,
    creates_tables: bool,
    has_models: bool,
    keys: Option<Keys>,
    settings: Vec<Settings>,
}

/// How the application opens its database.
#[derive(Clone)]
struct Settings(Arc<dyn Fn(DbBuilder) -> DbBuilder + Send + Sync>);

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Settings(..)")
    }
}

/// Who has the keys of encrypted fields.
#[derive(Clone)]
struct Keys(Arc<dyn KeyProvider>);

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys(..)")
    }
}

/// The nodes and tables of this application, from the command line.
#[derive(Parser)]
#[command(arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

/// Migrations and schemas of databases, without an application's models: compared, judged, applied.
#[derive(Parser)]
#[command(name = "ennead", version, arg_required_else_help = true)]
struct BareArguments {
    #[command(subcommand)]
    command: Bare,
}

impl Application {
    /// An application of these models.
    pub fn new(schema: Schema) -> Self {
        Self {
            schema,
            database: None,
            creates_tables: false,
            has_models: true,
            keys: None,
            settings: Vec::new(),
        }
    }

    /// What can be done without models.
    pub(crate) fn without_models() -> Self {
        Self { has_models: false, ..Self::new(Schema::new([])) }
    }

    /// Says what to do where models are asked for and there are none.
    pub(crate) fn needs_models(&self, what: &str) -> Result<(), Failure> {
        if self.has_models {
            return Ok(());
        }
        Err(Failure::new(format!("{what} is told by an application's models, and this program has none"))
            .hint("run the same command in the application's own program: `cargo run -- …`"))
    }

    /// The database where neither `--database` nor `DATABASE_URL` names one.
    pub fn database(mut self, url: impl Into<String>) -> Self {
        self.database = Some(url.into());
        self
    }

    /// Who has the keys of encrypted fields: without them, no node writes one.
    pub fn keys(mut self, provider: impl KeyProvider) -> Self {
        self.keys = Some(Keys(Arc::new(provider)));
        self
    }

    /// How the database is opened: observers, a clock, time limits. What the application's own program says to its builder is said
    /// here too, so that a node from the command line is watched as any other is.
    pub fn builder(mut self, settings: impl Fn(DbBuilder) -> DbBuilder + Send + Sync + 'static) -> Self {
        self.settings.push(Settings(Arc::new(settings)));
        self
    }

    /// Creates the tables of a new database before a command uses it: for programs without migrations.
    pub fn creates_tables(mut self) -> Self {
        self.creates_tables = true;
        self
    }

    /// Runs the command that the program's arguments name, and gives its exit code.
    #[must_use]
    pub fn run(self) -> ExitCode {
        match parse::<Arguments>() {
            Ok(arguments) => self.execute::<Arguments>(arguments.command),
            Err(code) => code,
        }
    }

    /// As [`run`](Self::run), with the commands that need no models.
    pub(crate) fn run_bare(self) -> ExitCode {
        match parse::<BareArguments>() {
            Ok(arguments) => self.execute::<BareArguments>(arguments.command.into()),
            Err(code) => code,
        }
    }

    /// Runs a command, and gives its exit code. `P` is the program's own parser, which completions are made for.
    ///
    /// It makes a runtime of its own, so it is not called within one.
    #[must_use]
    pub fn execute<P: CommandFactory>(&self, command: Command) -> ExitCode {
        let mut whole = P::command().bin_name(program_name());
        match command.run(self, &mut whole) {
            Ok(exit) => exit.into(),
            Err(failure) => failure.told(),
        }
    }

    /// Connects to the database that is meant.
    pub(crate) async fn connect(&self, said: &DatabaseArgs) -> Result<Db, Failure> {
        let db = self.connect_as_it_is(said).await?;
        if self.creates_tables {
            self.schema.create(&db).await?;
        }
        Ok(db)
    }

    /// Connects to the database that is meant, and creates nothing in it.
    pub(crate) async fn connect_as_it_is(&self, said: &DatabaseArgs) -> Result<Db, Failure> {
        let Some(url) = said.database.as_ref().or(self.database.as_ref()) else {
            return Err(Failure::new("no database is named")
                .hint("give `--database URL`, or set DATABASE_URL: sqlite://FILE or postgres://USER:PASSWORD@HOST/NAME"));
        };
        let builder = Db::builder().schema(&self.schema);
        let builder = self.settings.iter().fold(builder, |builder, Settings(settings)| settings(builder));
        let builder = match &self.keys {
            Some(Keys(provider)) => builder.keys(Arc::clone(provider)),
            None => builder,
        };
        Self::open_with(builder, url).await
    }

    /// Connects to a database.
    pub(crate) async fn open(url: &str) -> Result<Db, Failure> {
        Self::open_with(Db::builder(), url).await
    }

    async fn open_with(builder: DbBuilder, url: &str) -> Result<Db, Failure> {
        builder.connect(url).await.map_err(|error| {
            let is_server = error.is_connection() && url.starts_with("postgres");
            let failure = Failure::from(error);
            if is_server { failure.hint("is the server up, and is the URL right?") } else { failure }
        })
    }
}
