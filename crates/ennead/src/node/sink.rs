//! Rows as JSON objects.

use ennead_core::{Error, FieldDef, Kind, ModelDef, Row, RowReader, Value};
use serde_json::{Map, Value as Json};

use super::json::to_json;
use super::params::visible;
use crate::op::LinkedSink;
use crate::sink::Sink;

/// Collects rows as objects of chosen columns.
pub(super) struct JsonRows {
    /// The position of each column in the row, and its field.
    columns: Vec<(usize, &'static FieldDef)>,
    /// The position and the kind of each column that ties the rows to related ones.
    ties: Vec<(usize, Kind)>,
    pub(super) rows: Vec<Json>,
    /// The values of those.
    pub(super) links: Vec<Vec<Value>>,
}

impl JsonRows {
    /// All fields but the hidden ones, of rows that hold every column.
    pub(super) fn all(model: &'static ModelDef) -> Self {
        Self::with(visible(model).map(|(at, field)| (at as usize, field)).collect(), Vec::new())
    }

    /// Rows that hold just these columns.
    pub(super) fn of(model: &'static ModelDef, columns: &[u16]) -> Self {
        Self::with(columns.iter().map(|at| model.field(*at)).enumerate().collect(), Vec::new())
    }

    /// Some columns of rows, and beside them the values of others: of rows that hold just the `given` columns, or every one.
    pub(super) fn linked(
        model: &'static ModelDef,
        shown: &[u16],
        links: &[u16],
        given: Option<&[u16]>,
    ) -> Self {
        let place =
            |at: &u16| given.and_then(|given| given.iter().position(|has| has == at)).unwrap_or(*at as usize);
        let columns = shown.iter().map(|at| (place(at), model.field(*at))).collect();
        Self::with(columns, links.iter().map(|at| (place(at), model.field(*at).kind)).collect())
    }

    fn with(columns: Vec<(usize, &'static FieldDef)>, ties: Vec<(usize, Kind)>) -> Self {
        Self { columns, ties, rows: Vec::new(), links: Vec::new() }
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
        if !self.ties.is_empty() {
            let values: Result<Vec<Value>, Error> =
                self.ties.iter().map(|(at, kind)| row.value(*at, kind)).collect();
            self.links.push(values?);
        }
        Ok(())
    }
    #[cfg(feature = "sqlite")]
    fn clear(&mut self) {
        self.rows.clear();
        self.links.clear();
    }
}

impl LinkedSink for JsonRows {
    fn links(&mut self) -> Vec<Vec<Value>> {
        std::mem::take(&mut self.links)
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
