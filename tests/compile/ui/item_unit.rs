use ennead::prelude::*;

#[model(global)]
pub struct Plan;

fn main() {}
