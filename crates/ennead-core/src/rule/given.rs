//! A value that was given, read as the type of its field, for a function of the application.

use crate::field::FieldType;
use crate::value::Value;
use crate::value_reader::ValueReader;

/// Calls a function of the application on a value of that type.
///
/// # Errors
/// What the function says, or that the value is none of the type.
pub fn custom<T: FieldType>(
    value: &Value,
    check: impl FnOnce(&T) -> Result<(), String>,
) -> Result<(), String> {
    let value =
        T::decode(&mut ValueReader(std::slice::from_ref(value)), 0).map_err(|error| error.to_string())?;
    check(&value)
}
