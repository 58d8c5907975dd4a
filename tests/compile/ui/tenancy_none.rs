use ennead::prelude::*;

#[model(table = "plans")]
pub struct Plan {
    #[key]
    pub id: String,
    pub name: String,
}

fn main() {}
