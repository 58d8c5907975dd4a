//! Rows as JSON objects.

use ennead_core::{Error, FieldDef, Kind, ModelDef, Row, RowReader, Value};
use serde_json::{Map, Value as Json};

use super::json::to_json;
use super::params::visible;
use crate::sink::Sink;

/// Collects rows as objects of chosen columns.
pub(super) struct JsonRows {
    /// The position of each column in the row, and its field.
    columns: Vec<(usize, &'static FieldDef)>,
    pub(super) rows: Vec<Json>,
}

impl JsonRows {
    /// All fields but the hidden ones, of rows that hold every column.
    pub(super) fn all(model: &'static ModelDef) -> Self {
        Self { columns: visible(model).map(|(at, field)| (at as usize, field)).collect(), rows: Vec::new() }
    }

    /// Rows that hold just these columns.
    pub(super) fn of(model: &'static ModelDef, columns: &[u16]) -> Self {
        Self { columns: columns.iter().map(|at| model.field(*at)).enumerate().collect(), rows: Vec::new() }
    }
}

impl Sink for JsonRows {
    fn row(&mut self, reader: &mut dyn RowReader) -> Result<(), Error> {
        let mut row = Row::new(reader);
        let mut object = Map::new();
        for (at, field) in &self.columns {
            object.insert(field.name.to_owned(), to_json(row.value(*at, &field.kind)?));
        }
        self.rows.push(Json::Object(object));
        Ok(())
    }
    #[cfg(feature = "sqlite")]
    fn clear(&mut self) {
        self.rows.clear();
    }
}

/// Collects the keys of rows that hold every column.
pub(super) struct Keys {
    at: usize,
    kind: Kind,
    pub(super) keys: Vec<Value>,
}

impl Keys {
    pub(super) fn new(model: &'static ModelDef) -> Self {
        Self { at: model.key.field as usize, kind: model.key_field().kind, keys: Vec::new() }
    }
}

impl Sink for Keys {
    fn row(&mut self, reader: &mut dyn RowReader) -> Result<(), Error> {
        self.keys.push(Row::new(reader).value(self.at, &self.kind)?);
        Ok(())
    }
    #[cfg(feature = "sqlite")]
    fn clear(&mut self) {
        self.keys.clear();
    }
}
