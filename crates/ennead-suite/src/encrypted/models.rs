//! Models with encrypted fields, of each tenancy, and some of their tables once more as bytes.

use std::fmt::Display;

use ennead::prelude::*;
use ennead::{Encrypted, Key, KeyRing};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Bed;

/// What every secret here begins with.
pub const CANARY: &str = "swordfish";

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Login {
    pub user: String,
    pub password: String,
}

pub fn login(of: impl Display) -> Login {
    Login { user: "jo".into(), password: secret(of) }
}

pub fn secret(of: impl Display) -> String {
    format!("{CANARY}-{of}")
}

#[model(tenant_root, table = "firms")]
#[derive(Debug, Clone, PartialEq)]
pub struct Firm {
    #[key(assigned)]
    pub id: String,
    pub master: Option<Encrypted<String>>,
}

/// The same model twice: written straight, and witnessed.
macro_rules! connector {
    ($name:ident, $table:tt $(, $option:ident)*) => {
        #[model(table = $table $(, $option)*)]
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name {
            #[key(assigned)]
            pub id: String,
            #[tenant]
            #[references(Firm)]
            pub firm_id: String,
            #[unique]
            pub name: String,
            pub config: Encrypted<Login>,
            pub token: Option<Encrypted<String>>,
            #[updated_at]
            pub updated_at: chrono::DateTime<chrono::Utc>,
            #[version]
            pub version: i64,
            #[deleted_at]
            pub deleted_at: Option<chrono::DateTime<chrono::Utc>>,
        }
    };
}

connector!(Connector, "connectors");
connector!(Watched, "watched_connectors", audited);

/// A key for all tenants, and no text.
#[model(table = "channels", key = "global")]
#[derive(Debug, Clone, PartialEq)]
pub struct Channel {
    #[key]
    pub id: Uuid,
    #[tenant]
    #[references(Firm)]
    pub firm_id: String,
    pub config: Encrypted<Login>,
}

#[model(table = "hooks", tenant(via = channel_id))]
#[derive(Debug, Clone, PartialEq)]
pub struct Hook {
    #[key(assigned)]
    pub id: i64,
    #[references(Channel)]
    pub channel_id: Uuid,
    pub secret: Encrypted<String>,
}

#[model(table = "templates", shared_when = "is_public")]
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    #[key(assigned)]
    pub id: String,
    #[tenant]
    pub firm_id: String,
    #[default(false)]
    pub is_public: bool,
    pub secret: Encrypted<String>,
}

#[model(global, table = "settings")]
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    #[key(assigned)]
    pub id: i32,
    pub secret: Encrypted<String>,
}

#[model(table = "journal", append_only)]
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    #[key(assigned)]
    pub id: String,
    #[tenant]
    pub firm_id: String,
    pub secret: Encrypted<String>,
}

#[model(table = "connectors")]
#[derive(Debug, Clone)]
pub struct RawConnector {
    #[key(assigned)]
    pub id: String,
    #[tenant]
    pub firm_id: String,
    pub config: Vec<u8>,
    pub token: Option<Vec<u8>>,
}

#[model(table = "watched_connectors")]
#[derive(Debug, Clone)]
pub struct RawWatched {
    #[key(assigned)]
    pub id: String,
    #[tenant]
    pub firm_id: String,
    pub config: Vec<u8>,
    pub token: Option<Vec<u8>>,
}

#[model(table = "channels", key = "global")]
#[derive(Debug, Clone)]
pub struct RawChannel {
    #[key]
    pub id: Uuid,
    #[tenant]
    pub firm_id: String,
    pub config: Vec<u8>,
}

pub fn schema() -> Schema {
    ennead::schema![Firm, Connector, Watched, Channel, Hook, Template, Setting, Entry]
}

/// A key whose id tells its bytes.
pub fn key(number: u8) -> Key {
    Key::new(format!("key-{number}"), [number; 32]).unwrap()
}

pub fn ring(current: u8, older: &[u8]) -> KeyRing {
    older.iter().fold(KeyRing::new(key(current)), |ring, older| ring.older(key(*older)).unwrap())
}

/// A database with two firms, and its URL.
pub async fn open(bed: &Bed) -> (Db, String) {
    let url = bed.url().await;
    let db = bed.connect(Db::builder().keys(ring(1, &[])), &url).await.unwrap();
    crate::watch::known(schema()).create(&db).await.unwrap();
    crate::live_schema::is_as_modelled(&schema(), &db).await;
    let firm = |id: &str| NewFirm { id: id.into() };
    Firm::bulk_create([firm("acme"), firm("globex")]).run(&db.across_tenants("set up")).await.unwrap();
    (db, url)
}

/// The same database with other keys.
pub async fn reopen(bed: &Bed, url: &str, keys: KeyRing) -> Db {
    bed.connect(Db::builder().keys(keys), url).await.unwrap()
}

pub fn connector(id: &str) -> NewConnector {
    NewConnector { id: id.into(), name: id.into(), config: Encrypted::new(login(id)) }
}

/// Whether bytes hold a secret's beginning.
pub fn tells(bytes: &[u8]) -> bool {
    bytes.windows(CANARY.len()).any(|window| window == CANARY.as_bytes())
}
