//! Single sign-on: a configuration that is encrypted, and who comes in by it.

use std::collections::BTreeMap;

use ennead::prelude::*;
use ennead::{Encrypted, Json};
use serde_json::json;

use super::failure::{must, refusal};
use super::{Failure, Firm, Stage};
use crate::{NewSSOConfiguration, SSOConfiguration, SSOProvider, sign_in};

pub(super) async fn chapter(stage: &mut Stage, firms: &[Firm; 2]) -> Result<(), Failure> {
    stage.story.chapter("Single sign-on");
    let [acme, globex] = firms;
    let okta = configure(acme, SSOProvider::Okta, true).await?;
    stage.step(acme, "signs on by okta: the client secret is encrypted under the organization and the row");
    hidden(stage, acme, &okta).await?;
    comes_in(stage, acme, &okta).await?;
    let google = configure(globex, SSOProvider::Google, false).await?;
    stage.step(globex, "signs on by google, and makes no users by it");
    let new = sign_in(&globex.scope, &google.id, "ike@globex.example", "Ike Ito", &[]).await;
    let text = refusal("a user who was not invited", new)?;
    stage.step(globex, format!("Ike Ito comes, whom nobody invited: {text}"));
    // What Globex copies out of Acme's row opens nowhere else.
    let moved = SSOConfiguration { config_encrypted: okta.config_encrypted.clone(), ..google };
    let opened = moved.reveal(SSOConfiguration::CONFIG_ENCRYPTED, &globex.scope);
    let text = refusal("a secret in another organization's row", opened)?;
    stage.step(globex, format!("opens the encrypted bytes of Acme: {text}"));
    Ok(())
}

async fn configure(firm: &Firm, provider: SSOProvider, jit: bool) -> Result<SSOConfiguration, Error> {
    let config = json!({ "client_id": firm.facts.slug, "client_secret": secret(firm) });
    let mappings = BTreeMap::from([(format!("{}-Developers", firm.facts.name), "developer".to_owned())]);
    SSOConfiguration::create(NewSSOConfiguration {
        provider_type: provider,
        name: provider.db_name().to_owned(),
        config_encrypted: Encrypted::new(config),
    })
    .set(SSOConfiguration::JIT_ENABLED, jit)
    .set(SSOConfiguration::ROLE_MAPPINGS, Json(mappings))
    .set(SSOConfiguration::ALLOWED_DOMAINS, Json(vec![format!("{}.example", firm.facts.slug)]))
    .run(&firm.scope)
    .await
}

fn secret(firm: &Firm) -> String {
    format!("the-client-secret-of-{}", firm.facts.slug)
}

/// By name the configuration is never there; `reveal` opens it for the program.
async fn hidden(stage: &mut Stage, firm: &Firm, provider: &SSOConfiguration) -> Result<(), Failure> {
    let read = stage.schema.node("ReadSSOConfigurationNode")?;
    let row = read.run(&firm.scope, json!({ "id": provider.id })).await?;
    must(row["name"] == "okta" && !row.to_string().contains(&secret(firm)), "the secret is in no result")?;
    must(!format!("{provider:?}").contains(&secret(firm)), "nor in Debug")?;
    let revealed = provider.reveal(SSOConfiguration::CONFIG_ENCRYPTED, &firm.scope)?;
    must(revealed["client_secret"] == secret(firm), "the program opens it")?;
    stage.step(firm, "by name the row is read without it; the program opens it where it signs users in");
    Ok(())
}

async fn comes_in(stage: &mut Stage, firm: &Firm, provider: &SSOConfiguration) -> Result<(), Failure> {
    let groups = ["Everyone", "Acme-Developers"];
    let dot = sign_in(&firm.scope, &provider.id, &firm.facts.email("dot"), "Dot Dale", &groups).await?;
    stage.step(firm, format!("Dot Dale signs in for the first time, and is a {}", dot.role.db_name()));
    let bo = sign_in(&firm.scope, &provider.id, &firm.facts.email("bo"), "Bo Baker", &groups).await?;
    must(bo.id == firm.user("bo").await?.id, "Bo is the same user")?;
    let stranger = sign_in(&firm.scope, &provider.id, "eve@evil.example", "Eve", &groups).await;
    let text = refusal("an address of another domain", stranger)?;
    stage.step(firm, format!("eve@evil.example signs in: {text}"));
    Ok(())
}
