use ennead::prelude::*;

#[model(global)]
pub struct Plan {
    #[key]
    pub id: String,
    #[cfg_attr(all(), unique)]
    pub email: String,
}

fn main() {}
