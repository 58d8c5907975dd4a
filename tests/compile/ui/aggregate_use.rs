//! What a column cannot be asked does not compile: sums of texts, groups of floats and JSON, the least of JSON, measures of
//! another model, and what is no measure at all.
use ennead::count;
use ennead::prelude::*;

#[model]
struct Sale {
    #[key]
    id: String,
    #[tenant]
    shop_id: String,
    region: String,
    weight: f64,
    data: serde_json::Value,
    tags: Vec<String>,
}

#[model]
struct Refund {
    #[key]
    id: String,
    #[tenant]
    shop_id: String,
    amount: i64,
}

fn main() {
    let _ = Sale::aggregate(Sale::REGION.sum());
    let _ = Sale::aggregate((count(), Sale::TAGS.avg()));
    let _ = Sale::aggregate(Sale::DATA.min());
    let _ = Sale::aggregate(count()).group_by(Sale::WEIGHT);
    let _ = Sale::aggregate(count()).group_by((Sale::REGION, Sale::DATA));
    let _ = Sale::aggregate((count(), Refund::AMOUNT.sum()));
    let _ = Sale::aggregate(Sale::WEIGHT);
    let _ = Sale::aggregate(count()).group_by(Sale::REGION).order_by(Sale::REGION);
}
