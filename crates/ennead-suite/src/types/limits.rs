//! Values at the edge of what can be stored, and those that are cut on their way in.

use chrono::{DateTime, NaiveTime, Timelike, Utc};
use ennead::op::Create;
use ennead::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

use super::models::{Arrays, Everything};
use crate::Bed;
use crate::draw::{Draw, FIRST, LAST};

#[model(global, table = "holders")]
#[derive(Debug, Clone, PartialEq)]
pub struct Holder {
    #[key(assigned)]
    pub id: i64,
    #[default("")]
    pub text: String,
    #[default(Vec::new())]
    pub bytes: Vec<u8>,
    #[default(json!(null))]
    pub json: Value,
    pub json_opt: Option<Value>,
    #[default(Vec::new())]
    pub numbers: Vec<i64>,
}

async fn holder(bed: &Bed) -> (Db, ennead::op::Create<Holder>) {
    (bed.db(&ennead::schema![Holder]).await, Holder::create(NewHolder { id: 1 }))
}

async fn every_character_but_nul_is_stored(bed: Bed) {
    let (db, create) = holder(&bed).await;
    let text: String = ('\u{1}'..=char::MAX).collect();
    let stored = create.set(Holder::TEXT, text.clone()).run(&db).await.unwrap();
    assert!(stored.text == text);
    assert_eq!(Holder::count().filter(Holder::TEXT.eq(text.clone())).run(&db).await.unwrap(), 1);
    assert_eq!(
        Holder::count().filter(Holder::TEXT.in_([text.clone(), "a".into()])).run(&db).await.unwrap(),
        1
    );
    let json = json!({ "all": text });
    let stored = Holder::update(1_i64).set(Holder::JSON, json.clone()).run(&db).await.unwrap();
    assert!(stored.json == json);
}

async fn a_megabyte_is_stored(bed: Bed) {
    let (db, create) = holder(&bed).await;
    let text = "né\\%".repeat(250_000);
    let bytes: Vec<u8> = (0..=255).cycle().take(1 << 20).collect();
    let numbers: Vec<i64> = (0..100_000).map(|number| number * 1_000_003 - 50_000).collect();
    let create = create.set(Holder::TEXT, text.clone()).set(Holder::BYTES, bytes.clone());
    let stored = create.set(Holder::NUMBERS, numbers.clone()).run(&db).await.unwrap();
    assert!(stored.text == text && stored.bytes == bytes && stored.numbers == numbers);
    let filter = Holder::TEXT.eq(&text).and(Holder::BYTES.eq(bytes)).and(Holder::NUMBERS.eq(numbers));
    assert_eq!(Holder::count().filter(filter).run(&db).await.unwrap(), 1);
    let filter = Holder::TEXT.ends_with("né\\%né\\%").and(Holder::NUMBERS.contains(1_000_003_i64 - 50_000));
    assert_eq!(Holder::count().filter(filter).run(&db).await.unwrap(), 1);
}

fn nested(levels: usize) -> Value {
    (1..levels)
        .fold(json!([]), |inner, level| if level % 2 == 0 { json!([inner]) } else { json!({ "a": inner }) })
}

async fn deep_json_is_stored(bed: Bed) {
    let (db, create) = holder(&bed).await;
    let json = nested(127);
    let stored = create.set(Holder::JSON, json.clone()).run(&db).await.unwrap();
    assert!(stored.json == json);
    assert!(Holder::read(1_i64).run(&db).await.unwrap().json == json);
    let filter = Holder::JSON.contains(json.clone());
    assert_eq!(Holder::count().filter(filter).run(&db).await.unwrap(), 1);
    let error = Holder::update(1_i64).set(Holder::JSON, nested(128)).run(&db).await.unwrap_err();
    assert!(error.is_invalid_input());
}

async fn a_json_null_is_not_null(bed: Bed) {
    let (db, create) = holder(&bed).await;
    let row = create.set(Holder::JSON_OPT, Some(Value::Null)).run(&db).await.unwrap();
    assert_eq!(row.json_opt, Some(Value::Null));
    Holder::create(NewHolder { id: 2 }).run(&db).await.unwrap();
    let none = Holder::list().filter(Holder::JSON_OPT.is_null()).run(&db).await.unwrap();
    assert_eq!(none.iter().map(|row| row.id).collect::<Vec<_>>(), [2]);
    assert_eq!(none[0].json_opt, None);
}

async fn floats_in_json_are_exact(bed: Bed) {
    let (db, create) = holder(&bed).await;
    create.run(&db).await.unwrap();
    let mut draw = Draw::default();
    let floats: Vec<f64> = (0..200).map(|_| draw.any()).collect();
    let stored = Holder::update(1_i64).set(Holder::JSON, json!({ "all": floats })).run(&db).await.unwrap();
    // jsonb does not keep how a number was written, so a large one may come back as an integer.
    let found: Vec<f64> =
        stored.json["all"].as_array().unwrap().iter().map(|n| n.as_f64().unwrap()).collect();
    assert_eq!(found, floats);
    for integer in [json!(u64::MAX), json!(i64::MIN), json!(9_007_199_254_740_993_i64)] {
        let stored = Holder::update(1_i64).set(Holder::JSON, integer.clone()).run(&db).await.unwrap();
        assert_eq!(stored.json, integer);
    }
}

async fn a_negative_zero_is_zero(bed: Bed) {
    let db = bed.db(&ennead::schema![Everything, Arrays]).await;
    let mut draw = Draw::default();
    let mut row = Everything::any(&mut draw, 1);
    (row.single, row.single_opt, row.double, row.double_opt) = (-0.0, Some(-0.0), -0.0, Some(-0.0));
    let one = Create::from_row(row.clone()).run(&db).await.unwrap();
    Everything::delete(1_i64).run(&db).await.unwrap();
    let many = Everything::bulk_create([row.clone(), Everything { id: 2, ..row.clone() }])
        .returning(&db)
        .await
        .unwrap();
    for row in many.iter().chain([&one]) {
        assert_eq!(row.single.to_bits(), 0);
        assert_eq!(row.single_opt.unwrap().to_bits(), 0);
        assert_eq!(row.double.to_bits(), 0);
        assert_eq!(row.double_opt.unwrap().to_bits(), 0);
    }
    let filter = Everything::DOUBLE.eq(-0.0).and(Everything::SINGLE.in_([-0.0_f32]));
    assert_eq!(Everything::count().filter(filter).run(&db).await.unwrap(), 2);
    let mut arrays = Arrays::many(&mut draw, 1).remove(0);
    (arrays.doubles, arrays.singles) = (vec![-0.0, 1.0], vec![-0.0]);
    let stored = Create::from_row(arrays).run(&db).await.unwrap();
    assert_eq!((stored.doubles[0].to_bits(), stored.singles[0].to_bits()), (0, 0));
    assert_eq!(Arrays::count().filter(Arrays::DOUBLES.contains(-0.0)).run(&db).await.unwrap(), 1);
}

async fn times_are_cut_to_the_microsecond(bed: Bed) {
    let db = bed.db(&ennead::schema![Everything, Arrays]).await;
    let mut draw = Draw::default();
    let cut = |micros| DateTime::<Utc>::from_timestamp_micros(micros).unwrap();
    for (id, micros) in [(1, FIRST), (2, -1), (3, 0), (4, LAST)] {
        let fine = cut(micros) + chrono::TimeDelta::nanoseconds(999);
        let mut row = Everything::any(&mut draw, id);
        (row.moment, row.moment_opt) = (fine, Some(fine));
        (row.local, row.local_opt) = (fine.naive_utc(), Some(fine.naive_utc()));
        (row.clock, row.clock_opt) = (fine.time(), Some(fine.time()));
        let stored = Create::from_row(row.clone()).run(&db).await.unwrap();
        let coarse = cut(micros);
        assert_eq!((stored.moment, stored.moment_opt), (coarse, Some(coarse)));
        assert_eq!((stored.local, stored.local_opt), (coarse.naive_utc(), Some(coarse.naive_utc())));
        assert_eq!((stored.clock, stored.clock_opt), (coarse.time(), Some(coarse.time())));
        assert_eq!(Everything::read(id).run(&db).await.unwrap(), stored);
        // What was written is found by what it was written as.
        let same = Everything::MOMENT.eq(fine).and(Everything::LOCAL.eq(fine.naive_utc()));
        let same = same.and(Everything::CLOCK.eq(fine.time()));
        assert_eq!(Everything::count().filter(same).run(&db).await.unwrap(), 1);
        let again = Everything::update(id).set(Everything::MOMENT, fine).run(&db).await.unwrap();
        assert_eq!(again, stored);
    }
    let time = NaiveTime::from_hms_nano_opt(23, 59, 59, 999_999_999).unwrap();
    let mut row = Arrays::many(&mut draw, 1).remove(0);
    row.clocks = vec![time];
    row.id = Uuid::max();
    let stored = Create::from_row(row).run(&db).await.unwrap();
    assert_eq!(stored.clocks[0].nanosecond(), 999_999_000);
}

crate::cases![
    every_character_but_nul_is_stored,
    a_megabyte_is_stored,
    deep_json_is_stored,
    a_json_null_is_not_null,
    floats_in_json_are_exact,
    a_negative_zero_is_zero,
    times_are_cut_to_the_microsecond,
];
