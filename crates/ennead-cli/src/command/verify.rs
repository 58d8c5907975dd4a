//! `verify`: references that the database does not see, and that name no row.

use clap::{Args, ValueEnum};
use ennead::{Dangling, ReferenceFault, Verification};
use serde_json::{Value, json};

use super::DatabaseArgs;
use crate::application::Application;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output;

/// Arguments of `verify`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  verify                           every tenant's rows
  verify --tenant acme             those of one
  verify --format json             for a program

Looked at are the fields with #[references_each] and #[references_any]: keys in lists, and keys of one of several models. The
database keeps all other references itself. Whether its tables are as the migrations left them, `migrate verify` tells.

The exit code is 0 where every reference names a row, else 2.")]
pub struct VerifyArgs {
    /// Only this tenant's rows
    #[arg(long, value_name = "ID")]
    tenant: Option<String>,
    /// How to print what is found
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    database: DatabaseArgs,
}

/// How findings are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A line for each
    Text,
    /// One object
    Json,
}

pub(crate) fn run(application: &Application, args: VerifyArgs) -> Result<Exit, Failure> {
    let found = crate::runtime()?.block_on(async {
        let db = application.connect(&args.database).await?;
        let found = match &args.tenant {
            Some(tenant) => application.schema.verify(&db.tenant(tenant)?).await,
            None => application.schema.verify(&db.across_tenants("verify references")).await,
        };
        db.close().await;
        found.map_err(Failure::from)
    })?;
    match args.format {
        Format::Text => found.dangling.iter().for_each(|one| output::data(&one.to_string())),
        Format::Json => output::json(&as_json(&found)),
    }
    if found.more > 0 {
        output::say(&format!("{} more are not told one by one", found.more));
    }
    if found.is_whole() {
        let rows = if found.seen == 1 { "row" } else { "rows" };
        output::say(&format!("{} {rows} looked at: every reference names a row", found.seen));
        return Ok(Exit::Same);
    }
    Ok(Exit::Different)
}

/// The form is told in the guide, and kept.
fn as_json(found: &Verification) -> Value {
    json!({
        "version": 1,
        "seen": found.seen,
        "dangling": found.dangling.iter().map(one).collect::<Vec<_>>(),
        "more": found.more,
    })
}

fn one(dangling: &Dangling) -> Value {
    let Dangling { model, field, tenant, key, fault, .. } = dangling;
    let (what, target, count, keys) = match fault {
        ReferenceFault::Missing { target, count, keys } => {
            ("missing", Some(*target), *count, keys.as_slice())
        }
        ReferenceFault::NoList => ("no_list", None, 0, &[][..]),
        _ => ("unknown_kind", None, 0, &[][..]),
    };
    json!({
        "model": model, "field": field, "tenant": tenant, "key": key,
        "fault": what, "target": target, "count": count, "keys": keys,
    })
}
