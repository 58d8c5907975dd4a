use serde_json::{Value as Json, json};

use super::{Unfit, add_at, apply_changes, check_changes, remove_at, set_at, unfit_mark};
use crate::value::Value;

fn path(parts: &[&str]) -> Vec<String> {
    parts.iter().map(|part| (*part).to_owned()).collect()
}

fn applied(document: Option<Json>, changes: &[Value]) -> Result<Option<Json>, Unfit> {
    let mut all = Vec::new();
    for change in changes {
        let mut change = change.clone();
        check_changes(&mut change).unwrap();
        if let Value::Json(Json::Array(one)) = change {
            all.extend(one);
        }
    }
    apply_changes(document, &Json::Array(all)).map_err(|(why, _)| why)
}

#[test]
fn parents_are_made_and_changes_apply_in_order() {
    let changes = [
        set_at(path(&["a", "b"]), json!(1)),
        add_at(path(&["a", "b"]), json!(2)),
        add_at(path(&["n"]), json!(5)),
        set_at(path(&["list"]), json!([])),
        set_at(path(&["list", "0", "x"]), json!("first")),
        remove_at(path(&["gone", "0"])),
    ];
    let wanted = json!({ "a": { "b": 3 }, "n": 5, "list": [{ "x": "first" }] });
    assert_eq!(applied(None, &changes), Ok(Some(wanted)));
    assert_eq!(applied(None, &[remove_at(path(&["a"]))]), Ok(None));
}

#[test]
fn what_does_not_fit_says_why() {
    let document = json!({ "n": 1, "t": "x", "z": null, "list": [1, 2], "big": i64::MAX, "float": 1e308 });
    let refused = |change: Value| applied(Some(document.clone()), &[change]);
    assert_eq!(refused(set_at(path(&["n", "x"]), json!(1))), Err(Unfit::Scalar));
    assert_eq!(refused(set_at(path(&["z", "x"]), json!(1))), Err(Unfit::Scalar));
    for part in ["3", "-1", "01", "x", "", "+1", "9999999999"] {
        assert_eq!(refused(set_at(path(&["list", part]), json!(1))), Err(Unfit::Position), "{part}");
    }
    assert_eq!(refused(add_at(path(&["t"]), json!(1))), Err(Unfit::NoNumber));
    assert_eq!(refused(add_at(path(&["z"]), json!(1))), Err(Unfit::NoNumber));
    assert_eq!(refused(add_at(path(&["big"]), json!(1))), Err(Unfit::Sum));
    assert_eq!(refused(add_at(path(&["float"]), json!(0.5))), Err(Unfit::Sum));
    for parts in [&["n", "x"][..], &["list", "-1"], &["list", "9"], &["no", "such"], &["t", "0"]] {
        assert_eq!(refused(remove_at(path(parts))), Ok(Some(document.clone())), "{parts:?}");
    }
}

#[test]
fn sums_are_exact_without_a_fraction_and_floats_with_one() {
    let sum = |number: Json, amount: Json| {
        let changed = applied(Some(json!({ "n": number })), &[add_at(path(&["n"]), amount)]);
        changed.map(|document| document.unwrap()["n"].clone())
    };
    assert_eq!(sum(json!(i64::MAX - 1), json!(1)), Ok(json!(i64::MAX)));
    assert_eq!(sum(json!(1.0), json!(1)), Ok(json!(2)));
    assert_eq!(sum(json!(1), json!(2.0)), Ok(json!(3)));
    assert_eq!(sum(json!(0.5), json!(0.5)), Ok(json!(1)));
    assert_eq!(sum(json!(0.1), json!(0.2)), Ok(json!(0.1 + 0.2)));
    assert_eq!(sum(json!(-0.5), json!(1)), Ok(json!(0.5)));
    assert_eq!(sum(json!(i64::MIN), json!(-1)), Err(Unfit::Sum));
    assert_eq!(sum(json!(u64::MAX), json!(1)), Err(Unfit::Sum));
    assert_eq!(sum(json!(1e300), json!(1)), Err(Unfit::Sum));
}

#[test]
fn what_is_no_change_is_refused_before_sql() {
    let mut many = set_at(path(&["a"]), json!(1));
    if let Value::Json(Json::Array(all)) = &mut many {
        *all = vec![all[0].clone(); 33];
    }
    let deep = (0..127).fold(json!(1), |inner, _| json!([inner]));
    for (mut change, what) in [
        (set_at(path(&[]), json!(1)), "1 to 32 parts"),
        (set_at(vec!["x".into(); 33], json!(1)), "1 to 32 parts"),
        (set_at(path(&["a\0"]), json!(1)), "NUL"),
        (set_at(path(&["a"]), json!("b\0")), "NUL"),
        (set_at(path(&["a"]), deep), "nested deeper"),
        (remove_at(vec!["x".repeat(1025)]), "1024 characters"),
        (add_at(path(&["a"]), Json::from(f64::NAN)), "finite number"),
        (add_at(path(&["a"]), json!("1")), "finite number"),
        (add_at(path(&["a"]), json!(u64::MAX)), "out of range"),
        (add_at(path(&["a"]), json!(1e300)), "out of range"),
        (many, "1 to 32 paths"),
        (Value::Json(json!({ "a": 1 })), "expected changes"),
        (Value::Json(json!([{ "k": "rename", "p": ["a"] }])), "expected a change"),
    ] {
        let error = check_changes(&mut change).unwrap_err();
        assert!(error.contains(what), "{error}");
    }
    let mut longest = set_at(vec!["€".repeat(1024); 32], (0..93).fold(json!(1), |inner, _| json!([inner])));
    check_changes(&mut longest).unwrap();
}

#[test]
fn a_mark_says_column_reason_and_path_whatever_stands_in_it() {
    let odd = path(&["a:b", "\"]", "]", "ü"]);
    let mark = unfit_mark(3, Unfit::Position, &odd);
    let rest = mark.strip_prefix("ennead_path:3:position:").unwrap();
    assert_eq!(serde_json::from_str::<Vec<String>>(rest).unwrap(), odd);
}
