use ennead::prelude::*;

#[model(global)]
pub struct Plan {
    #[key]
    pub id: bool,
}

fn main() {}
