use ennead::prelude::*;

#[derive(DbEnum, Clone, Copy)]
pub enum Tier<T> {
    Free,
    Paid(T),
}

fn main() {}
