use ennead::prelude::*;

#[model(global)]
pub struct Plan {
    #[key]
    pub id: String,
    #[unique]
    #[unique(global)]
    pub email: String,
}

fn main() {}
