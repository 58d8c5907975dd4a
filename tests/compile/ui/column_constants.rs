use ennead::prelude::*;

#[model(global)]
pub struct Plan {
    #[key]
    pub id: String,
    pub a: i64,
    #[allow(non_snake_case)]
    pub A: i64,
}

fn main() {}
