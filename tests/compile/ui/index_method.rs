use ennead::prelude::*;

#[model(global, index(email desc, method = gin), index(id, email, method = hash), index(email, method = btre), unique(email, method = gin))]
pub struct Plan {
    #[key]
    pub id: String,
    pub email: String,
}

fn main() {}
