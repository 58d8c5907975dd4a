use ennead::prelude::*;

#[model(global)]
pub struct Person {
    #[key]
    pub id: String,
    #[references(Person, name = above)]
    pub manager_id: Option<String>,
    #[references(Person, name = above)]
    pub mentor_id: Option<String>,
    pub friend: String,
    #[references(Person)]
    pub friend_id: Option<String>,
}

fn main() {}
