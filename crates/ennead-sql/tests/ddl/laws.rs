//! What holds for any models.

use std::collections::BTreeSet;

use ennead_core::constraints::{self, Violated, column_names};
use ennead_core::{Dialect, IndexDef, IndexPart, ModelDef};
use ennead_sql::ddl;

use crate::build::{desc, index, on};
use crate::models::{ALL, ORGANIZATION, PROJECT, USER};

/// A violated constraint is read back from its name, as both databases tell it.
#[test]
fn every_constraint_is_found_by_its_name() {
    for dialect in [Dialect::Postgres, Dialect::Sqlite] {
        let snapshot = ddl::snapshot(&ALL, dialect).unwrap();
        for model in ALL {
            let table = snapshot.table(model.table).unwrap();
            let find = |name: &str| {
                assert!(name.len() <= 63, "{name}");
                constraints::find_by_name(model, name).unwrap_or_else(|| panic!("{name} is not found"))
            };
            let key = table.primary_key.as_ref().unwrap();
            let uniques = table.uniques.iter().map(|unique| (&unique.name, &unique.columns));
            for (name, columns) in uniques.chain([(&key.name, &key.columns)]) {
                let Violated::Unique(found) = find(name) else { panic!("{name} is unique") };
                assert_eq!(column_names(model, &found), *columns, "{name}");
            }
            for index in table.indexes.iter().filter(|index| index.unique) {
                assert!(matches!(find(&index.name), Violated::Unique(_)), "{}", index.name);
            }
            for key in &table.foreign_keys {
                let Violated::ForeignKey(found) = find(&key.name) else { panic!("{} is foreign", key.name) };
                assert_eq!(column_names(model, &found), key.columns, "{}", key.name);
            }
            for check in &table.checks {
                assert!(matches!(find(&check.name), Violated::Check(_)), "{}", check.name);
            }
        }
    }
}

/// A foreign key leans on the primary key or a unique constraint, never on an index that may be partial.
#[test]
fn every_foreign_key_has_a_key_to_lean_on() {
    for dialect in [Dialect::Postgres, Dialect::Sqlite] {
        let snapshot = ddl::snapshot(&ALL, dialect).unwrap();
        for key in snapshot.tables.iter().flat_map(|table| &table.foreign_keys) {
            let parent = snapshot.table(&key.parent).unwrap();
            let primary = &parent.primary_key.as_ref().unwrap().columns;
            let leans = *primary == key.parent_columns
                || parent.uniques.iter().any(|unique| unique.columns == key.parent_columns);
            assert!(leans, "{}", key.name);
        }
    }
}

/// Each reference, and each tenant column, leads some index that holds all rows.
#[test]
fn every_reference_and_tenant_leads_an_index() {
    for dialect in [Dialect::Postgres, Dialect::Sqlite] {
        let snapshot = ddl::snapshot(&ALL, dialect).unwrap();
        for model in ALL {
            let table = snapshot.table(model.table).unwrap();
            let mut leading: Vec<Vec<String>> = vec![table.primary_key.as_ref().unwrap().columns.clone()];
            leading.extend(table.uniques.iter().map(|unique| unique.columns.clone()));
            for index in
                table.indexes.iter().filter(|index| index.condition.is_none() && index.method.is_none())
            {
                let column = |part: &ennead_core::snapshot::IndexPart| match &part.target {
                    ennead_core::snapshot::IndexTarget::Column(name) => name.clone(),
                    ennead_core::snapshot::IndexTarget::Expression(_) => String::new(),
                };
                leading.push(index.parts.iter().map(column).collect());
            }
            let tenant = model.tenant_field().map(|at| vec![model.field(at).column.to_owned()]);
            for wanted in table.foreign_keys.iter().map(|key| key.columns.clone()).chain(tenant) {
                assert!(leading.iter().any(|index| index.starts_with(&wanted)), "{} {wanted:?}", model.name);
            }
        }
    }
}

/// Names of indexes, and of constraints that have one, are given once in a schema.
#[test]
fn names_differ() {
    for dialect in [Dialect::Postgres, Dialect::Sqlite] {
        let snapshot = ddl::snapshot(&ALL, dialect).unwrap();
        let mut names = BTreeSet::new();
        for table in &snapshot.tables {
            let keys = table.primary_key.iter().map(|key| &key.name);
            let uniques = table.uniques.iter().map(|unique| &unique.name);
            for name in
                keys.chain(uniques).chain(table.indexes.iter().map(|index| &index.name)).chain([&table.name])
            {
                assert!(names.insert(name.clone()), "{name} is given twice");
            }
        }
    }
}

/// The tenant's column stands once in an index, and in front, wherever the declaration has it.
#[test]
fn the_tenant_leads_wherever_it_was_written() {
    const PARTS: &[IndexPart] = &[on("name"), desc(on("organization_id"))];
    let plain = index(PARTS);
    let exact = IndexDef { exact: true, name: Some("ix_exact"), ..plain };
    let indexes = Box::leak(Box::new([plain, IndexDef { unique: true, ..plain }, exact]));
    let model: &'static ModelDef = Box::leak(Box::new(ModelDef { indexes, ..PROJECT }));
    let snapshot = ddl::snapshot(&[&ORGANIZATION, &USER, model], Dialect::Sqlite).unwrap();
    let statements = ddl::create(&snapshot);
    let wanted = [
        r#"INDEX "uq_projects_organization_id_name" ON "projects" ("organization_id" DESC, "name") WHERE"#,
        r#"INDEX "ix_projects_organization_id_name" ON "projects" ("organization_id" DESC, "name")"#,
        r#"INDEX "ix_exact" ON "projects" ("name", "organization_id" DESC)"#,
    ];
    for text in wanted {
        assert!(statements.iter().any(|statement| statement.contains(text)), "{text} in {statements:#?}");
    }
}
