//! The models of the cases on aggregates.

use chrono::{DateTime, TimeDelta, Utc};
use ennead::prelude::*;
use rust_decimal::Decimal;

use crate::Bed;
use crate::types::models::{Level, Mood};

#[model(table = "shops", tenant_root)]
#[derive(Debug, Clone, PartialEq)]
pub struct Shop {
    #[key]
    pub id: String,
    pub name: String,
}

#[model(table = "customers")]
#[derive(Debug, Clone, PartialEq)]
pub struct Customer {
    #[key]
    pub id: String,
    #[tenant]
    pub shop_id: String,
    pub name: String,
}

#[model(table = "sales")]
#[derive(Debug, Clone, PartialEq)]
pub struct Sale {
    #[key]
    pub id: String,
    #[tenant]
    pub shop_id: String,
    #[references(Customer)]
    pub customer_id: Option<String>,
    pub region: Option<String>,
    pub level: Level,
    pub mood: Option<Mood>,
    #[default(false)]
    pub paid: bool,
    pub units: Option<i64>,
    pub small: Option<i16>,
    pub weight: Option<f64>,
    pub single: Option<f32>,
    #[column(precision = 18, scale = 4)]
    pub amount: Option<Decimal>,
    pub placed_at: Option<DateTime<Utc>>,
    pub data: Option<serde_json::Value>,
    #[hidden]
    pub secret: Option<i64>,
    #[deleted_at]
    pub deleted_at: Option<DateTime<Utc>>,
}

/// A decimal without precision, which SQLite holds as text.
#[model(global, table = "loose")]
#[derive(Debug, Clone, PartialEq)]
pub struct Loose {
    #[key(assigned)]
    pub id: i64,
    pub amount: Decimal,
}

pub fn sale(id: &str) -> ennead::op::Create<Sale> {
    Sale::create(NewSale { level: Level::Low }).set(Sale::ID, id)
}

pub fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

pub fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
}

pub fn schema() -> Schema {
    ennead::schema![Shop, Customer, Sale, Loose]
}

pub async fn open(bed: &Bed) -> Db {
    bed.db(&schema()).await
}

/// Five sales of one shop, NULLs among them, and one of another shop.
pub async fn opened(bed: &Bed) -> (Db, Tenant) {
    let db = open(bed).await;
    let (one, two) = (db.tenant("one").unwrap(), db.tenant("two").unwrap());
    for (shop, name) in [(&one, "Jo"), (&two, "Mo")] {
        let customer = Customer::create(NewCustomer { name: name.into() }).set(Customer::ID, "c");
        customer.run(shop).await.unwrap();
    }
    let rows = [
        sale("a").set(Sale::REGION, "north").set(Sale::UNITS, 2_i64).set(Sale::AMOUNT, decimal("10.5000")),
        sale("b").set(Sale::REGION, "north").set(Sale::UNITS, 5_i64).set(Sale::LEVEL, Level::High),
        sale("c").set(Sale::REGION, "south").set(Sale::AMOUNT, decimal("0.0001")).set(Sale::CUSTOMER_ID, "c"),
        sale("d").set(Sale::UNITS, 4_i64).set(Sale::PLACED_AT, at(9)),
        sale("e").set(Sale::MOOD, Mood::Angry).set(Sale::UNITS, 1_i64).set(Sale::PLACED_AT, at(7)),
    ];
    Sale::bulk_create(rows).run(&one).await.unwrap();
    let theirs = sale("z").set(Sale::REGION, "north").set(Sale::UNITS, 1000_i64).set(Sale::CUSTOMER_ID, "c");
    theirs.set(Sale::AMOUNT, decimal("77")).set(Sale::PLACED_AT, at(99)).run(&two).await.unwrap();
    (db, one)
}
