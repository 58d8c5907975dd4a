use ennead::prelude::*;

#[model(global)]
pub struct Plan<'a> {
    #[key]
    pub id: &'a str,
}

fn main() {}
