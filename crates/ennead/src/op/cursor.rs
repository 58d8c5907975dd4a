use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ennead_core::{Error, ModelDef, OrderBy, Value};
use serde_json::Value as JsonValue;

use crate::node::json::{from_json, to_json};

/// One page of rows, and where the next begins.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Page<M> {
    /// The rows.
    pub items: Vec<M>,
    /// Where the next page begins; `None` on the last one.
    pub next: Option<Cursor>,
}

/// Where a page begins: opaque text, to be sent to a client and back.
///
/// It is bound to the model, the scope, the filter and the order that it was made with. It holds the ordering values of
/// a row (not encrypted): do not order by what a client must not see.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Cursor(String);

impl fmt::Debug for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cursor(…)")
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<String> for Cursor {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl FromStr for Cursor {
    type Err = std::convert::Infallible;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.to_owned()))
    }
}

impl Cursor {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn encode(values: &[Value], digest: u64) -> Self {
        let values: Vec<JsonValue> = values.iter().cloned().map(to_json).collect();
        let body = JsonValue::Array(values).to_string();
        let seal = ennead_core::naming::fnv1a(format!("{digest:016x}{body}").as_bytes());
        Self(URL_SAFE_NO_PAD.encode(format!("{seal:016x}{body}")))
    }

    pub(crate) fn decode(
        &self,
        model: &'static ModelDef,
        order: &[OrderBy],
        digest: u64,
    ) -> Result<Vec<Value>, Error> {
        self.read(model, order, digest).ok_or_else(|| {
            Error::invalid(
                "the cursor does not belong to this model, scope, filter and order, or was changed",
            )
            .with_model(model.name)
        })
    }

    fn read(&self, model: &'static ModelDef, order: &[OrderBy], digest: u64) -> Option<Vec<Value>> {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(&self.0).ok()?).ok()?;
        let (seal, body) = text.split_at_checked(16)?;
        let expected = ennead_core::naming::fnv1a(format!("{digest:016x}{body}").as_bytes());
        if u64::from_str_radix(seal, 16).ok()? != expected {
            return None;
        }
        let JsonValue::Array(values) = serde_json::from_str(body).ok()? else { return None };
        if values.len() != order.len() {
            return None;
        }
        values
            .into_iter()
            .zip(order)
            .map(|(json, by)| {
                let field = model.field(by.column);
                let mut value = from_json(json, &field.kind).ok()?;
                (value.is_null() || ennead_core::check(&field.kind, &mut value).is_ok()).then_some(value)
            })
            .collect()
    }
}
