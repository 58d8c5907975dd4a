use ennead::prelude::*;

#[model(global, audited)]
pub struct Plan {
    #[key]
    pub id: String,
    #[validate(email)]
    pub a: String,
    #[soft_delete]
    pub b: String,
}

fn main() {}
