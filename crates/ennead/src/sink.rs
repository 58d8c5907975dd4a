//! Where rows go as they are read: a generic shell that the non-generic executor fills.

use std::any::Any;

use ennead_core::{Error, Kind, Model, OrderBy, Row, RowReader, Value};

use crate::op::LinkedSink;
use crate::running::Outcome;

/// Takes rows one at a time.
pub(crate) trait Sink: Any + Send {
    /// Takes a row.
    fn row(&mut self, reader: &mut dyn RowReader) -> Result<(), Error>;
    /// How many rows it took, where it expects one: [`Single`] does.
    fn found(&self) -> Option<usize> {
        None
    }
    /// Forgets all rows, before a statement is run again: on SQLite, after waiting for a lock.
    #[cfg(feature = "sqlite")]
    fn clear(&mut self);
}

/// Makes a sink.
pub(crate) type MakeSink = fn() -> Box<dyn Sink>;

/// Collects rows as the model's struct.
pub(crate) struct Rows<M>(pub(crate) Vec<M>);

impl<M: Model> Rows<M> {
    /// A sink without rows.
    pub(crate) fn sink() -> Box<dyn Sink> {
        Box::new(Self(Vec::new()))
    }
}

impl<M: Model> Sink for Rows<M> {
    fn row(&mut self, reader: &mut dyn RowReader) -> Result<(), Error> {
        self.0.push(M::decode(&mut Row::new(reader), 0)?);
        Ok(())
    }
    #[cfg(feature = "sqlite")]
    fn clear(&mut self) {
        self.0.clear();
    }
}

/// Takes the one row that is expected, and counts how many there are.
pub(crate) struct Single<M> {
    row: Option<M>,
    found: usize,
}

impl<M: Model> Single<M> {
    /// A sink without a row.
    pub(crate) fn sink() -> Box<dyn Sink> {
        Box::new(Self { row: None, found: 0 })
    }
}

impl<M: Model> Sink for Single<M> {
    fn row(&mut self, reader: &mut dyn RowReader) -> Result<(), Error> {
        self.found += 1;
        self.row = Some(M::decode(&mut Row::new(reader), 0)?);
        Ok(())
    }
    fn found(&self) -> Option<usize> {
        Some(self.found)
    }
    #[cfg(feature = "sqlite")]
    fn clear(&mut self) {
        *self = Self { row: None, found: 0 };
    }
}

/// The row of a sink that [`Single::sink`] made, and that took one.
pub(crate) fn taken<M: Model>(mut sink: Box<dyn Sink>) -> Result<M, Error> {
    let any: &mut dyn Any = &mut *sink;
    let row = match any.downcast_mut() {
        Some(Single { row, .. }) => row.take(),
        None => None,
    };
    match row {
        Some(row) => Ok(row),
        None => Err(other_sink()),
    }
}

/// Collects rows as values of given kinds.
pub(crate) struct ValueRows {
    pub(crate) kinds: Vec<Kind>,
    pub(crate) rows: Vec<Vec<Value>>,
}

impl ValueRows {
    pub(crate) fn new(kinds: Vec<Kind>) -> Self {
        Self { kinds, rows: Vec::new() }
    }
}

impl Sink for ValueRows {
    fn row(&mut self, reader: &mut dyn RowReader) -> Result<(), Error> {
        let mut row = Row::new(reader);
        let values: Result<Vec<Value>, Error> =
            self.kinds.iter().enumerate().map(|(at, kind)| row.value(at, kind)).collect();
        self.rows.push(values?);
        Ok(())
    }
    #[cfg(feature = "sqlite")]
    fn clear(&mut self) {
        self.rows.clear();
    }
}

/// Takes no rows.
pub(crate) struct Nothing;

impl Nothing {
    /// A sink for it.
    pub(crate) fn sink() -> Box<dyn Sink> {
        Box::new(Self)
    }
}

impl Sink for Nothing {
    fn row(&mut self, _: &mut dyn RowReader) -> Result<(), Error> {
        Ok(())
    }
    #[cfg(feature = "sqlite")]
    fn clear(&mut self) {}
}

/// The rows of a sink that [`Rows::sink`] made.
pub(crate) fn rows<M: Model>(outcome: Outcome) -> Result<Vec<M>, Error> {
    let mut done = outcome?;
    let any: &mut dyn Any = &mut *done.sink;
    match any.downcast_mut::<Rows<M>>() {
        Some(rows) => Ok(std::mem::take(&mut rows.0)),
        None => Err(other_sink()),
    }
}

pub(crate) fn other_sink() -> Error {
    Error::invalid("the executor gave another sink back")
}

/// Turns the sink that comes back into the one that was given.
pub(crate) fn downcast<S: Sink>(sink: Box<dyn Sink>) -> Result<S, Error> {
    let any: Box<dyn Any> = sink;
    any.downcast::<S>().map(|sink| *sink).map_err(|_| other_sink())
}

/// Collects rows as the model's struct, and beside each the values of some of its columns: those that tie it to related rows.
pub(crate) struct LinkedRows<M> {
    pub(crate) rows: Vec<M>,
    pub(crate) links: Vec<Vec<Value>>,
    columns: Vec<(usize, Kind)>,
}

impl<M: Model> LinkedRows<M> {
    pub(crate) fn new(columns: &[u16]) -> Self {
        let columns = columns.iter().map(|at| (*at as usize, M::DEF.field(*at).kind)).collect();
        Self { rows: Vec::new(), links: Vec::new(), columns }
    }
}

impl<M: Model> LinkedSink for LinkedRows<M> {
    fn links(&mut self) -> Vec<Vec<Value>> {
        std::mem::take(&mut self.links)
    }
}

impl<M: Model> Sink for LinkedRows<M> {
    fn row(&mut self, reader: &mut dyn RowReader) -> Result<(), Error> {
        let mut row = Row::new(reader);
        let values: Result<Vec<Value>, Error> =
            self.columns.iter().map(|(at, kind)| row.value(*at, kind)).collect();
        self.links.push(values?);
        self.rows.push(M::decode(&mut row, 0)?);
        Ok(())
    }
    #[cfg(feature = "sqlite")]
    fn clear(&mut self) {
        self.rows.clear();
        self.links.clear();
    }
}

/// Collects rows as the model's struct, and the values that order the last of them: where the next page begins.
pub(crate) struct KeyedRows<M> {
    pub(crate) rows: Vec<M>,
    pub(crate) last: Option<Vec<Value>>,
    order: Vec<(usize, Kind)>,
    upto: u64,
}

impl<M: Model> KeyedRows<M> {
    /// Keeps the place of the row number `upto`, or of the last one where there are fewer.
    pub(crate) fn new(order: &[OrderBy], upto: u64) -> Self {
        let order = order.iter().map(|by| (by.column as usize, M::DEF.field(by.column).kind)).collect();
        Self { rows: Vec::new(), last: None, order, upto }
    }
}

impl<M: Model> Sink for KeyedRows<M> {
    fn row(&mut self, reader: &mut dyn RowReader) -> Result<(), Error> {
        let mut row = Row::new(reader);
        if (self.rows.len() as u64) < self.upto {
            let values: Result<Vec<Value>, Error> =
                self.order.iter().map(|(at, kind)| row.value(*at, kind)).collect();
            self.last = Some(values?);
        }
        self.rows.push(M::decode(&mut row, 0)?);
        Ok(())
    }
    #[cfg(feature = "sqlite")]
    fn clear(&mut self) {
        self.rows.clear();
        self.last = None;
    }
}
