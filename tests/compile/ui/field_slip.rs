use ennead::prelude::*;

#[model(global)]
pub struct Plan {
    #[key]
    pub id: String,
    #[uniqe]
    pub email: String,
    #[creatd_at]
    pub at: i64,
}

fn main() {}
