use ennead::prelude::*;

#[model(global)]
pub struct Plan {
    #[key]
    pub id: String,
    #[soft_delete]
    pub b: bool,
}

#[model(global, soft_delete)]
pub struct Tariff {
    #[key]
    pub id: String,
}

#[model(global)]
#[soft_delete]
pub struct Price {
    #[key]
    pub id: String,
}

fn main() {}
