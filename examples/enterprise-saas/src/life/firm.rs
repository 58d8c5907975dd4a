//! The organizations of the story, and what their people look up by name.

use ennead::prelude::*;
use ennead::{Actor, Model, OwnedModel};

use super::{Receiver, Stage};
use crate::{Agent, PlanTier, Team, User, UserRole, Workspace};

/// What an organization brings, and what it pays for.
#[derive(Debug)]
pub struct Facts {
    /// Its name.
    pub name: &'static str,
    /// Its name in URLs; `SLUG.example` is its domain.
    pub slug: &'static str,
    /// Who signs it up.
    pub owner: &'static str,
    /// Who is invited, and as what.
    pub people: &'static [(&'static str, UserRole)],
    /// The plan.
    pub tier: PlanTier,
    /// How many users the plan has.
    pub max_users: i32,
    /// How many agents.
    pub max_agents: i32,
    /// How many gateways.
    pub max_gateways: i32,
    /// How many executions a month.
    pub max_executions: i64,
}

/// A firm on the plan `pro`.
pub const ACME: Facts = Facts {
    name: "Acme",
    slug: "acme",
    owner: "Ada Archer",
    people: &[("Bo Baker", UserRole::Developer), ("Cy Clark", UserRole::Operator)],
    tier: PlanTier::Pro,
    max_users: 5,
    max_agents: 4,
    max_gateways: 2,
    max_executions: 8,
};

/// A smaller one, which pays nothing.
pub const GLOBEX: Facts = Facts {
    name: "Globex",
    slug: "globex",
    owner: "Gus Grant",
    people: &[("Hal Hunt", UserRole::Developer)],
    tier: PlanTier::Free,
    max_users: 3,
    max_agents: 2,
    max_gateways: 1,
    max_executions: 4,
};

/// An organization that has signed up.
#[derive(Debug)]
pub struct Firm {
    /// What it brought.
    pub facts: &'static Facts,
    /// Its id.
    pub id: String,
    /// Who signed it up.
    pub owner: User,
    /// Its scope, in which the owner acts.
    pub scope: Tenant,
    /// Where its webhooks go.
    pub receiver: Receiver,
    /// What signs them: the receiver and the platform share it.
    pub(super) secret: String,
}

impl Facts {
    /// The address of somebody who works there: the first name.
    #[must_use]
    pub fn email(&self, name: &str) -> String {
        let first = name.split(' ').next().unwrap_or(name).to_lowercase();
        format!("{first}@{}.example", self.slug)
    }
}

impl Firm {
    /// Its scope, in which somebody else acts.
    #[must_use]
    pub fn acting(&self, user: &User) -> Tenant {
        self.scope.clone().actor(Actor { email: Some(user.email.clone()), ..Actor::user(&user.id) })
    }

    /// One of its people.
    pub(super) async fn user(&self, name: &str) -> Result<User, Error> {
        self.only(User::list().filter(User::EMAIL.eq(self.facts.email(name)))).await
    }

    pub(super) async fn workspace(&self, name: &str) -> Result<Workspace, Error> {
        self.only(Workspace::list().filter(Workspace::NAME.eq(name))).await
    }

    pub(super) async fn agent(&self, name: &str) -> Result<Agent, Error> {
        self.only(Agent::list().filter(Agent::NAME.eq(name))).await
    }

    pub(super) async fn team(&self) -> Result<Team, Error> {
        self.only(Team::list()).await
    }

    /// The first row, which must be there.
    async fn only<M: Model + OwnedModel + Send + 'static>(
        &self,
        list: ennead::op::List<M>,
    ) -> Result<M, Error>
    where
        Tenant: ennead::Scope<M>,
    {
        let found = list.first(&self.scope).await?;
        found.ok_or_else(|| Error::new(ennead::ErrorKind::NotFound, format!("{} not found", M::DEF.name)))
    }
}

impl Stage {
    /// Tells a step of a firm's.
    pub(super) fn step(&mut self, firm: &Firm, what: impl std::fmt::Display) {
        self.story.step(firm.facts.name, what);
    }
}
