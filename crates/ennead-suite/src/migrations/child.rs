//! A runner in a process of its own, which can be killed.

use std::process::{ExitStatus, Stdio};

use ennead::migrate::Migrations;
use ennead::prelude::*;
use tokio::process::{Child, Command};

use super::models::Folder;

const JOB: &str = "ENNEAD_SUITE_MIGRATE";
/// Where the library ends the process: a migration, a statement, and a point.
const STOP: &str = "ENNEAD_TEST_ABORT";

/// In the process that a case started: runs its job, and says how many migrations that were.
pub(crate) fn ran_as_child() -> bool {
    let Ok(job) = std::env::var(JOB) else { return false };
    let (way, rest) = job.split_once(' ').unwrap();
    let (folder, url) = rest.split_once(' ').unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let done = runtime.block_on(async {
        let db = Db::builder().max_connections(2).connect(url).await?;
        let migrations = Migrations::read(folder)?;
        let runner = migrations.runner(&db);
        let done = if way == "up" { runner.up().await? } else { runner.down(1).await? };
        db.close().await;
        Ok::<_, Error>(done.len())
    });
    match done {
        Ok(done) => println!("{done}"),
        Err(error) => {
            println!("{error}");
            std::process::exit(1);
        }
    }
    true
}

/// Starts a runner.
pub(super) fn start(way: &str, folder: &Folder, url: &str, stop: Option<&str>) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .env(JOB, format!("{way} {} {url}", folder.0.display()))
        .envs(stop.map(|stop| (STOP, stop)))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap()
}

/// Runs a runner until it ends, and gives how it ended and what it said.
pub(super) async fn run(way: &str, folder: &Folder, url: &str, stop: Option<&str>) -> (ExitStatus, String) {
    let output = start(way, folder, url, stop).wait_with_output().await.unwrap();
    (output.status, String::from_utf8(output.stdout).unwrap().trim().to_owned())
}
