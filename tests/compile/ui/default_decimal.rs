use rust_decimal::Decimal;

use ennead::prelude::*;

#[model(global)]
pub struct Plan {
    #[key]
    pub id: String,
    #[default(0.5)]
    pub a: Decimal,
    #[default("1,5")]
    pub b: Decimal,
}

fn main() {}
