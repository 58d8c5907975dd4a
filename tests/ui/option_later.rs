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

#[model(global, append_only)]
pub struct Other {
    #[key]
    pub id: String,
}

fn main() {}
