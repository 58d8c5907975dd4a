use ennead::prelude::*;

#[model(global, index(emial), unique(id, nothing_like_it))]
pub struct Plan {
    #[key]
    pub id: String,
    pub email: String,
}

fn main() {}
