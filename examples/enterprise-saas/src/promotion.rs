//! Agents on their way: a version is published, approved, promoted to the next workspace and deployed to its gateway.

use std::fmt;

use chrono::{DateTime, Utc};
use ennead::Transaction;
use ennead::prelude::*;
use serde_json::json;

use crate::webhooks::tell;
use crate::{
    Agent, AgentStatus, AgentVersion, ApprovalRequest, ApprovalResource, ApprovalStatus, DeploymentStatus,
    GatewayDeployment, NewAgentVersion, NewGatewayDeployment, ScanStatus, User, Workspace,
};

/// Why an agent is not promoted.
#[derive(Debug)]
#[non_exhaustive]
pub enum Refused {
    /// The workspace takes agents from another one, or from none.
    NoWay,
    /// The current version has not passed its security scan.
    NotScanned,
    /// The workspace asks for an approval, and there is none for this version, or none that is still good.
    NotApproved,
    /// The workspace has no gateway.
    NoGateway,
    /// What the data layer says.
    Data(Error),
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoWay => f.write_str("the workspace takes no agents from there"),
            Self::NotScanned => f.write_str("the version has not passed its security scan"),
            Self::NotApproved => f.write_str("the version is not approved"),
            Self::NoGateway => f.write_str("the workspace has no gateway"),
            Self::Data(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Refused {}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::Data(error)
    }
}

/// A promotion that somebody asks for.
#[derive(Debug, Clone)]
pub struct Promotion<'a> {
    /// The agent.
    pub agent_id: &'a str,
    /// Where it goes.
    pub workspace_id: &'a str,
    /// Who does it.
    pub by: &'a User,
    /// When.
    pub at: DateTime<Utc>,
    /// The new deployment's share of the traffic.
    pub weight: i32,
}

/// Publishes a version of an agent: it is the current one, and waits for its security scan.
///
/// # Errors
/// `is_unique_violation` for a version that the agent has already; `is_not_found` for an agent that is not there.
pub async fn publish(
    organization: &Tenant,
    agent_id: &str,
    version: &str,
    change_summary: &str,
    by: &User,
) -> Result<AgentVersion, Error> {
    organization
        .transaction(async |tx| {
            let agent = Agent::update(agent_id).set(Agent::CURRENT_VERSION, version).run(tx).await?;
            let earlier = AgentVersion::AGENT_ID.eq(agent_id).and(AgentVersion::IS_CURRENT.eq(true));
            AgentVersion::bulk_update().filter(earlier).set(AgentVersion::IS_CURRENT, false).run(tx).await?;
            AgentVersion::create(NewAgentVersion {
                agent_id: agent.id,
                version: version.to_owned(),
                config_yaml: agent.config_yaml,
                change_summary: change_summary.to_owned(),
                created_by: by.id.clone(),
            })
            .set(AgentVersion::IS_CURRENT, true)
            .run(tx)
            .await
        })
        .await
}

/// Moves an agent to a workspace and deploys its current version to the workspace's gateway. All of it, with the event
/// `agent.deployed`, is one transaction.
///
/// # Errors
/// [`Refused`], and then nothing has happened and nothing is sent.
pub async fn promote(organization: &Tenant, promotion: &Promotion<'_>) -> Result<GatewayDeployment, Refused> {
    organization.transaction(async |tx| promote_in(tx, promotion).await).await
}

async fn promote_in(
    tx: &Transaction<Tenant>,
    promotion: &Promotion<'_>,
) -> Result<GatewayDeployment, Refused> {
    let target = Workspace::read(promotion.workspace_id).run(tx).await?;
    // Two promotions of one agent come one after the other.
    let agent = Agent::read(promotion.agent_id).for_update().run(tx).await?;
    if target.promotion_from.as_ref() != Some(&agent.workspace_id) {
        return Err(Refused::NoWay);
    }
    is_scanned(tx, &agent).await?;
    if target.requires_approval {
        is_approved(tx, &agent, promotion.at).await?;
    }
    let gateway_id = target.gateway_id.ok_or(Refused::NoGateway)?;
    Agent::update(&agent.id)
        .set(Agent::WORKSPACE_ID, &target.id)
        .set(Agent::STATUS, AgentStatus::Active)
        .run(tx)
        .await?;
    let topic = "agent.deployed";
    let payload = json!({ "agent": agent.name, "version": agent.current_version, "workspace": target.name });
    tell(tx, &agent.organization_id, topic, payload).await?;
    let deployment = GatewayDeployment::create(NewGatewayDeployment {
        gateway_id,
        agent_id: agent.id,
        agent_version: agent.current_version,
        workspace_id: target.id,
        deployed_at: promotion.at,
        deployed_by: promotion.by.id.clone(),
    });
    let deployment = deployment.set(GatewayDeployment::WEIGHT, promotion.weight);
    Ok(deployment.set(GatewayDeployment::STATUS, DeploymentStatus::Active).run(tx).await?)
}

async fn is_scanned(tx: &Transaction<Tenant>, agent: &Agent) -> Result<(), Refused> {
    let passed = AgentVersion::AGENT_ID
        .eq(&agent.id)
        .and(AgentVersion::VERSION.eq(&agent.current_version))
        .and(AgentVersion::SECURITY_SCAN_STATUS.eq(ScanStatus::Passed));
    let passed = AgentVersion::count().filter(passed).run(tx).await?;
    if passed == 0 { Err(Refused::NotScanned) } else { Ok(()) }
}

/// What an approval is about: one version of one agent.
#[must_use]
pub fn subject(agent: &Agent) -> serde_json::Value {
    json!({ "version": agent.current_version })
}

async fn is_approved(tx: &Transaction<Tenant>, agent: &Agent, at: DateTime<Utc>) -> Result<(), Refused> {
    let approved = ApprovalRequest::RESOURCE_TYPE
        .eq(ApprovalResource::Agent)
        .and(ApprovalRequest::RESOURCE_ID.eq(&agent.id))
        .and(ApprovalRequest::ACTION.eq("promote"))
        .and(ApprovalRequest::CONTEXT.contains(subject(agent)))
        .and(ApprovalRequest::STATUS.eq(ApprovalStatus::Approved))
        .and(ApprovalRequest::EXPIRES_AT.gt(at));
    let approved = ApprovalRequest::count().filter(approved).run(tx).await?;
    if approved == 0 { Err(Refused::NotApproved) } else { Ok(()) }
}
