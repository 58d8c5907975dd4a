//! Whether rows lie close together in the indexes of their table, as it can be told from their values.

use std::cmp::Ordering;

use ennead_core::constraints::{Index, indexes, primary_key, uniques};
use ennead_core::{Dialect, IndexPart, IndexTarget, ModelDef, Value};

/// How many neighbours are looked at.
const LOOKS: usize = 512;
/// So many of them to one that goes the other way.
const STEADY: usize = 16;

/// Whether the rows come in the order of the primary key and of every index, up or down, but for some of them. What another index
/// than one over columns would make of them is not known, and so it is not so.
pub(super) fn is_kept(model: &'static ModelDef, columns: &[u16], rows: &[Vec<Value>]) -> bool {
    let mut all = vec![Some(primary_key(model))];
    all.extend(uniques(model).into_iter().map(|unique| match unique.index {
        Some(index) => fields(model, &index.parts),
        None => Some(unique.columns),
    }));
    let here = |index: &Index| index.dialect.is_none_or(|dialect| dialect == Dialect::Sqlite);
    all.extend(indexes(model).into_iter().filter(here).map(|index| fields(model, &index.parts)));
    let place = |at: &u16| columns.iter().position(|column| column == at);
    // A column that is not written has one value in all rows, or one that the database counts up.
    all.into_iter().all(|index| {
        index.is_some_and(|index| steady(rows, &index.iter().filter_map(place).collect::<Vec<_>>()))
    })
}

fn fields(model: &ModelDef, parts: &[IndexPart]) -> Option<Vec<u16>> {
    let field = |part: &IndexPart| match part.target {
        IndexTarget::Field(name) => model.find(name).map(|(at, _)| at),
        IndexTarget::Expression(_) => None,
    };
    parts.iter().map(field).collect()
}

fn steady(rows: &[Vec<Value>], places: &[usize]) -> bool {
    let (mut looks, mut up, mut down) = (0, 0, 0);
    for pair in rows.windows(2).step_by(rows.len().div_ceil(LOOKS)) {
        let [one, next] = pair else { continue };
        looks += 1;
        let compared = places.iter().map(|place| order(&one[*place], &next[*place]));
        match compared.fold(Ordering::Equal, Ordering::then) {
            Ordering::Less => up += 1,
            Ordering::Equal => {}
            Ordering::Greater => down += 1,
        }
    }
    up.min(down) * STEADY <= looks
}

/// As SQLite orders what is stored for them; what has no order there that could be told is taken for equal.
fn order(one: &Value, other: &Value) -> Ordering {
    match (one, other) {
        (Value::Null, other) => {
            if other.is_null() {
                Ordering::Equal
            } else {
                Ordering::Less
            }
        }
        (_, Value::Null) => Ordering::Greater,
        (Value::Bool(one), Value::Bool(other)) => one.cmp(other),
        (Value::Int(one), Value::Int(other)) => one.cmp(other),
        (Value::Float(one), Value::Float(other)) => one.total_cmp(other),
        (Value::Text(one), Value::Text(other)) => one.cmp(other),
        (Value::Bytes(one), Value::Bytes(other)) => one.cmp(other),
        (Value::Uuid(one), Value::Uuid(other)) => one.cmp(other),
        (Value::Decimal(one), Value::Decimal(other)) => one.cmp(other),
        (Value::DateTime(one), Value::DateTime(other)) => one.cmp(other),
        (Value::Date(one), Value::Date(other)) => one.cmp(other),
        (Value::Time(one), Value::Time(other)) => one.cmp(other),
        (Value::NaiveDateTime(one), Value::NaiveDateTime(other)) => one.cmp(other),
        _ => Ordering::Equal,
    }
}
