//! JSON in which no object has a key twice: readers of the same text must not see different parameters.

use std::fmt;

use ennead_core::Error;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// Reads JSON text in which no object has a key twice, so that no two readers see different parameters in it.
///
/// # Errors
/// `is_invalid_input`: what is wrong and where, without the text.
///
/// ```
/// assert_eq!(ennead::parse_json(br#"{"limit": 10}"#)?["limit"], 10);
/// let error = ennead::parse_json(br#"{"limit": 10, "limit": 1000}"#).unwrap_err();
/// assert!(error.is_invalid_input());
/// # Ok::<(), ennead::Error>(())
/// ```
pub fn parse_json(bytes: &[u8]) -> Result<Value, Error> {
    serde_json::from_slice::<Strict>(bytes).map(|strict| strict.0).map_err(|error| {
        let what = if error.is_data() {
            "a key stands twice, or a number is out of range"
        } else {
            "this is no JSON"
        };
        Error::invalid(format!("{what} (line {}, column {})", error.line(), error.column()))
    })
}

struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader).map(Strict)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut all = Vec::new();
        while let Some(Strict(item)) = items.next_element()? {
            all.push(item);
        }
        Ok(Value::Array(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some((key, Strict(value))) = entries.next_entry::<String, Strict>()? {
            if map.insert(key, value).is_some() {
                return Err(serde::de::Error::custom("a key stands twice"));
            }
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::parse_json;

    #[test]
    fn a_key_stands_once() {
        let text = br#"{"a": [1, -2, 3.5, "x", null, true, {"b": 18446744073709551615}]}"#;
        assert_eq!(parse_json(text).unwrap(), serde_json::from_slice::<serde_json::Value>(text).unwrap());
        let refused = |text: &[u8]| parse_json(text).unwrap_err().to_string();
        assert!(refused(br#"{"a": {"b": 1, "b": 2}}"#).contains("twice"));
        assert!(refused(b"{").contains("no JSON"));
        assert!(parse_json("[".repeat(1000).as_bytes()).is_err());
    }
}
