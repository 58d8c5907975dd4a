use ennead::prelude::*;
use ennead::{Encrypted, Json};
use serde_json::Value;
use uuid::Uuid;

#[model]
struct Agent {
    #[key]
    id: String,
    #[tenant]
    org: String,
}

#[model]
struct Plan {
    #[key]
    id: String,
    #[tenant]
    org: String,
    #[references_each]
    none: Value,
    #[references_each(name = agents)]
    unnamed: Value,
    #[references_each(Agent, inverse = plans)]
    back_ids: Value,
    #[references_each(Agent)]
    one_id: String,
    #[references_each(Agent)]
    sealed_ids: Encrypted<Value>,
    #[references_each(Agent)]
    #[references(Agent)]
    both_ids: Json<Vec<String>>,
    #[references_each(Agent)]
    #[generated("'[]'")]
    made_ids: Value,
    #[reference_each(Agent)]
    slipped_ids: Vec<Uuid>,
}

fn main() {}
