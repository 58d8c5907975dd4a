//! The application: a model of each kind of tenancy that a command treats differently.

use ennead::prelude::*;

#[model(tenant_root, table = "organizations")]
pub(crate) struct Organization {
    #[key]
    pub(crate) id: String,
    pub(crate) name: String,
}

#[model(table = "notes")]
pub(crate) struct Note {
    #[key(prefix = "note-")]
    pub(crate) id: String,
    #[tenant]
    #[references(Organization)]
    pub(crate) organization_id: String,
    #[unique]
    pub(crate) title: String,
    #[hidden]
    pub(crate) secret: String,
}

#[model(global, table = "plans")]
pub(crate) struct Plan {
    #[key(assigned)]
    pub(crate) id: String,
    pub(crate) price: i64,
}

pub(crate) fn schema() -> Schema {
    ennead::schema![Organization, Note, Plan]
}

/// The models as they are later on: a column is renamed without a word, one is gone, and a title may come twice.
mod later {
    use super::Organization;
    use ennead::prelude::*;

    #[model(table = "notes")]
    pub(crate) struct Note {
        #[key(prefix = "note-")]
        pub(crate) id: String,
        #[tenant]
        #[references(Organization)]
        pub(crate) organization_id: String,
        pub(crate) heading: String,
        #[index]
        pub(crate) pinned: bool,
    }
}

pub(crate) fn changed() -> Schema {
    ennead::schema![Organization, later::Note, Plan]
}

/// A model with a list of notes.
#[model(table = "boards")]
pub(crate) struct Board {
    #[key(assigned)]
    pub(crate) id: String,
    #[tenant]
    #[references(Organization)]
    pub(crate) organization_id: String,
    #[references_each(Note)]
    pub(crate) note_ids: serde_json::Value,
    pub(crate) kind: String,
    #[references_any(kind = kind, "note" => Note, "free" => _)]
    pub(crate) about: Option<String>,
}

pub(crate) fn with_boards() -> Schema {
    ennead::schema![Organization, Note, Board]
}

/// A model that references another which is not in the schema.
pub(crate) fn broken() -> Schema {
    ennead::schema![Note, Plan]
}
