use ennead::prelude::*;

#[model(embed, table = "x", index(note))]
pub struct Meta {
    #[key]
    pub id: String,
    pub note: String,
}

fn main() {}
