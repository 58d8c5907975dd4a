use ennead::prelude::*;
// Each of these is wrong by itself.

#[model(audited = "yes")]
pub struct Valued {
    #[key]
    pub id: String,
    #[tenant]
    pub team_id: String,
}

#[model(audited())]
pub struct Empty {
    #[key]
    pub id: String,
    #[tenant]
    pub team_id: String,
}

#[model(audited(in_to = Log))]
pub struct Misspelt {
    #[key]
    pub id: String,
    #[tenant]
    pub team_id: String,
}

#[model(embed, audited)]
pub struct Part {
    pub name: String,
}

#[audited]
#[model(global)]
pub struct Misplaced {
    #[key]
    pub id: String,
}

#[model(audited)]
pub struct Swept {
    #[key]
    pub id: String,
    #[tenant]
    pub team_id: String,
    #[references(Parent, on_delete = cascade)]
    pub parent_id: String,
    #[references(Parent, on_delete = set_null)]
    pub other_id: Option<String>,
}

#[model]
pub struct Parent {
    #[key]
    pub id: String,
    #[tenant]
    pub team_id: String,
}

fn main() {}
