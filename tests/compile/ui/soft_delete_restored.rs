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
    #[soft_delete(Status::Deleted)]
    pub a: Status,
}

#[model(global)]
pub struct Tariff {
    #[key]
    pub id: String,
    #[soft_delete(Status::Deleted, restore = Deleted)]
    pub a: Status,
}

#[model(global)]
pub struct Price {
    #[key]
    pub id: String,
    #[default(Status::Deleted)]
    #[soft_delete(Status::Deleted)]
    pub a: Status,
}

#[model(global)]
pub struct Fee {
    #[key]
    pub id: String,
    #[default(false)]
    #[soft_delete(false)]
    pub is_active: bool,
}

fn main() {}
