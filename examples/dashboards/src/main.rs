//! The model rules of a dashboard system as a program: six models, two tenants side by side, and what each rule of the
//! page comes to.

mod keys;
mod models;
mod page;
mod print;
mod tenants;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use ennead::prelude::*;

/// Runs the model rules of a dashboard system: six models, two tenants side by side, each rule as code, and what came
/// out.
///
/// Each run signs up two new tenants, so it can be run on the same database again and again.
#[derive(Debug, Parser)]
#[command(version)]
struct Options {
    /// The database: `sqlite://FILE`, `sqlite::memory:` or `postgres://USER:PASSWORD@HOST/NAME`. A new one
    /// gets its tables first.
    #[arg(long, value_name = "URL", default_value = "sqlite://dashboards.db")]
    database: String,
    /// With `rls=on` in the Postgres URL, the same database as the role that owns the tables: it creates them with
    /// their policies, and it alone sees every tenant.
    #[arg(long, value_name = "URL")]
    admin_url: Option<String>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let options = match Options::try_parse() {
        Ok(options) => options,
        Err(asked) => {
            let _ = asked.print();
            return if asked.use_stderr() { ExitCode::FAILURE } else { ExitCode::SUCCESS };
        }
    };
    match run(options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> Result<(), Error> {
    let mut builder = Db::builder();
    if let Some(url) = options.admin_url {
        builder = builder.admin_url(url);
    }
    let db = builder.connect(&options.database).await?;
    models::schema().create(&db).await?;
    page::run(&db).await
}
