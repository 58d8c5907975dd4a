//! Where agents run: a gateway, a workspace for development and one for production, a connector; and the endpoint that is told.

use ennead::prelude::*;
use ennead::{Encrypted, Json};
use serde_json::json;

use super::failure::{must, refusal};
use super::{Failure, Firm, Stage};
use crate::{
    Connector, EnvironmentType, Gateway, GatewayStatus, GatewayType, NewGateway, NewWebhookEndpoint,
    NewWorkspace, WebhookEndpoint, Workspace,
};

pub(super) async fn chapter(stage: &mut Stage, firms: &[Firm; 2]) -> Result<(), Failure> {
    stage.story.chapter("Gateways, workspaces, connectors, webhooks");
    for firm in firms {
        let gateway = Gateway::create(gateway(firm, "main"))
            .set(Gateway::STATUS, GatewayStatus::Running)
            .run(&firm.scope)
            .await?;
        workspaces(firm, &gateway).await?;
        connector(stage, firm).await?;
        endpoint(firm).await?;
        stage.step(
            firm,
            "runs the gateway main, with workspaces for development and, behind an approval, production",
        );
    }
    let [acme, globex] = firms;
    Gateway::create(gateway(acme, "europe")).run(&acme.scope).await?;
    let second = Gateway::create(gateway(globex, "europe")).run(&globex.scope).await;
    let text = refusal("a gateway too many", second)?;
    stage.step(globex, format!("adds a gateway, as Acme did: {text}"));
    Ok(())
}

fn gateway(firm: &Firm, name: &str) -> NewGateway {
    NewGateway {
        name: name.to_owned(),
        gateway_type: GatewayType::Shared,
        api_url: format!("https://{name}.{}.example", firm.facts.slug),
        api_port: 443,
        global_rate_limit: 600,
        per_agent_rate_limit: 60,
        per_user_rate_limit: 30,
    }
}

/// Agents are made in development, and go to production from there, behind an approval.
async fn workspaces(firm: &Firm, gateway: &Gateway) -> Result<(), Error> {
    let new = |name: &str, environment_type| NewWorkspace {
        name: name.to_owned(),
        environment_type,
        description: format!("{name} of {}", firm.facts.name),
        max_agents: 10,
        max_concurrent_executions: 4,
    };
    let scope = &firm.scope;
    let development = Workspace::create(new("development", EnvironmentType::Development));
    let development = development.set(Workspace::GATEWAY_ID, &gateway.id).run(scope).await?;
    Workspace::create(new("production", EnvironmentType::Production))
        .set(Workspace::GATEWAY_ID, &gateway.id)
        .set(Workspace::PROMOTION_FROM, development.id)
        .set(Workspace::REQUIRES_APPROVAL, true)
        .set(Workspace::REQUIRED_APPROVERS, Json(vec!["org_owner".to_owned()]))
        .run(scope)
        .await?;
    Ok(())
}

/// By name: the configuration goes in as JSON, and never comes out.
async fn connector(stage: &Stage, firm: &Firm) -> Result<(), Failure> {
    let password = format!("the-password-of-{}", firm.facts.slug);
    let new = json!({ "data": {
        "name": "crm", "connector_type": "salesforce", "last_test_status": "ok",
        "connection_config_encrypted": { "user": "api", "password": password },
        "allowed_operations": ["read"], "allowed_objects": ["Account", "Contact"],
    }});
    let row = stage.schema.node("CreateConnectorNode")?.run(&firm.scope, new).await?;
    must(!row.to_string().contains(&password), "the password of a connector is in no result")?;
    let stored = Connector::list().run(&firm.scope).await?;
    let config = stored[0].reveal(Connector::CONNECTION_CONFIG_ENCRYPTED, &firm.scope)?;
    must(config["password"] == password.as_str(), "it opens for the program")
}

/// The secret that signs is the receiver's too; here it stands encrypted.
async fn endpoint(firm: &Firm) -> Result<(), Error> {
    let new = NewWebhookEndpoint {
        name: "operations".to_owned(),
        url: firm.receiver.url(),
        secret: Encrypted::new(firm.secret.clone()),
    };
    let events = ["agent.deployed", "execution.failed"].map(str::to_owned);
    WebhookEndpoint::create(new).set(WebhookEndpoint::EVENTS, Json(events.to_vec())).run(&firm.scope).await?;
    Ok(())
}
