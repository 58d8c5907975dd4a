//! Sign-up: an organization and its first user, who refer to each other.

use ennead::prelude::*;

use crate::failure::Failure;
use crate::models::{NewOrganization, NewUser, Organization, Role, User, UserStatus};
use crate::passwords;

/// An organization, its owner, and the scope in which everything of it happens.
pub(crate) struct Account {
    pub(crate) organization: Organization,
    pub(crate) owner: User,
    pub(crate) scope: Tenant,
}

/// Signs an organization up.
///
/// No tenant is there before this, so it is one of the few places that work across tenants, and says why. The user
/// references the organization and the organization its creator: both rows come in one transaction, and the deferrable
/// reference is checked at its COMMIT.
pub(crate) async fn sign_up(db: &Db, name: &str, domain: &str) -> Result<Account, Failure> {
    let organization_id = ennead::generate_id("org-");
    let user_id = ennead::generate_id("user-");
    // New organizations in each run; a slug is unique among all of them.
    let slug = format!("{}-{}", name.to_lowercase(), organization_id.trim_start_matches("org-"));
    let password_hash = passwords::hash(format!("the first password of {name}")).await?;
    let (organization, owner) = db
        .across_tenants("sign-up of a new organization")
        .transaction(async |tx| {
            let organization = Organization::create(NewOrganization {
                name: name.into(),
                slug,
                created_by: user_id.clone(),
            })
            .set(Organization::ID, &organization_id)
            .run(tx)
            .await?;
            let owner = User::create(NewUser {
                email: format!("owner@{domain}"),
                name: format!("Owner of {name}"),
                password_hash,
                role: Role::OrgOwner,
            })
            .set(User::ID, &user_id)
            .set(User::STATUS, UserStatus::Active)
            .in_tenant(&organization_id)
            .run(tx)
            .await?;
            Ok::<_, Error>((organization, owner))
        })
        .await?;
    let scope = db.tenant(&organization.id)?;
    Ok(Account { organization, owner, scope })
}
