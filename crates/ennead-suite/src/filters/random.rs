//! Filters drawn at random.

use ennead::prelude::*;

use super::oracle::Condition;
use super::thing::Thing;
use crate::Bed;
use crate::draw::Draw;

async fn tried(bed: &Bed, filters: usize, depth: usize) {
    let db = bed.db(&ennead::schema![Thing]).await;
    let mut draw = Draw::default();
    let rows = Thing::many(&mut draw, 60);
    Thing::bulk_create(rows.clone()).run(&db).await.unwrap();
    let mut failures = Vec::new();
    for _ in 0..filters {
        let condition = Condition::any(&mut draw, depth);
        let wanted: Vec<i64> =
            rows.iter().filter(|row| (condition.holds)(row) == Some(true)).map(|row| row.id).collect();
        let list = Thing::list().filter(condition.filter.clone()).order_by(Thing::ID.asc());
        let found = match list.run(&db).await {
            Ok(found) => found.iter().map(|row| row.id).collect::<Vec<_>>(),
            Err(error) => panic!("{}: {error:?}", condition.text),
        };
        if found != wanted {
            let differ = |id: &i64| found.contains(id) != wanted.contains(id);
            let row = rows.iter().find(|row| differ(&row.id)).unwrap();
            failures.push(format!("{}\n  found {}: {row:?}", condition.text, found.contains(&row.id)));
        }
        let count = Thing::count().filter(condition.filter).run(&db).await.unwrap();
        assert_eq!(count, found.len() as u64, "count of {}", condition.text);
    }
    failures.sort_by_key(String::len);
    failures.truncate(12);
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

async fn one_condition_lets_the_right_rows_through(bed: Bed) {
    tried(&bed, 500, 0).await;
}

async fn the_opposite_of_one_condition_lets_the_other_rows_through(bed: Bed) {
    tried(&bed, 200, 1).await;
}

async fn nested_conditions_let_the_right_rows_through(bed: Bed) {
    tried(&bed, 150, 4).await;
}

crate::cases![
    one_condition_lets_the_right_rows_through,
    the_opposite_of_one_condition_lets_the_other_rows_through,
    nested_conditions_let_the_right_rows_through,
];
