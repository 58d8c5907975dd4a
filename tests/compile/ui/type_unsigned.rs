use ennead::prelude::*;

#[model(global)]
pub struct Plan {
    #[key]
    pub id: String,
    pub a: u64,
    pub b: Option<u32>,
    pub c: Vec<u64>,
    pub d: usize,
}

fn main() {}
