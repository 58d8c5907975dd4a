//! Values drawn at random from a fixed seed, edges included: what properties are tried with.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use rust_decimal::Decimal;
use uuid::Uuid;

/// Draws the same values on every run.
pub struct Draw(TestRunner);

impl Default for Draw {
    fn default() -> Self {
        Self(TestRunner::deterministic())
    }
}

impl Draw {
    /// Draws the same values for the same seed.
    pub fn seeded(seed: u64) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
        Self(TestRunner::new_with_rng(Config::default(), rng))
    }

    /// A value of a strategy.
    pub fn one<S: Strategy>(&mut self, strategy: S) -> S::Value {
        strategy.new_tree(&mut self.0).unwrap().current()
    }

    /// One of these.
    pub fn of<T: Clone + std::fmt::Debug + 'static>(&mut self, all: &[T]) -> T {
        self.one(select(all.to_vec()))
    }

    /// A number below a bound.
    pub fn below(&mut self, bound: usize) -> usize {
        self.one(0..bound)
    }

    /// Any value of a type.
    pub fn any<T: Any>(&mut self) -> T {
        T::any(self)
    }
}

/// A type of which values are drawn.
pub trait Any: Sized {
    fn any(draw: &mut Draw) -> Self;
}

/// A type that stands in arrays.
pub trait Element: Any {}

/// Texts that something on the way might take for something else.
pub const ODD_TEXTS: &[&str] = &[
    "",
    " ",
    "'",
    "''",
    "\"",
    "\\",
    "\\\\",
    "%",
    "_",
    "\\%",
    "*?[",
    "]",
    "{}",
    "{\"a\",NULL}",
    "NULL",
    "null",
    "$1",
    "?",
    ":a",
    "--",
    "/*",
    ";",
    "a\nb\r\n\tc",
    "\u{1}\u{1f}\u{7f}\u{80}",
    "é",
    "e\u{301}",
    "ß",
    "ſ",
    "İ",
    "😀",
    "\u{10ffff}",
    "\u{fffe}\u{ffff}\u{feff}",
    "\u{202e}abc",
    "👩‍👩‍👧‍👦",
    "日本語",
    "true",
    "0",
    "-0",
    "1e5",
    "\\u0000",
    "\\x00",
];

impl Any for String {
    fn any(draw: &mut Draw) -> Self {
        let character = any::<char>().prop_map(|c| if c == '\0' { '\u{1}' } else { c });
        let any_text = proptest::collection::vec(character, 0..24).prop_map(String::from_iter);
        draw.one(prop_oneof![
            2 => select(ODD_TEXTS).prop_map(str::to_owned),
            2 => any_text,
            1 => "[a-c%_]{0,4}",
        ])
    }
}

impl Any for bool {
    fn any(draw: &mut Draw) -> Self {
        draw.one(proptest::bool::ANY)
    }
}

macro_rules! integers {
    ($($type:ident)*) => {$(
        impl Any for $type {
            fn any(draw: &mut Draw) -> Self {
                let edges = vec![$type::MIN, $type::MIN + 1, -1, 0, 1, $type::MAX - 1, $type::MAX];
                draw.one(prop_oneof![select(edges), any::<$type>()])
            }
        }
    )*};
}
integers! { i16 i32 i64 }

macro_rules! floats {
    ($($type:ident)*) => {$(
        impl Any for $type {
            fn any(draw: &mut Draw) -> Self {
                let edges = vec![
                    0.0, 1.0, -1.0, 0.1, 0.3, -0.5, 1.0 / 3.0, $type::MAX, $type::MIN, $type::MIN_POSITIVE,
                    -$type::MIN_POSITIVE, $type::from_bits(1), $type::MIN_POSITIVE / 2.0, $type::EPSILON,
                    1.0 + $type::EPSILON, 16_777_217.0, 1e16, 9_007_199_254_740_993.0, 5e-45, 1e23, 1.5e-10,
                ];
                let bits = proptest::num::$type::NORMAL | proptest::num::$type::SUBNORMAL;
                draw.one(prop_oneof![select(edges), bits])
            }
        }
    )*};
}
floats! { f32 f64 }

/// A decimal of up to 28 digits.
impl Any for Decimal {
    fn any(draw: &mut Draw) -> Self {
        let most = 79_228_162_514_264_337_593_543_950_335_i128;
        let edges: Vec<Decimal> = vec![
            Decimal::ZERO,
            Decimal::ONE,
            Decimal::NEGATIVE_ONE,
            Decimal::MAX,
            Decimal::MIN,
            Decimal::from_i128_with_scale(1, 28),
            Decimal::from_i128_with_scale(-1, 28),
            Decimal::from_i128_with_scale(most, 28),
            Decimal::from_i128_with_scale(most, 14),
            Decimal::from_i128_with_scale(10_000, 4),
            Decimal::from_i128_with_scale(1_0000_0000, 0),
            Decimal::from_i128_with_scale(1_0001, 5),
        ];
        let any_one = (-most..=most, 0..=28_u32, 0..96_u32)
            .prop_map(|(m, s, b)| Decimal::from_i128_with_scale(m >> b, s));
        draw.one(prop_oneof![select(edges), any_one])
    }
}

/// A decimal that fits 18 digits, 4 of them behind the point.
pub fn money(draw: &mut Draw) -> Decimal {
    let most = 999_999_999_999_999_999_i64;
    let edges = vec![most, -most, 0, 1, -1, 10_000, 9_999, 5, -100_000];
    let units = draw.one(prop_oneof![select(edges), -most..=most, -100_000..100_000_i64]);
    Decimal::from_i128_with_scale(units.into(), 4)
}

impl Any for Uuid {
    fn any(draw: &mut Draw) -> Self {
        let edges = vec![Uuid::nil(), Uuid::max(), Uuid::from_u128(1), Uuid::from_u128(1 << 127)];
        draw.one(prop_oneof![1 => select(edges), 3 => any::<u128>().prop_map(Uuid::from_u128)])
    }
}

/// Microseconds from the first moment of year 1 to the last of year 9999.
pub const FIRST: i64 = -62_135_596_800_000_000;
pub const LAST: i64 = 253_402_300_799_999_999;

impl Any for DateTime<Utc> {
    fn any(draw: &mut Draw) -> Self {
        let edges = vec![FIRST, FIRST + 1, -1, 0, 1, 946_684_799_999_999, 946_684_800_000_000, LAST];
        let micros = draw.one(prop_oneof![select(edges), FIRST..=LAST]);
        DateTime::from_timestamp_micros(micros).unwrap()
    }
}

impl Any for NaiveDateTime {
    fn any(draw: &mut Draw) -> Self {
        draw.any::<DateTime<Utc>>().naive_utc()
    }
}

impl Any for NaiveDate {
    fn any(draw: &mut Draw) -> Self {
        draw.any::<DateTime<Utc>>().date_naive()
    }
}

impl Any for NaiveTime {
    fn any(draw: &mut Draw) -> Self {
        let edges = vec![0, 1, 999_999, 43_200_000_000, 86_399_999_999_i64];
        let micros = draw.one(prop_oneof![select(edges), 0..86_400_000_000_i64]);
        NaiveTime::MIN + TimeDelta::microseconds(micros)
    }
}

impl Any for Vec<u8> {
    fn any(draw: &mut Draw) -> Self {
        let edges = vec![vec![], vec![0], vec![0, 0], vec![255], b"a'\\x".to_vec(), (0..=255).collect()];
        draw.one(prop_oneof![select(edges), proptest::collection::vec(any::<u8>(), 0..40)])
    }
}

impl Any for serde_json::Value {
    fn any(draw: &mut Draw) -> Self {
        json(draw, 3)
    }
}

fn json(draw: &mut Draw, depth: usize) -> serde_json::Value {
    match draw.below(if depth == 0 { 6 } else { 9 }) {
        0 => serde_json::Value::Null,
        1 => draw.any::<bool>().into(),
        2 => draw.any::<i64>().into(),
        3 => draw.of(&[0_u64, u64::MAX, i64::MAX as u64 + 1]).into(),
        // Floats without a fraction come back from jsonb as integers when they are large.
        4 => draw.one(prop_oneof![-1e6..1e6_f64, Just(1.0), Just(1e-300), Just(5e-324), Just(0.1)]).into(),
        5 => draw.any::<String>().into(),
        6 | 7 => (0..draw.below(4)).map(|_| json(draw, depth - 1)).collect(),
        _ => {
            let keys: Vec<String> = (0..draw.below(4)).map(|_| draw.any()).collect();
            serde_json::Value::Object(keys.into_iter().map(|key| (key, json(draw, depth - 1))).collect())
        }
    }
}

impl<T: Any> Any for Option<T> {
    fn any(draw: &mut Draw) -> Self {
        (draw.below(4) != 0).then(|| T::any(draw))
    }
}

impl<T: Element> Any for Vec<T> {
    fn any(draw: &mut Draw) -> Self {
        let length = draw.of(&[0, 0, 1, 1, 2, 3, 9]);
        (0..length).map(|_| T::any(draw)).collect()
    }
}

impl Element for String {}
impl Element for bool {}
impl Element for i16 {}
impl Element for i32 {}
impl Element for i64 {}
impl Element for f32 {}
impl Element for f64 {}
impl Element for Decimal {}
impl Element for Uuid {}
impl Element for DateTime<Utc> {}
impl Element for NaiveDateTime {}
impl Element for NaiveDate {}
impl Element for NaiveTime {}
