//! References between tables, told from both sides.

use ennead::def::{Action, FieldDef, Uniqueness};
use ennead::migrate::snapshot::Snapshot;
use ennead::{ModelDef, Schema};

use super::markdown::{code, codes, link};

/// A reference of one model to another, or to itself.
pub(super) struct Relationship {
    pub(super) child: &'static ModelDef,
    pub(super) parent: &'static ModelDef,
    pub(super) field: &'static FieldDef,
    /// The columns of its foreign key.
    columns: Vec<String>,
}

/// All of them, in the order of the models and their fields.
pub(super) fn relationships(schema: &Schema, snapshot: &Snapshot) -> Vec<Relationship> {
    let of_model = |child: &&'static ModelDef| {
        let child = *child;
        let keys = snapshot.table(child.table).map(|table| &table.foreign_keys[..]).unwrap_or_default();
        child.fields.iter().filter_map(move |field| {
            let parent = (field.reference?.target)();
            let columns = keys
                .iter()
                .find(|key| {
                    key.parent == parent.table && key.columns.last().is_some_and(|c| c == field.column)
                })
                .map(|key| key.columns.clone());
            Some(Relationship { child, parent, field, columns: columns.unwrap_or_default() })
        })
    };
    schema.models().iter().flat_map(of_model).collect()
}

impl Relationship {
    /// Its rows on a model's page: none, one, or two where a table references itself.
    pub(super) fn seen_from(&self, model: &ModelDef) -> Vec<[String; 5]> {
        let (one, many) =
            if self.is_single() { ("one to one", "one to one") } else { ("many to one", "one to many") };
        let mut rows = Vec::new();
        if self.child.is(model) {
            let name = code(self.name());
            rows.push([
                name,
                one.into(),
                link(self.parent.table),
                codes(&self.columns),
                self.on_delete().into(),
            ]);
        }
        if self.parent.is(model) {
            let name = code(self.inverse());
            let by = code(self.field.column);
            rows.push([name, many.into(), link(self.child.table), by, self.on_delete().into()]);
        }
        rows
    }

    /// At most one row references another.
    pub(super) fn is_single(&self) -> bool {
        self.field.unique != Uniqueness::No
    }

    fn name(&self) -> &'static str {
        let own = self.field.reference.and_then(|reference| reference.name);
        own.unwrap_or_else(|| self.field.name.strip_suffix("_id").unwrap_or(self.field.name))
    }

    fn inverse(&self) -> &'static str {
        self.field.reference.and_then(|reference| reference.inverse).unwrap_or(self.child.table)
    }

    fn on_delete(&self) -> &'static str {
        match self.field.reference.map(|reference| reference.on_delete) {
            Some(Action::Cascade) => "the row goes with it",
            Some(Action::SetNull) => "the reference becomes NULL",
            Some(Action::NoAction | Action::Restrict) | None => "refused",
        }
    }
}
