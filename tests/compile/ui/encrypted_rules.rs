use ennead::Encrypted;
use ennead::prelude::*;

#[model(global, index(plain, of_model), index(plain, include(of_model)))]
pub struct Secrets {
    #[key(auto)]
    pub id: i64,
    pub plain: String,
    pub of_model: Encrypted<String>,
    #[unique]
    pub unique: Encrypted<String>,
    #[index]
    pub indexed: Option<Encrypted<String>>,
    #[default(Encrypted::new(String::new()))]
    pub default: Encrypted<String>,
    #[check("length(checked) > 3")]
    pub checked: Encrypted<String>,
    #[validate(length(min = 3))]
    pub validated: Encrypted<String>,
    #[validate(custom = strong)]
    pub custom: Encrypted<String>,
    #[generated("plain")]
    pub generated: Encrypted<String>,
    pub array: Vec<Encrypted<String>>,
}

#[model]
pub struct Roles {
    #[key(assigned)]
    pub key: Encrypted<String>,
    #[tenant]
    pub tenant: Encrypted<String>,
    #[references(Secrets)]
    pub reference: Encrypted<String>,
    #[version]
    pub version: Encrypted<i64>,
}

fn main() {}
