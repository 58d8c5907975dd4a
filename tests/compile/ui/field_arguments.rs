use ennead::prelude::*;

#[model(global)]
pub struct Plan {
    #[key]
    pub id: String,
    #[hidden(yes)]
    pub a: String,
    #[check]
    pub b: String,
    #[index(name = "x")]
    pub c: String,
    #[embed = "x"]
    pub d: String,
}

fn main() {}
