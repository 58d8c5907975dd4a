//! How tables should look, for those who ask.

use ennead_core::Dialect;
use ennead_core::snapshot::{Column, Name, Table};

use super::Judge;
use crate::rule;

impl Judge<'_> {
    pub(super) fn table_convention(&mut self, table: &Table) {
        let name = table.full_name();
        let missing: Vec<&str> = ["created_at", "updated_at"]
            .into_iter()
            .filter(|column| table.column(column).is_none())
            .collect();
        if !missing.is_empty() {
            self.found(rule::TIMESTAMPS, format!("{name} has no {}", missing.join(" and no ")));
        }
        let key: Vec<&Column> = table
            .primary_key
            .iter()
            .flat_map(|key| &key.columns)
            .filter_map(|column| table.column(column))
            .collect();
        let is_uuid = |column: &&Column| match self.state.dialect {
            Dialect::Postgres => column.data_type == "uuid",
            Dialect::Sqlite => !column.data_type.to_lowercase().contains("int"),
        };
        if !key.iter().any(is_uuid) {
            self.found(rule::UUID_KEY, format!("the key of {name} is no UUID"));
        }
        for column in &table.columns {
            self.column_convention(&name, column);
        }
    }

    pub(super) fn column_convention(&mut self, table: &Name, column: &Column) {
        if matches!(column.data_type.as_str(), "json" | "hstore" | "xml") {
            self.found(rule::JSONB, format!("{table}.{} is of type {}", column.name, column.data_type));
        }
    }
}
