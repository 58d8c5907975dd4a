use ennead::prelude::*;

#[model(global)]
pub struct Plan {
    #[key(assigned, prefix = "p-")]
    pub id: String,
}

fn main() {}
