use ennead::prelude::*;

#[model(global)]
pub struct Plan {
    #[key]
    pub id: String,
    #[version]
    pub version: String,
}

fn main() {}
