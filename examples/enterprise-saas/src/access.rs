//! API keys of an organization: shown once, kept as a hash, resolved to their organization.

use chrono::{DateTime, Utc};
use ennead::Json;
use ennead::api_keys::{ApiKeys, Issued};
use ennead::prelude::*;

use crate::{APIKey, NewAPIKey, Secret};

/// The platform's API keys: they begin with `saas_`.
///
/// # Errors
/// None for this model.
pub fn api_keys() -> Result<ApiKeys<APIKey>, Error> {
    Ok(ApiKeys::new("saas", APIKey::KEY_HASH)?
        .scopes(APIKey::SCOPES)
        .expires_at(APIKey::EXPIRES_AT)
        .is_active(APIKey::IS_ACTIVE)
        .last_used_at(APIKey::LAST_USED_AT))
}

/// Issues a key of the scope's organization. What comes back beside its row is the key itself: to be shown once, and kept nowhere.
///
/// # Errors
/// Those of the data layer.
pub async fn issue(
    organization: &Tenant,
    name: &str,
    scopes: &[&str],
    expires_at: Option<DateTime<Utc>>,
) -> Result<(APIKey, Issued), Error> {
    let issued = api_keys()?.generate();
    let new = NewAPIKey {
        name: name.to_owned(),
        key_hash: Secret(issued.hash()),
        key_prefix: issued.prefix().to_owned(),
    };
    let row = APIKey::create(new)
        .set(APIKey::SCOPES, Json(scopes.iter().map(|scope| (*scope).to_owned()).collect()))
        .set(APIKey::EXPIRES_AT, expires_at)
        .run(organization)
        .await?;
    Ok((row, issued))
}
