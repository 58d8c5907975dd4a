use ennead::prelude::*;

#[derive(DbNewtype, Clone)]
pub struct PlanId(pub i64);

#[model(global)]
pub struct Plan {
    #[key]
    pub id: PlanId,
}

fn main() {}
