use ennead::prelude::*;

#[model(global, index(), index)]
pub struct Plan {
    #[key]
    pub id: String,
}

fn main() {}
