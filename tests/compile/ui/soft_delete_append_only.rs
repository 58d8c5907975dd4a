use ennead::prelude::*;

#[model(global, append_only)]
pub struct Plan {
    #[key]
    pub id: String,
    #[soft_delete(true)]
    pub gone: bool,
}

fn main() {}
