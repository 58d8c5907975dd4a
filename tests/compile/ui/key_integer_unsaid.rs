use ennead::prelude::*;

#[model(global)]
pub struct Plan {
    #[key]
    pub id: i64,
}

fn main() {}
