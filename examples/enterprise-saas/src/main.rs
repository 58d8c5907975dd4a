//! The life of two organizations, and the platform's command line: its tables, its nodes, its migrations.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use ennead::{Error, Key, KeyRing};
use ennead_cli::{Application, Command};
use enterprise_saas::life::{self, Failure, Story, StoryClock};
use enterprise_saas::{KEYS, keys, schema};

/// Lives the life of two organizations on one database, from their sign-up to the end of the month, and prints it.
///
/// The life begins with the sign-up, so it wants a database in which nobody has signed up: without `--database` it is a file
/// that goes with the program. The commands are those of every ennead application.
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
struct Options {
    /// The database: `sqlite://FILE`, `sqlite::memory:` or `postgres://USER:PASSWORD@HOST/NAME`. Its migrations are applied
    /// first.
    #[arg(long, value_name = "URL", env = "DATABASE_URL", hide_env_values = true)]
    database: Option<String>,
    #[command(subcommand)]
    command: Option<Command>,
}

fn main() -> ExitCode {
    let mut options = match ennead_cli::parse::<Options>() {
        Ok(options) => options,
        Err(code) => return code,
    };
    let keys = match std::env::var(KEYS).ok().map(|text| keys(&text)).transpose() {
        Ok(keys) => keys,
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {KEYS}: {error}");
            return ExitCode::FAILURE;
        }
    };
    if let Some(command) = options.command.take() {
        // The limits hold for `run` as for everything else.
        let application = Application::new(schema()).builder(enterprise_saas::watched);
        // Without keys all is there but the writing of encrypted configurations.
        let application = match keys {
            Some(keys) => application.keys(keys),
            None => application,
        };
        return application.execute::<Options>(command);
    }
    match run(options.database, keys) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let _ = writeln!(io::stderr(), "error: {failure}");
            ExitCode::FAILURE
        }
    }
}

#[tokio::main]
async fn run(database: Option<String>, keys: Option<KeyRing>) -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let url = database.unwrap_or_else(|| format!("sqlite://{}", folder.path().join("life.db").display()));
    let keys = match keys {
        Some(keys) => keys,
        None => everybodys()?,
    };
    let clock = StoryClock::default();
    let db = life::open(&url, keys, &clock).await?;
    life::live(db.clone(), clock, Story::aloud()).await?;
    db.close().await;
    Ok(())
}

/// Where the environment has no keys, the story's secrets are sealed with one that everybody knows.
fn everybodys() -> Result<KeyRing, Error> {
    Ok(KeyRing::new(Key::new("everybodys", [7; 32])?))
}
