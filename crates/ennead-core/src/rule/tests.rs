use rust_decimal::Decimal;

use super::*;

fn text(text: &'static str) -> Value {
    Value::text(text)
}

fn keeps(rule: Rule, value: Value) -> bool {
    rule.check(&value).is_ok()
}

#[test]
fn texts() {
    for good in ["a@b.example", "first.last+tag@example.com", "a@localhost"] {
        assert!(keeps(Rule::Email, text(good)), "{good}");
    }
    for bad in ["", "a", "@b", "a@", "a b@c.example", "a@b..c", "a@b.example\n"] {
        assert!(!keeps(Rule::Email, text(bad)), "{bad}");
    }
    for good in ["https://a.example/x?y#z", "mailto:a@b.example", "http://127.0.0.1:80"] {
        assert!(keeps(Rule::Url, text(good)), "{good}");
    }
    for bad in ["", "a.example", "//a.example", "http://", "http://[::1"] {
        assert!(!keeps(Rule::Url, text(bad)), "{bad}");
    }
    assert!(keeps(Rule::Regex(r"^\d{3}$"), text("123")) && !keeps(Rule::Regex(r"^\d{3}$"), text("1234")));
    assert!(keeps(Rule::Regex("b"), text("abc")), "it is found anywhere");
}

#[test]
fn lengths_count_characters_bytes_and_items() {
    let rule = Rule::Length { min: Some(2), max: Some(3) };
    assert!(keeps(rule, text("éé")) && !keeps(rule, text("é")) && !keeps(rule, text("éééé")));
    assert!(keeps(rule, Value::Bytes(vec![0; 3])) && !keeps(rule, Value::Bytes(vec![0; 4])));
    assert!(keeps(rule, Value::Array(vec![Value::Int(1); 2])) && !keeps(rule, Value::Array(Vec::new())));
    assert_eq!(rule.check(&text("")).unwrap_err(), "must have 2 to 3 characters or items");
}

#[test]
fn ranges_take_their_bounds_in() {
    let ints = Rule::Range { min: Some(Literal::Int(-1)), max: Some(Literal::Int(5)) };
    let within = |value: i64| keeps(ints, Value::Int(value));
    assert!(within(-1) && within(5) && !within(-2) && !within(6));
    let decimal = Rule::Range { min: Some(Literal::Text("0.01")), max: None };
    let within = |value: &str| keeps(decimal, Value::Decimal(value.parse::<Decimal>().unwrap()));
    assert!(within("0.010") && within("7") && !within("0.009"));
    let float = Rule::Range { min: None, max: Some(Literal::Float(0.5)) };
    assert!(keeps(float, Value::Float(0.5)) && !keeps(float, Value::Float(0.51)));
    assert_eq!(decimal.check(&Value::Decimal(Decimal::ZERO)).unwrap_err(), "must be 0.01 at least");
}

#[test]
fn a_function_that_panics_refuses() {
    fn even(value: &i64) -> Result<(), String> {
        assert!(*value < 100, "too much for it");
        if value % 2 == 0 { Ok(()) } else { Err("must be even".to_owned()) }
    }
    let rule = Rule::Custom { name: "even", check: |value| custom::<i64>(value, even) };
    assert!(keeps(rule, Value::Int(4)));
    assert_eq!(rule.check(&Value::Int(5)).unwrap_err(), "must be even");
    assert_eq!(rule.check(&Value::Int(100)).unwrap_err(), "the validator even panicked");
}
