//! Reservations: what each step answers, asked once and again, and what is refused with nothing half done.

use std::collections::HashMap;

use ennead::prelude::*;
use robosystems_iam::{
    CreditError, CreditTransactionType, GraphAccount, GraphCredits, NewUserRepository, RepositoryAccount,
    RepositoryPlan, RepositoryType, grant_repository,
};
use rust_decimal::Decimal;

use crate::database::on_both;
use crate::platform::{account, adds_up, credits, kind, user};
use crate::random::Random;

async fn a_reservation_is_confirmed_or_cancelled(db: &Db) {
    let (_, account) = account(db, "kg1a2b3c", "100").await;
    let reserved = account.reserve_credits(credits("10.5"), "query_execution", "op-1").await.unwrap();
    assert_eq!((reserved.amount, reserved.reserved), (Decimal::ZERO, credits("10.5")));
    let balance = account.balance().await.unwrap();
    assert_eq!((balance.current_balance, balance.available), (credits("100"), credits("89.5")));

    let spent = account.confirm("op-1").await.unwrap();
    assert_eq!((spent.amount, spent.reserved), (credits("-10.5"), credits("-10.5")));
    assert_eq!(spent.operation_type.as_deref(), Some("query_execution"));
    let balance = account.balance().await.unwrap();
    assert_eq!((balance.current_balance, balance.available), (credits("89.5"), credits("89.5")));

    account.reserve_credits(credits("89.5"), "import", "op-2").await.unwrap();
    assert_eq!(account.balance().await.unwrap().available, Decimal::ZERO);
    let back = account.cancel("op-2", "operation_failed").await.unwrap();
    assert_eq!((back.amount, back.description.as_str()), (Decimal::ZERO, "operation_failed"));
    assert_eq!(account.balance().await.unwrap().available, credits("89.5"));
    adds_up(&account).await;
}

/// The same call again gives the same answer, entry and all, at once and long after.
async fn each_step_asked_again_answers_the_same(db: &Db) {
    let (_, account) = account(db, "kg1a2b3c", "100").await;
    let (ten, query) = (credits("10"), "query_execution");
    let first = account.reserve_credits(ten, query, "op-1").await.unwrap();
    assert_eq!(account.reserve_credits(ten, query, "op-1").await.unwrap(), first);
    let second = account.reserve_credits(ten, query, "op-2").await.unwrap();
    let spent = account.confirm("op-1").await.unwrap();
    let back = account.cancel("op-2", "too late").await.unwrap();
    let before = account.balance().await.unwrap();
    for _ in 0..2 {
        assert_eq!(account.reserve_credits(ten, query, "op-1").await.unwrap(), first);
        assert_eq!(account.reserve_credits(ten, query, "op-2").await.unwrap(), second);
        assert_eq!(account.confirm("op-1").await.unwrap(), spent);
        assert_eq!(account.cancel("op-2", "another reason").await.unwrap(), back);
    }
    let bonus = CreditTransactionType::Bonus;
    let given = account.grant(bonus, ten, "2026-11", "a referral").await.unwrap();
    assert_eq!(account.grant(bonus, ten, "2026-11", "a referral").await.unwrap(), given);
    let after = account.balance().await.unwrap();
    assert_eq!(after.current_balance, before.current_balance + ten, "given once, and nothing taken");
    assert_eq!(account.history(None, 100).await.unwrap().len(), 6);
    adds_up(&account).await;
}

/// Every refusal is typed, and leaves no entry and no other balance.
async fn what_is_refused_does_nothing(db: &Db) {
    let (graph, account) = account(db, "kg1a2b3c", "100").await;
    let (_, other) = crate::platform::account(db, "kg9z9z9z", "50").await;
    let query = "query_execution";
    account.reserve_credits(credits("60"), query, "open").await.unwrap();
    account.reserve_credits(credits("5"), query, "spent").await.unwrap();
    account.confirm("spent").await.unwrap();
    account.reserve_credits(credits("7"), query, "back").await.unwrap();
    account.cancel("back", "operation_failed").await.unwrap();
    let before = (account.balance().await.unwrap(), account.history(None, 100).await.unwrap());

    let over = account.reserve_credits(credits("35.01"), query, "over").await.unwrap_err();
    let CreditError::Insufficient { asked, available } = &over else { panic!("{over:?}") };
    assert_eq!((*asked, *available), (credits("35.01"), credits("35.00")));
    assert_eq!(over.to_string(), "35.01 credits are asked for, 35 are available");
    assert_eq!((over.http_status(), over.may_be_asked_again()), (402, false));

    let long = "x".repeat(101);
    for (amount, operation, id, wanted) in [
        ("0", query, "new", "amount"),
        ("-1", query, "new", "amount"),
        ("0.001", query, "new", "amount"),
        ("79228162514264337593543950335", query, "new", "invalid input"),
        ("99999999999999.99", query, "new", "invalid input"),
        ("9999999999.99", query, "new", "insufficient"),
        ("1", "", "new", "validation"),
        ("1", query, "", "validation"),
        ("1", query, &long, "validation"),
        ("1", query, "nul\0", "invalid input"),
        ("61", query, "open", "differs"),
        ("60", "import", "open", "differs"),
        ("6", query, "spent", "differs"),
    ] {
        let error = account.reserve_credits(credits(amount), operation, id).await.unwrap_err();
        assert_eq!(kind(&error), wanted, "{amount} for {operation:?} as {id:?}: {error:?}");
    }
    for (id, wanted) in [("never", "unknown"), ("", "unknown"), ("first", "unknown"), ("back", "cancelled")] {
        let error = account.confirm(id).await.unwrap_err();
        assert_eq!(kind(&error), wanted, "confirm {id:?}: {error:?}");
    }
    for (id, reason, wanted) in [
        ("never", "why", "unknown"),
        ("spent", "why", "confirmed"),
        ("open", "", "validation"),
        ("open", &"x".repeat(501), "validation"),
    ] {
        let error = account.cancel(id, reason).await.unwrap_err();
        assert_eq!(kind(&error), wanted, "cancel {id:?}: {error:?}");
    }
    let cancelled = account.confirm("back").await.unwrap_err();
    assert_eq!(cancelled.to_string(), "reservation back is cancelled: operation_failed");
    // Another graph's reservation is one that is not there.
    assert_eq!(kind(&other.confirm("open").await.unwrap_err()), "unknown");
    assert_eq!(kind(&other.cancel("open", "theirs").await.unwrap_err()), "unknown");
    for (of, amount, key, wanted) in [
        (CreditTransactionType::Consumption, "1", "new", "amount"),
        (CreditTransactionType::Bonus, "0", "new", "amount"),
        (CreditTransactionType::Bonus, "1", "first", "differs"),
        (CreditTransactionType::Bonus, "9999999999.99", "new", "invalid input"),
    ] {
        let error = account.grant(of, credits(amount), key, "a gift").await.unwrap_err();
        assert_eq!(kind(&error), wanted, "{of:?} {amount} {key}: {error:?}");
    }
    assert_eq!((account.balance().await.unwrap(), account.history(None, 100).await.unwrap()), before);
    adds_up(&account).await;
    adds_up(&other).await;

    // Where a graph has no credits at all, and where it is no graph.
    let nowhere = GraphAccount::of(&db.tenant("kgnowhere").unwrap());
    assert_eq!(kind(&nowhere.reserve_credits(credits("1"), query, "op").await.unwrap_err()), "no credits");
    assert_eq!(kind(&nowhere.balance().await.unwrap_err()), "no credits");
    // The last wall: the database itself keeps the balance above zero, whoever writes.
    let id = GraphAccount::id_for("kg1a2b3c");
    let taken =
        GraphCredits::update(&id).add(GraphCredits::CURRENT_BALANCE, credits("-96")).run(&graph).await;
    let error = taken.unwrap_err();
    assert!(error.is_check_violation(), "{error:?}");
    let taken = GraphCredits::update(&id).add(GraphCredits::RESERVED, credits("36")).run(&graph).await;
    assert_eq!(taken.unwrap_err().constraint(), Some("graph_credits_reserved_within_balance"));
}

/// Steps drawn at random, each compared with what a ledger in memory says.
async fn random_steps_answer_as_a_ledger_in_memory(db: &Db) {
    let (_, account) = account(db, "kg1a2b3c", "30").await;
    let mut random = Random::seeded(7);
    let mut free = credits("30");
    let mut held: HashMap<String, (Decimal, &'static str)> = HashMap::new();
    for step in 0..300 {
        let id = format!("op-{}", random.below(40));
        let amount = Decimal::new(random.below(900) as i64 + 1, 2);
        let known = held.get(&id).copied();
        let (answer, wanted) = match random.below(10) {
            0..4 => {
                let wanted = match known {
                    Some((there, _)) if there == amount => "done",
                    Some(_) => "differs",
                    None if amount > free => "insufficient",
                    None => {
                        free -= amount;
                        held.insert(id.clone(), (amount, "open"));
                        "done"
                    }
                };
                (account.reserve_credits(amount, "query", &id).await, wanted)
            }
            4..7 => {
                let wanted = ended(&mut held, &id, "confirmed");
                (account.confirm(&id).await, wanted)
            }
            _ => {
                let wanted = ended(&mut held, &id, "cancelled");
                if let (Some((amount, "open")), "done") = (known, wanted) {
                    free += amount;
                }
                (account.cancel(&id, "drawn").await, wanted)
            }
        };
        let said = answer.as_ref().map_or_else(kind, |_| "done");
        assert_eq!(said, wanted, "step {step}, {id} {amount}: {answer:?}");
        if step % 50 == 49 {
            assert_eq!(account.balance().await.unwrap().available, free, "step {step}");
        }
    }
    adds_up(&account).await;
}

/// What an end should answer, and what it makes of the reservation.
fn ended(held: &mut HashMap<String, (Decimal, &'static str)>, id: &str, how: &'static str) -> &'static str {
    match held.get_mut(id) {
        None => "unknown",
        Some((_, state)) if *state == "open" || *state == how => {
            *state = how;
            "done"
        }
        Some((_, state)) => state,
    }
}

/// The same steps over the tables of repositories, which belong to no graph.
async fn repositories_have_credits_of_their_own(db: &Db) {
    let ann = user(db, "ann").await;
    let new = |name: &str| NewUserRepository {
        user_id: ann.id.clone(),
        repository_type: RepositoryType::Sec,
        repository_name: name.into(),
        monthly_price: credits("29.99"),
    };
    let starter = RepositoryPlan::Starter;
    let one = grant_repository(db, new("sec"), starter, &ann.id, credits("20")).await.unwrap();
    let two = grant_repository(db, new("sec_2"), starter, &ann.id, credits("20")).await.unwrap();
    let (first, second) = (RepositoryAccount::of(db, &one.id), RepositoryAccount::of(db, &two.id));
    // One id in two ledgers is two reservations.
    for account in [&first, &second] {
        account.reserve_credits(credits("15"), "sec_query", "op-1").await.unwrap();
        let over = account.reserve_credits(credits("6"), "sec_query", "op-2").await.unwrap_err();
        assert_eq!(over.to_string(), "6 credits are asked for, 5 are available");
    }
    first.confirm("op-1").await.unwrap();
    second.cancel("op-1", "no filings").await.unwrap();
    assert_eq!(kind(&first.cancel("op-1", "late").await.unwrap_err()), "confirmed");
    assert_eq!(first.balance().await.unwrap().current_balance, credits("5"));
    assert_eq!(second.balance().await.unwrap().current_balance, credits("20"));
    let spent = first.history(Some(CreditTransactionType::Consumption), 50).await.unwrap();
    assert_eq!(spent.iter().map(|entry| entry.amount).collect::<Vec<_>>(), [credits("-15")]);
    assert_eq!(second.history(Some(CreditTransactionType::Consumption), 50).await.unwrap().len(), 0);
    assert_eq!(kind(&RepositoryAccount::of(db, "ur_none").confirm("op-1").await.unwrap_err()), "unknown");
    let again = grant_repository(db, new("sec"), starter, &ann.id, credits("20")).await.unwrap_err();
    assert!(again.is_unique_violation(), "{again:?}");
}

on_both![
    a_reservation_is_confirmed_or_cancelled,
    each_step_asked_again_answers_the_same,
    what_is_refused_does_nothing,
    random_steps_answer_as_a_ledger_in_memory,
    repositories_have_credits_of_their_own,
];
