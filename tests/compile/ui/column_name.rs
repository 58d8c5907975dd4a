use ennead::prelude::*;

#[model(global)]
pub struct Plan {
    #[key]
    pub id: String,
    #[column(name = "")]
    pub a: i64,
    #[column(name = "id")]
    pub b: i64,
    #[column(nam = "x")]
    pub c: i64,
}

fn main() {}
