//! `nodes`: what can be run by name.

use clap::{Args, ValueEnum};
use ennead::NodeInfo;
use serde_json::{Value, json};

use crate::application::Application;
use crate::failure::Failure;
use crate::output;

/// Arguments of `nodes`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  nodes                        every node, with what it does
  nodes ListUserNode           the JSON Schemas of its parameters and its result
  nodes UserListNode           the same: names go both ways
  nodes --format json          all of them, with their schemas")]
pub struct NodesArgs {
    /// The node to show; all are listed without
    name: Option<String>,
    /// How the list is printed; one node is always JSON
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A line for each
    Text,
    /// An array, with the JSON Schemas of each
    Json,
}

pub(crate) fn run(application: &Application, args: NodesArgs) -> Result<(), Failure> {
    match (args.name, args.format) {
        (Some(name), _) => output::json(&shown(&application.schema.node(&name)?.describe())),
        (None, Format::Json) => {
            output::json(&application.schema.nodes().iter().map(shown).collect::<Value>());
        }
        (None, Format::Text) => {
            let nodes = application.schema.nodes();
            let width = nodes.iter().map(|node| node.name.len()).max().unwrap_or_default();
            let lines: String =
                nodes.iter().map(|node| format!("{:<width$}  {}\n", node.name, node.description)).collect();
            if !lines.is_empty() {
                output::data(&lines);
            }
        }
    }
    Ok(())
}

fn shown(node: &NodeInfo) -> Value {
    json!({
        "name": node.name,
        "model": node.model,
        "description": node.description,
        "parameters": node.parameters,
        "result": node.result,
    })
}
