//! The generated reference page beside the facts, row by row.

use std::collections::BTreeMap;

use crate::facts::{DIAGRAM, TABLES};

/// Rows of a Markdown table, each cell by the name of its column.
type Rows = Vec<BTreeMap<String, String>>;

/// A part of the page: its text, and the tables in it in order.
struct Section<'a> {
    text: &'a str,
    tables: Vec<Rows>,
}

fn page() -> String {
    ennead_cli::reference(&agent_factory::schema()).unwrap()
}

/// The parts of the page by their headings.
fn sections(page: &str) -> BTreeMap<&str, Section<'_>> {
    let parts = page.split("\n## ").skip(1);
    let named = parts.map(|part| part.split_once('\n').unwrap());
    named.map(|(heading, text)| (heading, Section { text, tables: tables(text) })).collect()
}

fn tables(text: &str) -> Vec<Rows> {
    let cells = |line: &str| -> Vec<String> {
        let line = line.strip_prefix("| ").unwrap().strip_suffix(" |").unwrap();
        line.split(" | ").map(|cell| cell.trim().to_owned()).collect()
    };
    let mut tables = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line.starts_with('|') {
            let head = cells(line);
            let rows = lines.by_ref().skip(1).take_while(|line| line.starts_with('|'));
            tables.push(rows.map(|line| head.iter().cloned().zip(cells(line)).collect()).collect());
        }
    }
    tables
}

#[test]
fn it_has_the_twelve_tables_and_no_other() {
    let page = page();
    let mut expected: Vec<&str> = TABLES.iter().map(|facts| facts.table).chain(["Diagram"]).collect();
    expected.sort_unstable();
    assert_eq!(sections(&page).keys().copied().collect::<Vec<_>>(), expected);
    assert!(page.contains("\n12 tables.\n"));
    let overview = &tables(&page)[0];
    let listed: Vec<&str> = overview.iter().map(|row| row["What it is"].as_str()).collect();
    assert_eq!(listed, TABLES.iter().map(|facts| facts.about).collect::<Vec<_>>());
}

#[test]
fn columns_are_as_documented() {
    let page = page();
    let sections = sections(&page);
    for facts in TABLES {
        let section = &sections[facts.table];
        assert!(section.text.contains(facts.about), "{}", facts.table);
        let rows = &section.tables[0];
        let names: Vec<&str> = rows.iter().map(|row| row["Column"].as_str()).collect();
        let expected: Vec<String> = facts.columns.iter().map(|column| format!("`{}`", column.0)).collect();
        assert_eq!(names, expected, "{}", facts.table);
        for (row, (name, documented, about, values)) in rows.iter().zip(facts.columns) {
            let place = format!("{}.{name}", facts.table);
            let (kind, marks) = documented.split_once(" (").unwrap_or((documented, ""));
            assert!(types(kind).contains(&row["Type"].as_str()), "{place}: {} for {kind}", row["Type"]);
            let description = &row["Description"];
            assert!(description.starts_with(about), "{place}: {description}");
            let listed: Vec<String> = values.iter().map(|value| format!("`{value}`")).collect();
            let one_of = format!("One of {}.", listed.join(", "));
            assert_eq!(description.contains("One of"), !values.is_empty(), "{place}: {description}");
            assert!(values.is_empty() || description.contains(&one_of), "{place}: {description}");
            assert_eq!(marks.contains("PK"), description.contains("Primary key."), "{place}");
            assert_eq!(marks.contains("FK"), description.contains("References ["), "{place}");
            assert_eq!(marks.contains("auto"), row["Default"] == "counted", "{place}");
            let is_unique = facts.indexes.iter().any(|(_, column, unique)| column == name && *unique);
            assert_eq!(marks.contains("unique"), is_unique, "{place}");
            assert_eq!(marks.contains("unique"), description.contains("Unique."), "{place}: {description}");
        }
    }
}

/// What a documented type is in Postgres.
fn types(documented: &str) -> &'static [&'static str] {
    match documented {
        "String" | "Text" => &["`text`"],
        "Boolean" => &["`boolean`"],
        "Integer" => &["`integer`", "`bigint`"],
        "Float" => &["`double precision`"],
        "JSON" => &["`jsonb`"],
        "DateTime" => &["`timestamptz`"],
        other => panic!("what is {other}?"),
    }
}

#[test]
fn relationships_are_as_documented() {
    let page = page();
    let sections = sections(&page);
    for facts in TABLES {
        let rows = &sections[facts.table].tables[1];
        let of = |kind: &str| rows.iter().filter(|row| row["Kind"] == kind).cloned().collect::<Rows>();
        let parents: Vec<(String, String)> =
            of("many to one").into_iter().map(|row| (row["Name"].clone(), row["Table"].clone())).collect();
        let expected: Vec<(String, String)> = facts
            .many_to_one
            .iter()
            .map(|(_, name, table)| (format!("`{name}`"), format!("[`{table}`](#{table})")))
            .collect();
        assert_eq!(parents, expected, "{}", facts.table);
        let mut children: Vec<String> = of("one to many").iter().map(|row| row["Name"].clone()).collect();
        let mut expected: Vec<String> = facts.one_to_many.iter().map(|name| format!("`{name}`")).collect();
        children.sort_unstable();
        expected.sort_unstable();
        assert_eq!(children, expected, "{}", facts.table);
    }
}

#[test]
fn keys_and_indexes_are_as_documented() {
    let page = page();
    let sections = sections(&page);
    for facts in TABLES {
        let keys = &sections[facts.table].tables[2];
        let find = |name: &str| keys.iter().find(|row| row["Name"] == format!("`{name}`"));
        let primary: Vec<_> = keys.iter().filter(|row| row["Kind"] == "primary key").collect();
        assert_eq!((primary.len(), primary[0]["Columns"].as_str()), (1, "`id`"), "{}", facts.table);
        for (name, column, unique) in facts.indexes {
            let row = find(name).unwrap_or_else(|| panic!("no {name}"));
            assert_eq!(row["Kind"], if *unique { "unique" } else { "index" }, "{name}");
            assert_eq!(row["Columns"], format!("`{column}`"), "{name}");
        }
        for (column, _, table) in facts.many_to_one {
            // Where both sides have a tenant, the key holds it beside the column.
            let (alone, both) = (
                format!("`{column}` → `id` of "),
                format!("`tenant_id`, `{column}` → `tenant_id`, `id` of "),
            );
            let parent = format!("[`{table}`](#{table})");
            let keys = keys.iter().filter(|row| row["Kind"] == "foreign key").map(|row| &row["Columns"]);
            let found = keys
                .filter(|columns| [&alone, &both].iter().any(|key| **columns == format!("{key}{parent}")));
            assert_eq!(found.count(), 1, "{}.{column}", facts.table);
        }
        let foreign = keys.iter().filter(|row| row["Kind"] == "foreign key").count();
        assert_eq!(foreign, facts.many_to_one.len(), "{}", facts.table);
    }
}

#[test]
fn the_diagram_is_as_documented() {
    let page = page();
    let sections = sections(&page);
    let diagram = sections["Diagram"].text;
    for (parent, child, column) in DIAGRAM {
        let line = format!("    {parent} ||--o{{ {child} : {}", column.unwrap_or_default());
        assert!(diagram.contains(&line), "{line}");
    }
    // Beside these, only the tenant of usage records.
    assert_eq!(diagram.matches(" ||--o{ ").count(), DIAGRAM.len() + 1);
    assert_eq!(diagram.matches(" {\n").count(), TABLES.len());
}
