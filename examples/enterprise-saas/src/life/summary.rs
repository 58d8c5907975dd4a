//! What each organization sees at the end: how many rows of every model, and none of the other's.

use std::collections::BTreeSet;

use ennead::prelude::*;
use ennead::{ModelDef, NodeScope};
use serde_json::{Value, json};

use super::failure::must;
use super::{Failure, Firm, Stage};

pub(super) async fn chapter(stage: &mut Stage, firms: &[Firm; 2]) -> Result<(), Failure> {
    stage.story.chapter("What each organization sees");
    let [acme, globex] = firms;
    let across = stage.db.across_tenants("the summary: all rows of both organizations");
    stage.story.line(format_args!("  {:<20} {:>6} {:>6} {:>9}", "", "Acme", "Globex", "together"));
    let (mut asked, mut rows) = ([0, 0], [0, 0]);
    for model in stage.schema.models().to_vec() {
        let ids = [ids(stage, model, &acme.scope).await?, ids(stage, model, &globex.scope).await?];
        let all = count(stage, model, &across).await?;
        must(ids[0].len() + ids[1].len() == all, format!("{}: every row is somebody's", model.name))?;
        must(ids[0].is_disjoint(&ids[1]), format!("{}: and nobody else's", model.name))?;
        asked[0] += unseen(stage, model, &acme.scope, &ids[1]).await?;
        asked[1] += unseen(stage, model, &globex.scope, &ids[0]).await?;
        rows = [rows[0] + ids[0].len(), rows[1] + ids[1].len()];
        let line = format!("  {:<20} {:>6} {:>6} {:>9}", model.name, ids[0].len(), ids[1].len(), all);
        stage.story.line(line);
    }
    let line = format!("  {:<20} {:>6} {:>6} {:>9}", "all rows", rows[0], rows[1], rows[0] + rows[1]);
    stage.story.line(line);
    must(asked == [rows[1], rows[0]], "each asked for every row of the other")?;
    for (firm, other, asked) in [(acme, globex, asked[0]), (globex, acme, asked[1])] {
        stage.step(
            firm,
            format!(
                "asks for each of the {asked} rows of {} by its key: not found, {asked} times",
                other.facts.name
            ),
        );
    }
    Ok(())
}

async fn run(
    stage: &Stage,
    node: &str,
    model: &ModelDef,
    scope: &impl NodeScope,
    params: Value,
) -> Result<Value, Error> {
    stage.schema.node(&format!("{node}{}Node", model.name))?.run(scope, params).await
}

async fn count(stage: &Stage, model: &ModelDef, scope: &impl NodeScope) -> Result<usize, Failure> {
    let counted = run(stage, "Count", model, scope, json!({})).await?;
    Ok(counted["count"].as_u64().and_then(|count| usize::try_from(count).ok()).unwrap_or_default())
}

/// The keys of all rows that the scope sees, as JSON.
async fn ids(stage: &Stage, model: &ModelDef, scope: &Tenant) -> Result<BTreeSet<String>, Failure> {
    let listed = run(stage, "List", model, scope, json!({ "fields": ["id"], "limit": 1000 })).await?;
    let ids: BTreeSet<_> = listed.as_array().into_iter().flatten().map(|row| row["id"].to_string()).collect();
    must(
        ids.len() == count(stage, model, scope).await?,
        format!("{}: what is listed is counted", model.name),
    )?;
    Ok(ids)
}

/// Asks for each of these rows, and finds none; how many were asked for.
async fn unseen(
    stage: &Stage,
    model: &ModelDef,
    scope: &Tenant,
    ids: &BTreeSet<String>,
) -> Result<usize, Failure> {
    for id in ids {
        let id: Value = serde_json::from_str(id).unwrap_or_default();
        match run(stage, "Read", model, scope, json!({ "id": id })).await {
            Err(error) if error.is_not_found() => {}
            Err(error) => return Err(error.into()),
            Ok(_) => return Err(Failure::Broken(format!("a foreign {} was read", model.name))),
        }
    }
    Ok(ids.len())
}
