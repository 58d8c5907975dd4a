//! The commands that tell where a database stands.

use clap::{Args, ValueEnum};
use ennead::migrate::{self, MigrationState, PlanOptions, Status, StatusEntry, Version};
use serde_json::json;

use super::run::Target;
use crate::application::Application;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output;

/// Arguments of `migrate status`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  migrate status
  migrate status --format json

The first line names the migration that the database is at; the others tell of each.")]
pub(super) struct StatusArgs {
    /// How it is told
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    target: Target,
}

/// Arguments of `migrate history`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  migrate history
  migrate history --format json

Each line is something that was done: up, down, baseline or bless; when, how long it took, and by which program.")]
pub(super) struct HistoryArgs {
    /// How it is told
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    target: Target,
}

/// Arguments of `migrate verify`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  migrate verify

What was done to the database beside its migrations is printed as the SQL that would do it. The exit code is 0 where nothing was,
2 where something was, and 3 where it is something that cannot be described.")]
pub(super) struct VerifyArgs {
    #[command(flatten)]
    target: Target,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Lines for readers
    Text,
    /// One JSON value
    Json,
}

pub(super) fn status(application: &Application, args: StatusArgs) -> Result<(), Failure> {
    let migrations = args.target.migrations()?;
    args.target.with(application, async |db| {
        let status = migrations.runner(db).status().await?;
        match args.format {
            Format::Json => output::json(&json!({
                "current": status.current.as_ref().map(folder),
                "migrations": status.migrations.iter().map(|entry| json!({
                    "migration": folder(entry),
                    "state": state(entry.state),
                    "applied_at": entry.applied_at,
                    "applied_by": entry.applied_by,
                })).collect::<Vec<_>>(),
                "refused": status.refused,
            })),
            Format::Text => output::data(&lines(&status)),
        }
        if let Some(refused) = &status.refused {
            output::warning(refused, None);
        }
        Ok(())
    })
}

fn folder(entry: &StatusEntry) -> String {
    format!("{}_{}", entry.version, entry.name)
}

fn lines(status: &Status) -> String {
    let mut text = match &status.current {
        Some(current) => format!("at {}\n", folder(current)),
        None => "at nothing yet\n".to_owned(),
    };
    for entry in &status.migrations {
        let when = entry.applied_at.as_ref().map(|at| format!(" {at}")).unwrap_or_default();
        text.push_str(&format!("{}  {}{when}\n", folder(entry), state(entry.state)));
    }
    text
}

fn state(state: MigrationState) -> String {
    match state {
        MigrationState::Pending => "pending".to_owned(),
        MigrationState::Applied => "applied".to_owned(),
        MigrationState::AppliedInPart(done, of) => {
            format!("applied in part: {done} of {of} stages (`migrate up` goes on)")
        }
        MigrationState::ReversedInPart(done, of) => {
            format!("reversed in part: {done} of {of} stages (`migrate down 1` goes on)")
        }
        MigrationState::Edited => "applied, and edited since".to_owned(),
        MigrationState::Unknown => "applied, and not among the migrations".to_owned(),
        _ => "unknown".to_owned(),
    }
}

pub(super) fn history(application: &Application, args: HistoryArgs) -> Result<(), Failure> {
    let migrations = args.target.migrations()?;
    args.target.with(application, async |db| {
        let all = migrations.runner(db).history().await?;
        match args.format {
            Format::Json => output::json(
                &all.iter()
                    .map(|entry| {
                        json!({
                            "at": entry.at,
                            "action": entry.action,
                            "migration": format!("{}_{}", Version(entry.version), entry.name),
                            "took_ms": entry.took_ms,
                            "applied_by": entry.applied_by,
                        })
                    })
                    .collect(),
            ),
            Format::Text => {
                for entry in &all {
                    output::data(&format!(
                        "{}  {:8} {}_{}  {} ms  {}",
                        entry.at,
                        entry.action,
                        Version(entry.version),
                        entry.name,
                        entry.took_ms,
                        entry.applied_by
                    ));
                }
            }
        }
        if all.is_empty() {
            output::say("nothing was done to it by migrations");
        }
        Ok(())
    })
}

pub(super) fn verify(application: &Application, args: VerifyArgs) -> Result<Exit, Failure> {
    let migrations = args.target.migrations()?;
    args.target.with(application, async |db| {
        let drift = migrations.runner(db).verify().await?;
        for step in migrate::plan(&drift, &PlanOptions::default()) {
            output::data(&format!("{};", step.sql));
        }
        for thing in &drift.unmodelled {
            output::warning(&format!("{thing} differs, and is not described"), Some("compare it by hand"));
        }
        if drift.is_empty() {
            output::say("the database is as its migrations left it");
            return Ok(Exit::Same);
        }
        output::say(
            "the SQL above was done to the database beside its migrations: undo it, or write it as a migration (`migrate new`)",
        );
        Ok(if drift.unmodelled.is_empty() { Exit::Different } else { Exit::Refused })
    })
}
