use ennead::prelude::*;

#[derive(DbNewtype)]
pub struct A(u64);

#[derive(DbNewtype)]
pub struct B(Option<String>);

fn main() {}
