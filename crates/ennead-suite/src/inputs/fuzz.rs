//! Parameters, bodies and workflows, spoiled again and again: nothing panics, what is refused was never sent, and what
//! fails fails with a typed error.

use std::time::{Duration, Instant};

use axum::body::{Body, to_bytes};
use axum::http::Request;
use axum::http::request::Parts;
use ennead::http::Caller;
use ennead::prelude::*;
use serde_json::{Value as Json, json};
use tower::ServiceExt;

use super::models::World;
use super::schemas::{is_refusal, typed};
use super::shapes::params;
use super::spoil::spoil;
use crate::Bed;
use crate::draw::Draw;
use crate::tenancy::recorder::statements;

/// How an input ended.
#[derive(Debug)]
pub(super) enum Ended {
    Done,
    /// Refused, and why.
    Invalid(String),
    /// The database was asked, and the error is a typed one.
    Fails(String),
}

fn ended(error: &Error) -> Ended {
    assert!(is_refusal(error) || typed(error), "an error of a kind that no input should make: {error:?}");
    let text = error.to_string();
    if is_refusal(error) { Ended::Invalid(text) } else { Ended::Fails(text) }
}

/// Runs a node, or a whole workflow under the name `Workflow`.
pub(super) async fn execute(world: &World, name: &str, params: Json) -> Ended {
    let done = if name == "Workflow" {
        workflow(world, params).await
    } else {
        world.run(&world.schema.node(name).unwrap(), params).await.map(|_| ())
    };
    done.map_or_else(|error| ended(&error), |()| Ended::Done)
}

async fn workflow(world: &World, json: Json) -> Result<(), Error> {
    let built = WorkflowBuilder::from_value(json)?.build(&world.schema)?;
    let results = Runtime::new(&world.schema).execute(&built, &world.tenant).await;
    results.map(|_| ())
}

/// All nodes over HTTP.
pub(super) fn router(world: &World) -> axum::Router {
    let names = world.nodes.iter().map(ennead::Node::name);
    ennead::http::router(world.schema.clone(), world.db.clone(), async |_: &Parts| Caller::of("acme"))
        .nodes(names)
        .build()
        .unwrap()
}

/// Sends a body to a node, or to the workflows.
pub(super) async fn post(router: &axum::Router, name: &str, body: Vec<u8>) -> Ended {
    let path = if name == "Workflow" { "/workflows".to_owned() } else { format!("/nodes/{name}") };
    let request =
        Request::post(path).header("content-type", "application/json").body(Body::from(body)).unwrap();
    let response = router.clone().oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    let json: Json = serde_json::from_slice(&bytes).unwrap();
    match status {
        200 => Ended::Done,
        400 if json["detail"].as_str().unwrap().contains("is out of range for its column") => {
            Ended::Fails(json.to_string())
        }
        400 | 413 => Ended::Invalid(json["detail"].as_str().unwrap().to_owned()),
        404 | 409 | 422 | 501 => Ended::Fails(json.to_string()),
        // What the database says is kept from clients: see `typed`.
        500 if name.contains("Counted") || name == "Workflow" => Ended::Fails(json.to_string()),
        _ => panic!("{name}: {status} {json}"),
    }
}

/// A workflow of a few nodes with connections, conditions and loops between them.
fn draw_workflow(draw: &mut Draw, world: &World) -> Json {
    let count = 1 + draw.below(4);
    let mut steps = Vec::new();
    let mut connections = Vec::new();
    for at in 0..count {
        let node = &world.nodes[draw.below(world.nodes.len())];
        let mut step = json!({ "id": format!("n{at}"), "node": node.name(), "params": params(draw, node) });
        if at > 0 && draw.any() {
            let from = format!("n{}", draw.below(at));
            let output = draw.of(&["id", "", "0.id", "ids", "affected", "count", "0", "items.0.id"]);
            match draw.below(3) {
                0 => {
                    let is = draw.of(&[
                        json!(1),
                        json!({ "$gt": 0 }),
                        json!({ "$exists": true }),
                        json!({ "$in": [] }),
                    ]);
                    step["only_if"] = json!({ "from": from, "output": output, "is": is });
                }
                1 => {
                    step["for_each"] =
                        json!({ "from": from, "output": output, "item": "id", "parameter": "id" });
                }
                _ => {
                    let parameter = draw.of(&["id", "data.name", "filter.id", "ids", "limit", "data"]);
                    connections.push(json!({ "from": from, "output": output, "to": format!("n{at}"), "parameter": parameter }));
                }
            }
        }
        steps.push(step);
    }
    json!({ "nodes": steps, "connections": connections, "transactional": draw.any::<bool>() })
}

/// Spoils the text itself: bytes go, come twice, or become others.
fn spoil_text(draw: &mut Draw, text: &mut Vec<u8>) {
    if text.is_empty() {
        return;
    }
    let at = draw.below(text.len());
    let length = draw.below(12).min(text.len() - at);
    match draw.below(6) {
        0 => text.truncate(at),
        1 => {
            text.drain(at..at + length);
        }
        2 => {
            let part = text[at..at + length].to_vec();
            text.splice(at..at, part);
        }
        3 => text[at] = draw.any::<Vec<u8>>().first().copied().unwrap_or(b'"'),
        _ => {
            let odd = draw.of(&[
                "1e400",
                "-1e400",
                "-0.0",
                "9007199254740993",
                "18446744073709551616",
                "\\ud800",
                "\\u0000",
                "[[[[",
                "{\"a\":",
                "NaN",
                "null",
                ",",
                "\"id\":1,",
                "\u{feff}",
                "//",
                "'",
            ]);
            text.splice(at..at, odd.bytes());
        }
    }
}

/// One input; the text of what went wrong is what the panic says.
async fn one(draw: &mut Draw, world: &World, router: &axum::Router, tally: &mut [usize; 3]) {
    let (name, mut input) = if draw.below(4) == 0 {
        ("Workflow".to_owned(), draw_workflow(draw, world))
    } else {
        let node = &world.nodes[draw.below(world.nodes.len())];
        (node.name(), params(draw, node))
    };
    (0..draw.below(4)).for_each(|_| spoil(draw, &mut input));
    let mut ended = None;
    let shown = format!("{name} {input}");
    let sent = if draw.below(3) == 0 {
        let mut body = input.to_string().into_bytes();
        (0..draw.below(3)).for_each(|_| spoil_text(draw, &mut body));
        statements(async { ended = Some(post(router, &name, body).await) }).await
    } else {
        statements(async { ended = Some(execute(world, &name, input).await) }).await
    };
    let ended = ended.unwrap_or_else(|| panic!("nothing came of {shown}"));
    match ended {
        Ended::Done => tally[0] += 1,
        Ended::Invalid(text) => {
            tally[1] += 1;
            // A workflow's first nodes may have run before the one that is refused.
            assert!(sent.is_empty() || name == "Workflow", "{shown}: {text}, after {sent:?}");
        }
        Ended::Fails(_) => tally[2] += 1,
    }
}

async fn hundreds_of_spoiled_inputs_end_well(bed: Bed) {
    let world = World::new(&bed).await;
    let (router, mut tally) = (router(&world), [0; 3]);
    let mut draw = Draw::seeded(1);
    for _ in 0..400 {
        one(&mut draw, &world, &router, &mut tally).await;
    }
    assert!(tally.iter().all(|number| *number > 10), "done, invalid, failing: {tally:?}");
}

/// A minute long, or as many seconds as ENNEAD_FUZZ_SECONDS says; each seed that fails is told and can be tried again with
/// ENNEAD_FUZZ_SEED.
async fn spoiled_inputs_end_well_for_a_minute(bed: Bed) {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let end = Instant::now() + Duration::from_secs(number("ENNEAD_FUZZ_SECONDS").unwrap_or(60));
    let first = number("ENNEAD_FUZZ_SEED").unwrap_or_else(rand_seed);
    let world = std::sync::Arc::new(World::new(&bed).await);
    let router = router(&world);
    let (mut inputs, mut failed) = (0_u64, Vec::new());
    for seed in first.. {
        if Instant::now() > end || failed.len() >= 20 {
            break;
        }
        let (world, router) = (std::sync::Arc::clone(&world), router.clone());
        let run = tokio::spawn(async move {
            let (mut tally, mut draw) = ([0; 3], Draw::seeded(seed));
            for _ in 0..50 {
                one(&mut draw, &world, &router, &mut tally).await;
            }
        });
        match run.await {
            Ok(()) => inputs += 50,
            Err(_) => failed.push(seed),
        }
    }
    println!("{}: {inputs} inputs from seed {first}, {} seeds failed", bed.kind(), failed.len());
    assert!(failed.is_empty(), "seeds that failed: {failed:?}");
}

/// Another one each time.
fn rand_seed() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    since.as_secs() % 1_000_000 * 1000
}

crate::cases![
    hundreds_of_spoiled_inputs_end_well,
    spoiled_inputs_end_well_for_a_minute[crate::Unless::Asked],
];
