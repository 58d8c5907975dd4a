use ennead::prelude::*;

#[model(tabel = "plans")]
pub struct Plan {
    pub id: u64,
    #[uniqe]
    pub email: String,
    #[default("x")]
    pub ok: bool,
}

pub fn used() {
    let _ = CreatePlanNode::from(NewPlan { id: 1, email: String::new() });
    let _ = Plan::EMAIL;
}

fn main() {}
