use uuid::Uuid;

use ennead::prelude::*;

#[model(global)]
pub struct Plan {
    #[key(prefix = "p-")]
    pub id: Uuid,
}

fn main() {}
