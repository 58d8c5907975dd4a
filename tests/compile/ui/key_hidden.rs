use ennead::prelude::*;

#[model(global)]
pub struct Plan {
    #[key]
    #[hidden]
    pub id: String,
}

fn main() {}
