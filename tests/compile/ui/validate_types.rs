use ennead::prelude::*;

#[derive(DbNewtype, Clone)]
pub struct Points(pub i64);

fn of_a_text(_: &str) -> Result<(), String> {
    Ok(())
}

#[model(global)]
pub struct Plan {
    #[key]
    pub id: String,
    #[validate(email)]
    pub points: Points,
    #[validate(custom = of_a_text)]
    pub number: i64,
    #[validate(custom = nobody)]
    pub name: String,
}

fn main() {}
