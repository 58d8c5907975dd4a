//! API keys: for some widgets of the tenant, and for that tenant only.

use ennead::prelude::*;

use crate::keys;
use crate::models::{APIKey, User};
use crate::print;
use crate::tenants::Account;

pub(super) async fn run(acme: &Account, globex: &Account) -> Result<(), Error> {
    print::section("API keys");
    let (scope, key) = (&acme.scope, &acme.key);
    let widget = acme.widgets[0].id;
    let user = User::read(key.row.user_id).run(scope).await?;
    print::line("issued", format!("to {} for {} widget", user.email, key.row.scoped_widget_ids.len()));
    let both = vec![widget, globex.widgets[0].id];
    let for_theirs = scope.transaction(async |tx| keys::issue(tx, user.id, both).await).await;
    print::line("for a widget of theirs", print::refused(&for_theirs));
    print::line("its hash", format!("{:?}", key.row.key_hash));
    let of_widget = APIKey::count().filter(APIKey::SCOPED_WIDGET_IDS.contains(widget)).run(scope).await?;
    print::line("keys of that widget", of_widget);
    let secret = &key.secret;
    print::line("presented to Acme", known(keys::authenticate(scope, secret).await?.is_some()));
    print::line("presented to Globex", known(keys::authenticate(&globex.scope, secret).await?.is_some()));
    print::line("revoked by Globex", print::refused(&keys::revoke(&globex.scope, key.row.id).await));
    let revoked = keys::revoke(scope, key.row.id).await?;
    print::line("revoked by Acme", revoked.revoked_at.is_some());
    print::line("presented again", known(keys::authenticate(scope, secret).await?.is_some()));
    Ok(())
}

fn known(known: bool) -> &'static str {
    if known { "known" } else { "unknown" }
}
