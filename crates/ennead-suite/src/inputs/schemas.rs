//! What a node's JSON Schema takes and refuses is what the node takes and refuses.

use jsonschema::Validator;
use serde_json::Value as Json;

use super::models::World;
use super::shapes::params;
use super::spoil::spoil;
use crate::Bed;
use crate::draw::Draw;
use crate::tenancy::recorder::statements;

/// How many parameters are tried for each node.
const DRAWS: usize = 60;

/// What a node refuses and a JSON Schema cannot: a part of the node's message, and why.
const BEYOND_SCHEMAS: &[(&str, &str)] = &[
    ("another tenant", "a schema is of the model, and does not know the scope's tenant"),
    ("the cursor does not belong", "a cursor is sealed over scope, filter and order"),
    ("digits behind the point", "digits of numbers and texts are not counted by a schema exactly"),
    ("digits before the point", "digits of numbers and texts are not counted by a schema exactly"),
    ("not a decimal of at most 28 digits", "digits of numbers and texts are not counted by a schema exactly"),
    ("out of range for", "a whole number that is written as a float beyond 2^53 is another one than it says"),
    (
        "expected a whole number",
        "a whole number that is written as a float beyond 2^53 is another one than it says",
    ),
    ("nested deeper than", "a schema has no depth"),
    ("JSON of another shape", "a schema knows the kind of a `Json<T>`, and not what its type reads"),
    ("NUL character", "inside JSON of a JSON field: the schema would be one of JSON itself"),
    ("a pattern holds at most", "a schema counts characters, not bytes"),
    ("is set twice", "names in two objects, or in an array and an object"),
    ("is included twice", "a relation by its name, and again in an object of names"),
    ("sets nothing", "where `data` holds the scope's own tenant and nothing else"),
    (
        "is not among the columns of `group_by`",
        "groups are ordered by their own fields, which `group_by` names",
    ),
    ("of all rows or of none", "what one row gives depends on the other rows"),
];

fn validator(schema: &Json) -> Validator {
    jsonschema::draft202012::new(schema).unwrap()
}

async fn schemas_and_nodes_agree(bed: Bed) {
    let world = World::new(&bed).await;
    let (mut draw, mut wrong) = (Draw::default(), Vec::new());
    let (mut tried, mut refused, mut beyond) = (0, 0, vec![0; BEYOND_SCHEMAS.len()]);
    for info in world.schema.nodes() {
        let node = world.schema.node(&info.name).unwrap();
        let (takes, gives) = (validator(&info.parameters), validator(&info.result));
        for turn in 0..DRAWS {
            let mut params = params(&mut draw, &node);
            let spoiled = turn % 3;
            (0..spoiled).for_each(|_| spoil(&mut draw, &mut params));
            let mut outcome = None;
            let sent = statements(async { outcome = Some(world.run(&node, params.clone()).await) }).await;
            let (outcome, valid) = (outcome.unwrap(), takes.is_valid(&params));
            tried += 1;
            match &outcome {
                Ok(result) => {
                    if let Some(error) = gives.iter_errors(result).next() {
                        wrong.push(format!("{} {params} gave {result}: {error}", info.name));
                    }
                }
                Err(error) if is_refusal(error) => {
                    refused += 1;
                    if !sent.is_empty() {
                        wrong.push(format!("{} {params}: {error}, after {sent:?}", info.name));
                    }
                    if valid {
                        let text = error.to_string();
                        let known = BEYOND_SCHEMAS.iter().position(|(part, _)| text.contains(part));
                        match known {
                            Some(at) => beyond[at] += 1,
                            None => panic!(
                                "the schema of {} takes {params}, the node does not: {text}",
                                info.name
                            ),
                        }
                    }
                    continue;
                }
                Err(error) => {
                    if !typed(error) {
                        wrong.push(format!("{} {params}: {error:?}", info.name));
                    }
                }
            }
            if !valid {
                let why = takes.iter_errors(&params).map(|error| error.to_string()).collect::<Vec<_>>();
                wrong.push(format!("{} takes {params}, its schema does not: {why:?}", info.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {tried}:\n{}", wrong.len(), wrong.join("\n"));
    println!("{}: {tried} parameters, {refused} of them refused", bed.kind());
    for ((part, why), number) in BEYOND_SCHEMAS.iter().zip(beyond) {
        println!("{number:>6} beyond schemas: {part:?}, since {why}");
    }
}

/// Whether the parameters were refused: a sum that no column or no value holds, and a path that leads nowhere, are only known
/// when the row is there.
pub(super) fn is_refusal(error: &ennead::Error) -> bool {
    let text = error.to_string();
    let late = text.contains("is out of range for its column")
        || text.contains("the sum is out of range")
        || text.contains("the path [")
        || text.contains("the changes at its paths would leave");
    error.is_invalid_input() && !late
}

/// Whether an error is of the kinds that right parameters may give.
pub(super) fn typed(error: &ennead::Error) -> bool {
    (error.is_invalid_input() && !is_refusal(error))
        || error.is_not_found()
        // A key of `Counted` was given as the greatest integer, and SQLite counts on from it.
        || error.to_string().contains("database or disk is full")
        || error.is_unique_violation()
        || error.is_foreign_key_violation()
        || error.is_check_violation()
        || error.is_conflict()
        || error.is_unsupported()
}

crate::cases![schemas_and_nodes_agree];
