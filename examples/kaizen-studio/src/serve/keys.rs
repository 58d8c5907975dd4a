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

use crate::models::Role;

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
            None => Err(Error::new(
                ErrorKind::TenantMissing,
                "no key: send one that was printed at the start, as `Authorization: Bearer KEY`",
            )),
        }
    }
}
