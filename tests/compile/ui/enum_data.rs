use ennead::prelude::*;

#[derive(DbEnum, Clone, Copy)]
pub enum Tier {
    Free,
    Paid(i64),
}

fn main() {}
