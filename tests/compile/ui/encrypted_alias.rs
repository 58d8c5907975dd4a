use ennead::Encrypted;
use ennead::prelude::*;

type Secret = Encrypted<String>;

#[model(global)]
pub struct Indexed {
    #[key]
    pub id: String,
    #[index]
    pub secret: Secret,
}

#[model(global, unique(name, secret))]
pub struct Unique {
    #[key]
    pub id: String,
    pub name: String,
    pub secret: Option<Secret>,
}

#[model(global)]
pub struct Defaulted {
    #[key]
    pub id: String,
    #[default(Secret::new(String::new()))]
    pub secret: Secret,
}

#[model(embed)]
pub struct Credentials {
    pub secret: Secret,
}

#[model(global)]
pub struct Counted {
    #[key(auto)]
    pub id: i64,
    #[embed(required)]
    pub credentials: Credentials,
}

fn main() {}
