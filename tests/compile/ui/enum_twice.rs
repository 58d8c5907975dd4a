use ennead::prelude::*;

#[derive(DbEnum, Clone, Copy)]
pub enum Tier {
    Free,
    #[db_enum(rename = "free")]
    Gratis,
}

fn main() {}
