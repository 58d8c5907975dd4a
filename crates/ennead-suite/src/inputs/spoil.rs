//! Spoils parameters: something in them becomes what it must not be, or only nearly.

use serde_json::{Map, Value as Json, json};

use crate::draw::{Draw, ODD_TEXTS};

/// Texts at the edges of what some field takes.
const TEXTS: &[&str] = &[
    "a\u{0}b",
    "2026-02-30",
    "2026-2-3",
    "2026-01-01T00:00:60Z",
    "2026-01-01T00:00:00+24:00",
    "2026-01-01T00:00Z",
    "+10000-01-01T00:00:00Z",
    "0000-01-01T00:00:00Z",
    "2026-01-01 00:00:00.5",
    "2026-01-01t00:00:00z",
    "24:00:00",
    "1:2:3",
    "00:00:00.",
    " 12:00",
    "QQ=",
    "QR==",
    "QQ==",
    "====",
    "1_000",
    ".5",
    "5.",
    "1e5",
    "--1",
    "+1",
    "0.00001",
    "99999999999999999999999999999",
    "123e4567e89b12d3a456426614174000",
    "{123e4567-e89b-12d3-a456-426614174000}",
    "urn:uuid:123e4567-e89b-12d3-a456-426614174000",
    "123e4567-e89b12d3-a456-426614174000",
    "acme",
    "globex",
    "\\",
    "%\\",
    "id",
    "-id",
    "--id",
    "password",
    "organization_id",
    "active",
    "Active",
];

fn odd(draw: &mut Draw) -> Json {
    match draw.below(14) {
        0 => Json::Null,
        1 => json!(draw.any::<bool>()),
        2 => draw.of(&[json!(0), json!(-1), json!(1), json!(-0.0), json!(0.5), json!(1.0)]),
        3 => draw.of(&[json!(i64::MAX), json!(i64::MIN), json!(u64::MAX), json!(i64::MAX as u64 + 1)]),
        4 => draw.of(&[
            json!(9_007_199_254_740_993_i64),
            json!(9_007_199_254_740_992.0),
            json!(1e17),
            json!(-1e17),
        ]),
        5 => draw.of(&[json!(1e308), json!(-1e308), json!(5e-324), json!(3.5e38), json!(1e19)]),
        6 => draw.of(&[json!(32_768), json!(-32_769), json!(2_147_483_648_i64), json!(-2_147_483_649_i64)]),
        7 | 8 => json!(draw.of(TEXTS)),
        9 => json!(draw.of(ODD_TEXTS)),
        10 => json!([]),
        11 => json!({}),
        12 => draw.of(&[
            json!([null]),
            json!([[]]),
            json!([{}]),
            json!({ "$eq": 1 }),
            json!({ "a": { "b": [1] } }),
        ]),
        _ => {
            let levels = draw.of(&[3, 63, 64, 65, 126, 127, 128]);
            let wrap = draw.below(3);
            (0..levels).fold(json!({}), |inner, _| match wrap {
                0 => json!([inner]),
                1 => json!({ "$not": inner }),
                _ => json!({ "$and": [inner] }),
            })
        }
    }
}

fn odd_key(draw: &mut Draw, near: &str) -> String {
    match draw.below(8) {
        0 => format!("{near}s"),
        1 => near.to_uppercase(),
        2 => format!(" {near}"),
        3 => format!("{near}."),
        4 => format!("{near}.a"),
        5 => draw
            .of(&["$regex", "$eq", "$and", "$or", "$not", "$path", "$in", "$like", "$contains", "$", ""])
            .to_owned(),
        6 => draw
            .of(&[
                "id", "data", "filter", "fields", "all_rows", "limit", "offset", "cursor", "add", "when",
                "ids", "scope",
            ])
            .to_owned(),
        _ => draw.of(ODD_TEXTS).to_owned(),
    }
}

/// Spoils one place.
pub(super) fn spoil(draw: &mut Draw, json: &mut Json) {
    // The place is found by going down, and stopping now and then.
    let mut place = json;
    loop {
        let below = match &*place {
            Json::Object(map) => map.len(),
            Json::Array(items) => items.len(),
            _ => 0,
        };
        if below == 0 || draw.below(4) == 0 {
            break;
        }
        let at = draw.below(below);
        place = match place {
            Json::Object(map) => map.values_mut().nth(at).unwrap(),
            Json::Array(items) => &mut items[at],
            _ => unreachable!(),
        };
    }
    match place {
        Json::Object(map) if !map.is_empty() && draw.below(4) != 0 => {
            let name = map.keys().nth(draw.below(map.len())).unwrap().clone();
            match draw.below(5) {
                0 => {
                    map.remove(&name);
                }
                1 => {
                    let value = map.remove(&name).unwrap();
                    map.insert(odd_key(draw, &name), value);
                }
                2 => {
                    let value = odd(draw);
                    map.insert(odd_key(draw, &name), value);
                }
                3 => {
                    let value = map[&name].clone();
                    map.insert(odd_key(draw, &name), value);
                }
                _ => {
                    map.insert(name, odd(draw));
                }
            }
        }
        Json::Array(items) if !items.is_empty() && draw.below(3) != 0 => {
            let at = draw.below(items.len());
            match draw.below(3) {
                0 => {
                    items.remove(at);
                }
                1 => items.push(items[at].clone()),
                _ => items[at] = odd(draw),
            }
        }
        place => {
            *place = match draw.below(6) {
                0 => json!([place.take()]),
                1 => Json::Object(Map::from_iter([(odd_key(draw, "name"), place.take())])),
                _ => odd(draw),
            }
        }
    }
}
