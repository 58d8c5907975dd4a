use ennead::prelude::*;

#[model(global)]
#[index(name)]
pub struct Plan {
    #[key]
    pub id: String,
    pub name: String,
}

fn main() {}
