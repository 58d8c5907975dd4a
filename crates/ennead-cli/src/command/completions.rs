//! `completions`: what a shell needs to complete arguments.

use clap::Args;
use clap_complete::Shell;

use crate::output;

/// Arguments of `completions`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples (for a program called `app`):
  app completions bash > ~/.local/share/bash-completion/completions/app
  app completions zsh > ~/.zfunc/_app
  app completions fish > ~/.config/fish/completions/app.fish")]
pub struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

pub(crate) fn run(args: CompletionsArgs, whole: &mut clap::Command) {
    let name = whole.get_bin_name().unwrap_or_else(|| whole.get_name()).to_owned();
    let mut script = Vec::new();
    clap_complete::generate(args.shell, whole, name, &mut script);
    output::data(&String::from_utf8_lossy(&script));
}
