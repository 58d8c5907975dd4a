//! Checksums that are the same on every machine: of a text, whatever its line ends; of JSON, however it is laid out.

use serde_json::Value;
use sha2::{Digest, Sha256};

/// The checksum of a text. A byte order mark, CRLF for LF, and blanks at the end change nothing.
pub(super) fn of_text(text: &str) -> String {
    let text = normal(text);
    hex(&Sha256::digest(text.trim_end().as_bytes()))
}

/// The checksum of a JSON value. The order of the keys of an object changes nothing.
pub(super) fn of_json(value: &Value) -> String {
    let mut digest = Sha256::new();
    feed(value, &mut digest);
    hex(&digest.finalize())
}

/// A text without a byte order mark, its lines ended by LF.
pub(super) fn normal(text: &str) -> String {
    text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n").replace('\r', "\n")
}

fn feed(value: &Value, digest: &mut Sha256) {
    match value {
        Value::Object(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort();
            digest.update(b"{");
            for key in keys {
                digest.update(Value::String(key.clone()).to_string());
                digest.update(b":");
                if let Some(value) = map.get(key) {
                    feed(value, digest);
                }
                digest.update(b",");
            }
            digest.update(b"}");
        }
        Value::Array(items) => {
            digest.update(b"[");
            for item in items {
                feed(item, digest);
                digest.update(b",");
            }
            digest.update(b"]");
        }
        plain => digest.update(plain.to_string()),
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn line_ends_do_not_matter_and_words_do() {
        let unix = of_text("CREATE TABLE a (b int);\nSELECT 1;\n");
        assert_eq!(unix, of_text("\u{feff}CREATE TABLE a (b int);\r\nSELECT 1;\r\n\r\n"));
        assert_eq!(unix, of_text("CREATE TABLE a (b int);\rSELECT 1;"));
        assert_ne!(unix, of_text("CREATE TABLE a (b int);\nSELECT 2;\n"));
        assert_ne!(unix, of_text("CREATE TABLE a (b int);\n\nSELECT 1;\n"));
        assert_eq!(unix.len(), 64);
    }

    #[test]
    fn the_layout_of_json_does_not_matter() {
        let one = of_json(&json!({ "a": [1, { "b": null, "c": "x" }], "d": 2 }));
        let other = serde_json::from_str(r#"{"d":2, "a":[1,{"c":"x","b":null}]}"#).unwrap();
        assert_eq!(one, of_json(&other));
        assert_ne!(one, of_json(&json!({ "a": [1, { "b": null, "c": "y" }], "d": 2 })));
        assert_ne!(of_json(&json!(["a", "b"])), of_json(&json!(["a,\"b"])));
    }
}
