use ennead::prelude::*;

#[derive(DbEnum, Clone, Copy)]
pub struct Tier;

fn main() {}
