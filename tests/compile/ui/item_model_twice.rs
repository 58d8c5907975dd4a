use ennead::prelude::*;

#[model(global)]
#[model(table = "plans")]
pub struct Plan {
    #[key]
    pub id: String,
}

fn main() {}
