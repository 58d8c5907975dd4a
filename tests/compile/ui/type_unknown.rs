use ennead::prelude::*;

pub enum Status {
    On,
    Off,
}

#[model(global)]
pub struct Plan {
    #[key]
    pub id: String,
    pub status: Status,
}

fn main() {}
