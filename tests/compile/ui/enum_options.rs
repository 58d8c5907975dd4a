use ennead::prelude::*;

#[derive(DbEnum, Clone, Copy)]
#[db_enum(nativ, rename = "x")]
pub enum Tier {
    #[db_enum(renamed = "f")]
    Free,
}

#[derive(DbEnum, Clone, Copy)]
#[db_enum(name = "x")]
pub enum Other {
    Free,
}

fn main() {}
