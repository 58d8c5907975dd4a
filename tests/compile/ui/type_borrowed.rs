use ennead::prelude::*;

#[model(global)]
pub struct Plan {
    #[key]
    pub id: String,
    pub a: &'static str,
    pub b: char,
    pub c: [u8; 16],
    pub d: (i32, i32),
}

fn main() {}
