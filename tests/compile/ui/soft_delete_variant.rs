use ennead::prelude::*;

#[derive(DbEnum, Clone, Copy)]
pub enum Status {
    Active,
    Deleted,
}

#[model(global)]
pub struct Plan {
    #[key]
    pub id: String,
    #[soft_delete(Status::Gone, restore = Active)]
    pub a: Status,
}

fn main() {}
