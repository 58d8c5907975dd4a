use ennead::prelude::*;
use ennead::{Aggregates, Encrypted, count};

#[model]
#[derive(Clone)]
pub struct Connector {
    #[key]
    pub id: String,
    #[tenant]
    pub tenant_id: String,
    pub name: String,
    pub secret: Encrypted<String>,
}

fn compared() {
    let _ = Connector::list().filter(Connector::SECRET.eq(Encrypted::new("x".to_owned())));
}

fn ordered() {
    let _ = Connector::list().order_by(Connector::SECRET.asc());
}

fn grouped() {
    let _ = Connector::aggregate(count()).group_by(Connector::SECRET);
}

fn contained() {
    let _ = Connector::list().filter(Connector::SECRET.contains("x"));
}

fn plain(acme: &Tenant, row: &Connector) {
    let _ = Connector::create(NewConnector { name: String::new(), secret: "x".into() });
    let _ = Connector::update("x").set(Connector::SECRET, "x");
    let _ = row.reveal(Connector::NAME, acme);
}

fn fine() {
    let _ = Connector::list().filter(Connector::SECRET.is_not_null());
}

fn main() {}
