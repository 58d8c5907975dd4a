use ennead::prelude::*;

#[model(global)]
pub struct Plan {
    #[key]
    pub id: String,
    #[key]
    pub other: String,
}

fn main() {}
