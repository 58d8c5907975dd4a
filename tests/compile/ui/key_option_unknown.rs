use ennead::prelude::*;

#[model(global)]
pub struct Plan {
    #[key(prefx = "p-")]
    pub id: String,
}

fn main() {}
