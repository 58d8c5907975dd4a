use ennead::prelude::*;

#[model(global)]
pub enum Plan {
    Free,
    Paid,
}

fn main() {}
