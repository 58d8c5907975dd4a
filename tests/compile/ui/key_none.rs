use ennead::prelude::*;

#[model(global)]
pub struct Plan {
    pub name: String,
}

fn main() {}
