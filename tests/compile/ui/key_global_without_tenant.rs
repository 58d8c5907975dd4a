use ennead::prelude::*;

#[model(global, key = "global")]
pub struct Plan {
    #[key]
    pub id: String,
}

fn main() {}
