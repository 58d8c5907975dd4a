use ennead::prelude::*;

#[model(global)]
pub struct Plan {
    #[key]
    pub id: String,
    #[default("x")]
    pub a: bool,
    #[default(1)]
    pub b: String,
    #[default(true)]
    pub c: i64,
    #[default(0.5)]
    pub d: i64,
    #[default(9223372036854775808)]
    pub e: i64,
}

fn main() {}
