use ennead::prelude::*;

#[model(global)]
pub union Plan {
    pub id: u32,
}

fn main() {}
