//! Stands between cargo and rustc, and writes down what compiling one crate cost.
//!
//! Cargo starts it as its `RUSTC_WRAPPER`, so it sees the very command line that a user's build has, and nothing of the
//! dependencies nor of cargo itself is counted.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;

/// The crate whose compilation is recorded.
const CRATE: &str = "ENNEAD_BENCH_CRATE";
/// The file that the seconds are written to.
const RECORD: &str = "ENNEAD_BENCH_RECORD";
/// The file that the expanded source goes to, where it is wanted.
const EXPANDED: &str = "ENNEAD_BENCH_EXPANDED";

/// The wrapper: a copy of this program, so that it stays there when xtask is built anew meanwhile.
pub(super) struct Recorder(PathBuf);

impl Recorder {
    /// Puts the copy there.
    pub(super) fn install(at: PathBuf) -> Result<Self> {
        let own = env::current_exe().context("the path of xtask")?;
        // Not over the old one, which another run may have open.
        let fresh = at.with_extension("new");
        fs::copy(own, &fresh).and_then(|_| fs::rename(&fresh, &at)).context("copy xtask")?;
        Ok(Self(at))
    }

    /// Makes a command of cargo record the compilation of one crate.
    pub(super) fn watch(&self, command: &mut Command, name: &str, record: &Path, expanded: Option<&Path>) {
        command.env("RUSTC_WRAPPER", &self.0).env(CRATE, name).env(RECORD, record);
        if let Some(expanded) = expanded {
            command.env(EXPANDED, expanded);
        }
    }
}

/// The seconds that were recorded; `None` where the crate was not compiled.
pub(super) fn recorded(record: &Path) -> Option<f64> {
    parse(&fs::read_to_string(record).ok()?)
}

fn parse(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|seconds: &f64| seconds.is_finite() && *seconds >= 0.0)
}

/// Runs as the wrapper, where cargo started us as that: the first argument is rustc.
pub(crate) fn run() -> Option<Result<ExitCode>> {
    let (name, record) = (env::var_os(CRATE)?, PathBuf::from(env::var_os(RECORD)?));
    let arguments: Vec<OsString> = env::args_os().skip(1).collect();
    Some(wrap(&arguments, &name, &record, env::var_os(EXPANDED)))
}

fn wrap(arguments: &[OsString], name: &OsStr, record: &Path, expanded: Option<OsString>) -> Result<ExitCode> {
    let (rustc, arguments) = arguments.split_first().context("rustc and its arguments")?;
    let status = Command::new(rustc).args(arguments).status().context("run rustc")?;
    if status.success() && crate_name(arguments) == Some(name) {
        // Before anything else is run: the usage is that of all children so far.
        fs::write(record, format!("{}\n", children_seconds()?)).context("write the record")?;
        if let Some(path) = expanded {
            let out = fs::File::create(path).context("create the file for the expanded source")?;
            let mut expand = Command::new(rustc);
            expand.args(arguments).arg("-Zunpretty=expanded").env("RUSTC_BOOTSTRAP", "1");
            expand.stdout(out).stderr(Stdio::null()).status().context("run rustc")?;
        }
    }
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from))
}

/// The crate that a command line of rustc compiles.
fn crate_name(arguments: &[OsString]) -> Option<&OsStr> {
    let at = arguments.iter().position(|argument| argument == "--crate-name")?;
    arguments.get(at + 1).map(OsString::as_os_str)
}

fn children_seconds() -> Result<f64> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).context("ask what rustc used")?;
    Ok(seconds(usage.user_time()) + seconds(usage.system_time()))
}

fn seconds(time: TimeVal) -> f64 {
    time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6
}

#[cfg(test)]
mod tests {
    use std::ffi::{OsStr, OsString};

    use super::{crate_name, parse};

    #[test]
    fn the_crate_is_named_on_the_command_line() {
        let line = |text: &str| text.split(' ').map(OsString::from).collect::<Vec<_>>();
        let whole = line("--crate-name ennead_use --edition=2024 src/lib.rs");
        assert_eq!(crate_name(&whole), Some(OsStr::new("ennead_use")));
        assert_eq!(crate_name(&line("-vV")), None);
        assert_eq!(crate_name(&line("--crate-name")), None);
    }

    #[test]
    fn a_record_is_a_number_of_seconds() {
        assert_eq!(parse("0.25\n"), Some(0.25));
        for text in ["", "NaN", "-1", "a second"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
