//! Relations by name: those of a model's own references, and those by which other models of the schema name it.

use std::fmt;
use std::sync::Arc;

use ennead_core::{Error, ErrorKind, Hop, LooseReference, ModelDef, ModelRef};
use serde_json::Value as Json;

use super::params::{invalid, nearest};

/// Whether a caller may follow a relation, with what they say about the related rows.
type Gate = Arc<dyn Fn(Relation, &Json) -> bool + Send + Sync>;

/// The models that nodes know of one another, and which ways from one to another are open.
#[derive(Clone)]
pub(crate) struct Relations {
    models: Arc<[&'static ModelDef]>,
    /// Which relations there are at all; all where `None`.
    shown: Option<Arc<dyn Fn(Relation) -> bool + Send + Sync>>,
    gate: Option<Gate>,
}

impl fmt::Debug for Relations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.models.iter().map(|model| model.name)).finish()
    }
}

/// A relation of a model, by its name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Relation {
    pub(crate) name: &'static str,
    pub(crate) hop: Hop,
    /// It leads to many rows.
    pub(crate) many: bool,
}

impl Relation {
    /// The model that it leads to.
    pub(crate) fn model(&self) -> &'static ModelDef {
        self.hop.model.0
    }

    /// Whether a limit for each row means anything: the rows name this one.
    pub(crate) fn may_be_limited(&self, from: &'static ModelDef) -> bool {
        self.many && !self.hop.is_list(from)
    }
}

impl Relations {
    pub(crate) fn new(models: impl IntoIterator<Item = &'static ModelDef>) -> Self {
        Self { models: models.into_iter().collect(), shown: None, gate: None }
    }

    pub(crate) fn models(&self) -> &[&'static ModelDef] {
        &self.models
    }

    /// The same models, of whose relations only these are there.
    #[cfg(feature = "http")]
    pub(crate) fn showing(&self, shown: impl Fn(Relation) -> bool + Send + Sync + 'static) -> Self {
        Self { shown: Some(Arc::new(shown)), ..self.clone() }
    }

    /// The same, where a caller is asked about at each relation that is followed.
    #[cfg(feature = "http")]
    pub(crate) fn asking(&self, gate: impl Fn(Relation, &Json) -> bool + Send + Sync + 'static) -> Self {
        Self { gate: Some(Arc::new(gate)), ..self.clone() }
    }

    /// The relations of a model: those of its own references first. A reference in a hidden field makes none, for its rows would
    /// tell what is hidden; neither does a name that is a field's.
    pub(crate) fn of(&self, model: &'static ModelDef) -> Vec<Relation> {
        let mut all = self.named(model);
        all.retain(|one| {
            model.find(one.name).is_none() && self.shown.as_ref().is_none_or(|shown| shown(*one))
        });
        all
    }

    fn named(&self, model: &'static ModelDef) -> Vec<Relation> {
        let mut all = Vec::new();
        for (at, field) in model.fields.iter().enumerate().filter(|(_, field)| !field.hidden) {
            let Some(reference) = field.reference else { continue };
            let own = || field.name.strip_suffix("_id").filter(|name| !name.is_empty());
            let Some(name) = reference.name.or_else(own) else { continue };
            let hop = Hop { model: ModelRef((reference.target)()), field: at as u16, back: false };
            all.push(Relation { name, hop, many: false });
        }
        for (at, field) in model.fields.iter().enumerate().filter(|(_, field)| !field.hidden) {
            for target in field.loose.iter().flat_map(LooseReference::targets) {
                let told = field.loose.and_then(|loose| model.find(loose.kinds_of((target.model)())?.0));
                if told.is_some_and(|(_, field)| field.hidden) {
                    continue;
                }
                let hop = Hop { model: ModelRef((target.model)()), field: at as u16, back: false };
                all.push(Relation { name: target.relation, hop, many: hop.is_list(model) });
            }
        }
        for child in self.models.iter().copied() {
            for (at, field) in child.fields.iter().enumerate().filter(|(_, field)| !field.hidden) {
                let Some(reference) = field.reference else { continue };
                let Some(name) = reference.inverse.filter(|_| (reference.target)().is(model)) else {
                    continue;
                };
                let hop = Hop { model: ModelRef(child), field: at as u16, back: true };
                all.push(Relation { name, hop, many: hop.is_many(model) });
            }
        }
        all
    }

    /// The relation of that name, where there is one.
    pub(crate) fn look(&self, model: &'static ModelDef, name: &str) -> Option<Relation> {
        let mut found = self.of(model).into_iter().filter(|one| one.name == name);
        found.next().filter(|_| found.next().is_none())
    }

    /// The relation of that name.
    ///
    /// # Errors
    /// What the name is instead, or the nearest right one.
    pub(crate) fn find(&self, model: &'static ModelDef, path: &str, name: &str) -> Result<Relation, Error> {
        if let Some(found) = self.look(model, name) {
            return Ok(found);
        }
        let all = self.of(model);
        let named = self.named(model).into_iter().filter(|one| one.name == name).count();
        let what = match (model.find(name), named) {
            (Some(_), 0) => "is a field, and no relation".to_owned(),
            (Some(_), _) => {
                "is a field's name and a relation's: name the relation otherwise, with `name` or `inverse` of its #[references]".to_owned()
            }
            (None, 2..) if all.iter().any(|one| one.name == name) => {
                "is the name of several relations: name each with `name` or `inverse` of its #[references]".to_owned()
            }
            _ if all.is_empty() => format!("{} has no relations by name", model.name),
            _ => format!("unknown relation{}", nearest(name, all.iter().map(|one| one.name))),
        };
        Err(invalid(model, path, &what))
    }

    /// Asks whether it may be followed, with what is said about its rows as the parameters of the node that would list them.
    ///
    /// # Errors
    /// `is_forbidden`.
    pub(crate) fn ask(
        &self,
        relation: Relation,
        path: &str,
        said: impl FnOnce() -> Json,
    ) -> Result<(), Error> {
        if self.gate.as_ref().is_none_or(|gate| gate(relation, &said())) {
            return Ok(());
        }
        let name = relation.model().name;
        let text = format!("{path}: rows of {name} are not allowed");
        Err(Error::new(ErrorKind::Forbidden, text).with_model(name))
    }
}
