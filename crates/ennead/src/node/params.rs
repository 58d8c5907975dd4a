//! Parameters of a node: every key is taken by somebody, or is an error that names the nearest right one.

use ennead_core::{Error, FieldDef, Kind, ModelDef, Role, Value};
use serde_json::{Map, Value as Json};

use super::json;

/// An object whose keys are taken one by one.
pub(crate) struct Params {
    model: &'static ModelDef,
    /// Where the object stands: empty, or `data[3]`.
    path: String,
    map: Map<String, Json>,
}

impl Params {
    /// Takes an object; `null` stands for an empty one.
    pub(crate) fn new(model: &'static ModelDef, path: &str, json: Json) -> Result<Self, Error> {
        match json {
            Json::Object(map) => Ok(Self { model, path: path.to_owned(), map }),
            Json::Null if path.is_empty() => Ok(Self { model, path: String::new(), map: Map::new() }),
            other => {
                Err(invalid(model, path, &format!("expected an object, got {}", json::type_name(&other))))
            }
        }
    }

    /// The place of a key, for messages.
    pub(crate) fn at(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.map.contains_key(key)
    }

    /// Whether there is an object under a key that has no keys itself.
    pub(crate) fn holds_nothing(&self, key: &str) -> bool {
        matches!(self.map.get(key), Some(Json::Object(map)) if map.is_empty())
    }

    pub(crate) fn take(&mut self, key: &str) -> Option<Json> {
        self.map.remove(key)
    }

    pub(crate) fn required(&mut self, key: &str) -> Result<Json, Error> {
        self.take(key).ok_or_else(|| invalid(self.model, &self.at(key), "is required"))
    }

    /// A number that counts something; `null` is none.
    pub(crate) fn count(&mut self, key: &str) -> Result<Option<u64>, Error> {
        match self.take(key) {
            None | Some(Json::Null) => Ok(None),
            Some(json) => match json::whole(&json).and_then(|number| u64::try_from(number).ok()) {
                Some(number) => Ok(Some(number)),
                None => Err(invalid(self.model, &self.at(key), "expected a whole number of at least 0")),
            },
        }
    }

    pub(crate) fn flag(&mut self, key: &str) -> Result<bool, Error> {
        match self.take(key) {
            None => Ok(false),
            Some(Json::Bool(flag)) => Ok(flag),
            Some(other) => {
                let what = format!("expected a boolean, got {}", json::type_name(&other));
                Err(invalid(self.model, &self.at(key), &what))
            }
        }
    }

    pub(crate) fn into_map(self) -> Map<String, Json> {
        self.map
    }

    /// Refuses what nobody took.
    pub(crate) fn finish(self, known: &[&str]) -> Result<(), Error> {
        match self.map.keys().next() {
            None => Ok(()),
            Some(key) => {
                let what = format!("unknown parameter{}", nearest(key, known.iter().copied()));
                Err(invalid(self.model, &self.at(key), &what))
            }
        }
    }
}

/// An error at a place in the parameters.
pub(crate) fn invalid(model: &'static ModelDef, path: &str, what: &str) -> Error {
    let place = if path.is_empty() { "the parameters" } else { path };
    Error::invalid(format!("{}: {place}: {what}", model.name)).with_model(model.name)
}

/// `; did you mean "email"?`, or the right names where none is near.
pub(crate) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    let near = known
        .clone()
        .map(|known| (strsim::damerau_levenshtein(name, known), known))
        .min()
        .filter(|(distance, known)| *distance <= 1 + known.len() / 4);
    match near {
        Some((_, near)) => format!("; did you mean {near:?}?"),
        None => {
            let all: Vec<&str> = known.take(40).collect();
            if all.is_empty() { String::new() } else { format!("; known are {}", all.join(", ")) }
        }
    }
}

/// The field of a name that JSON gives. Hidden fields are no fields to filters, sorts and projections.
pub(crate) fn field(
    model: &'static ModelDef,
    path: &str,
    name: &str,
    hidden_too: bool,
) -> Result<(u16, &'static FieldDef), Error> {
    match model.find(name) {
        Some(found) if hidden_too || !found.1.hidden => Ok(found),
        _ => {
            let known =
                model.fields.iter().filter(|field| hidden_too || !field.hidden).map(|field| field.name);
            Err(invalid(model, path, &format!("unknown field{}", nearest(name, known))))
        }
    }
}

/// JSON as a value of a field.
pub(crate) fn value(
    model: &'static ModelDef,
    path: &str,
    field: &FieldDef,
    json: Json,
) -> Result<Value, Error> {
    // A JSON column that takes NULL holds no JSON `null`: the two would be one in JSON.
    if json.is_null() && field.nullable {
        return Ok(Value::Null);
    }
    let refuse = |what: &str| invalid(model, path, what).with_fields(vec![field.name]);
    if field.kind == Kind::Encrypted {
        // It is looked at while it is JSON, and as deep as it can be read again.
        ennead_core::check(&Kind::Json, &mut Value::Json(json.clone())).map_err(|what| refuse(&what))?;
        field.shape.map_or(Ok(()), |shape| shape(&json)).map_err(|what| refuse(&what))?;
    }
    let mut value = json::from_json(json, &field.kind).map_err(|what| refuse(&what))?;
    if value.is_null() {
        return Err(refuse("takes no null"));
    }
    ennead_core::check(&field.kind, &mut value).map_err(|what| refuse(&what))?;
    if let (Some(shape), Value::Json(json)) = (field.shape, &value) {
        shape(json).map_err(|what| refuse(&what))?;
    }
    Ok(value)
}

/// What else than its own name calls the key: `id`, unless another field is called so.
pub(crate) fn key_alias(model: &'static ModelDef) -> &'static str {
    match model.find("id") {
        Some((at, _)) if at != model.key.field => model.key_field().name,
        _ => "id",
    }
}

/// The names of all fields but the hidden ones.
pub(crate) fn visible(model: &'static ModelDef) -> impl Iterator<Item = (u16, &'static FieldDef)> {
    model.fields.iter().enumerate().filter(|(_, field)| !field.hidden).map(|(at, field)| (at as u16, field))
}

/// Whether JSON may set a field at all (that it may be set by an update is checked where updates are filled).
pub(crate) fn is_settable(field: &FieldDef) -> bool {
    field.is_writable() && field.role != Role::Tenant
}

/// Whether a kind is one of numbers, which take amounts.
pub(crate) fn is_number(kind: &Kind) -> bool {
    matches!(kind, Kind::I16 | Kind::I32 | Kind::I64 | Kind::F32 | Kind::F64 | Kind::Decimal(_))
}

/// The field that counts the writes: what a write gives under its name is the version that it expects.
pub(crate) fn version_field(model: &'static ModelDef) -> Option<&'static FieldDef> {
    model.role(Role::Version).map(|at| model.field(at))
}
