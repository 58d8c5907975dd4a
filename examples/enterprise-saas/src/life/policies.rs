//! Policies: who may do what, and to whom each applies.

use ennead::prelude::*;

use super::{Failure, Firm, Stage};
use crate::{AssigneeType, NewPolicy, NewPolicyAssignment, Policy, PolicyAssignment, PolicyType};

/// The policy that asks for approvals.
pub(super) const PROMOTIONS: &str = "promotions";

const RULES: &str = "rules:\n  - name: to-production\n    when: { action: promote, environment: production }\n    ask: org_owner\n";

pub(super) async fn chapter(stage: &mut Stage, firms: &[Firm; 2]) -> Result<(), Failure> {
    stage.story.chapter("Policies");
    for firm in firms {
        let promotions = policy(firm, PROMOTIONS, PolicyType::Rbac, 10).await?;
        assign(firm, &promotions, AssigneeType::Team, firm.team().await?.id).await?;
        let budget = policy(firm, "budget", PolicyType::Budget, 0).await?;
        assign(firm, &budget, AssigneeType::User, firm.owner.id.clone()).await?;
        stage.step(firm, "has promotions of the team approved by the owner, and keeps a budget of its own");
    }
    Ok(())
}

async fn policy(firm: &Firm, name: &str, policy_type: PolicyType, priority: i32) -> Result<Policy, Error> {
    let new = NewPolicy {
        name: name.to_owned(),
        description: format!("The {name} of {}", firm.facts.name),
        policy_type,
        rules_yaml: RULES.to_owned(),
    };
    Policy::create(new).set(Policy::PRIORITY, priority).run(&firm.scope).await
}

async fn assign(
    firm: &Firm,
    policy: &Policy,
    assignee_type: AssigneeType,
    assignee_id: String,
) -> Result<(), Error> {
    let new = NewPolicyAssignment { policy_id: policy.id.clone(), assignee_type, assignee_id };
    PolicyAssignment::create(new).run(&firm.scope).await?;
    Ok(())
}
