//! API keys: issued once in the clear, kept as a hash, revoked by a time.

use chrono::Utc;
use ennead::Transaction;
use ennead::prelude::*;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::models::{APIKey, KeyHash, NewAPIKey, Widget};

/// A key, as its user sees it this one time, and its row.
pub(crate) struct Issued {
    pub(crate) secret: String,
    pub(crate) row: APIKey,
}

/// Issues a key for some widgets.
///
/// # Errors
/// `is_not_found` where one of them is not there in this scope.
pub(crate) async fn issue(
    tx: &Transaction<Tenant>,
    user_id: Uuid,
    widgets: Vec<Uuid>,
) -> Result<Issued, Error> {
    for widget in &widgets {
        Widget::read(widget).run(tx).await?;
    }
    let secret = format!("key_{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
    let new = NewAPIKey { key_hash: hash(&secret), user_id, scoped_widget_ids: widgets };
    let row = APIKey::create(new).run(tx).await?;
    Ok(Issued { secret, row })
}

/// The row of a presented key, unless it was revoked.
pub(crate) async fn authenticate(scope: &Tenant, secret: &str) -> Result<Option<APIKey>, Error> {
    APIKey::list()
        .filter(APIKey::KEY_HASH.eq(hash(secret)).and(APIKey::REVOKED_AT.is_null()))
        .first(scope)
        .await
}

/// Revokes a key. The row stays: it says when.
pub(crate) async fn revoke(scope: &Tenant, id: Uuid) -> Result<APIKey, Error> {
    APIKey::update(id).set(APIKey::REVOKED_AT, Utc::now()).run(scope).await
}

/// A key is random and long, so a fast hash serves.
fn hash(secret: &str) -> KeyHash {
    KeyHash(Sha256::digest(secret).iter().map(|byte| format!("{byte:02x}")).collect())
}
