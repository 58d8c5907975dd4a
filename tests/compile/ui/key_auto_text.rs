use ennead::prelude::*;

#[model(global)]
pub struct Plan {
    #[key(auto)]
    pub id: String,
}

fn main() {}
