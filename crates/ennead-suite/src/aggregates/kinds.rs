//! Every kind of column, with random rows, against what Rust makes of the same rows.

use std::cmp::Ordering;
use std::fmt::Debug;

use ennead::__private::class::Ordered;
use ennead::prelude::*;
use ennead::{Column, FieldType, count};
use rust_decimal::Decimal;

use crate::draw::Draw;
use crate::types::models::Everything;
use crate::{Bed, ordered_columns};

async fn filled(bed: &Bed, seed: u64) -> (Db, Vec<Everything>) {
    let db = bed.db(&ennead::schema![Everything]).await;
    let rows = Everything::many(&mut Draw::seeded(seed), 24);
    let create = Everything::bulk_create(rows.into_iter().map(ennead::__private::Create::from_row));
    create.run(&db).await.unwrap();
    // As they are stored: times are cut to microseconds.
    let rows = Everything::list().run(&db).await.unwrap();
    (db, rows)
}

fn by_order<T: PartialOrd>(left: &T, right: &T) -> Ordering {
    left.partial_cmp(right).unwrap()
}

async fn extremes<T>(
    db: &Db,
    rows: &[Everything],
    column: Column<Everything, T>,
    get: impl Fn(&Everything) -> Option<T::Plain>,
) where
    T: FieldType<Class: Ordered, Plain: PartialOrd + Debug>,
{
    let told = Everything::aggregate((column.min(), column.max())).run(db).await.unwrap();
    let values = || rows.iter().filter_map(&get);
    assert_eq!(told, (values().min_by(by_order), values().max_by(by_order)), "{column:?}");
}

async fn the_least_and_the_greatest_of_every_kind(bed: Bed) {
    let (db, rows) = filled(&bed, 7).await;
    macro_rules! all {
        ($(($field:ident $column:ident))*) => {$(
            extremes(&db, &rows, Everything::$column, |row| row.$field.clone().into()).await;
        )*};
    }
    ordered_columns!(all);
}

async fn groups_of_every_kind(bed: Bed) {
    let (db, rows) = filled(&bed, 8).await;
    macro_rules! groups {
        ($(($field:ident $column:ident))*) => {$({
            let told = Everything::aggregate((count(), Everything::ID.min())).group_by(Everything::$column);
            let told = told.run(&db).await.unwrap();
            let mut keys: Vec<_> = rows.iter().map(|row| row.$field.clone()).collect();
            keys.sort_by(by_order);
            keys.dedup();
            let wanted: Vec<_> = keys
                .into_iter()
                .map(|key| {
                    let of = || rows.iter().filter(|row| row.$field == key);
                    let found = (of().count() as u64, of().map(|row| row.id).min());
                    (key, found)
                })
                .collect();
            assert_eq!(told, wanted, "{}", stringify!($field));
        })*};
    }
    groups! {
        (text TEXT) (text_opt TEXT_OPT) (yes YES) (yes_opt YES_OPT) (small SMALL) (small_opt SMALL_OPT)
        (medium MEDIUM) (medium_opt MEDIUM_OPT) (large LARGE) (large_opt LARGE_OPT) (money MONEY) (money_opt MONEY_OPT)
        (uuid UUID) (uuid_opt UUID_OPT) (moment MOMENT) (moment_opt MOMENT_OPT) (day DAY) (day_opt DAY_OPT)
        (clock CLOCK) (clock_opt CLOCK_OPT) (local LOCAL) (local_opt LOCAL_OPT) (bytes BYTES)
        (bytes_opt BYTES_OPT) (level LEVEL) (level_opt LEVEL_OPT) (mood MOOD) (mood_opt MOOD_OPT)
        (code CODE) (code_opt CODE_OPT) (number NUMBER) (number_opt NUMBER_OPT) (mark MARK) (mark_opt MARK_OPT)
    }
}

async fn sums_and_averages_of_every_kind(bed: Bed) {
    let (db, rows) = filled(&bed, 9).await;
    macro_rules! integers {
        ($(($column:ident $values:expr))*) => {$({
            let told = Everything::aggregate((Everything::$column.sum(), Everything::$column.avg())).run(&db).await;
            let values: Vec<i128> = rows.iter().filter_map($values).collect();
            let sum: i128 = values.iter().sum();
            match i64::try_from(sum) {
                Ok(sum) => {
                    let mean = i128::from(sum) as f64 / values.len() as f64;
                    assert_eq!(told.unwrap(), (Some(sum), Some(mean)), "{}", stringify!($column));
                }
                Err(_) => assert!(told.unwrap_err().is_invalid_input(), "{}", stringify!($column)),
            }
        })*};
    }
    integers! {
        (SMALL |row| Some(row.small.into())) (SMALL_OPT |row| row.small_opt.map(Into::into))
        (MEDIUM |row| Some(row.medium.into())) (MEDIUM_OPT |row| row.medium_opt.map(Into::into))
        (LARGE |row| Some(row.large.into())) (LARGE_OPT |row| row.large_opt.map(Into::into))
        (NUMBER |row| Some(row.number.0.into())) (NUMBER_OPT |row| row.number_opt.as_ref().map(|n| n.0.into()))
    }
    let money: Vec<Decimal> = rows.iter().filter_map(|row| row.money_opt).collect();
    let sum: Decimal = money.iter().sum();
    let told = Everything::aggregate((Everything::MONEY_OPT.sum(), Everything::MONEY_OPT.avg()));
    assert_eq!(told.run(&db).await.unwrap(), (Some(sum), Some(sum / Decimal::from(money.len()))));
    // Some few of any floats: their sum does not hang on who adds them up.
    for row in rows.iter().take(6) {
        let one = || Everything::ID.eq(row.id);
        let doubles =
            Everything::aggregate((Everything::DOUBLE.sum(), Everything::DOUBLE.avg())).filter(one());
        assert_eq!(doubles.run(&db).await.unwrap(), (Some(row.double), Some(row.double)));
        let single = f64::from(row.single);
        let singles =
            Everything::aggregate((Everything::SINGLE.sum(), Everything::SINGLE.avg())).filter(one());
        assert_eq!(singles.run(&db).await.unwrap(), (Some(single), Some(single)));
    }
}

crate::cases![
    the_least_and_the_greatest_of_every_kind,
    groups_of_every_kind,
    sums_and_averages_of_every_kind,
];
