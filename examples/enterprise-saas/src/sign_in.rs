//! Single sign-on: who comes from a provider, and with which role.

use ennead::ErrorKind;
use ennead::prelude::*;

use crate::{NewUser, SSOConfiguration, User, UserRole, UserStatus};

/// Lets somebody in whom a provider has proved: a user who is there, or a new one where the configuration makes users at
/// their first sign-in, with the role of the first of their groups that has one.
///
/// # Errors
/// `is_forbidden` for an address of another domain, for a provider that is off, for a user who is suspended, and for somebody new
/// where users are not made so or the subscription has no place.
pub async fn sign_in(
    organization: &Tenant,
    provider_id: &str,
    email: &str,
    name: &str,
    groups: &[&str],
) -> Result<User, Error> {
    organization
        .transaction(async |tx| {
            let provider = SSOConfiguration::read(provider_id).run(tx).await?;
            let domain = email.rsplit_once('@').map_or("", |(_, domain)| domain);
            if !provider.is_enabled || !provider.allowed_domains.0.iter().any(|allowed| allowed == domain) {
                return Err(forbidden("nobody of this domain signs in here"));
            }
            let known = User::list().filter(User::EMAIL.eq(email)).first(tx).await?;
            if let Some(user) = known {
                if user.status == UserStatus::Suspended {
                    return Err(forbidden("the user is suspended"));
                }
                return User::update(&user.id)
                    .set(User::STATUS, UserStatus::Active)
                    .set(User::SSO_PROVIDER_ID, provider_id)
                    .run(tx)
                    .await;
            }
            if !provider.jit_enabled {
                return Err(forbidden("users are invited here, and this one was not"));
            }
            let role = groups.iter().find_map(|group| provider.role_mappings.0.get(*group));
            let role = role.and_then(|name| UserRole::from_db_name(name)).unwrap_or(provider.default_role);
            User::create(NewUser { email: email.to_owned(), name: name.to_owned(), role })
                .set(User::STATUS, UserStatus::Active)
                .set(User::SSO_PROVIDER_ID, provider_id)
                .run(tx)
                .await
        })
        .await
}

fn forbidden(text: &'static str) -> Error {
    Error::new(ErrorKind::Forbidden, text)
}
