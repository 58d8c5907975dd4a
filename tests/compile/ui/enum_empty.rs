use ennead::prelude::*;

#[derive(DbEnum, Clone, Copy)]
pub enum Tier {}

fn main() {}
