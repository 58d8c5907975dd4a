use ennead::prelude::*;

#[derive(DbEnum)]
pub enum Tier {
    Free,
}

fn main() {}
