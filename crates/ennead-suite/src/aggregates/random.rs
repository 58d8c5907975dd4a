//! Random rows, random conditions, random aggregates: against a model of what they should give.

use std::collections::BTreeMap;

use ennead::count;
use ennead::prelude::*;
use rust_decimal::Decimal;

use crate::Bed;
use crate::draw::Draw;
use crate::filters::oracle::Condition;
use crate::filters::thing::Thing;
use crate::types::models::Level;

/// What rows amount to, made in memory.
type Told = (
    u64,
    Option<i64>,
    Option<Decimal>,
    Option<Decimal>,
    Option<String>,
    Option<i32>,
    Option<f64>,
    Option<bool>,
);

fn told(rows: &[&Thing]) -> Told {
    let sizes = || rows.iter().filter_map(|row| row.size).map(i128::from);
    let prices = || rows.iter().filter_map(|row| row.price);
    let of = |count: usize| (count > 0).then_some(count);
    (
        rows.len() as u64,
        of(sizes().count()).map(|_| i64::try_from(sizes().sum::<i128>()).unwrap()),
        of(prices().count()).map(|_| prices().sum()),
        of(prices().count()).map(|count| (prices().sum::<Decimal>() / Decimal::from(count)).normalize()),
        rows.iter().filter_map(|row| row.title.clone()).max(),
        rows.iter().map(|row| row.count).min(),
        of(rows.len())
            .map(|count| rows.iter().map(|row| i64::from(row.count)).sum::<i64>() as f64 / count as f64),
        rows.iter().filter_map(|row| row.done).min(),
    )
}

async fn aggregates_are_what_memory_makes_of_the_rows(bed: Bed) {
    let db = bed.db(&ennead::schema![Thing]).await;
    let mut draw = Draw::seeded(11);
    let rows: Vec<Thing> = (0..60)
        .map(|id| {
            let mut row = Thing::any(&mut draw, id);
            // Small enough for sums that fit.
            row.size = row.size.map(|size| size / 64);
            row
        })
        .collect();
    let create = rows.iter().cloned().map(ennead::__private::Create::from_row);
    Thing::bulk_create(create).run(&db).await.unwrap();
    let measures = (
        count(),
        Thing::SIZE.sum(),
        Thing::PRICE.sum(),
        Thing::PRICE.avg(),
        Thing::TITLE.max(),
        Thing::COUNT.min(),
        Thing::COUNT.avg(),
        Thing::DONE.min(),
    );
    for _ in 0..40 {
        let condition = Condition::any(&mut draw, 3);
        let found: Vec<&Thing> = rows.iter().filter(|row| (condition.holds)(row) == Some(true)).collect();
        let all = Thing::aggregate(measures).filter(condition.filter.clone()).run(&db).await.unwrap();
        assert_eq!(all, told(&found), "{}", condition.text);

        let mut groups: BTreeMap<(Option<&str>, Option<bool>), Vec<&Thing>> = BTreeMap::new();
        for row in &found {
            groups.entry((row.level.as_ref().map(Level::db_name), row.done)).or_default().push(row);
        }
        let grouped =
            Thing::aggregate(measures).group_by((Thing::LEVEL, Thing::DONE)).filter(condition.filter);
        let grouped = grouped.run(&db).await.unwrap();
        let named: Vec<_> = grouped
            .iter()
            .map(|((level, done), told)| ((level.as_ref().map(Level::db_name), *done), told.clone()))
            .collect();
        let wanted: Vec<_> = groups.iter().map(|(key, rows)| (*key, told(rows))).collect();
        assert_eq!(named, wanted, "{}", condition.text);
    }
}

crate::cases![aggregates_are_what_memory_makes_of_the_rows];
