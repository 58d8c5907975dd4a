//! Sign-up: an organization, its subscription and its first user, who refer to each other.

use chrono::Months;
use ennead::prelude::*;
use ennead::{Actor, Clock};

use super::failure::{must, refusal};
use super::story::many;
use super::{Facts, Failure, Firm, Receiver, Stage};
use crate::limits::month;
use crate::{
    BillingCycle, NewOrganization, NewSubscription, NewUser, Organization, Subscription, User, UserRole,
    UserStatus,
};

pub(super) async fn chapter(
    stage: &mut Stage,
    acme: &'static Facts,
    globex: &'static Facts,
) -> Result<[Firm; 2], Failure> {
    let slugs = [acme.slug, globex.slug];
    let across = stage.db.across_tenants("is anybody here already?");
    if let Some(there) = Organization::list().filter(Organization::SLUG.in_(slugs)).first(&across).await? {
        return Err(Failure::Inhabited(there.slug));
    }
    stage.story.chapter("Sign-up");
    let acme = sign_up(stage, acme).await?;
    let globex = sign_up(stage, globex).await?;
    taken(stage, &acme).await?;
    Ok([acme, globex])
}

/// Signs an organization up.
///
/// No tenant is there before this, so it works across tenants, and says why. All rows come in one transaction: the organization names
/// its creator by a deferrable reference, which is checked at COMMIT.
///
/// # Errors
/// `is_unique_violation` for a slug that is taken: then nothing is there.
pub async fn sign_up(stage: &mut Stage, facts: &'static Facts) -> Result<Firm, Failure> {
    let owner_id = ennead::generate_id("user-");
    let begins = month(stage.clock.now());
    let sign_up = stage.db.across_tenants("sign-up of a new organization");
    let (organization, owner) = sign_up
        .transaction(async |tx| {
            let organization = Organization::create(NewOrganization {
                name: facts.name.to_owned(),
                slug: facts.slug.to_owned(),
                created_by: owner_id.clone(),
            })
            .set(Organization::PLAN_TIER, facts.tier)
            .run(tx)
            .await?;
            Subscription::create(NewSubscription {
                plan_id: facts.tier.db_name().to_owned(),
                billing_cycle: BillingCycle::Monthly,
                current_period_start: begins,
                current_period_end: begins + Months::new(1),
                max_users: facts.max_users,
                max_agents: facts.max_agents,
                max_executions_per_month: facts.max_executions,
                max_storage_gb: 10,
                max_gateways: facts.max_gateways,
            })
            .in_tenant(&organization.id)
            .run(tx)
            .await?;
            let owner = NewUser {
                email: facts.email(facts.owner),
                name: facts.owner.to_owned(),
                role: UserRole::OrgOwner,
            };
            let owner = User::create(owner).set(User::ID, &owner_id).set(User::STATUS, UserStatus::Active);
            let owner = owner.in_tenant(&organization.id).run(tx).await?;
            Ok::<_, Error>((organization, owner))
        })
        .await?;
    stage.story.step(
        facts.name,
        format!(
            "{} signs up on the plan {}: at most {}, {}, {} and {} a month",
            facts.owner,
            facts.tier.db_name(),
            many(facts.max_users, "user"),
            many(facts.max_agents, "agent"),
            many(facts.max_gateways, "gateway"),
            many(facts.max_executions, "execution")
        ),
    );
    let secret = ennead::generate_id("whsec_");
    let receiver = Receiver::new(&secret, &stage.clock).await?;
    let actor = Actor { email: Some(owner.email.clone()), ..Actor::user(&owner.id) };
    let scope = stage.db.tenant(&organization.id)?.actor(actor);
    Ok(Firm { facts, id: organization.id, owner, scope, receiver, secret })
}

/// Somebody else who takes the slug gets nothing at all: not the user, not the subscription.
async fn taken(stage: &mut Stage, acme: &Firm) -> Result<(), Failure> {
    let across = stage.db.across_tenants("how many there are");
    let before = (User::count().run(&across).await?, Subscription::count().run(&across).await?);
    let sign_up = stage.db.across_tenants("sign-up of a new organization");
    let again = sign_up.transaction(async |tx| {
        let owner = NewUser { email: "mo@else.example".into(), name: "Mo".into(), role: UserRole::OrgOwner };
        let organization = Organization::create(NewOrganization {
            name: "Another Acme".into(),
            slug: acme.facts.slug.into(),
            created_by: "user-mo".into(),
        });
        let organization = organization.run(tx).await?;
        User::create(owner).set(User::ID, "user-mo").in_tenant(&organization.id).run(tx).await
    });
    let text = refusal("a slug that is taken", again.await)?;
    let after = (User::count().run(&across).await?, Subscription::count().run(&across).await?);
    must(before == after, "a sign-up that failed left something")?;
    stage.story.step("Another", format!("signs up with the slug `{}`: {text}", acme.facts.slug));
    Ok(())
}
