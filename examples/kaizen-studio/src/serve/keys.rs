//! Who calls: each run makes keys of its own, as `Authorization: Bearer KEY`.
//!
//! A real application looks a key up where it keeps them, hashed. What stays the same is where the tenant comes from: from
//! what the key proves, never from what the client says.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use ennead::http::Caller;
use ennead::prelude::*;
use ennead::{ErrorKind, TenantId};

use crate::models::{Organization, OrganizationStatus, Role};

/// The keys, and who holds each.
#[derive(Clone)]
pub(super) struct Keys {
    organization_id: &'static str,
    roles: Arc<BTreeMap<String, Role>>,
}

impl Keys {
    /// New keys of an organization: one for each role that the page has.
    pub(super) fn of(organization_id: &'static str) -> Self {
        let key = || uuid::Uuid::new_v4().simple().to_string();
        let roles = [Role::OrgAdmin, Role::Developer, Role::Viewer];
        Self { organization_id, roles: Arc::new(roles.map(|role| (key(), role)).into()) }
    }

    /// Each key, and whose it is.
    pub(super) fn all(&self) -> impl Iterator<Item = (&str, String)> {
        self.roles
            .iter()
            .map(|(key, role)| (key.as_str(), format!("{} {}", self.organization_id, role.db_name())))
    }

    /// The caller that a request's head proves.
    pub(super) fn caller(&self, request: &Parts) -> Result<Caller, Error> {
        let header = request.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let key = header.and_then(|text| text.strip_prefix("Bearer ")).unwrap_or_default();
        match self.roles.get(key) {
            Some(role) => Ok(Caller::of(TenantId::parse(self.organization_id)?)?.acting_as(role.db_name())),
            None => Err(no_key()),
        }
    }
}

/// The caller, where its organization may use the platform at all: one that is suspended keeps its rows and its keys, and is
/// answered 403 until the platform takes it back.
pub(super) async fn standing(db: &Db, caller: Caller) -> Result<Caller, Error> {
    let tenant = db.tenant(caller.tenant.clone())?;
    match Organization::read(caller.tenant.to_string()).optional(&tenant).await?.map(|own| own.status) {
        Some(OrganizationStatus::Active) => Ok(caller),
        Some(OrganizationStatus::Suspended) => Err(Error::new(
            ErrorKind::Forbidden,
            "the organization is suspended: ask the platform to take it back",
        )),
        // To its callers it is as if the key were none.
        Some(OrganizationStatus::Deleted) | None => Err(no_key()),
    }
}

fn no_key() -> Error {
    let text = "no key: send one that was printed at the start, as `Authorization: Bearer KEY`";
    Error::new(ErrorKind::TenantMissing, text)
}
