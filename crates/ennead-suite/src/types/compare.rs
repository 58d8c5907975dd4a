//! Every type compared, ordered and paged by, against the same done in memory.

use std::cmp::Ordering;
use std::fmt::Debug;

use ennead::__private::class::{Array, Equatable, Ordered};
use ennead::prelude::*;
use ennead::{ArrayElement, Column, FieldType, Filter, IntoValue};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::models::{Arrays, Everything};
use crate::draw::Draw;
use crate::{Bed, array_columns, ordered_columns};

const ROWS: i64 = 24;

fn ids(rows: &[Everything]) -> Vec<i64> {
    rows.iter().map(|row| row.id).collect()
}

async fn listed(db: &Db, filter: Filter<Everything>) -> Vec<i64> {
    let rows = Everything::list().filter(filter).order_by(Everything::ID.asc()).run(db).await.unwrap();
    ids(&rows)
}

fn wanted(rows: &[Everything], holds: impl Fn(&Everything) -> bool) -> Vec<i64> {
    rows.iter().filter(|row| holds(row)).map(|row| row.id).collect()
}

/// NULL: what encodes as such.
fn is_null<T: FieldType + Clone>(value: &T) -> bool {
    value.clone().encode().is_null()
}

async fn equality<T>(db: &Db, rows: &[Everything], column: Column<Everything, T>, get: fn(&Everything) -> T)
where
    T: FieldType<Class: Equatable> + IntoValue<T> + Clone + PartialEq + Debug,
{
    let own: Vec<T> = rows.iter().map(get).collect();
    for at in [0, 7, 13] {
        let (one, two) = (own[at].clone(), own[at + 3].clone());
        let what = format!("{column:?} and {one:?}, {two:?}");
        let equal = |row: &Everything| get(row) == one;
        assert_eq!(listed(db, column.eq(one.clone())).await, wanted(rows, equal), "eq {what}");
        let unequal = |row: &Everything| get(row) != one && !is_null(&get(row));
        assert_eq!(listed(db, column.ne(one.clone())).await, wanted(rows, unequal), "ne {what}");
        let both = [one.clone(), two.clone()];
        assert_eq!(
            listed(db, column.in_(both.clone())).await,
            wanted(rows, |row| both.contains(&get(row))),
            "in {what}"
        );
        assert_eq!(
            listed(db, column.not_in(both.clone())).await,
            wanted(rows, |row| !both.contains(&get(row)) && !is_null(&get(row))),
            "not in {what}"
        );
    }
    assert_eq!(listed(db, column.is_null()).await, wanted(rows, |row| is_null(&get(row))), "{column:?}");
    assert_eq!(listed(db, column.in_(own)).await.len(), rows.len(), "{column:?} in all");
}

async fn order<T>(db: &Db, rows: &[Everything], column: Column<Everything, T>, get: fn(&Everything) -> T)
where
    T: FieldType<Class: Ordered> + IntoValue<T> + Clone + PartialOrd + Debug,
{
    for at in [1, 9] {
        let one = get(&rows[at]);
        let what = format!("{column:?} and {one:?}");
        if is_null(&one) {
            let error = Everything::count().filter(column.gt(one)).run(db).await.unwrap_err();
            assert!(error.is_invalid_input(), "{what}");
            continue;
        }
        let than = |wanted: fn(Ordering) -> bool| {
            let one = one.clone();
            move |row: &Everything| {
                let own = get(row);
                !is_null(&own) && wanted(own.partial_cmp(&one).unwrap())
            }
        };
        assert_eq!(
            listed(db, column.gt(one.clone())).await,
            wanted(rows, than(Ordering::is_gt)),
            "gt {what}"
        );
        assert_eq!(
            listed(db, column.ge(one.clone())).await,
            wanted(rows, than(Ordering::is_ge)),
            "ge {what}"
        );
        assert_eq!(
            listed(db, column.lt(one.clone())).await,
            wanted(rows, than(Ordering::is_lt)),
            "lt {what}"
        );
        assert_eq!(
            listed(db, column.le(one.clone())).await,
            wanted(rows, than(Ordering::is_le)),
            "le {what}"
        );
    }
    for descending in [false, true] {
        let by = if descending { column.desc() } else { column.asc() };
        let key = if descending { Everything::ID.desc() } else { Everything::ID.asc() };
        let mut sorted = rows.to_vec();
        // None is less than Some, as NULL stands first.
        sorted.sort_by(|one, two| get(one).partial_cmp(&get(two)).unwrap().then(one.id.cmp(&two.id)));
        if descending {
            sorted.reverse();
        }
        let sorted = ids(&sorted);
        let whole = Everything::list().order_by((by, key)).run(db).await.unwrap();
        assert_eq!(ids(&whole), sorted, "{column:?} {by:?}");
        let (mut paged, mut cursor) = (Vec::new(), None);
        loop {
            let page = Everything::list().order_by(by).limit(5).page(cursor.as_ref()).run(db).await.unwrap();
            paged.extend(ids(&page.items));
            match page.next {
                // As a client would send it.
                Some(next) => cursor = Some(next.to_string().into()),
                None => break,
            }
        }
        assert_eq!(paged, sorted, "{column:?} {by:?} in pages");
    }
}

async fn stored(bed: &Bed) -> (Db, Vec<Everything>) {
    let db = bed.db(&ennead::schema![Everything]).await;
    let mut rows = Everything::many(&mut Draw::default(), ROWS);
    // Ties, without which an order is not put to the test.
    for at in 16..24 {
        rows[at] = Everything { id: rows[at].id, ..rows[at - 10].clone() };
    }
    Everything::bulk_create(rows.clone()).run(&db).await.unwrap();
    (db, rows)
}

async fn equality_is_exact_for_every_type(bed: Bed) {
    let (db, rows) = stored(&bed).await;
    macro_rules! each {
        ($(($field:ident $column:ident))*) => {
            $(Box::pin(equality(&db, &rows, Everything::$column, |row| row.$field.clone())).await;)*
        };
    }
    ordered_columns!(each);
    each! { (free FREE) (free_opt FREE_OPT) }
}

async fn order_is_exact_for_every_type(bed: Bed) {
    let (db, rows) = stored(&bed).await;
    macro_rules! each {
        ($(($field:ident $column:ident))*) => {
            $(Box::pin(order(&db, &rows, Everything::$column, |row| row.$field.clone())).await;)*
        };
    }
    ordered_columns!(each);
}

async fn a_decimal_without_precision_has_an_order_on_postgres_alone(bed: Bed) {
    let (db, rows) = stored(&bed).await;
    if bed.is_postgres() {
        order(&db, &rows, Everything::FREE, |row| row.free).await;
        order(&db, &rows, Everything::FREE_OPT, |row| row.free_opt).await;
        return;
    }
    let refused = |error: Error| {
        assert!(error.is_unsupported(), "{error}");
        assert!(error.to_string().contains("precision = "), "{error}");
        assert_eq!(error.fields(), ["free"]);
    };
    refused(Everything::list().order_by(Everything::FREE.asc()).run(&db).await.unwrap_err());
    refused(Everything::list().filter(Everything::FREE.gt(Decimal::ONE)).run(&db).await.unwrap_err());
    refused(Everything::count().filter(Everything::FREE.between(1, 2)).run(&db).await.unwrap_err());
    refused(Everything::update(0_i64).add(Everything::FREE, Decimal::ONE).run(&db).await.unwrap_err());
}

async fn listed_arrays(db: &Db, filter: Filter<Arrays>) -> Vec<Uuid> {
    let rows = Arrays::list().filter(filter).order_by(Arrays::ID.asc()).run(db).await.unwrap();
    rows.into_iter().map(|row| row.id).collect()
}

fn wanted_arrays(rows: &[Arrays], holds: impl Fn(&Arrays) -> bool) -> Vec<Uuid> {
    rows.iter().filter(|row| holds(row)).map(|row| row.id).collect()
}

async fn array_equality<T>(db: &Db, rows: &[Arrays], column: Column<Arrays, T>, get: fn(&Arrays) -> T)
where
    T: FieldType<Class: Equatable> + IntoValue<T> + Clone + PartialEq + Debug,
{
    for at in [3, 17] {
        let one = get(&rows[at]);
        let what = format!("{column:?} {one:?}");
        let within = wanted_arrays(rows, |row| get(row) == one);
        assert_eq!(listed_arrays(db, column.eq(one.clone())).await, within, "eq {what}");
        let without = wanted_arrays(rows, |row| get(row) != one && !is_null(&get(row)));
        assert_eq!(listed_arrays(db, column.ne(one.clone())).await, without, "ne {what}");
        let both = [one, get(&rows[at + 1])];
        let within = wanted_arrays(rows, |row| both.contains(&get(row)));
        assert_eq!(listed_arrays(db, column.in_(both.clone())).await, within, "in {what}");
        let without = wanted_arrays(rows, |row| !both.contains(&get(row)) && !is_null(&get(row)));
        assert_eq!(listed_arrays(db, column.not_in(both.clone())).await, without, "not in {what}");
    }
}

type Both<E> = (Vec<E>, Option<Vec<E>>);
type Holding<E> = (Column<Arrays, Vec<E>>, Column<Arrays, Option<Vec<E>>>);

async fn holding<E>(db: &Db, rows: &[Arrays], (column, optional): Holding<E>, get: fn(&Arrays) -> Both<E>)
where
    E: ArrayElement + IntoValue<E> + Clone + PartialEq + Debug,
    Vec<E>: FieldType<Class = Array>,
{
    let elements: Vec<E> = rows.iter().flat_map(|row| get(row).0).take(12).collect();
    for element in elements {
        let what = format!("{column:?} {element:?}");
        let holds = wanted_arrays(rows, |row| get(row).0.contains(&element));
        assert!(!holds.is_empty());
        assert_eq!(listed_arrays(db, column.contains(element.clone())).await, holds, "{what}");
        let holds = wanted_arrays(rows, |row| get(row).1.is_some_and(|all| all.contains(&element)));
        assert_eq!(listed_arrays(db, optional.contains(element)).await, holds, "optional {what}");
    }
}

async fn arrays_are_compared_and_searched_exactly(bed: Bed) {
    let db = bed.db(&ennead::schema![Arrays]).await;
    let rows = Arrays::many(&mut Draw::default(), 40);
    Arrays::bulk_create(rows.clone()).run(&db).await.unwrap();
    macro_rules! equal {
        ($(($field:ident $column:ident))*) => {
            $(Box::pin(array_equality(&db, &rows, Arrays::$column, |row| row.$field.clone())).await;)*
        };
    }
    array_columns!(equal);
    macro_rules! each {
        ($(($field:ident $column:ident $opt:ident $opt_column:ident))*) => {$(
            let columns = (Arrays::$column, Arrays::$opt_column);
            Box::pin(holding(&db, &rows, columns, |row| (row.$field.clone(), row.$opt.clone()))).await;
        )*};
    }
    each! {
        (texts TEXTS texts_opt TEXTS_OPT) (flags FLAGS flags_opt FLAGS_OPT) (smalls SMALLS smalls_opt SMALLS_OPT)
        (mediums MEDIUMS mediums_opt MEDIUMS_OPT) (larges LARGES larges_opt LARGES_OPT)
        (singles SINGLES singles_opt SINGLES_OPT) (doubles DOUBLES doubles_opt DOUBLES_OPT)
        (frees FREES frees_opt FREES_OPT) (uuids UUIDS uuids_opt UUIDS_OPT)
        (moments MOMENTS moments_opt MOMENTS_OPT) (days DAYS days_opt DAYS_OPT) (clocks CLOCKS clocks_opt CLOCKS_OPT)
        (locals LOCALS locals_opt LOCALS_OPT) (levels LEVELS levels_opt LEVELS_OPT) (moods MOODS moods_opt MOODS_OPT)
    }
}

crate::cases![
    equality_is_exact_for_every_type,
    order_is_exact_for_every_type,
    a_decimal_without_precision_has_an_order_on_postgres_alone,
    arrays_are_compared_and_searched_exactly,
];
