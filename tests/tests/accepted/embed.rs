//! Embedded structs: their fields in their place, a tenant in a mixin, required ones.

use chrono::{DateTime, Utc};
use ennead::prelude::*;
use ennead::{Embed, Model};

#[model(embed, new(derive(Debug, Clone)))]
#[derive(Debug, Clone)]
pub struct Stamps {
    #[created_at]
    pub created_at: DateTime<Utc>,
    #[updated_at]
    pub updated_at: DateTime<Utc>,
    #[embed]
    pub by: Authors,
}

#[model(embed)]
#[derive(Debug, Clone)]
pub struct Authors {
    pub created_by: Option<String>,
    #[immutable]
    pub updated_by: Option<String>,
}

#[model(embed)]
#[derive(Debug, Clone)]
pub struct Owned {
    #[tenant]
    pub tenant_id: String,
}

#[model(embed, new(derive(Debug, Clone)))]
#[derive(Debug, Clone)]
pub struct Address {
    pub street: String,
    #[default("DE")]
    pub country: String,
}

#[model(index(tenant_id, street), new(derive(Debug, Clone)))]
#[derive(Debug, Clone)]
pub struct Person {
    #[embed]
    pub stamps: Stamps,
    #[key]
    pub id: String,
    #[embed]
    pub owner: Owned,
    #[embed(required)]
    pub address: Address,
    pub name: String,
}

#[test]
fn accepted() {
    let names: Vec<_> = Person::DEF.fields.iter().map(|field| field.name).collect();
    assert_eq!(
        names,
        [
            "created_at",
            "updated_at",
            "created_by",
            "updated_by",
            "id",
            "tenant_id",
            "street",
            "country",
            "name"
        ]
    );
    assert_eq!(Person::DEF.tenant_field(), Some(5));
    assert_eq!(Person::DEF.key.field, 4);
    assert_eq!(Person::STAMPS.by.updated_by.index(), 3);
    assert_eq!(Person::ADDRESS.country.index(), 7);
    assert_eq!(Person::NAME.index(), 8);
    const { assert!(!<Stamps as Embed>::REQUIRED) };
    let new = NewPerson { address: NewAddress { street: "s".into() }, name: "n".into() };
    let _ = Person::create(new.clone())
        .set(Person::STAMPS.by.created_by, "me")
        .set(Person::ADDRESS.country, "FR");
    let _ =
        Person::list().filter(Person::ADDRESS.street.starts_with("s").and(Person::OWNER.tenant_id.eq("t")));
}
