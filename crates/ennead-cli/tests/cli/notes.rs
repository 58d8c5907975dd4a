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
