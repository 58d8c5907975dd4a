use ennead::prelude::*;

#[model(global, index(email, methd = gin), index(email down))]
pub struct Plan {
    #[key]
    pub id: String,
    pub email: String,
}

fn main() {}
