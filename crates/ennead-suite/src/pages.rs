//! Orders, limits, pages and streams, against the same done in memory; and cursors that belong elsewhere.

use std::cmp::Ordering;

use ennead::prelude::*;
use ennead::{Cursor, Order};
use futures_util::TryStreamExt;

use crate::draw::Draw;
use crate::filters::oracle::Condition;
use crate::filters::thing::Thing;
use crate::{Bed, Case};

/// The cases of this module.
pub const ALL: &[&[Case]] = &[CASES];

type By = (Order<Thing>, fn(&Thing, &Thing) -> Ordering);

/// A part of an order, and the comparison that it stands for: None is less than Some, as NULL stands first.
fn by(draw: &mut Draw) -> By {
    macro_rules! one_of {
        ($($field:ident $column:ident),*) => {{
            let all: Vec<[By; 2]> = vec![$([
                (Thing::$column.asc(), |one, two| one.$field.partial_cmp(&two.$field).unwrap()),
                (Thing::$column.desc(), |one, two| two.$field.partial_cmp(&one.$field).unwrap()),
            ]),*];
            all[draw.below(all.len())][draw.below(2)]
        }};
    }
    one_of!(
        name NAME, title TITLE, count COUNT, size SIZE, ratio RATIO, price PRICE, done DONE, at AT, level LEVEL, mood MOOD
    )
}

/// An order with the key at its end, in the direction of the last part, as pages have it.
fn order(draw: &mut Draw) -> (Vec<Order<Thing>>, Vec<By>) {
    let parts: Vec<By> = (0..draw.below(4)).map(|_| by(draw)).collect();
    let orders: Vec<Order<Thing>> = parts.iter().map(|(order, _)| *order).collect();
    let mut whole = parts;
    let key: By = if orders.last().is_some_and(|last| last.by().descending) {
        (Thing::ID.desc(), |one, two| two.id.cmp(&one.id))
    } else {
        (Thing::ID.asc(), |one, two| one.id.cmp(&two.id))
    };
    whole.push(key);
    (orders, whole)
}

fn sorted(rows: &[Thing], whole: &[By], holds: impl Fn(&Thing) -> bool) -> Vec<i64> {
    let mut rows: Vec<&Thing> = rows.iter().filter(|row| holds(row)).collect();
    rows.sort_by(|one, two| {
        whole.iter().map(|(_, compare)| compare(one, two)).find(|by| by.is_ne()).unwrap()
    });
    rows.iter().map(|row| row.id).collect()
}

fn ids(rows: &[Thing]) -> Vec<i64> {
    rows.iter().map(|row| row.id).collect()
}

async fn stored(bed: &Bed, draw: &mut Draw, count: i64) -> (Db, Vec<Thing>) {
    let db = bed.db(&ennead::schema![Thing]).await;
    let rows = Thing::many(draw, count);
    Thing::bulk_create(rows.clone()).run(&db).await.unwrap();
    (db, rows)
}

async fn limits_and_offsets_cut_the_order(bed: Bed) {
    let draw = &mut Draw::default();
    let (db, rows) = stored(&bed, draw, 40).await;
    for _ in 0..60 {
        let (_, whole) = order(draw);
        let orders: Vec<Order<Thing>> = whole.iter().map(|(order, _)| *order).collect();
        let all = sorted(&rows, &whole, |_| true);
        let limit = draw.of(&[0, 1, 2, 3, 7, 39, 40, 41, 1 << 40, i64::MAX as u64, u64::MAX]);
        let offset = draw.of(&[0, 0, 1, 5, 39, 40, 1 << 40, i64::MAX as u64, u64::MAX]);
        let skipped = usize::try_from(offset).unwrap().min(all.len());
        let wanted: Vec<i64> = all[skipped..].iter().copied().take(usize::try_from(limit).unwrap()).collect();
        let list = || Thing::list().order_by(orders.clone()).offset(offset);
        let what = format!("{orders:?} limit {limit} offset {offset}");
        assert_eq!(ids(&list().limit(limit).run(&db).await.unwrap()), wanted, "{what}");
        assert_eq!(ids(&list().run(&db).await.unwrap()), all[skipped..], "{what}");
        let first = list().first(&db).await.unwrap().map(|row| row.id);
        assert_eq!(first, all.get(skipped).copied(), "{what}");
        let streamed: Vec<Thing> = list().limit(limit).stream(&db).try_collect().await.unwrap();
        assert_eq!(ids(&streamed), wanted, "stream {what}");
    }
}

async fn pages_visit_each_row_once_in_order(bed: Bed) {
    let draw = &mut Draw::default();
    let (db, rows) = stored(&bed, draw, 30).await;
    for round in 0..40 {
        let (orders, whole) = order(draw);
        let condition = (round % 3 == 0).then(|| Condition::any(draw, 2));
        let holds = |row: &Thing| condition.as_ref().is_none_or(|one| (one.holds)(row) == Some(true));
        let wanted = sorted(&rows, &whole, holds);
        let list = || {
            let list = Thing::list().order_by(orders.clone());
            match &condition {
                Some(one) => list.filter(one.filter.clone()),
                None => list,
            }
        };
        let size = 1 + round % 7;
        let (mut found, mut cursor) = (Vec::new(), None::<Cursor>);
        loop {
            let page = list().limit(size).page(cursor.as_ref()).run(&db).await.unwrap();
            assert!(page.items.len() as u64 == size || page.next.is_none());
            found.extend(ids(&page.items));
            match page.next {
                Some(next) => cursor = Some(next.as_str().parse().unwrap()),
                None => break,
            }
        }
        assert_eq!(found, wanted, "{orders:?} in pages of {size}");
        let streamed: Vec<Thing> = list().stream(&db).try_collect().await.unwrap();
        assert_eq!(ids(&streamed), wanted, "{orders:?} as a stream");
    }
}

async fn a_stream_of_many_chunks_is_in_order(bed: Bed) {
    let draw = &mut Draw::default();
    let (db, rows) = stored(&bed, draw, 1_100).await;
    let whole: Vec<By> = vec![
        (Thing::TITLE.desc(), |one, two| two.title.cmp(&one.title)),
        (Thing::ID.desc(), |one, two| two.id.cmp(&one.id)),
    ];
    let streamed: Vec<Thing> =
        Thing::list().order_by(Thing::TITLE.desc()).stream(&db).try_collect().await.unwrap();
    assert_eq!(ids(&streamed), sorted(&rows, &whole, |_| true));
    let few: Vec<Thing> = Thing::list()
        .order_by(Thing::TITLE.desc())
        .offset(3)
        .limit(700)
        .stream(&db)
        .try_collect()
        .await
        .unwrap();
    assert_eq!(ids(&few), sorted(&rows, &whole, |_| true)[3..703]);
}

#[model(global, table = "other_things")]
#[derive(Debug, Clone, PartialEq)]
pub struct OtherThing {
    #[key(assigned)]
    pub id: i64,
    pub count: i32,
}

#[model(table = "owned_things")]
#[derive(Debug, Clone, PartialEq)]
pub struct OwnedThing {
    #[key(assigned)]
    pub id: i64,
    #[tenant]
    pub tenant_id: String,
    pub count: i32,
}

#[track_caller]
fn foreign<T>(result: Result<ennead::Page<T>, Error>) {
    let Err(error) = result else { panic!("the cursor should be refused") };
    assert!(error.is_invalid_input(), "{error:?}");
    assert_eq!(
        error.to_string(),
        "the cursor does not belong to this model, scope, filter and order, or was changed"
    );
}

async fn cursors_belong_to_what_made_them(bed: Bed) {
    let db = bed.db(&ennead::schema![Thing, OtherThing, OwnedThing]).await;
    Thing::bulk_create(Thing::many(&mut Draw::default(), 5)).run(&db).await.unwrap();
    OtherThing::bulk_create((0..5).map(|id| OtherThing { id, count: 0 })).run(&db).await.unwrap();
    let list = || Thing::list().order_by(Thing::COUNT.asc()).limit(2);
    let own = list().page(None).run(&db).await.unwrap().next.unwrap();
    // The page's size is no part of it.
    assert_eq!(list().limit(4).page(Some(&own)).run(&db).await.unwrap().items.len(), 3);

    foreign(OtherThing::list().order_by(OtherThing::COUNT.asc()).limit(2).page(Some(&own)).run(&db).await);
    foreign(Thing::list().limit(2).page(Some(&own)).run(&db).await);
    foreign(Thing::list().order_by(Thing::COUNT.desc()).limit(2).page(Some(&own)).run(&db).await);
    foreign(list().order_by(Thing::NAME.asc()).page(Some(&own)).run(&db).await);
    foreign(list().filter(Thing::ID.gt(0)).page(Some(&own)).run(&db).await);
    foreign(list().page(Some(&own)).run(&db.across_tenants("another scope")).await);
    foreign(list().page(Some(&own)).run(&db.tenant("a").unwrap()).await);
    let filtered = list().filter(Thing::ID.gt(0)).page(None).run(&db).await.unwrap().next.unwrap();
    foreign(list().filter(Thing::ID.gt(1)).page(Some(&filtered)).run(&db).await);

    let (a, b) = (db.tenant("a").unwrap(), db.tenant("b").unwrap());
    for scope in [&a, &b] {
        let new = (0..3).map(|id| NewOwnedThing { id, count: 0 });
        OwnedThing::bulk_create(new).run(scope).await.unwrap();
    }
    let of_a = OwnedThing::list().limit(1).page(None).run(&a).await.unwrap().next.unwrap();
    OwnedThing::list().limit(1).page(Some(&of_a)).run(&a).await.unwrap();
    foreign(OwnedThing::list().limit(1).page(Some(&of_a)).run(&b).await);
    foreign(OwnedThing::list().limit(1).page(Some(&of_a)).run(&db.across_tenants("another scope")).await);
}

async fn changed_and_invented_cursors_are_refused(bed: Bed) {
    let draw = &mut Draw::default();
    let (db, _) = stored(&bed, draw, 5).await;
    let list = || Thing::list().order_by(Thing::TITLE.asc()).limit(2);
    let own = list().page(None).run(&db).await.unwrap().next.unwrap().to_string();
    for at in 0..own.len() {
        let mut bytes = own.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        let changed = Cursor::from(String::from_utf8(bytes).unwrap());
        foreign(list().page(Some(&changed)).run(&db).await);
    }
    for at in 0..own.len() {
        foreign(list().page(Some(&Cursor::from(own[..at].to_owned()))).run(&db).await);
    }
    for text in crate::draw::ODD_TEXTS {
        foreign(list().page(Some(&Cursor::from((*text).to_owned()))).run(&db).await);
        foreign(list().page(Some(&Cursor::from(format!("{own}{text}x")))).run(&db).await);
    }
    for _ in 0..100 {
        foreign(list().page(Some(&Cursor::from(draw.any::<String>()))).run(&db).await);
    }
    let page = list().page(Some(&Cursor::from(own))).run(&db).await.unwrap();
    assert_eq!(page.items.len(), 2);
}

async fn a_page_has_a_size_and_no_offset(bed: Bed) {
    let db = bed.db(&ennead::schema![Thing]).await;
    for list in [Thing::list(), Thing::list().limit(0), Thing::list().limit(1).offset(1)] {
        let error = list.page(None).run(&db).await.unwrap_err();
        assert!(error.is_invalid_input(), "{error:?}");
    }
    let page = Thing::list().limit(u64::MAX).page(None).run(&db).await.unwrap();
    assert!(page.items.is_empty() && page.next.is_none());
}

crate::cases![
    limits_and_offsets_cut_the_order,
    pages_visit_each_row_once_in_order,
    a_stream_of_many_chunks_is_in_order,
    cursors_belong_to_what_made_them,
    changed_and_invented_cursors_are_refused,
    a_page_has_a_size_and_no_offset,
];
