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
    #[soft_delete(Status::Deleted, restore = Active)]
    pub a: Option<Status>,
}

#[model(global)]
pub struct Tariff {
    #[key]
    pub id: String,
    #[soft_delete("deleted")]
    pub a: String,
}

#[model(global)]
pub struct Price {
    #[key]
    pub id: String,
    #[soft_delete(true, restore = Active)]
    pub a: bool,
}

#[model(global)]
pub struct Fee {
    #[key]
    pub id: String,
    #[soft_delete(true, restored = Active)]
    pub a: bool,
}

#[model(global)]
pub struct Toll {
    #[key]
    pub id: String,
    #[soft_delete(Status::Deleted, restore = Active)]
    #[immutable]
    pub a: Status,
}

#[model(global)]
pub struct Tax {
    #[key]
    pub id: String,
    #[soft_delete(true)]
    pub a: bool,
    #[soft_delete(true)]
    pub b: bool,
}

fn main() {}
