//! Who calls over HTTP, told by an API key.

use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use ennead_core::{Actor, MutableModel, OwnedModel};

use super::ApiKeys;
use crate::db::Db;
use crate::http::{AsyncCaller, Called, Caller};

/// Tells the caller of a request from its `Authorization: Bearer KEY`: what [`ApiKeys::bearer`] gives, and
/// [`http::router`](crate::http::router) takes.
///
/// The caller's tenant is the key's, its scopes are the key's ([`Caller::may`]), and the audit names the key by its id.
#[derive(Debug)]
pub struct Bearer<M> {
    keys: ApiKeys<M>,
    db: Db,
}

impl<M: OwnedModel + MutableModel> ApiKeys<M> {
    /// What tells the callers of a router by their keys.
    ///
    /// ```no_run
    /// # use ennead::api_keys::ApiKeys;
    /// # use ennead::prelude::*;
    /// # #[model] struct Note { #[key] id: String, #[tenant] tenant_id: String, text: String }
    /// # #[model] struct ApiKey { #[key] id: String, #[tenant] tenant_id: String, #[unique(global)] hash: String }
    /// # async fn serve(db: Db) -> Result<(), Error> {
    /// let keys = ApiKeys::new("acme", ApiKey::HASH)?;
    /// let router = ennead::http::router(ennead::schema![Note], db.clone(), keys.bearer(&db))
    ///     .nodes(["CreateNoteNode", "ListNoteNode"])
    ///     .authorize(|caller, node, _| node != "CreateNoteNode" || caller.may("note:write"))
    ///     .build()?;
    /// # let _: axum::Router = router;
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn bearer(&self, db: &Db) -> Bearer<M> {
        Bearer { keys: self.clone(), db: db.clone() }
    }
}

impl<'a, M: OwnedModel + MutableModel> AsyncCaller<'a> for Bearer<M> {
    fn call(&self, parts: &'a Parts) -> Called<'a> {
        let (keys, db) = (self.keys.clone(), self.db.clone());
        Box::pin(async move {
            let verified = keys.verify(&db, presented(parts), None).await?;
            let id = verified.id;
            let caller = Caller::of(verified.tenant.id())?.acting_as(&id).with_scopes(verified.scopes);
            Ok(caller.audited_as(Actor::new("api_key", id)))
        })
    }
}

/// The key in a request's head; none is an empty one.
fn presented(parts: &Parts) -> &str {
    let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let scheme_and_key = header.and_then(|text| text.split_once(' '));
    let key =
        scheme_and_key.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map(|(_, key)| key.trim());
    key.unwrap_or_default()
}
