use ennead::prelude::*;

#[model(globl)]
pub struct Plan {
    #[key]
    pub id: String,
}

fn main() {}
