//! Reading a row, column by column, in whatever form the driver holds it.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::encrypted::Held;
use crate::error::{Error, ErrorKind};
use crate::field::FieldType;
use crate::kind::Kind;
use crate::value::Value;

/// One row as a driver holds it. Columns are read by position; each method fails where the stored value is of another type.
pub trait RowReader {
    /// Whether the column is NULL.
    ///
    /// # Errors
    /// The row has no such column.
    fn is_null(&mut self, at: usize) -> Result<bool, Error>;
    /// Reads a bool.
    ///
    /// # Errors
    /// The stored value is of another type.
    fn bool(&mut self, at: usize) -> Result<bool, Error>;
    /// Reads an integer of any width.
    ///
    /// # Errors
    /// The stored value is of another type.
    fn int(&mut self, at: usize) -> Result<i64, Error>;
    /// Reads a float of any width.
    ///
    /// # Errors
    /// The stored value is of another type.
    fn float(&mut self, at: usize) -> Result<f64, Error>;
    /// Reads a text.
    ///
    /// # Errors
    /// The stored value is of another type or not UTF-8.
    fn text(&mut self, at: usize) -> Result<&str, Error>;
    /// Reads bytes.
    ///
    /// # Errors
    /// The stored value is of another type.
    fn bytes(&mut self, at: usize) -> Result<&[u8], Error>;
    /// Reads a UUID.
    ///
    /// # Errors
    /// The stored value is of another type.
    fn uuid(&mut self, at: usize) -> Result<Uuid, Error>;
    /// Reads a decimal.
    ///
    /// # Errors
    /// The stored value is of another type or has more digits than a `Decimal` holds.
    fn decimal(&mut self, at: usize) -> Result<Decimal, Error>;
    /// Reads a moment.
    ///
    /// # Errors
    /// The stored value is of another type.
    fn datetime(&mut self, at: usize) -> Result<DateTime<Utc>, Error>;
    /// Reads a date.
    ///
    /// # Errors
    /// The stored value is of another type.
    fn date(&mut self, at: usize) -> Result<NaiveDate, Error>;
    /// Reads a time of day.
    ///
    /// # Errors
    /// The stored value is of another type.
    fn time(&mut self, at: usize) -> Result<NaiveTime, Error>;
    /// Reads a date and time without a zone.
    ///
    /// # Errors
    /// The stored value is of another type.
    fn naive_datetime(&mut self, at: usize) -> Result<NaiveDateTime, Error>;
    /// Reads JSON.
    ///
    /// # Errors
    /// The stored value is of another type or not JSON.
    fn json(&mut self, at: usize) -> Result<serde_json::Value, Error>;
    /// Reads an encrypted value: the bytes that are stored, unopened.
    ///
    /// # Errors
    /// The stored value is of another type.
    #[doc(hidden)]
    fn encrypted(&mut self, at: usize) -> Result<Held, Error> {
        Ok(Held::Sealed(self.bytes(at)?.into()))
    }
    /// Reads a list of scalars of that kind.
    ///
    /// # Errors
    /// The stored value is of another type.
    fn array(&mut self, at: usize, element: &Kind) -> Result<Vec<Value>, Error>;
}

/// A row, as [`Model::decode`](crate::Model::decode) reads it.
pub struct Row<'a> {
    reader: &'a mut dyn RowReader,
}

impl<'a> Row<'a> {
    /// Wraps a driver's row.
    pub fn new(reader: &'a mut dyn RowReader) -> Self {
        Self { reader }
    }

    /// Reads the column that stands so many behind a position: where a model's columns begin in the row. The sum is made
    /// here, so that a model's crate compiles none.
    ///
    /// # Errors
    /// The stored value does not fit the type.
    pub fn get<T: FieldType>(&mut self, start: usize, offset: usize) -> Result<T, Error> {
        T::decode(self.reader, start + offset)
    }

    /// The driver's row: for generated code.
    #[doc(hidden)]
    pub fn reader(&mut self) -> &mut dyn RowReader {
        self.reader
    }

    /// Reads the column at a position as a value of that kind.
    ///
    /// # Errors
    /// The stored value does not fit the kind.
    pub fn value(&mut self, at: usize, kind: &Kind) -> Result<Value, Error> {
        let reader = &mut *self.reader;
        if reader.is_null(at)? {
            return Ok(Value::Null);
        }
        Ok(match kind {
            Kind::Text | Kind::Enum(_) => Value::text(reader.text(at)?.to_owned()),
            Kind::Bool => Value::Bool(reader.bool(at)?),
            Kind::I16 | Kind::I32 | Kind::I64 => Value::Int(reader.int(at)?),
            Kind::F32 | Kind::F64 => Value::Float(reader.float(at)?),
            Kind::Decimal(_) => Value::Decimal(reader.decimal(at)?),
            Kind::Uuid => Value::Uuid(reader.uuid(at)?),
            Kind::DateTime => Value::DateTime(reader.datetime(at)?),
            Kind::Date => Value::Date(reader.date(at)?),
            Kind::Time => Value::Time(reader.time(at)?),
            Kind::NaiveDateTime => Value::NaiveDateTime(reader.naive_datetime(at)?),
            Kind::Bytes | Kind::Encrypted => Value::Bytes(reader.bytes(at)?.to_vec()),
            Kind::Json => Value::Json(reader.json(at)?),
            Kind::Array(element) => Value::Array(reader.array(at, element)?),
        })
    }
}

/// A value that cannot be read as what the model says it is. The text names no value.
#[must_use]
pub fn decode_error(at: usize, wanted: &str, found: &str) -> Error {
    Error::new(
        ErrorKind::Decode,
        format!("column {at} of the row holds {found}, and the model wants {wanted}"),
    )
}
