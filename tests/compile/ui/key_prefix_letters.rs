use ennead::prelude::*;

#[model(global)]
pub struct Plan {
    #[key(prefix = "p:")]
    pub id: String,
}

fn main() {}
