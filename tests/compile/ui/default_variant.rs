use ennead::prelude::*;

#[derive(DbEnum, Clone, Copy)]
pub enum Status {
    On,
}

#[derive(DbEnum, Clone, Copy)]
pub enum Other {
    On,
}

#[model(global)]
pub struct Plan {
    #[key]
    pub id: String,
    #[default(Other::On)]
    pub status: Status,
}

fn main() {}
