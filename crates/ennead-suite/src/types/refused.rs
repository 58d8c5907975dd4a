//! Values that cannot be right: the same refusal on both databases, before any SQL is sent.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use ennead::op::Create;
use ennead::prelude::*;
use ennead::{Filter, Json};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::models::{Arrays, Everything};
use crate::Bed;
use crate::draw::Draw;

/// A database without tables: whatever is sent to it fails, and otherwise than with invalid input.
async fn empty(bed: &Bed) -> Db {
    crate::watch::knows(&ennead::schema![Everything]);
    Db::connect(&bed.url().await).await.unwrap()
}

#[track_caller]
fn refused<T>(result: Result<T, Error>, text: &str) {
    let Err(error) = result else { panic!("it should be refused: {text}") };
    assert!(error.is_invalid_input(), "{error:?}");
    if crate::by_name::begun() {
        // By name the message tells the place in the parameters, and times are read before they are checked.
        match text.split_once(": ").and_then(|(place, _)| place.split_once('.')) {
            Some((model, field)) => assert_eq!((error.model(), error.fields()), (Some(model), &[field][..])),
            None => assert!(error.to_string().contains(text.split(':').next().unwrap()), "{error}"),
        }
    } else {
        assert_eq!(error.to_string(), text);
    }
    assert_eq!(error.http_status(), 400);
}

/// Tries a value in every operation that takes one.
macro_rules! refuses {
    ($db:expr, $row:expr, $field:ident $column:ident, $($value:expr => $text:expr),+ $(,)?) => {$(Box::pin(async {
        let (db, row): (&Db, &Everything) = ($db, $row);
        let text = format!("Everything.{}: {}", stringify!($field), $text);
        let bad = || { let mut row = row.clone(); row.$field = $value.into(); row };
        let update = || Everything::update(1_i64).set(Everything::$column, $value);
        refused(Create::from_row(bad()).run(db).await, &text);
        refused(Everything::bulk_create([row.clone(), bad()]).run(db).await, &text);
        let upsert = Create::from_row(bad()).on_conflict(Everything::ID).update(Everything::$column);
        refused(upsert.run(db).await, &text);
        refused(update().run(db).await, &text);
        refused(Everything::bulk_update_each([update()]).run(db).await, &text);
        refused(Everything::bulk_update().all_rows().set(Everything::$column, $value).run(db).await, &text);
    }).await;)+};
}

/// Tries a value in every filter that takes one.
macro_rules! filter_refuses {
    ($db:expr, $field:ident $column:ident, $($value:expr => $text:expr),+ $(,)?) => {$(Box::pin(async {
        let db: &Db = $db;
        let text = format!("Everything.{}: {}", stringify!($field), $text);
        let filters: [Filter<Everything>; 5] = [
            Everything::$column.eq($value),
            Everything::$column.ne($value),
            Everything::$column.gt($value),
            Everything::$column.in_([$value]),
            Everything::$column.not_in([$value]).not(),
        ];
        for filter in filters {
            refused(Everything::list().filter(filter.clone()).run(db).await, &text);
            refused(Everything::count().filter(Everything::YES.eq(true).or(filter.clone())).run(db).await, &text);
            refused(Everything::bulk_delete().filter(filter.clone()).run(db).await, &text);
            refused(Everything::update(1_i64).set(Everything::YES, true).when(filter).run(db).await, &text);
        }
    }).await;)+};
}

const NUL: &str = "text cannot hold the NUL character";
const FINITE: &str = "floats are finite: NaN and infinities cannot be stored";
const YEARS: &str = "years go from 1 to 9999";
const LEAP: &str = "a leap second is no time of day that databases hold";

fn moment(year: i32) -> DateTime<Utc> {
    date(year).and_time(NaiveTime::MIN).and_utc()
}

fn date(year: i32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, 6, 1).unwrap()
}

fn leap() -> NaiveTime {
    NaiveTime::from_hms_micro_opt(23, 59, 59, 1_500_000).unwrap()
}

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

async fn scalars_that_no_database_holds(bed: Bed) {
    let db = &empty(&bed).await;
    let row = &Everything::any(&mut Draw::default(), 1);
    let leap_day = || date(2016).and_time(leap());
    refuses!(db, row, text TEXT, "a\0".to_owned() => NUL, "\0".to_owned() => NUL);
    refuses!(db, row, text_opt TEXT_OPT, Some("a\0b".to_owned()) => NUL);
    refuses!(db, row, single SINGLE, f32::NAN => FINITE, f32::INFINITY => FINITE, f32::NEG_INFINITY => FINITE);
    refuses!(db, row, double DOUBLE, f64::NAN => FINITE, f64::INFINITY => FINITE, f64::NEG_INFINITY => FINITE);
    refuses!(db, row, double_opt DOUBLE_OPT, Some(f64::NAN) => FINITE);
    refuses!(db, row, moment MOMENT, moment(0) => YEARS, moment(10_000) => YEARS, moment(-1) => YEARS);
    refuses!(db, row, moment MOMENT, leap_day().and_utc() => LEAP);
    refuses!(db, row, day DAY, date(0) => YEARS, date(10_000) => YEARS);
    refuses!(db, row, local LOCAL, moment(0).naive_utc() => YEARS, leap_day() => LEAP);
    refuses!(db, row, clock CLOCK, leap() => LEAP);
    refuses!(db, row, clock_opt CLOCK_OPT, Some(leap()) => LEAP);
    refuses!(
        db, row, money MONEY,
        decimal("0.00001") => "more than 4 digits behind the point",
        decimal("-1.23456") => "more than 4 digits behind the point",
        decimal("100000000000000") => "more than 14 digits before the point",
        Decimal::MAX => "more than 14 digits before the point",
        Decimal::MIN => "more than 14 digits before the point",
    );
    refuses!(db, row, json JSON, json!("\0") => NUL, json!({ "a": ["b\0"] }) => NUL, json!({ "\0": 1 }) => NUL);
}

async fn filters_on_values_that_no_database_holds(bed: Bed) {
    let db = &empty(&bed).await;
    filter_refuses!(db, text TEXT, "a\0" => NUL);
    filter_refuses!(db, single SINGLE, f32::NAN => FINITE);
    filter_refuses!(db, double DOUBLE, f64::NAN => FINITE, f64::INFINITY => FINITE);
    filter_refuses!(db, moment MOMENT, moment(10_000) => YEARS, date(2016).and_time(leap()).and_utc() => LEAP);
    filter_refuses!(db, day DAY, date(0) => YEARS);
    filter_refuses!(db, clock CLOCK, leap() => LEAP);
    filter_refuses!(db, money MONEY, decimal("0.00001") => "more than 4 digits behind the point");
    let count = async |filter| Everything::count().filter(filter).run(db).await;
    refused(
        count(Everything::TEXT.contains("\0")).await,
        "Everything.text: text cannot hold the NUL character",
    );
    refused(
        count(Everything::TEXT.starts_with("\0")).await,
        "Everything.text: text cannot hold the NUL character",
    );
    refused(count(Everything::TEXT.ilike("\0")).await, "Everything.text: text cannot hold the NUL character");
    let null = "Everything.text_opt: NULL is not a value here: use `is_null`";
    refused(count(Everything::TEXT_OPT.gt(None)).await, null);
    refused(count(Everything::TEXT_OPT.between("a", None)).await, null);
    let key = Everything::read(1_i64).run(db).await.unwrap_err();
    assert!(!key.is_invalid_input(), "a good key is sent, and there is no table: {key}");
}

async fn patterns_that_escape_nothing(bed: Bed) {
    let db = &empty(&bed).await;
    let text = "Everything.text: the pattern ends in a lone backslash, which escapes nothing";
    for pattern in ["\\", "a\\", "%\\\\\\"] {
        refused(Everything::count().filter(Everything::TEXT.like(pattern)).run(db).await, text);
        refused(Everything::count().filter(Everything::TEXT.ilike(pattern)).run(db).await, text);
    }
}

async fn paths_that_lead_nowhere(bed: Bed) {
    let db = &empty(&bed).await;
    let count = async |path: &[&str]| {
        let path = path.iter().map(|part| (*part).to_owned());
        Everything::count().filter(Everything::JSON.path(path).eq(1)).run(db).await
    };
    let odd = "Everything.json: a part of a JSON path holds no quote, backslash or NUL";
    for part in ["\"", "a\"b", "\\", "\0"] {
        refused(count(&["a", part]).await, odd);
    }
    let parts = "Everything.json: a JSON path has 1 to 32 parts";
    refused(count(&[]).await, parts);
    refused(count(&["a"; 33]).await, parts);
    let whole = "Everything.json: a JSON path is compared with a text, number, bool or null; for objects and arrays use `contains`";
    for value in [json!([]), json!({ "a": 1 })] {
        refused(Everything::count().filter(Everything::JSON.path(["a"]).eq(value)).run(db).await, whole);
    }
    let filter = Everything::JSON.path(["a"]).ne("\0");
    refused(Everything::count().filter(filter).run(db).await, &format!("Everything.json: {NUL}"));
    let filter = Everything::JSON.contains(json!({ "a": "\0" }));
    refused(Everything::count().filter(filter).run(db).await, &format!("Everything.json: {NUL}"));
}

async fn elements_that_no_database_holds(bed: Bed) {
    let db = &empty(&bed).await;
    let row = Arrays::many(&mut Draw::default(), 1).remove(0);
    macro_rules! elements {
        ($($field:ident $column:ident, $value:expr => $text:expr;)*) => {$(
            let text = format!("Arrays.{}: {}", stringify!($field), $text);
            let bad = Arrays { $field: vec![$value], ..row.clone() };
            refused(Create::from_row(bad).run(db).await, &text);
            refused(Arrays::count().filter(Arrays::$column.contains($value)).run(db).await, &text);
            refused(Arrays::count().filter(Arrays::$column.eq(vec![$value])).run(db).await, &text);
        )*};
    }
    elements! {
        texts TEXTS, "\0".to_owned() => NUL;
        singles SINGLES, f32::INFINITY => FINITE;
        doubles DOUBLES, f64::NAN => FINITE;
        moments MOMENTS, moment(10_000) => YEARS;
        days DAYS, date(0) => YEARS;
        clocks CLOCKS, leap() => LEAP;
        locals LOCALS, moment(0).naive_utc() => YEARS;
    }
}

#[derive(serde::Serialize, serde::Deserialize, Debug, Clone, PartialEq)]
pub struct Pairs(std::collections::BTreeMap<(i32, i32), i32>);

#[model(global, table = "odd_json")]
#[derive(Debug, Clone, PartialEq)]
pub struct OddJson {
    #[key(assigned)]
    pub id: i64,
    pub pairs: Json<Pairs>,
}

async fn json_that_serde_cannot_write(bed: Bed) {
    let db = &empty(&bed).await;
    let pairs = Json(Pairs([((1, 2), 3)].into()));
    let created = OddJson::create(NewOddJson { id: 1, pairs }).run(db).await;
    refused(created, "OddJson.pairs: cannot be serialized as JSON");
}

async fn json_and_filters_without_end(bed: Bed) {
    let db = &empty(&bed).await;
    let mut json = Value::Null;
    for _ in 0..300 {
        json = Value::Array(vec![json]);
    }
    let row = &Everything::any(&mut Draw::default(), 1);
    refuses!(db, row, json JSON, json.clone() => "JSON is nested deeper than 127 levels");
    let holding = Everything::count().filter(Everything::JSON.contains(json));
    refused(holding.run(db).await, "Everything.json: JSON is nested deeper than 127 levels");

    let deep = "the filter is nested deeper than 64 levels: flatten it, or use `in_`";
    let large = "the filter holds more than 10000 conditions: use `in_`";
    let one = || Everything::YES.eq(true);
    let nested = |levels: usize| (1..levels).fold(one(), |filter, _| filter.not());
    refused(Everything::count().filter(nested(65)).run(db).await, deep);
    refused(Everything::list().filter(nested(100_000)).run(db).await, deep);
    refused(Everything::bulk_delete().filter(nested(100_000)).run(db).await, deep);
    let mixed = (0..20_000).fold(one(), |filter, _| one().and(one().or(filter)));
    refused(Everything::list().filter(mixed).limit(1).page(None).run(db).await, deep);
    refused(Everything::count().filter(nested(300_000).clone()).run(db).await, deep);
    let _ = format!("{:?}", nested(300_000));
    let wide = Filter::any((0..10_000).map(|_| one()));
    refused(Everything::count().filter(wide.clone()).run(db).await, large);
    refused(Everything::bulk_update().filter(wide).set(Everything::YES, true).run(db).await, large);
}

async fn updates_that_say_nothing_or_two_things(bed: Bed) {
    let db = &empty(&bed).await;
    let error = Everything::update(1_i64).run(db).await.unwrap_err();
    assert!(error.is_invalid_input(), "{error}");
    let twice = Everything::update(1_i64).set(Everything::YES, true).set(Everything::YES, false);
    refused(twice.run(db).await, "Everything.yes is set twice in one update");
}

crate::cases![
    scalars_that_no_database_holds,
    filters_on_values_that_no_database_holds,
    patterns_that_escape_nothing,
    paths_that_lead_nowhere,
    elements_that_no_database_holds,
    json_that_serde_cannot_write,
    json_and_filters_without_end,
    updates_that_say_nothing_or_two_things,
];
