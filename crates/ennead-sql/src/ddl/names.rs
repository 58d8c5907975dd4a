//! Names: none that a database would cut, refuse or take for another.

use std::collections::BTreeMap;

use ennead_core::snapshot::{Snapshot, Table};
use ennead_core::{Dialect, Error, ModelDef, naming};

use super::invalid_model;

/// Columns that every table of Postgres has.
const SYSTEM_COLUMNS: [&str; 6] = ["tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"];

/// Types of Postgres itself whose name an enumeration might be given.
const TYPES: [&str; 28] = [
    "text",
    "name",
    "date",
    "time",
    "timestamp",
    "timestamptz",
    "timetz",
    "interval",
    "bool",
    "bit",
    "box",
    "bytea",
    "char",
    "circle",
    "float4",
    "float8",
    "json",
    "jsonb",
    "line",
    "money",
    "numeric",
    "path",
    "point",
    "polygon",
    "uuid",
    "xml",
    "varchar",
    "regclass",
];

/// No two models have one table.
pub(super) fn check_models(models: &[&'static ModelDef]) -> Result<(), Error> {
    let mut tables: BTreeMap<&str, &'static ModelDef> = BTreeMap::new();
    for model in models {
        if let Some(other) = tables.insert(model.table, model) {
            let what = if other.is(model) {
                "it is in the list of models twice".to_owned()
            } else {
                format!(
                    "its table {} is {}'s too: write #[model(table = \"…\")] on one",
                    model.table, other.name
                )
            };
            return Err(invalid_model(model, &what));
        }
    }
    Ok(())
}

/// All names of a snapshot are such as both databases keep, and none is given twice in one place.
pub(super) fn check_snapshot(snapshot: &Snapshot, models: &[&'static ModelDef]) -> Result<(), Error> {
    // Tables, indexes and the constraints that have an index share one space of names; so do Postgres's types.
    let mut shared = Space::new(snapshot.dialect);
    for kind in &snapshot.enums {
        let what = format!("type {}", kind.name);
        check_name(&kind.name, &what, snapshot.dialect)?;
        shared.add(&kind.name, &what)?;
        if TYPES.contains(&kind.name.as_str()) {
            return Err(Error::unsupported(format!(
                "{what} is called as a type of Postgres itself, which the name would mean: give the enumeration another"
            )));
        }
        let mut labels = Space::new(Dialect::Postgres);
        for variant in &kind.variants {
            check_name(variant, &format!("a variant of {what}"), snapshot.dialect)?;
            labels.add(variant, &format!("a variant of {what}"))?;
        }
        check_comment(kind.comment.as_deref(), &what)?;
    }
    for table in &snapshot.tables {
        let checked = check_table(table, snapshot.dialect, &mut shared);
        checked.map_err(|error| match models.iter().find(|model| model.table == table.name) {
            Some(model) => {
                Error::new(error.kind(), format!("{}: {error}", model.name)).with_model(model.name)
            }
            None => error,
        })?;
    }
    Ok(())
}

fn check_table(table: &Table, dialect: Dialect, shared: &mut Space) -> Result<(), Error> {
    let what = format!("table {}", table.name);
    check_name(&table.name, &what, dialect)?;
    shared.add(&table.name, &what)?;
    check_comment(table.comment.as_deref(), &what)?;
    let mut columns = Space::new(dialect);
    for column in &table.columns {
        let what = format!("column {}.{}", table.name, column.name);
        check_name(&column.name, &what, dialect)?;
        columns.add(&column.name, &what)?;
        check_comment(column.comment.as_deref(), &what)?;
        if dialect == Dialect::Postgres && SYSTEM_COLUMNS.contains(&column.name.as_str()) {
            let text =
                format!("{what} has the name of a system column of Postgres: write #[column(name = \"…\")]");
            return Err(Error::unsupported(text));
        }
    }
    // Within one table, constraints of every sort share one space.
    let mut constraints = Space::new(dialect);
    let mut indexed: Vec<&str> = table.uniques.iter().map(|unique| unique.name.as_str()).collect();
    indexed.extend(table.primary_key.iter().map(|key| key.name.as_str()));
    let mut plain: Vec<&str> = table.foreign_keys.iter().map(|key| key.name.as_str()).collect();
    plain.extend(table.checks.iter().map(|check| check.name.as_str()));
    for name in indexed.iter().chain(&plain) {
        let what = format!("constraint {name} of table {}", table.name);
        check_name(name, &what, dialect)?;
        constraints.add(name, &what)?;
    }
    for name in indexed.into_iter().chain(table.indexes.iter().map(|index| index.name.as_str())) {
        let what = format!("index {name} of table {}", table.name);
        check_name(name, &what, dialect)?;
        shared.add(name, &what)?;
    }
    for trigger in &table.triggers {
        shared.add(&trigger.name, &format!("trigger {} of table {}", trigger.name, table.name))?;
    }
    Ok(())
}

fn check_name(name: &str, what: &str, dialect: Dialect) -> Result<(), Error> {
    let wrong = if name.is_empty() {
        "has an empty name".to_owned()
    } else if name.contains('\0') {
        "has a NUL character in its name".to_owned()
    } else if name.len() > naming::MAX_NAME {
        format!("has a name of {} bytes, and Postgres keeps {}", name.len(), naming::MAX_NAME)
    } else if dialect == Dialect::Sqlite
        && name.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("sqlite_"))
    {
        "begins with sqlite_, which SQLite keeps for itself".to_owned()
    } else {
        return Ok(());
    };
    Err(Error::invalid(format!("{what} {wrong}: give it another name")))
}

fn check_comment(comment: Option<&str>, what: &str) -> Result<(), Error> {
    match comment {
        Some(text) if text.contains('\0') => {
            Err(Error::invalid(format!("the doc comment of {what} has a NUL character: take it out")))
        }
        _ => Ok(()),
    }
}

/// Names that must differ; SQLite's do not differ by case alone.
struct Space {
    dialect: Dialect,
    names: BTreeMap<String, String>,
}

impl Space {
    fn new(dialect: Dialect) -> Self {
        Self { dialect, names: BTreeMap::new() }
    }

    fn add(&mut self, name: &str, what: &str) -> Result<(), Error> {
        let folded = match self.dialect {
            Dialect::Postgres => name.to_owned(),
            Dialect::Sqlite => name.to_ascii_lowercase(),
        };
        match self.names.insert(folded, what.to_owned()) {
            None => Ok(()),
            Some(other) if other == what => Err(Error::invalid(format!(
                "{what} stands there twice: give one another name with `name = \"…\"`"
            ))),
            Some(other) => Err(Error::invalid(format!(
                "{what} and {other} have one name: give one another with `name = \"…\"`"
            ))),
        }
    }
}
