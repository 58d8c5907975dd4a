use ennead::prelude::*;

#[model(global)]
pub struct Plan {
    #[key]
    pub id: String,
    pub a: Box<String>,
    pub b: std::collections::HashMap<String, String>,
    pub c: Vec<Option<i64>>,
    pub d: Option<Option<i64>>,
}

fn main() {}
