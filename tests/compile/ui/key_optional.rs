use ennead::prelude::*;

#[model(global)]
pub struct Plan {
    #[key]
    pub id: Option<String>,
}

fn main() {}
