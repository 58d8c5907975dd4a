use ennead::prelude::*;

#[model(global)]
pub struct Plan {
    #[key]
    pub id: String,
    #[version]
    #[immutable]
    pub version: i64,
}

fn main() {}
