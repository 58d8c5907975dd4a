//! Reads a program's arguments, with the exit codes that are ours.

use std::env;
use std::path::Path;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};

/// Reads the program's arguments.
///
/// # Errors
/// The exit code to leave with, after the text was printed: 0 for help that was asked for, and 1 for wrong usage. (clap's
/// own 2 means a difference here.)
pub fn parse<P: CommandFactory + FromArgMatches>() -> Result<P, ExitCode> {
    let mut command = P::command().bin_name(program_name());
    let parsed = command
        .try_get_matches_from_mut(env::args_os())
        .and_then(|matches| P::from_arg_matches(&matches).map_err(|error| error.format(&mut command)));
    parsed.map_err(|asked| {
        let _ = asked.print();
        if asked.use_stderr() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
    })
}

/// What the program is called: the name of its file.
pub(crate) fn program_name() -> String {
    let program = env::args_os().next().unwrap_or_default();
    let name = Path::new(&program).file_stem().map(|name| name.to_string_lossy().into_owned());
    name.filter(|name| !name.is_empty()).unwrap_or_else(|| "ennead".to_owned())
}
