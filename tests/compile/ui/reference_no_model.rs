use ennead::prelude::*;

#[model(global)]
pub struct Plan {
    #[key]
    pub id: String,
    #[references]
    pub org_id: String,
    #[references(on_delete = cascade)]
    pub b: String,
}

fn main() {}
