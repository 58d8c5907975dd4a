use ennead::prelude::*;

#[derive(DbNewtype)]
pub struct A(String, String);

#[derive(DbNewtype)]
pub struct B {
    pub id: String,
}

#[derive(DbNewtype)]
pub enum C {
    X,
}

#[derive(DbNewtype)]
pub struct D<T>(T);

fn main() {}
