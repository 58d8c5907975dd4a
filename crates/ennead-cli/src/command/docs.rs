//! `docs`: the reference page.

use std::fs;
use std::path::PathBuf;

use clap::Args;

use crate::application::Application;
use crate::failure::Failure;
use crate::output;
use crate::reference::reference;

/// The page's name in its folder.
const PAGE: &str = "data-model.md";

/// Arguments of `docs`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  docs --out docs                  writes docs/data-model.md
  docs | less                      to standard output

It holds every table with its columns, relationships, keys and indexes, described by the models' doc comments, and a
diagram in Mermaid, which GitHub and GitLab draw. No database is needed, and the same models always give the same text, so
that it can be committed.")]
pub struct DocsArgs {
    /// The folder that it is written to, made if it is not there; without one it goes to standard output
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub(crate) fn run(application: &Application, args: DocsArgs) -> Result<(), Failure> {
    let page = reference(&application.schema)?;
    let Some(folder) = args.out else {
        output::data(&page);
        return Ok(());
    };
    let path = folder.join(PAGE);
    fs::create_dir_all(&folder)
        .and_then(|()| fs::write(&path, page))
        .map_err(|error| Failure::new(format!("{} cannot be written: {error}", path.display())))
}
