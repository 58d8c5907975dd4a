use rust_decimal::Decimal;

use ennead::prelude::*;

#[model(global)]
pub struct Plan {
    #[key]
    pub id: String,
    #[column(precision = 18, scale = 4)]
    pub a: f64,
    #[column(precision = 29)]
    pub b: Decimal,
    #[column(precision = 4, scale = 5)]
    pub c: Decimal,
    #[column(scale = 2)]
    pub d: Decimal,
}

fn main() {}
