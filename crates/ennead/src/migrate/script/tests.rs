use ennead_core::Dialect;

use super::*;

fn parse(text: &str) -> Script {
    Script::parse(Dialect::Postgres, text).unwrap()
}

fn refused(dialect: Dialect, text: &str) -> String {
    Script::parse(dialect, text).unwrap_err().to_string()
}

#[test]
fn statements_share_a_transaction_until_a_marker_says_otherwise() {
    let script = parse(
        "SELECT 1; SELECT 2;
         -- ennead:stage
         SELECT 3;
         -- ennead:no-transaction
         CREATE INDEX CONCURRENTLY i ON t (a);
         SELECT 4;
         -- ennead:nothing
         SELECT 5",
    );
    let stages: Vec<(StageKind, Range<usize>)> =
        script.stages().into_iter().map(|stage| (stage.kind, stage.statements)).collect();
    assert_eq!(
        stages,
        [
            (StageKind::Transaction, 0..2),
            (StageKind::Transaction, 2..3),
            (StageKind::NoTransaction, 3..4),
            (StageKind::Transaction, 4..6),
        ]
    );
    assert!(script.statements()[5].gives_nothing);
    assert_eq!(parse("").stages(), []);
}

#[test]
fn what_the_lint_passes_over_is_told_with_its_line() {
    let script = parse(
        "-- a word\n-- ennead:allow drop-table it is empty\nDROP TABLE a; -- ennead:allow x why\nSELECT 1",
    );
    let allows: Vec<String> = script.statements()[0]
        .allows
        .iter()
        .map(|allow| format!("{} {} {}", allow.line, allow.rule, allow.reason))
        .collect();
    assert_eq!(allows, ["2 drop-table it is empty", "3 x why"]);
    assert_eq!(script.statements()[1].allows, []);
}

#[test]
fn a_way_down_that_is_none_says_why() {
    let script = parse("-- ennead:irreversible the values are gone\n");
    assert_eq!(script.irreversible(), Some("the values are gone"));
    assert_eq!(script.statements(), []);
    assert!(refused(Dialect::Postgres, "-- ennead:irreversible").contains("reason"));
    assert!(refused(Dialect::Postgres, "-- ennead:irreversible x\nSELECT 1").contains("no statement"));
}

#[test]
fn what_cannot_run_is_refused_with_its_line() {
    let both = [Dialect::Postgres, Dialect::Sqlite];
    for (dialects, text, words) in [
        (
            &both[..],
            "SELECT 1;\n-- ennead:batsh\nSELECT 2",
            "line 2: `ennead:batsh` is no marker; did you mean `batch`?",
        ),
        (&both, "-- ennead:stage now\nSELECT 1", "takes nothing behind it"),
        (&both, "SELECT 1;\n-- ennead:stage\n", "stands above no statement"),
        (&both, "-- ennead:batch\nUPDATE a SET b = 1", "needs a LIMIT"),
        (&both, "-- ennead:batch\nSELECT 1 LIMIT 1", "UPDATE, DELETE or INSERT"),
        (&both, "-- ennead:batch\n-- ennead:no-transaction\nDELETE FROM a LIMIT 1", "either"),
        (&both, "SELECT 1;\nCOMMIT", "line 2: the runner begins and ends transactions"),
        (&both, "START TRANSACTION", "the runner begins"),
        (&both, "VACUUM", "cannot run in a transaction"),
        (&both[..1], "CREATE INDEX CONCURRENTLY i ON t (a)", "ennead:no-transaction"),
        (&both[..1], "COPY a FROM STDIN", "write INSERT"),
        (&both[1..], "PRAGMA foreign_keys = OFF", "ennead:no-transaction"),
        (&both, "SELECT 'a", "line 1: a string is never closed"),
    ] {
        for dialect in dialects {
            let told = refused(*dialect, text);
            assert!(told.contains(words), "{text}: {told}");
        }
    }
    parse("COMMENT ON TABLE a IS 'CONCURRENTLY'; PREPARE p AS SELECT 1; SELECT \"CONCURRENTLY\" FROM a");
}
