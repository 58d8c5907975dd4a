use ennead::prelude::*;

#[model(global)]
pub struct Plan<T> {
    #[key]
    pub id: T,
}

fn main() {}
