//! Aggregates as SQL, and what comes back as values. The two belong together: a sum comes in a form of each database in which
//! it is exact, and is put together here.

use ennead_core::{
    Aggregate, Dialect, Error, FieldDef, Guard, Kind, Measure, ModelDef, ModelRef, Rank, RankBy, Value,
};
use rust_decimal::Decimal;
use sea_query::{Alias, Expr as Sea, Query};

use super::expr::{Context, enum_type, template};
use super::select;
use super::shape::Shape;

/// The low half of an integer of 64 bits.
const LOW: i64 = 0xFFFF_FFFF;

pub(super) fn aggregate(dialect: Dialect, op: &Aggregate, tenant: &Guard) -> Result<Shape, Error> {
    let model = op.model.0;
    let context = Context { dialect, model, table: model.table, hops: 0 };
    let mut query = Query::select();
    query.from(Alias::new(model.table));
    let mut kinds = Vec::new();
    for at in &op.group_by {
        query.expr(context.column(*at));
        query.add_group_by([context.column(*at)]);
        kinds.push(model.field(*at).kind);
    }
    for measure in &op.measures {
        for (column, kind) in columns(&context, *measure) {
            query.expr(column);
            kinds.push(kind);
        }
    }
    select::conditions(&mut query, &context, tenant, op.filter.as_ref(), op.deleted);
    for rank in &op.order {
        for (expr, nullable) in ranked(&context, *rank) {
            select::order_by(&mut query, dialect, expr, rank.descending, nullable);
        }
    }
    Ok(select::rendered(dialect, query, op.limit, kinds))
}

/// How a sum comes from the database.
enum Form {
    /// As what it is.
    Plain(Kind),
    /// The sums of the high and of the low 32 bits: SQLite's own sum of integers of 64 bits fails where it passes their
    /// bounds, if only on the way.
    Halves,
    /// The text of a `numeric`, which may have more digits than any value here.
    Text,
}

fn form(dialect: Dialect, kind: &Kind) -> Form {
    match (kind, dialect) {
        (Kind::F32 | Kind::F64, _) => Form::Plain(Kind::F64),
        // As many rows as pass the bounds of 64 bits are in no table.
        (Kind::I16 | Kind::I32, _) => Form::Plain(Kind::I64),
        (_, Dialect::Sqlite) => Form::Halves,
        (_, Dialect::Postgres) => Form::Text,
    }
}

/// The columns in which a measure comes, and their kinds.
fn columns(context: &Context<'_>, measure: Measure) -> Vec<(Sea, Kind)> {
    let of = |text: &str, at: u16| template(context.dialect, text, [context.column(at)]);
    match measure {
        Measure::Rows => vec![(Sea::cust("COUNT(*)"), Kind::I64)],
        Measure::Sum(at) => sums(context, at),
        Measure::Avg(at) => {
            let mut all = sums(context, at);
            all.push((of("COUNT({})", at), Kind::I64));
            all
        }
        Measure::Min(at) => vec![(extreme(context, at, false), context.field(at).kind)],
        Measure::Max(at) => vec![(extreme(context, at, true), context.field(at).kind)],
    }
}

fn sums(context: &Context<'_>, at: u16) -> Vec<(Sea, Kind)> {
    let of = |text: &str| template(context.dialect, text, [context.column(at)]);
    match form(context.dialect, &context.field(at).kind) {
        Form::Plain(kind) => vec![(total(context, at), kind)],
        Form::Halves => {
            vec![(of("SUM({} >> 32)"), Kind::I64), (of(&format!("SUM({{}} & {LOW})")), Kind::I64)]
        }
        Form::Text => vec![(of("CAST(SUM({}) AS text)"), Kind::Text)],
    }
}

/// The sum as a number.
fn total(context: &Context<'_>, at: u16) -> Sea {
    let text = match (context.dialect, &context.field(at).kind) {
        // Postgres adds floats of 32 bits in 32 bits.
        (Dialect::Postgres, Kind::F32) => "SUM(CAST({} AS double precision))",
        _ => "SUM({})",
    };
    template(context.dialect, text, [context.column(at)])
}

/// The least or the greatest value, in the order of lists.
fn extreme(context: &Context<'_>, at: u16, greatest: bool) -> Sea {
    let name = if greatest { "MAX" } else { "MIN" };
    let kind = &context.field(at).kind;
    let text = match (context.dialect, kind) {
        // Postgres has neither for bools, and for UUIDs and bytes since version 18 only: their texts have the same order.
        (Dialect::Postgres, Kind::Bool) if greatest => "BOOL_OR({})".to_owned(),
        (Dialect::Postgres, Kind::Bool) => "BOOL_AND({})".to_owned(),
        (Dialect::Postgres, Kind::Uuid) => format!("CAST({name}(CAST({{}} AS text) COLLATE \"C\") AS uuid)"),
        (Dialect::Postgres, Kind::Bytes) => {
            format!("DECODE({name}(ENCODE({{}}, 'hex') COLLATE \"C\"), 'hex')")
        }
        (Dialect::Postgres, kind) if enum_type(kind).is_some() => {
            format!("{name}(CAST({{}} AS text) COLLATE \"C\")")
        }
        _ => format!("{name}({{}})"),
    };
    template(context.dialect, &text, [context.column(at)])
}

/// What groups are ordered by, and whether it may be NULL.
fn ranked(context: &Context<'_>, rank: RankBy) -> Vec<(Sea, bool)> {
    let of = |text: &str, at: u16| template(context.dialect, text, [context.column(at), context.column(at)]);
    match rank.by {
        Rank::Key(at) => vec![(context.ordered(at), context.field(at).nullable)],
        Rank::Measure(Measure::Rows) => vec![(Sea::cust("COUNT(*)"), false)],
        Rank::Measure(Measure::Min(at)) => vec![(extreme(context, at, false), true)],
        Rank::Measure(Measure::Max(at)) => vec![(extreme(context, at, true), true)],
        Rank::Measure(Measure::Sum(at) | Measure::Avg(at)) => {
            match form(context.dialect, &context.field(at).kind) {
                // What the low halves carry over belongs to the high ones: then the two are ordered as the whole is.
                Form::Halves => vec![
                    (of(&format!("SUM({{}} >> 32) + (SUM({{}} & {LOW}) >> 32)"), at), true),
                    (
                        template(
                            context.dialect,
                            &format!("SUM({{}} & {LOW}) & {LOW}"),
                            [context.column(at)],
                        ),
                        true,
                    ),
                ],
                Form::Plain(_) | Form::Text => vec![(total(context, at), true)],
            }
        }
    }
}

/// What the rows of an aggregate's statement are as values: those of a group's keys, and one for each measure.
#[derive(Debug, Clone)]
pub struct Totals {
    dialect: Dialect,
    model: ModelRef,
    keys: usize,
    measures: Vec<Measure>,
}

/// A sum.
enum Total {
    /// Of no values.
    None,
    Exact {
        digits: i128,
        scale: u32,
    },
    Float(f64),
}

impl Totals {
    /// Of the rows of that aggregate.
    #[must_use]
    pub fn of(dialect: Dialect, aggregate: &Aggregate) -> Self {
        Self {
            dialect,
            model: aggregate.model,
            keys: aggregate.group_by.len(),
            measures: aggregate.measures.clone(),
        }
    }

    /// The values of one row.
    ///
    /// # Errors
    /// Invalid input that names the field, for a sum that no value of its type holds.
    pub fn read(&self, row: Vec<Value>) -> Result<Vec<Value>, Error> {
        let mut row = row.into_iter();
        let mut out: Vec<Value> = row.by_ref().take(self.keys).collect();
        let model = self.model.0;
        for measure in &self.measures {
            out.push(match *measure {
                Measure::Sum(at) => sum(model, model.field(at), self.total(at, &mut row))?,
                Measure::Avg(at) => {
                    let total = self.total(at, &mut row);
                    average(model, model.field(at), total, row.next())?
                }
                Measure::Rows | Measure::Min(_) | Measure::Max(_) => row.next().unwrap_or(Value::Null),
            });
        }
        Ok(out)
    }

    /// A sum from its columns; `None` where it has more digits than can be counted here.
    fn total(&self, at: u16, row: &mut impl Iterator<Item = Value>) -> Option<Total> {
        let kind = &self.model.field(at).kind;
        let scale = match kind {
            Kind::Decimal(Some(precision)) => precision.scale.into(),
            _ => 0,
        };
        match (form(self.dialect, kind), row.next()?) {
            (Form::Halves, high) => match (high, row.next()?) {
                (Value::Int(high), Value::Int(low)) => {
                    Some(Total::Exact { digits: (i128::from(high) << 32) + i128::from(low), scale })
                }
                _ => Some(Total::None),
            },
            (_, Value::Int(sum)) => Some(Total::Exact { digits: sum.into(), scale }),
            (_, Value::Float(sum)) => Some(Total::Float(sum)),
            (_, Value::Text(text)) => {
                let scale = text.split_once('.').map_or(0, |(_, behind)| behind.len());
                let digits = text.replace('.', "").parse().ok()?;
                Some(Total::Exact { digits, scale: u32::try_from(scale).ok()? })
            }
            _ => Some(Total::None),
        }
    }
}

fn sum(model: &ModelDef, field: &FieldDef, total: Option<Total>) -> Result<Value, Error> {
    let value = match total {
        Some(Total::None) => Some(Value::Null),
        Some(Total::Float(sum)) => finite(sum),
        Some(Total::Exact { digits, scale }) if is_decimal(field) => {
            decimal(digits, scale).map(Value::Decimal)
        }
        Some(Total::Exact { digits, .. }) => i64::try_from(digits).ok().map(Value::Int),
        None => None,
    };
    value.ok_or_else(|| out_of_range(model, field))
}

/// The sum over how many values there are. That of decimals has up to 28 digits, the last one rounded; others are as near
/// as floats are.
fn average(
    model: &ModelDef,
    field: &FieldDef,
    total: Option<Total>,
    count: Option<Value>,
) -> Result<Value, Error> {
    let count = match count {
        Some(Value::Int(count)) => count,
        _ => 0,
    };
    let value = match total {
        Some(Total::None) => Some(Value::Null),
        Some(Total::Float(sum)) => finite(sum / count as f64),
        Some(Total::Exact { digits, scale }) if is_decimal(field) => decimal(digits, scale)
            .and_then(|sum| sum.checked_div(Decimal::from(count)))
            .map(|mean| Value::Decimal(mean.normalize())),
        Some(Total::Exact { digits, .. }) => Some(Value::Float(digits as f64 / count as f64)),
        None => None,
    };
    value.ok_or_else(|| out_of_range(model, field))
}

fn is_decimal(field: &FieldDef) -> bool {
    matches!(field.kind, Kind::Decimal(_))
}

fn finite(sum: f64) -> Option<Value> {
    // There is one zero.
    sum.is_finite().then_some(Value::Float(if sum == 0.0 { 0.0 } else { sum }))
}

fn decimal(mut digits: i128, mut scale: u32) -> Option<Decimal> {
    while scale > 0 && digits % 10 == 0 {
        digits /= 10;
        scale -= 1;
    }
    Decimal::try_from_i128_with_scale(digits, scale).ok()
}

fn out_of_range(model: &ModelDef, field: &FieldDef) -> Error {
    let holds = match field.kind {
        Kind::Decimal(_) => "a Decimal",
        Kind::F32 | Kind::F64 => "an f64",
        _ => "an i64",
    };
    Error::invalid(format!(
        "{}.{}: the sum is out of range for {holds}: sum fewer rows, by a filter or in groups",
        model.name, field.name
    ))
    .with_model(model.name)
    .with_fields(vec![field.name])
}

#[cfg(test)]
mod tests {
    use super::decimal;

    #[test]
    fn sums_are_decimals_without_zeros_behind() {
        assert_eq!(decimal(1050, 2).unwrap().to_string(), "10.5");
        assert_eq!(decimal(-7, 0).unwrap().to_string(), "-7");
        assert_eq!(decimal(0, 4).unwrap().to_string(), "0");
        assert_eq!(decimal(i128::MAX, 2), None);
    }
}
