//! `run`: one node on a database.

use std::fs;
use std::io::{self, Read};

use clap::{ArgGroup, Args};
use ennead::{Db, Node, Tenancy};
use serde_json::Value;

use super::DatabaseArgs;
use crate::application::Application;
use crate::failure::Failure;
use crate::output;

/// Arguments of `run`.
#[derive(Debug, Clone, Args)]
#[command(group(ArgGroup::new("scope").args(["tenant", "across_tenants"])))]
#[command(after_help = "\
Examples:
  run ListUserNode --tenant org-456
  run ReadUserNode --tenant org-456 --params '{\"id\": \"user-123\"}'
  run CreateUserNode --tenant org-456 --params @user.json
  echo '{\"filter\": {\"status\": \"active\"}}' | run CountUserNode --tenant org-456 --params -
  run ListOrganizationNode --across-tenants \"monthly report\"

The result is JSON on standard output. What a node takes is told by `nodes NAME`.")]
pub struct RunArgs {
    /// The node, such as ListUserNode
    node: String,
    /// Its parameters: JSON, `@FILE`, or `-` for standard input
    #[arg(long, value_name = "JSON|@FILE|-", default_value = "{}")]
    params: String,
    /// The tenant whose rows are meant
    #[arg(long, value_name = "ID")]
    tenant: Option<String>,
    /// Run on every tenant's rows, and say why: the reason is traced
    #[arg(long, value_name = "REASON")]
    across_tenants: Option<String>,
    #[command(flatten)]
    database: DatabaseArgs,
}

pub(crate) fn run(application: &Application, args: RunArgs) -> Result<(), Failure> {
    // All that can be told without a database is told first.
    let node = application.schema.node(&args.node)?;
    let params = parameters(&args.params)?;
    let is_global = matches!(node.model().tenancy, Tenancy::Global);
    if args.tenant.is_none() && args.across_tenants.is_none() && !is_global {
        return Err(Failure::new(format!(
            "{} works on a tenant's rows, and no tenant is named",
            node.name()
        ))
        .hint("give `--tenant ID`; where every tenant is meant, `--across-tenants REASON`"));
    }
    if args.across_tenants.as_ref().is_some_and(|reason| reason.trim().is_empty()) {
        return Err(Failure::new("--across-tenants wants a reason")
            .hint("say in a few words why every tenant is meant: it is traced"));
    }
    let result = crate::runtime()?.block_on(async {
        let db = application.connect(&args.database).await?;
        let result = on_scope(&db, node, params, &args).await;
        db.close().await;
        result
    })?;
    output::json(&result);
    Ok(())
}

async fn on_scope(db: &Db, node: Node, params: Value, args: &RunArgs) -> Result<Value, Failure> {
    let result = match (&args.tenant, &args.across_tenants) {
        (Some(tenant), _) => node.run(&db.tenant(tenant)?, params).await,
        (None, Some(reason)) => node.run(&db.across_tenants(reason), params).await,
        (None, None) => node.run(db, params).await,
    };
    result.map_err(|error| {
        let is_input = error.is_invalid_input();
        let failure = Failure::from(error);
        if is_input { failure.hint(format!("`nodes {}` tells what it takes", node.name())) } else { failure }
    })
}

/// Reads parameters from the argument itself, a file or standard input.
fn parameters(said: &str) -> Result<Value, Failure> {
    let (text, from) = if said == "-" {
        let mut text = String::new();
        let read = io::stdin().lock().read_to_string(&mut text);
        read.map_err(|error| Failure::new(format!("standard input cannot be read: {error}")))?;
        (text, "standard input".to_owned())
    } else if said == "@" {
        return Err(Failure::new("--params: `@` without the name of a file"));
    } else if let Some(path) = said.strip_prefix('@') {
        let text = fs::read_to_string(path)
            .map_err(|error| Failure::new(format!("{path} cannot be read: {error}")))?;
        (text, path.to_owned())
    } else {
        (said.to_owned(), "--params".to_owned())
    };
    ennead::parse_json(text.as_bytes()).map_err(|error| {
        Failure::new(format!("{from}: {error}"))
            .hint("parameters are a JSON object, such as '{\"id\": \"user-123\"}', `@FILE`, or `-`")
    })
}
