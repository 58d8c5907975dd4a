use ennead::prelude::*;

#[model(global)]
pub struct Plan {
    #[key]
    pub id: String,
    pub name: String,
}

fn main() {
    let _ = NewPlan {};
}
