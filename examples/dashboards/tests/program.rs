//! The program as its user runs it: twice on one database, and with mistakes.
#![allow(clippy::unwrap_used, clippy::panic, reason = "it is how a test fails, in its functions too")]

use std::path::Path;
use std::process::{Command, Output};

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_dashboards"));
    program.args(arguments).current_dir(folder).output().unwrap()
}

fn page(folder: &Path) -> String {
    let output = run(folder, &[]);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{errors}");
    assert_eq!(errors, "");
    String::from_utf8(output.stdout).unwrap()
}

/// The lines of a section.
#[track_caller]
fn section<'a>(page: &'a str, title: &str) -> Vec<&'a str> {
    let lines: Vec<&str> = page
        .lines()
        .skip_while(|line| *line != title)
        .skip(1)
        .take_while(|line| !line.is_empty())
        .map(str::trim_start)
        .collect();
    assert!(!lines.is_empty(), "no section `{title}`:\n{page}");
    lines
}

/// What a line of a section says.
#[track_caller]
fn said<'a>(page: &'a str, title: &str, name: &str) -> &'a str {
    let line = section(page, title).into_iter().find(|line| line.starts_with(&format!("{name} ")));
    line.unwrap_or_else(|| panic!("no `{name}` in `{title}`:\n{page}"))[name.len()..].trim()
}

#[test]
fn two_runs_on_one_file_keep_the_rules() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (page(folder.path()), page(folder.path()));
    assert!(folder.path().join("dashboards.db").is_file(), "the default is a file in the current folder");
    for page in [&first, &second] {
        let sections = page.lines().filter(|line| !line.is_empty() && !line.starts_with(' '));
        assert_eq!(
            sections.collect::<Vec<_>>(),
            [
                "What belongs here",
                "Conventions",
                "Tenant-scoped models",
                "Two tenants side by side",
                "Each sees only its own",
                "Cross-tenant reference prevention",
                "Filters by position",
                "API keys",
                "A deleted dashboard",
                "Across tenants",
            ]
        );
        for wrong in ["NOT REFUSED", "ANOTHER ERROR", "MIXED"] {
            assert!(!page.contains(wrong), "{page}");
        }
        definitions(page);
        isolation(page);
        references(page);
        the_rest(page);
    }
    assert_eq!(said(&first, "Across tenants", "all of them"), "2 tenants, 6 users, 3 widgets");
    assert_eq!(said(&second, "Across tenants", "all of them"), "4 tenants, 12 users, 6 widgets");
}

fn definitions(page: &str) {
    let columns = |model| said(page, "What belongs here", model);
    assert_eq!(
        columns("Workflow"),
        "id, tenant_id, name, description, graph_json, created_by, created_at, updated_at"
    );
    assert_eq!(
        columns("Widget"),
        "id, dashboard_id, source_workflow_id, source_node_id, layout, config_overrides, created_at, updated_at"
    );
    let convention = |name| said(page, "Conventions", name);
    assert_eq!(convention("UUID keys"), "6 of 6 models");
    assert_eq!(convention("created_at, updated_at"), "6 of 6 models");
    assert_eq!(convention("missing from the table"), "none");
    assert_eq!(
        convention("more than the table"),
        "Widget.updated_at, User.updated_at, DashboardFilter.created_at, DashboardFilter.updated_at, APIKey.updated_at"
    );
    for model in ["User", "Workflow", "Dashboard", "APIKey"] {
        assert_eq!(said(page, "Tenant-scoped models", model), "yes  tenant_id");
    }
    for model in ["Widget", "DashboardFilter"] {
        assert_eq!(
            said(page, "Tenant-scoped models", model),
            "no   from its Dashboard, by dashboard_id",
            "{model}"
        );
    }
}

fn isolation(page: &str) {
    let both = |name| said(page, "Two tenants side by side", name);
    assert_eq!(
        both("Acme users"),
        "3, its own: admin@acme.example, consultant@example.com, editor@acme.example"
    );
    assert_eq!(both("Acme workflows"), "2: Orders by day, Revenue by region");
    assert_eq!(both("Acme counts"), "1 dashboards, 2 widgets, 3 filters");
    assert_eq!(both("Globex workflows"), "3: Backlog, Tickets by team, Time to answer");
    assert_eq!(both("Globex counts"), "1 dashboards, 3 widgets, 3 filters");
    assert_eq!(both("Globex with a legend"), "1");
    assert_eq!(both("Acme tenant").len(), "01a1fb9c-db7c-7112-abe5-7f2a7c0f71b3".len());
    assert_ne!(both("Acme tenant"), both("Globex tenant"));
    assert!(both("an e-mail twice in one").ends_with("(uq_users_tenant_id_email)"));
    for own in ["Acme", "Globex"] {
        for model in ["Workflow", "Dashboard", "Widget", "User", "DashboardFilter", "APIKey"] {
            assert_eq!(
                said(page, "Each sees only its own", &format!("{own}, {model}")),
                format!("read: {model} not found; delete: {model} not found")
            );
        }
    }
    for what in ["filter for their tenant", "filter for their parent", "update theirs in bulk"] {
        assert_eq!(said(page, "Each sees only its own", what), "0 rows");
    }
}

fn references(page: &str) {
    let said = |name: &str| said(page, "Cross-tenant reference prevention", name);
    assert!(said("no such dashboard").ends_with("(fk_widgets_dashboard_id)"));
    assert!(said("no such workflow").ends_with("(fk_widgets_source_workflow_id)"));
    for own in ["Acme", "Globex"] {
        for what in ["their dashboard", "both theirs", "move to theirs", "move all in bulk"] {
            assert_eq!(said(&format!("{own}, {what}")), "refused as a missing one: dashboard_id", "{what}");
        }
        for what in ["their workflow", "feed from theirs", "one of two theirs"] {
            let refused = "refused as a missing one: source_workflow_id";
            assert_eq!(said(&format!("{own}, {what}")), refused, "{what}");
        }
    }
    assert!(said("a filter to theirs").ends_with("(fk_dashboard_filters_dashboard_id)"));
    assert_eq!(said("created_by their user"), "refused as a missing one: tenant_id, created_by");
    assert_eq!(said("widgets of each"), "[2, 3] before, [2, 3] after");
}

fn the_rest(page: &str) {
    assert_eq!(said(page, "Filters by position", "as they were made"), "customer, ordered_at, region");
    assert_eq!(said(page, "Filters by position", "position 1"), "date_range on ordered_at");
    assert_eq!(said(page, "Filters by position", "position 2"), "select on region");
    assert_eq!(said(page, "Filters by position", "position 3"), "search on customer");
    assert_eq!(said(page, "Filters by position", "the first to the end"), "region, customer, ordered_at");
    for (name, wanted) in [
        ("for a widget of theirs", "Widget not found"),
        ("its hash", "KeyHash(…)"),
        ("keys of that widget", "1"),
        ("presented to Acme", "known"),
        ("presented to Globex", "unknown"),
        ("revoked by Globex", "APIKey not found"),
        ("revoked by Acme", "true"),
        ("presented again", "unknown"),
    ] {
        assert_eq!(said(page, "API keys", name), wanted, "{name}");
    }
    let deleted = |name| said(page, "A deleted dashboard", name);
    assert!(deleted("a workflow in use").starts_with("Workflow: "));
    let globex = "Globex: dashboards 1, widgets 3, filters 3, workflows 3";
    assert_eq!(deleted("before"), format!("Acme: dashboards 1, widgets 2, filters 3, workflows 2; {globex}"));
    assert_eq!(deleted("after"), format!("Acme: dashboards 0, widgets 0, filters 0, workflows 2; {globex}"));
    assert_eq!(deleted("now the workflow"), "deleted, 1 left");
    assert!(said(page, "Across tenants", "without a reason").starts_with("across_tenants needs a reason"));
}

#[test]
fn mistakes_are_told_and_end_with_1() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, told) in [
        (&["--database", "mysql://host/db"][..], "the URL names no database that ennead knows"),
        (&["--admin-url", "postgres://host/db"], "SQLite has no roles"),
        (&["--database", "sqlite://no/such/folder/d.db"], "error: "),
        (&["--data", "x"], "unexpected argument '--data'"),
    ] {
        let output = run(folder.path(), arguments);
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {errors}");
        assert!(errors.contains(told), "{arguments:?}: {errors}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
    let help = run(folder.path(), &["--help"]);
    assert!(help.status.success());
    assert!(String::from_utf8(help.stdout).unwrap().contains("[default: sqlite://dashboards.db]"));
}
