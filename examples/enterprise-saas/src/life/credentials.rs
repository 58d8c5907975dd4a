//! API keys: shown once, kept as a hash, and refused with one text for whatever reason.

use chrono::TimeDelta;
use ennead::Clock;
use ennead::prelude::*;
use serde_json::json;

use super::failure::{must, refusal};
use super::{Failure, Firm, Stage};
use crate::{APIKey, api_keys, issue};

pub(super) async fn chapter(stage: &mut Stage, firms: &[Firm; 2]) -> Result<(), Failure> {
    stage.story.chapter("API keys");
    for firm in firms {
        let (row, issued) = issue(&firm.scope, "ci", &["agent:read", "agent:execute"], None).await?;
        let key = issued.reveal();
        let listed = stage.schema.node("ListAPIKeyNode")?.run(&firm.scope, json!({})).await?;
        let listed = listed.to_string();
        must(listed.contains(issued.prefix()) && !listed.contains(key), "only the prefix is shown again")?;
        must(!listed.contains(&issued.hash()), "and the hash never")?;
        let verified = api_keys()?.verify(&stage.db, key, Some("agent:execute")).await?;
        must(verified.tenant.id() == firm.scope.id() && verified.id == row.id, "the key tells whose it is")?;
        stage
            .step(firm, "issues a key for its build server: shown once, and the organization is found by it");
    }
    refused(stage, &firms[0]).await
}

/// Expired, revoked, without the scope, unknown: one answer.
async fn refused(stage: &mut Stage, acme: &Firm) -> Result<(), Failure> {
    let keys = api_keys()?;
    let tomorrow = stage.clock.now() + TimeDelta::days(1);
    let (_, visitor) = issue(&acme.scope, "visitor", &["agent:read"], Some(tomorrow)).await?;
    let (row, lost) = issue(&acme.scope, "lost", &["agent:read"], None).await?;
    keys.verify(&stage.db, visitor.reveal(), Some("agent:read")).await?;
    APIKey::update(&row.id).set(APIKey::IS_ACTIVE, false).run(&acme.scope).await?;
    let scope = keys.verify(&stage.db, visitor.reveal(), Some("agent:execute")).await;
    stage.clock.pass(TimeDelta::days(1));
    let answers = [
        refusal("a scope that it lacks", scope)?,
        refusal("an expired key", keys.verify(&stage.db, visitor.reveal(), None).await)?,
        refusal("a revoked key", keys.verify(&stage.db, lost.reveal(), None).await)?,
        refusal("a key that never was", keys.verify(&stage.db, keys.generate().reveal(), None).await)?,
    ];
    must(answers.iter().all(|answer| *answer == answers[0]), "one answer for every refusal")?;
    stage.step(
        acme,
        format!(
            "has a key that expired, one that is revoked, one without the scope; a fourth is made up: {}, four times",
            answers[0]
        ),
    );
    Ok(())
}
