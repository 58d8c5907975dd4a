use ennead::prelude::*;

#[model(global)]
#[validate(schema(function = "check"))]
pub struct Plan {
    #[key]
    pub id: String,
    #[validate]
    pub a: String,
    #[validate(emial)]
    pub b: String,
    #[validate(email, length(min = 3, max = 2))]
    pub c: i64,
    #[validate(length())]
    pub d: String,
    #[validate(length(least = 3))]
    pub e: String,
    #[validate(range(min = 0.5))]
    pub f: i64,
    #[validate(range(min = 9, max = 1))]
    pub g: f64,
    #[validate(range(max = "9"))]
    pub h: i64,
    #[validate(regex = "a(b")]
    pub i: String,
    #[validate(custom = "check")]
    pub j: String,
    #[validate(length(max = 1), length(max = 2))]
    pub k: String,
    #[validate(range(min = 1))]
    #[version]
    pub version: i64,
    #[validate(length(min = 1))]
    #[generated("a")]
    pub l: String,
}

fn main() {}
