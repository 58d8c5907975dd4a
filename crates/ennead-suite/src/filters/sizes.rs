//! Filters as large and as deep as they may be, and lists of any length.

use ennead::Filter;
use ennead::prelude::*;

use super::thing::Thing;
use crate::Bed;
use crate::draw::Draw;

async fn things(bed: &Bed) -> (Db, Vec<Thing>) {
    let db = bed.db(&ennead::schema![Thing]).await;
    let rows = Thing::many(&mut Draw::default(), 20);
    Thing::bulk_create(rows.clone()).run(&db).await.unwrap();
    (db, rows)
}

async fn the_largest_filters_run(bed: Bed) {
    let (db, rows) = things(&bed).await;
    let ids = (0..9_999).map(|id| Thing::ID.eq(id - 9_990));
    let found = Thing::count().filter(Filter::any(ids)).run(&db).await.unwrap();
    assert_eq!(found, 9);
    let others = (0..2_000).map(|id| Thing::ID.ne(id - 1_991));
    let found = Thing::count().filter(Filter::all(others)).run(&db).await.unwrap();
    assert_eq!(found, rows.len() as u64 - 9);
    let chained = (0..2_000).fold(Thing::ID.eq(-1), |filter, id| filter.or(Thing::ID.eq(id - 1_990)));
    assert_eq!(Thing::count().filter(chained).run(&db).await.unwrap(), 10);
}

async fn the_deepest_filters_run(bed: Bed) {
    let (db, _) = things(&bed).await;
    let mut filter = Thing::ID.ge(5);
    for level in 1..64 {
        filter = match level % 3 {
            0 => filter.not(),
            1 => Thing::ID.ge(0).and(filter),
            _ => Thing::ID.lt(0).or(filter),
        };
    }
    assert_eq!(Thing::count().filter(filter).run(&db).await.unwrap(), 5);
}

async fn lists_have_any_length(bed: Bed) {
    let (db, rows) = things(&bed).await;
    let numbers = 0..70_000_i64;
    assert_eq!(Thing::count().filter(Thing::ID.in_(numbers.clone())).run(&db).await.unwrap(), 20);
    assert_eq!(Thing::count().filter(Thing::ID.not_in(numbers)).run(&db).await.unwrap(), 0);
    let names: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(Thing::count().filter(Thing::NAME.in_(names)).run(&db).await.unwrap(), 20);
    for length in [0, 1, 2, 3, 5, 100] {
        let floats: Vec<Option<f64>> = (0..length).map(|n| Some(f64::from(n) / 10.0)).collect();
        let wanted = rows.iter().filter(|row| row.ratio.is_some() && floats.contains(&row.ratio)).count();
        assert_eq!(Thing::count().filter(Thing::RATIO.in_(floats)).run(&db).await.unwrap(), wanted as u64);
    }
}

async fn patterns_hold_16384_bytes(bed: Bed) {
    let (db, _) = things(&bed).await;
    for piece in ["aaa", "*", "[", "\\", "é"] {
        let own = piece.repeat(16_380 / piece.len() / if piece == "\\" { 2 } else { 1 });
        Thing::update(0_i64).set(Thing::TITLE, &own).run(&db).await.unwrap();
        let count = async |filter| Thing::count().filter(filter).run(&db).await;
        assert_eq!(count(Thing::TITLE.contains(&own)).await.unwrap(), 1, "{piece}");
        assert_eq!(count(Thing::TITLE.starts_with(&own)).await.unwrap(), 1, "{piece}");
        assert_eq!(count(Thing::TITLE.ends_with(&own[2..])).await.unwrap(), 1, "{piece}");
        let error = count(Thing::TITLE.contains(own.repeat(2))).await.unwrap_err();
        assert!(error.is_invalid_input());
        assert_eq!(error.to_string(), "Thing.title: a pattern holds at most 16384 bytes");
    }
}

crate::cases![
    the_largest_filters_run,
    the_deepest_filters_run,
    lists_have_any_length,
    patterns_hold_16384_bytes,
];
