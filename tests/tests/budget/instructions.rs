//! Instructions, counted by valgrind's callgrind in a process of its own.

use std::path::Path;
use std::process::{Command, Stdio};
use std::{env, fs, io};

use ennead_suite::Kind;
use libtest_mimic::Failed;

use crate::budget::{Figure, Found};
use crate::{late, operations};

const CHILD: &str = "ENNEAD_BUDGET_CHILD";

/// Runs the operations for a process that counts.
pub(crate) fn ran_as_child() -> bool {
    let Ok(asked) = env::var(CHILD) else { return false };
    let kind = [Kind::Sqlite, Kind::Postgres].into_iter().find(|kind| kind.to_string() == asked);
    for (operation, costs) in operations::run(kind.expect("a known database")) {
        println!("{operation}|{}", costs.len());
    }
    true
}

/// The instructions of each operation, or none where there is no valgrind.
pub(crate) fn count(kind: Kind) -> Result<Option<Vec<Found>>, Failed> {
    match Command::new("valgrind").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status() {
        Ok(_) => {}
        Err(none) if none.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(other) => return Err(other.into()),
    }
    let folder = env::temp_dir().join(format!("ennead-budget-{}-{kind}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let counted = counted(kind, &folder);
    fs::remove_dir_all(&folder)?;
    counted.map(Some)
}

fn counted(kind: Kind, folder: &Path) -> Result<Vec<Found>, Failed> {
    let mut valgrind = Command::new("valgrind");
    if kind != Kind::Sqlite {
        valgrind.env("ENNEAD_TEST_POSTGRES", late::by_way(&ennead_suite::server())?);
    }
    let out = valgrind
        .args(["--tool=callgrind", "--zero-before=ennead_budget_begins", "--dump-before=ennead_budget_ends"])
        .arg(format!("--callgrind-out-file={}/counted", folder.display()))
        .arg(env::current_exe()?)
        .env(CHILD, kind.to_string())
        .output()?;
    if !out.status.success() {
        return Err(format!("valgrind failed: {}", String::from_utf8_lossy(&out.stderr)).into());
    }
    let mut dumps = (1..).map(|number| total(&folder.join(format!("counted.{number}"))));
    let mut found = Vec::new();
    for line in String::from_utf8(out.stdout)?.lines() {
        let (operation, rounds) = line.split_once('|').ok_or("the child told no operation")?;
        let rounds: usize = rounds.parse()?;
        let counts = dumps.by_ref().take(rounds).collect::<Result<Vec<u64>, Failed>>()?;
        let least = counts.into_iter().min().ok_or("the child ran nothing")?;
        found.push((operation.to_owned(), Figure::Instructions, least));
    }
    Ok(found)
}

/// The sum in a file of callgrind's.
fn total(path: &Path) -> Result<u64, Failed> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let sum = text.lines().find_map(|line| line.strip_prefix("totals: ").or(line.strip_prefix("summary: ")));
    Ok(sum.ok_or("callgrind told no sum")?.trim().parse()?)
}
