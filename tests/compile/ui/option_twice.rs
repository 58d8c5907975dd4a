use ennead::prelude::*;

#[model(global, table = "a", table = "b")]
pub struct Plan {
    #[key]
    pub id: String,
}

fn main() {}
