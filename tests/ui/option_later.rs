use ennead::prelude::*;

#[model(global)]
pub struct Plan {
    #[key]
    pub id: String,
    #[soft_delete]
    pub b: String,
}

fn main() {}
