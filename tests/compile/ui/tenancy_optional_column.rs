use ennead::prelude::*;

#[model(table = "plans")]
pub struct Plan {
    #[key]
    pub id: String,
    #[tenant]
    pub organization_id: Option<String>,
}

fn main() {}
