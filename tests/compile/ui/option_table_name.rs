use ennead::prelude::*;

#[model(global, table = "")]
pub struct Plan {
    #[key]
    pub id: String,
}

#[model(global, table = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")]
pub struct Other {
    #[key]
    pub id: String,
}

fn main() {}
