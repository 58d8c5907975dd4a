//! The commands of every ennead application, beside the program's own options.
#![allow(clippy::unwrap_used, reason = "it is how a test fails, in its functions too")]

use std::path::Path;
use std::process::Command;

/// The exit code, standard output and standard error.
fn studio(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let mut program = Command::new(env!("CARGO_BIN_EXE_kaizen-studio"));
    let output = program.args(arguments).current_dir(folder).env_remove("DATABASE_URL").output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn a_node_runs_on_the_programs_own_database() {
    let folder = tempfile::tempdir().unwrap();
    let list = ["run", "ListUserNode", "--params", "{}", "--tenant", "org-456"];
    assert_eq!(studio(folder.path(), &list), (0, "[]\n".into(), String::new()));
    assert_eq!(studio(folder.path(), &["--workflow"]).0, 0);
    let (code, users, _) = studio(folder.path(), &list);
    let users: serde_json::Value = serde_json::from_str(&users).unwrap();
    assert_eq!((code, users.as_array().unwrap().len()), (0, 2));
    assert!(!users.to_string().contains("password"));
    // `--database` after the command is the command's.
    let other = [&list[..], &["--database", "sqlite::memory:"]].concat();
    assert_eq!(studio(folder.path(), &other), (0, "[]\n".into(), String::new()));
}

#[test]
fn the_two_styles_do_not_mix() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [
        &["--workflow", "nodes"][..],
        &["--database", "sqlite::memory:", "nodes"],
        &["--serve", "--workflow"],
        &["--listen", "127.0.0.1:0"],
        &["--serve", "--listen", "nowhere"],
    ] {
        let (code, out, errors) = studio(folder.path(), arguments);
        assert_eq!((code, out.as_str()), (1, ""), "{arguments:?}");
        assert!(errors.starts_with("error: "), "{arguments:?}: {errors}");
    }
    let (code, out, _) = studio(folder.path(), &["nodes"]);
    assert_eq!((code, out.lines().count()), (0, 40));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "no database was made for it");
}
