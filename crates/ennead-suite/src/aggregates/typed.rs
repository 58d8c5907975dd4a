//! What the typed face gives.

use ennead::prelude::*;
use ennead::{Error, count};
use rust_decimal::Decimal;

use super::models::*;
use crate::Bed;
use crate::types::models::{Level, Mood};

async fn all_at_once(bed: Bed) {
    let (_, one) = opened(&bed).await;
    let all = (
        count(),
        Sale::UNITS.sum(),
        Sale::UNITS.avg(),
        Sale::UNITS.min(),
        Sale::UNITS.max(),
        Sale::AMOUNT.sum(),
        Sale::AMOUNT.avg(),
        Sale::PLACED_AT.max(),
    );
    let told = Sale::aggregate(all).run(&one).await.unwrap();
    let (sum, mean) = (decimal("10.5001"), decimal("5.25005"));
    assert_eq!(told, (5, Some(12), Some(3.0), Some(1), Some(5), Some(sum), Some(mean), Some(at(9))));
    assert_eq!(Sale::aggregate(Sale::AMOUNT.max()).run(&one).await.unwrap(), Some(decimal("10.5")));
    assert_eq!(Sale::aggregate(count()).run(&one).await.unwrap(), 5);
    assert_eq!(Sale::aggregate((Sale::MOOD.min(),)).run(&one).await.unwrap(), (Some(Mood::Angry),));
}

async fn of_nothing_there_is_a_count_of_none(bed: Bed) {
    let (_, one) = opened(&bed).await;
    let nobody = Sale::REGION.eq("west");
    let all = (count(), Sale::UNITS.sum(), Sale::UNITS.avg(), Sale::AMOUNT.min(), Sale::WEIGHT.sum());
    let told = Sale::aggregate(all).filter(nobody.clone()).run(&one).await.unwrap();
    assert_eq!(told, (0, None, None, None, None));
    // Rows whose values are all NULL are rows.
    let nulls = Sale::aggregate((count(), Sale::WEIGHT.sum(), Sale::WEIGHT.max(), Sale::AMOUNT.avg()));
    let nulls = nulls.filter(Sale::AMOUNT.is_null()).run(&one).await.unwrap();
    assert_eq!(nulls, (3, None, None, None));
    let groups = Sale::aggregate(count()).group_by(Sale::REGION).filter(nobody).run(&one).await.unwrap();
    assert_eq!(groups, []);
}

async fn groups_come_in_the_order_of_their_keys(bed: Bed) {
    let (_, one) = opened(&bed).await;
    let some = |text: &str| Some(text.to_owned());
    let regions = Sale::aggregate((count(), Sale::UNITS.sum())).group_by(Sale::REGION);
    let told = regions.run(&one).await.unwrap();
    let wanted = [(None, (2, Some(5))), (some("north"), (2, Some(7))), (some("south"), (1, None))];
    assert_eq!(told, wanted, "NULL is a group, and the first one");
    let levels = Sale::aggregate(count()).group_by((Sale::LEVEL, Sale::MOOD)).run(&one).await.unwrap();
    let wanted = [((Level::High, None), 1), ((Level::Low, None), 3), ((Level::Low, Some(Mood::Angry)), 1)];
    assert_eq!(levels, wanted, "by their names, as everywhere");
    let single = Sale::aggregate((Sale::UNITS.max(),)).group_by((Sale::PAID,)).run(&one).await.unwrap();
    assert_eq!(single, [((false,), (Some(5),))]);
}

async fn groups_are_ranked_by_what_they_amount_to(bed: Bed) {
    let (_, one) = opened(&bed).await;
    let names = |groups: Vec<(Option<String>, u64)>| -> Vec<String> {
        groups.into_iter().map(|(name, _)| name.unwrap_or("-".into())).collect()
    };
    let regions = || Sale::aggregate(count()).group_by(Sale::REGION);
    let ranked = async |grouped: ennead::op::Grouped<Sale, _, _>| names(grouped.run(&one).await.unwrap());
    assert_eq!(ranked(regions().order_by(Sale::UNITS.sum().desc())).await, ["north", "-", "south"]);
    assert_eq!(ranked(regions().order_by(Sale::UNITS.sum().asc())).await, ["south", "-", "north"]);
    assert_eq!(ranked(regions().order_by(count().desc())).await, ["-", "north", "south"], "ties by key");
    let two = regions().order_by(count().desc()).order_by(Sale::REGION.desc());
    assert_eq!(ranked(two).await, ["north", "-", "south"]);
    assert_eq!(ranked(regions().order_by(Sale::REGION.desc())).await, ["south", "north", "-"]);
    assert_eq!(ranked(regions().order_by(Sale::AMOUNT.max().desc()).limit(2)).await, ["north", "south"]);
    assert_eq!(ranked(regions().order_by(Sale::MOOD.min().desc()).limit(1)).await, ["-"]);
    assert_eq!(ranked(regions().limit(0)).await, Vec::<String>::new());
    assert_eq!(ranked(regions().limit(u64::MAX)).await.len(), 3);
    assert_eq!(ranked(regions().filter(Sale::UNITS.ge(5)).limit(3)).await, ["north"]);
}

async fn sums_are_exact_and_their_order_too(bed: Bed) {
    let db = open(&bed).await;
    let one = db.tenant("one").unwrap();
    let groups: [(&str, &[i64]); 5] = [
        ("a", &[i64::MAX, i64::MAX, i64::MIN, -5]),
        ("b", &[i64::MAX - 6]),
        ("c", &[i64::MIN, -1, 1]),
        ("d", &[4_294_967_295, 1, -4_294_967_297]),
        ("e", &[4_294_967_295, 4_294_967_295, 4_294_967_295]),
    ];
    let mut rows = Vec::new();
    for (region, values) in groups {
        for (number, value) in values.iter().enumerate() {
            rows.push(sale(&format!("{region}{number}")).set(Sale::REGION, region).set(Sale::UNITS, *value));
        }
    }
    Sale::bulk_create(rows).run(&one).await.unwrap();
    let sums = Sale::aggregate(Sale::UNITS.sum()).group_by(Sale::REGION);
    let told = sums.order_by(Sale::UNITS.sum().asc()).run(&one).await.unwrap();
    let mut wanted: Vec<_> = groups
        .iter()
        .map(|(name, all)| {
            let sum: i128 = all.iter().map(|value| i128::from(*value)).sum();
            (Some((*name).to_owned()), i64::try_from(sum).ok())
        })
        .collect();
    wanted.sort_by_key(|(_, sum)| *sum);
    assert_eq!(told, wanted);
}

async fn a_sum_that_fits_no_value_is_refused(bed: Bed) {
    let db = open(&bed).await;
    let one = db.tenant("one").unwrap();
    let most = decimal("99999999999999.9999");
    let full =
        |id: &str| sale(id).set(Sale::UNITS, i64::MAX).set(Sale::SMALL, i16::MAX).set(Sale::AMOUNT, most);
    Sale::bulk_create([full("a"), full("b")]).run(&one).await.unwrap();
    let refused = |error: Error, field: &str| {
        assert!(error.is_invalid_input(), "{error:?}");
        assert_eq!((error.model(), error.fields()), (Some("Sale"), &[field][..]), "{error}");
        assert!(error.to_string().contains("out of range"), "{error}");
    };
    refused(Sale::aggregate(Sale::UNITS.sum()).run(&one).await.unwrap_err(), "units");
    let grouped = Sale::aggregate(Sale::UNITS.sum()).group_by(Sale::LEVEL);
    refused(grouped.run(&one).await.unwrap_err(), "units");
    // The average fits, and so do the sums of narrower integers and of decimals.
    let told = Sale::aggregate((Sale::UNITS.avg(), Sale::SMALL.sum(), Sale::AMOUNT.sum()));
    let told = told.run(&one).await.unwrap();
    assert_eq!(told, (Some(i64::MAX as f64), Some(65_534), Some(most + most)));
    // An error of this kind is the library's own: the transaction goes on.
    let counted = one.transaction(async |tx| {
        refused(Sale::aggregate(Sale::UNITS.sum()).run(tx).await.unwrap_err(), "units");
        Sale::aggregate(count()).run(tx).await
    });
    assert_eq!(counted.await.unwrap(), 2);
}

async fn averages_are_rounded_alike(bed: Bed) {
    let db = open(&bed).await;
    let one = db.tenant("one").unwrap();
    let rows = ["0.0001", "0.0001", "-1"].iter().enumerate().map(|(at, amount)| {
        let units = [1_i64, 1, 2][at];
        sale(&at.to_string()).set(Sale::AMOUNT, decimal(amount)).set(Sale::UNITS, units)
    });
    Sale::bulk_create(rows).run(&one).await.unwrap();
    let told = Sale::aggregate((Sale::AMOUNT.avg(), Sale::UNITS.avg())).run(&one).await.unwrap();
    assert_eq!(told, (Some(decimal("-0.3332666666666666666666666667")), Some(4.0 / 3.0)));
}

async fn floats_are_summed_as_the_database_sums_them(bed: Bed) {
    let db = open(&bed).await;
    let one = db.tenant("one").unwrap();
    let row =
        |id: &str, weight: f64, single: f32| sale(id).set(Sale::WEIGHT, weight).set(Sale::SINGLE, single);
    Sale::bulk_create([row("a", 0.25, 16_777_216.0), row("b", -0.75, 1.0)]).run(&one).await.unwrap();
    let all = (Sale::WEIGHT.sum(), Sale::WEIGHT.avg(), Sale::SINGLE.sum(), Sale::SINGLE.min());
    let told = Sale::aggregate(all).run(&one).await.unwrap();
    assert_eq!(told, (Some(-0.5), Some(-0.25), Some(16_777_217.0), Some(1.0)), "in 64 bits");
    Sale::bulk_create([row("c", f64::MAX, 0.0), row("d", f64::MAX, 0.0)]).run(&one).await.unwrap();
    let error = Sale::aggregate(Sale::WEIGHT.sum()).run(&one).await.unwrap_err();
    assert!(error.is_invalid_input(), "{error:?}");
}

async fn filters_narrow_what_is_summed_up(bed: Bed) {
    let (db, one) = opened(&bed).await;
    let units = || Sale::aggregate(Sale::UNITS.sum());
    let filtered = units().filter(Sale::REGION.eq("north")).filter(Sale::UNITS.gt(2));
    assert_eq!(filtered.run(&one).await.unwrap(), Some(5));
    let jo = || Sale::CUSTOMER.exists(Customer::NAME.eq("Jo"));
    assert_eq!(
        Sale::aggregate(Sale::AMOUNT.sum()).filter(jo()).run(&one).await.unwrap(),
        Some(decimal("0.0001"))
    );
    assert_eq!(units().filter(jo().not()).run(&one).await.unwrap(), Some(12));
    let mo = Sale::CUSTOMER.exists(Customer::NAME.eq("Mo"));
    assert_eq!(Sale::aggregate(count()).filter(mo).run(&one).await.unwrap(), 0, "a customer of another shop");
    let across = db.across_tenants("the books");
    assert_eq!(units().run(&across).await.unwrap(), Some(1012));
    assert_eq!(units().in_tenant("two").run(&across).await.unwrap(), Some(1000));
    let shops = Sale::aggregate(count()).group_by(Sale::SHOP_ID).run(&across).await.unwrap();
    assert_eq!(shops, [("one".to_owned(), 5), ("two".to_owned(), 1)]);
    let narrowed = Sale::aggregate(count()).group_by(Sale::SHOP_ID).in_tenant("two");
    assert_eq!(narrowed.run(&across).await.unwrap(), [("two".to_owned(), 1)]);
    let own = Sale::aggregate(count()).group_by(Sale::SHOP_ID).run(&one).await.unwrap();
    assert_eq!(own, [("one".to_owned(), 5)]);
    assert!(units().in_tenant("two").run(&one).await.unwrap_err().is_invalid_input());
}

async fn soft_deleted_rows_are_passed_over(bed: Bed) {
    let (_, one) = opened(&bed).await;
    Sale::delete("b").run(&one).await.unwrap();
    let units = || Sale::aggregate((count(), Sale::UNITS.sum()));
    assert_eq!(units().run(&one).await.unwrap(), (4, Some(7)));
    assert_eq!(units().with_deleted().run(&one).await.unwrap(), (5, Some(12)));
    let levels = Sale::aggregate(count()).group_by(Sale::LEVEL);
    assert_eq!(levels.run(&one).await.unwrap(), [(Level::Low, 4)]);
    let levels = Sale::aggregate(count()).group_by(Sale::LEVEL).with_deleted();
    assert_eq!(levels.run(&one).await.unwrap(), [(Level::High, 1), (Level::Low, 4)]);
}

async fn a_transaction_sums_up_its_own_writes(bed: Bed) {
    let (_, one) = opened(&bed).await;
    let units = || Sale::aggregate(Sale::UNITS.sum());
    let left = one.transaction(async |tx| {
        sale("new").set(Sale::UNITS, 100_i64).run(tx).await?;
        assert_eq!(units().run(tx).await?, Some(112));
        let regions = Sale::aggregate(count()).group_by(Sale::REGION).limit(1).run(tx).await?;
        assert_eq!(regions, [(None, 3)]);
        Err::<(), _>(Error::not_found("Sale"))
    });
    assert!(left.await.unwrap_err().is_not_found());
    assert_eq!(units().run(&one).await.unwrap(), Some(12));
}

async fn what_cannot_be_ordered_or_summed_says_so(bed: Bed) {
    let (db, one) = opened(&bed).await;
    let by_mean = Sale::aggregate(count()).group_by(Sale::REGION).order_by(Sale::UNITS.avg().desc());
    let error = by_mean.run(&one).await.unwrap_err();
    assert!(error.is_invalid_input() && error.fields() == ["units"], "{error:?}");
    let other = Sale::aggregate(count()).group_by(Sale::REGION).order_by(Sale::LEVEL.asc());
    let error = other.run(&one).await.unwrap_err();
    assert!(error.is_invalid_input() && error.fields() == ["level"], "{error:?}");
    let twice = Sale::aggregate(count()).group_by((Sale::REGION, Sale::REGION));
    let error = twice.run(&one).await.unwrap_err();
    assert!(error.is_invalid_input() && error.fields() == ["region"], "{error:?}");
    // A decimal without precision is text on SQLite: it has no sums and no order there.
    let rows = [NewLoose { id: 1, amount: decimal("1.5") }, NewLoose { id: 2, amount: decimal("10") }];
    Loose::bulk_create(rows).run(&db).await.unwrap();
    let sum =
        Loose::aggregate((Loose::AMOUNT.sum(), Loose::AMOUNT.avg(), Loose::AMOUNT.max())).run(&db).await;
    let groups = Loose::aggregate(count()).group_by(Loose::AMOUNT).run(&db).await;
    if bed.is_postgres() {
        let wanted = (Some(decimal("11.5")), Some(decimal("5.75")), Some(Decimal::TEN));
        assert_eq!(sum.unwrap(), wanted);
        assert_eq!(groups.unwrap(), [(decimal("1.5"), 1), (Decimal::TEN, 1)]);
    } else {
        let refused = |error: Error| error.is_unsupported() && error.fields() == ["amount"];
        assert!(refused(sum.unwrap_err()) && refused(groups.unwrap_err()));
        let ranked = Loose::aggregate(count()).group_by(Loose::ID).order_by(Loose::AMOUNT.max().asc());
        assert!(refused(ranked.run(&db).await.unwrap_err()));
    }
}

async fn a_statement_is_shown_and_carries_the_tenant(bed: Bed) {
    let grouped = Sale::aggregate((count(), Sale::SMALL.sum())).filter(Sale::PAID.eq(true));
    let shown = grouped.statement(bed.dialect()).unwrap();
    assert!(
        shown.sql().starts_with("SELECT COUNT(*), SUM(\"sales\".\"small\") FROM \"sales\" WHERE"),
        "{shown}"
    );
    let shown = grouped.group_by(Sale::REGION).limit(3).statement(bed.dialect()).unwrap();
    assert!(
        shown.sql().contains("\"shop_id\" = ") && shown.sql().contains(" GROUP BY \"sales\".\"region\""),
        "{shown}"
    );
    let limit = if bed.is_postgres() { " LIMIT $3" } else { " LIMIT 4" };
    assert!(shown.sql().ends_with(limit), "{shown}");
}

crate::cases![
    all_at_once,
    of_nothing_there_is_a_count_of_none,
    groups_come_in_the_order_of_their_keys,
    groups_are_ranked_by_what_they_amount_to,
    sums_are_exact_and_their_order_too,
    a_sum_that_fits_no_value_is_refused,
    averages_are_rounded_alike,
    floats_are_summed_as_the_database_sums_them,
    filters_narrow_what_is_summed_up,
    soft_deleted_rows_are_passed_over,
    a_transaction_sums_up_its_own_writes,
    what_cannot_be_ordered_or_summed_says_so,
    a_statement_is_shown_and_carries_the_tenant,
];
