use ennead::prelude::*;

#[model(global)]
pub struct Plan(#[key] pub String);

fn main() {}
