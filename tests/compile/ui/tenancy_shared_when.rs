use ennead::prelude::*;

#[model(shared_when = "shared")]
pub struct Plan {
    #[key]
    pub id: String,
    #[tenant]
    pub organization_id: String,
    pub shared: String,
}

#[model(shared_when = "public")]
pub struct Other {
    #[key]
    pub id: String,
    #[tenant]
    pub organization_id: String,
    pub is_public: bool,
}

#[model(global, shared_when = "is_public")]
pub struct Third {
    #[key]
    pub id: String,
    pub is_public: bool,
}

fn main() {}
