//! Models with a field of every type.

use std::cmp::Ordering;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use ennead::Json;
use ennead::prelude::*;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::draw::{Any, Draw, Element, money};

/// Text with a CHECK. Its names are in another order than its variants, and one of them needs quoting everywhere.
#[derive(DbEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Level {
    Low,
    High,
    #[db_enum(rename = "it's \"odd\", \\ {ü}")]
    Odd,
    #[db_enum(rename = " ")]
    Blank,
}

/// A type of its own on Postgres, whose own order is that of the variants.
#[derive(DbEnum, Clone, Copy, PartialEq, Eq, Debug)]
#[db_enum(native)]
pub enum Mood {
    Zesty,
    Angry,
    #[db_enum(rename = "Mr. O'Neil \\")]
    Odd,
    Émue,
}

macro_rules! by_name {
    ($($type:ident: $($variant:ident)*;)*) => {$(
        impl PartialOrd for $type {
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                self.db_name().partial_cmp(other.db_name())
            }
        }
        impl Any for $type {
            fn any(draw: &mut Draw) -> Self {
                draw.of(&[$($type::$variant),*])
            }
        }
        impl Element for $type {}
    )*};
}
by_name! {
    Level: Low High Odd Blank;
    Mood: Zesty Angry Odd Émue;
}

#[derive(DbNewtype, Clone, PartialEq, PartialOrd, Debug)]
pub struct Code(pub String);

#[derive(DbNewtype, Clone, PartialEq, PartialOrd, Debug)]
pub struct Number(pub i64);

#[derive(DbNewtype, Clone, PartialEq, PartialOrd, Debug)]
pub struct Mark(pub Uuid);

#[derive(DbNewtype, Clone, PartialEq, PartialOrd, Debug)]
pub struct Money(pub Decimal);

impl Any for Code {
    fn any(draw: &mut Draw) -> Self {
        Self(draw.any())
    }
}
impl Any for Number {
    fn any(draw: &mut Draw) -> Self {
        Self(draw.any())
    }
}
impl Any for Mark {
    fn any(draw: &mut Draw) -> Self {
        Self(draw.any())
    }
}

/// A Rust type in a JSON column.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
pub struct Layout {
    pub title: String,
    pub ratio: f64,
    pub counts: Vec<u64>,
    pub inner: Option<Box<Layout>>,
}

impl Any for Json<Layout> {
    fn any(draw: &mut Draw) -> Self {
        let inner = draw.any::<bool>().then(|| {
            Box::new(Layout { title: draw.any(), ratio: draw.any(), counts: vec![u64::MAX], inner: None })
        });
        Json(Layout { title: draw.any(), ratio: draw.any(), counts: vec![0, 1], inner })
    }
}

/// Fields of another struct.
#[model(embed)]
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    pub street: String,
    pub house: Option<i32>,
}

impl Any for Place {
    fn any(draw: &mut Draw) -> Self {
        Self { street: draw.any(), house: draw.any() }
    }
}

/// Every scalar type, and each as an Option.
#[model(global, table = "everything")]
#[derive(Debug, Clone, PartialEq)]
pub struct Everything {
    #[key(assigned)]
    pub id: i64,
    pub text: String,
    pub text_opt: Option<String>,
    pub yes: bool,
    pub yes_opt: Option<bool>,
    pub small: i16,
    pub small_opt: Option<i16>,
    pub medium: i32,
    pub medium_opt: Option<i32>,
    pub large: i64,
    pub large_opt: Option<i64>,
    pub single: f32,
    pub single_opt: Option<f32>,
    pub double: f64,
    pub double_opt: Option<f64>,
    #[column(precision = 18, scale = 4)]
    pub money: Decimal,
    #[column(precision = 18, scale = 4)]
    pub money_opt: Option<Decimal>,
    pub free: Decimal,
    pub free_opt: Option<Decimal>,
    pub uuid: Uuid,
    pub uuid_opt: Option<Uuid>,
    pub moment: DateTime<Utc>,
    pub moment_opt: Option<DateTime<Utc>>,
    pub day: NaiveDate,
    pub day_opt: Option<NaiveDate>,
    pub clock: NaiveTime,
    pub clock_opt: Option<NaiveTime>,
    pub local: NaiveDateTime,
    pub local_opt: Option<NaiveDateTime>,
    pub bytes: Vec<u8>,
    pub bytes_opt: Option<Vec<u8>>,
    pub level: Level,
    pub level_opt: Option<Level>,
    pub mood: Mood,
    pub mood_opt: Option<Mood>,
    pub code: Code,
    pub code_opt: Option<Code>,
    pub number: Number,
    pub number_opt: Option<Number>,
    pub mark: Mark,
    pub mark_opt: Option<Mark>,
    pub json: serde_json::Value,
    pub json_opt: Option<serde_json::Value>,
    pub layout: Json<Layout>,
    pub layout_opt: Option<Json<Layout>>,
    #[embed(required)]
    pub place: Place,
}

/// Calls a macro with the columns that have an order on both databases.
#[macro_export]
macro_rules! ordered_columns {
    ($call:ident) => {
        $call! {
            (text TEXT) (text_opt TEXT_OPT) (yes YES) (yes_opt YES_OPT) (small SMALL) (small_opt SMALL_OPT)
            (medium MEDIUM) (medium_opt MEDIUM_OPT) (large LARGE) (large_opt LARGE_OPT) (single SINGLE)
            (single_opt SINGLE_OPT) (double DOUBLE) (double_opt DOUBLE_OPT) (money MONEY) (money_opt MONEY_OPT)
            (uuid UUID) (uuid_opt UUID_OPT) (moment MOMENT) (moment_opt MOMENT_OPT) (day DAY) (day_opt DAY_OPT)
            (clock CLOCK) (clock_opt CLOCK_OPT) (local LOCAL) (local_opt LOCAL_OPT) (bytes BYTES)
            (bytes_opt BYTES_OPT) (level LEVEL) (level_opt LEVEL_OPT) (mood MOOD) (mood_opt MOOD_OPT)
            (code CODE) (code_opt CODE_OPT) (number NUMBER) (number_opt NUMBER_OPT) (mark MARK) (mark_opt MARK_OPT)
        }
    };
}

/// Calls a macro with the columns that have none.
#[macro_export]
macro_rules! unordered_columns {
    ($call:ident) => {
        $call! {
            (free FREE) (free_opt FREE_OPT) (json JSON) (json_opt JSON_OPT) (layout LAYOUT) (layout_opt LAYOUT_OPT)
        }
    };
}

impl Everything {
    /// A row with values of all kinds, edges among them.
    pub fn any(draw: &mut Draw, id: i64) -> Self {
        Self {
            id,
            text: draw.any(),
            text_opt: draw.any(),
            yes: draw.any(),
            yes_opt: draw.any(),
            small: draw.any(),
            small_opt: draw.any(),
            medium: draw.any(),
            medium_opt: draw.any(),
            large: draw.any(),
            large_opt: draw.any(),
            single: draw.any(),
            single_opt: draw.any(),
            double: draw.any(),
            double_opt: draw.any(),
            money: money(draw),
            money_opt: draw.any::<bool>().then(|| money(draw)),
            free: draw.any(),
            free_opt: draw.any(),
            uuid: draw.any(),
            uuid_opt: draw.any(),
            moment: draw.any(),
            moment_opt: draw.any(),
            day: draw.any(),
            day_opt: draw.any(),
            clock: draw.any(),
            clock_opt: draw.any(),
            local: draw.any(),
            local_opt: draw.any(),
            bytes: draw.any(),
            bytes_opt: draw.any(),
            level: draw.any(),
            level_opt: draw.any(),
            mood: draw.any(),
            mood_opt: draw.any(),
            code: draw.any(),
            code_opt: draw.any(),
            number: draw.any(),
            number_opt: draw.any(),
            mark: draw.any(),
            mark_opt: draw.any(),
            json: draw.any(),
            // By name, null in a JSON field that takes NULL is NULL.
            json_opt: draw
                .any::<Option<serde_json::Value>>()
                .filter(|json| !(crate::by_name::begun() && json.is_null())),
            layout: draw.any(),
            layout_opt: draw.any(),
            place: draw.any(),
        }
    }

    pub fn many(draw: &mut Draw, count: i64) -> Vec<Self> {
        (0..count).map(|id| Self::any(draw, id)).collect()
    }
}

/// An array of every scalar, and each as an Option.
#[model(global, table = "arrays")]
#[derive(Debug, Clone, PartialEq)]
pub struct Arrays {
    #[key(assigned)]
    pub id: Uuid,
    pub texts: Vec<String>,
    pub texts_opt: Option<Vec<String>>,
    pub flags: Vec<bool>,
    pub flags_opt: Option<Vec<bool>>,
    pub smalls: Vec<i16>,
    pub smalls_opt: Option<Vec<i16>>,
    pub mediums: Vec<i32>,
    pub mediums_opt: Option<Vec<i32>>,
    pub larges: Vec<i64>,
    pub larges_opt: Option<Vec<i64>>,
    pub singles: Vec<f32>,
    pub singles_opt: Option<Vec<f32>>,
    pub doubles: Vec<f64>,
    pub doubles_opt: Option<Vec<f64>>,
    pub frees: Vec<Decimal>,
    pub frees_opt: Option<Vec<Decimal>>,
    pub uuids: Vec<Uuid>,
    pub uuids_opt: Option<Vec<Uuid>>,
    pub moments: Vec<DateTime<Utc>>,
    pub moments_opt: Option<Vec<DateTime<Utc>>>,
    pub days: Vec<NaiveDate>,
    pub days_opt: Option<Vec<NaiveDate>>,
    pub clocks: Vec<NaiveTime>,
    pub clocks_opt: Option<Vec<NaiveTime>>,
    pub locals: Vec<NaiveDateTime>,
    pub locals_opt: Option<Vec<NaiveDateTime>>,
    pub levels: Vec<Level>,
    pub levels_opt: Option<Vec<Level>>,
    pub moods: Vec<Mood>,
    pub moods_opt: Option<Vec<Mood>>,
}

/// Calls a macro with the columns of `Arrays`.
#[macro_export]
macro_rules! array_columns {
    ($call:ident) => {
        $call! {
            (texts TEXTS) (texts_opt TEXTS_OPT) (flags FLAGS) (flags_opt FLAGS_OPT) (smalls SMALLS)
            (smalls_opt SMALLS_OPT) (mediums MEDIUMS) (mediums_opt MEDIUMS_OPT) (larges LARGES)
            (larges_opt LARGES_OPT) (singles SINGLES) (singles_opt SINGLES_OPT) (doubles DOUBLES)
            (doubles_opt DOUBLES_OPT) (frees FREES) (frees_opt FREES_OPT) (uuids UUIDS) (uuids_opt UUIDS_OPT)
            (moments MOMENTS) (moments_opt MOMENTS_OPT) (days DAYS) (days_opt DAYS_OPT) (clocks CLOCKS)
            (clocks_opt CLOCKS_OPT) (locals LOCALS) (locals_opt LOCALS_OPT) (levels LEVELS) (levels_opt LEVELS_OPT)
            (moods MOODS) (moods_opt MOODS_OPT)
        }
    };
}

impl Arrays {
    pub fn many(draw: &mut Draw, count: u128) -> Vec<Self> {
        macro_rules! row {
            ($(($field:ident $column:ident))*) => {
                |id| Self { id: Uuid::from_u128(id), $($field: draw.any()),* }
            };
        }
        (0..count).map(array_columns!(row)).collect()
    }
}
