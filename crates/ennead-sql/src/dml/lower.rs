//! Takes the values out of a scoped operation. What is left is the shape's key.

use std::sync::{Arc, LazyLock};

use ennead_core::{
    ConflictAction, Dialect, Error, ErrorKind, Expr, Guard, Insert, Kind, Measure, ModelDef, Operand,
    Operation, ParentCheck, Rank, Role, Scoped, Target, Value,
};

use super::json;
use super::program::{Batch, Bind, Program};
use super::shape::{Form, Key, Shape};

/// How many values one array bind of a bulk write holds at most.
const CHUNK_ROWS: usize = 8192;
/// From how many rows on a COPY is quicker than an INSERT from arrays, which needs no second round trip.
const MIN_COPY_ROWS: usize = 64;
/// How many values SQLite takes one by one where they cannot go as JSON.
const MAX_SINGLE_BINDS: usize = 16_384;
/// A list without a limit, or with a larger one, may take long.
const HEAVY_LIMIT: u64 = 1000;

/// Marks the slot of a text among the values of JSON paths, whose SQL depends on the value's type.
pub(super) const TEXT_SLOT: u32 = 1 << 30;

/// Stands in a program until its own shape is found.
fn empty_shape() -> Arc<Shape> {
    static EMPTY: LazyLock<Arc<Shape>> = LazyLock::new(|| {
        Arc::new(Shape {
            id: 0,
            sql: "".into(),
            slots: Vec::new(),
            row_kinds: Vec::new(),
            outputs: Vec::new(),
        })
    });
    Arc::clone(&EMPTY)
}

pub(super) fn lower(dialect: Dialect, scoped: Scoped, copies: bool) -> Result<(Key, Program), Error> {
    let model = scoped.operation().model();
    let (mut operation, mut guard, _parents, _single): (Operation, Guard, Vec<ParentCheck>, bool) =
        scoped.into_parts();
    let mut taker = Taker { dialect, binds: Vec::new() };
    take_guard(&mut guard, &mut taker.binds);
    let mut program = Program {
        shape: empty_shape(),
        several: None,
        shared: Vec::new(),
        batch: Batch::Once,
        limit: None,
        offset: 0,
        heavy: false,
    };
    let (mut form, mut changes) = (Form::Single, 0);
    match &mut operation {
        Operation::Select(op) => {
            if let Some(filter) = &mut op.filter {
                taker.expr(model, filter)?;
            }
            for by in &op.order {
                taker.must_order(model, by.column)?;
            }
            for (by, value) in op.order.iter().zip(op.after.iter_mut().flatten()) {
                // NULL stays: the predicate of a page behind a NULL is another one.
                if !value.is_null() {
                    taker.take(value, model.field(by.column).kind);
                }
            }
            if let Some(each) = &mut op.each {
                let limit = Value::Int(i64::try_from(each.limit).unwrap_or(i64::MAX));
                each.limit = taker.binds.len() as u64;
                taker.push(limit, Kind::I64, false);
            }
            if dialect == Dialect::Sqlite {
                // Not of the shape: nothing of it stands in the text.
                op.lock = None;
            }
            let by_key = op.limit.is_none() && is_by_key(model, op.filter.as_ref());
            program.heavy = !by_key && op.limit.is_none_or(|limit| limit > HEAVY_LIMIT);
            taker.limit(&mut op.limit, &mut op.offset, &mut program);
        }
        Operation::Count(op) => {
            if let Some(filter) = &mut op.filter {
                taker.expr(model, filter)?;
            }
        }
        Operation::Aggregate(op) => {
            if let Some(filter) = &mut op.filter {
                taker.expr(model, filter)?;
            }
            for at in &op.group_by {
                taker.exact_decimal(model, *at, "groups")?;
            }
            let ranked = op.order.iter().filter_map(|rank| match rank.by {
                Rank::Measure(measure) => Some(measure),
                Rank::Key(_) => None,
            });
            for measure in op.measures.iter().copied().chain(ranked) {
                taker.must_sum_up(model, measure)?;
            }
            program.heavy = true;
            taker.limit(&mut op.limit, &mut 0, &mut program);
        }
        Operation::Insert(op) => {
            if let Some(conflict) = &mut op.conflict
                && let ConflictAction::Update { add, version, .. } = &mut conflict.action
            {
                for (column, value) in add {
                    taker.must_add(model, *column)?;
                    if model.field(*column).kind == Kind::Json {
                        changes = changes.max(json::prepare(dialect, value));
                    }
                    taker.take(value, model.field(*column).kind);
                }
                if let (Some(version), Some(at)) = (version, model.role(Role::Version)) {
                    taker.take(version, model.field(at).kind);
                }
            }
            let rows = std::mem::take(&mut op.rows);
            if copies && rows.len() >= MIN_COPY_ROWS && can_be_copied(op, &guard) {
                program.heavy = true;
                program.batch = Batch::Copy(rows);
                form = Form::Copy;
            } else {
                form = taker.rows(rows, &mut program);
            }
        }
        Operation::Update(op) => {
            taker.target(model, &mut op.target)?;
            if let Some(when) = &mut op.when {
                taker.expr(model, when)?;
            }
            for set in &mut op.set {
                if set.add {
                    taker.must_add(model, set.column)?;
                    if model.field(set.column).kind == Kind::Json {
                        changes = changes.max(json::prepare(dialect, &mut set.value));
                    }
                }
                taker.take(&mut set.value, model.field(set.column).kind);
            }
            program.heavy = !matches!(op.target, Target::Key(_));
        }
        Operation::UpdateEach(op) => {
            for (at, (column, add)) in op.columns.iter().enumerate() {
                if *add {
                    taker.must_add(model, *column)?;
                    if model.field(*column).kind == Kind::Json {
                        // The key stands first.
                        let all = op.rows.iter_mut().map(|row| json::prepare(dialect, &mut row[at + 1]));
                        changes = changes.max(all.max().unwrap_or(0));
                    }
                }
            }
            form = taker.rows(std::mem::take(&mut op.rows), &mut program);
        }
        Operation::Delete(op) => {
            taker.target(model, &mut op.target)?;
            if let Some(when) = &mut op.when {
                taker.expr(model, when)?;
            }
            program.heavy = !matches!(op.target, Target::Key(_));
        }
    }
    program.shared = taker.binds;
    if model.encrypts && program.holds_plaintext() {
        return Err(unsealed(model));
    }
    let steps = json::steps(dialect, changes);
    Ok((Key { operation, guard, form, steps }, program))
}

/// What would be a mistake of the library's own: a value that should have been sealed by now.
fn unsealed(model: &ModelDef) -> Error {
    let text = format!(
        "{}: a value that was to be encrypted came to the database unsealed, and was not sent",
        model.name
    );
    Error::new(ErrorKind::Decryption, text).with_model(model.name)
}

/// Whether rows may go as they are: nothing comes back, nothing is settled, and the binary form of each column is its
/// kind's own.
fn can_be_copied(op: &Insert, guard: &Guard) -> bool {
    let plain = |kind: &Kind| match kind {
        // The elements of such an array would have to be of the enumeration's own type.
        Kind::Array(element) => !matches!(element, Kind::Enum(def) if def.native),
        _ => true,
    };
    op.conflict.is_none()
        && !op.returning
        && !matches!(guard, Guard::Via { .. })
        && op.columns.iter().all(|at| plain(&op.model.0.field(*at).kind))
}

fn is_by_key(model: &ModelDef, filter: Option<&Expr>) -> bool {
    matches!(filter, Some(Expr::Compare { left: Operand::Column(at), .. }) if *at == model.key.field)
}

/// Moves values out of an operation and leaves the numbers of their slots.
struct Taker {
    dialect: Dialect,
    binds: Vec<Bind>,
}

impl Taker {
    fn push(&mut self, value: Value, kind: Kind, many: bool) -> Value {
        self.binds.push(Bind { value, kind, many });
        Value::Slot(self.binds.len() as u32 - 1)
    }

    fn take(&mut self, value: &mut Value, kind: Kind) {
        let slot = Value::Slot(self.binds.len() as u32);
        let taken = std::mem::replace(value, slot);
        self.binds.push(Bind { value: taken, kind, many: false });
    }

    /// Limit and offset are binds on Postgres. SQLite would prepare anew at each bind of a limit, so there the text holds
    /// the next power of two (few shapes), and the backend itself stops at the limit and passes over the offset.
    fn limit(&mut self, limit: &mut Option<u64>, offset: &mut u64, program: &mut Program) {
        if self.dialect == Dialect::Sqlite {
            program.limit = *limit;
            program.offset = *offset;
            let rounded = |limit: u64| limit.saturating_add(*offset).checked_next_power_of_two();
            *limit = limit.map(|limit| rounded(limit).unwrap_or(i64::MAX as u64).min(i64::MAX as u64));
            *offset = 0;
            return;
        }
        let mut slot = |number: u64| {
            self.push(Value::Int(i64::try_from(number).unwrap_or(i64::MAX)), Kind::I64, false);
            self.binds.len() as u64 - 1
        };
        *limit = limit.map(&mut slot);
        if *offset != 0 {
            // Slots count from 0, and an offset of 0 is none.
            *offset = slot(*offset) + 1;
        }
    }

    fn target(&mut self, model: &'static ModelDef, target: &mut Target) -> Result<(), Error> {
        match target {
            Target::Key(value) => self.take(value, model.key_field().kind),
            Target::Keys(values) => self.list(model, model.key_field().kind, values)?,
            Target::Filter(filter) => self.expr(model, filter)?,
            Target::All => {}
        }
        Ok(())
    }

    /// A list of values: one array bind, or on SQLite, where JSON cannot hold them exactly, binds one by one.
    fn list(&mut self, model: &ModelDef, kind: Kind, values: &mut Vec<Value>) -> Result<(), Error> {
        if values.is_empty() {
            return Ok(());
        }
        let one_by_one =
            self.dialect == Dialect::Sqlite && matches!(kind, Kind::F32 | Kind::F64 | Kind::Bytes);
        if !one_by_one {
            let all = Value::Array(std::mem::take(values));
            let slot = self.push(all, kind, true);
            values.push(slot);
            return Ok(());
        }
        if values.len() > MAX_SINGLE_BINDS {
            return Err(Error::unsupported(format!(
                "{}: SQLite takes at most {MAX_SINGLE_BINDS} floats or byte strings in one list",
                model.name
            )));
        }
        // Rounded up with repetitions, so that there are few shapes.
        let wanted = values.len().next_power_of_two();
        if let Some(last) = values.last().cloned() {
            values.resize(wanted, last);
        }
        values.iter_mut().for_each(|value| self.take(value, kind));
        Ok(())
    }

    fn expr(&mut self, model: &'static ModelDef, expr: &mut Expr) -> Result<(), Error> {
        match expr {
            Expr::And(all) | Expr::Or(all) => all.iter_mut().try_for_each(|expr| self.expr(model, expr)),
            Expr::Not(inner) => self.expr(model, inner),
            Expr::Related(related) => {
                let Some(guard) = &mut related.guard else {
                    return Err(Error::invalid(format!(
                        "{}: a filter over a relation that no scope guards",
                        model.name
                    )));
                };
                take_guard(guard, &mut self.binds);
                related.filter.as_mut().map_or(Ok(()), |filter| self.expr(related.hop.model.0, filter))
            }
            Expr::Compare { left: Operand::JsonPath(..), value, .. } => {
                self.json_scalar(value);
                Ok(())
            }
            Expr::Compare { left, op, value } => {
                if !matches!(op, ennead_core::Compare::Eq | ennead_core::Compare::Ne) {
                    self.must_order(model, left.column())?;
                }
                self.take(value, model.field(left.column()).kind);
                Ok(())
            }
            Expr::In { left, values, negated } => {
                let had = values.len();
                values.retain(|value| !value.is_null());
                let has_null = values.len() != had;
                let kind = model.field(left.column()).kind;
                if matches!(kind, Kind::Array(_)) {
                    return self.in_arrays(model, expr, has_null);
                }
                self.list(model, kind, values)?;
                // Out of a list of values, NULL says nothing that they do not say; out of a list of NULL alone, it does.
                if has_null && (!*negated || values.is_empty()) {
                    values.push(Value::Null);
                }
                Ok(())
            }
            Expr::Null { .. } | Expr::ComparePaths { .. } => Ok(()),
            Expr::Like { pattern, fold_case, .. } => {
                if self.dialect == Dialect::Sqlite
                    && !*fold_case
                    && let Value::Text(text) = &*pattern
                {
                    *pattern = Value::text(glob(text));
                }
                self.take(pattern, Kind::Text);
                Ok(())
            }
            Expr::JsonContains { value, .. } => {
                self.take(value, Kind::Json);
                Ok(())
            }
            Expr::ArrayContains { left, value } => {
                let Kind::Array(element) = model.field(left.column()).kind else { return Ok(()) };
                if let (Dialect::Sqlite, Value::Float(float)) = (self.dialect, &*value) {
                    // SQLite looks for it among JSON.
                    *value = Value::Json((*float).into());
                    self.take(value, Kind::Json);
                } else {
                    self.take(value, *element);
                }
                Ok(())
            }
        }
    }

    /// A list of arrays is a row of comparisons: neither database has an array of arrays.
    fn in_arrays(&mut self, model: &'static ModelDef, expr: &mut Expr, has_null: bool) -> Result<(), Error> {
        let Expr::In { left, values, negated } = expr else { return Ok(()) };
        let (left, negated) = (left.clone(), *negated);
        let op = if negated { ennead_core::Compare::Ne } else { ennead_core::Compare::Eq };
        let compare = |value| Expr::Compare { left: left.clone(), op, value };
        let mut all: Vec<Expr> = std::mem::take(values).into_iter().map(compare).collect();
        if has_null && (!negated || all.is_empty()) {
            all.push(Expr::Null { left: left.clone(), negated });
        }
        *expr = if negated { Expr::And(all) } else { Expr::Or(all) };
        self.expr(model, expr)
    }

    /// The value that a JSON path is compared with: `null` and bools stay in the shape.
    fn json_scalar(&mut self, value: &mut Value) {
        match value {
            Value::Json(serde_json::Value::String(_)) => {
                self.take(value, Kind::Json);
                if let Value::Slot(at) = value {
                    *at |= TEXT_SLOT;
                }
            }
            Value::Json(serde_json::Value::Number(_)) => self.take(value, Kind::Json),
            _ => {}
        }
    }

    /// The rows of a bulk write: one by one on SQLite (a planner has those of a create go together), as arrays in chunks on Postgres.
    fn rows(&mut self, rows: Vec<Vec<Value>>, program: &mut Program) -> Form {
        program.heavy = rows.len() > 1;
        if self.dialect == Dialect::Sqlite || rows.len() <= 1 {
            program.batch = Batch::Rows(rows);
            return Form::Single;
        }
        let mut chunks = Vec::with_capacity(rows.len().div_ceil(CHUNK_ROWS));
        let width = rows.first().map_or(0, Vec::len);
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            let mut columns: Vec<Vec<Value>> = (0..width).map(|_| Vec::new()).collect();
            for row in rows.by_ref().take(CHUNK_ROWS) {
                for (column, value) in columns.iter_mut().zip(row) {
                    column.push(value);
                }
            }
            chunks.push(columns);
        }
        program.batch = Batch::Columns(chunks);
        Form::Arrays
    }

    fn must_order(&self, model: &ModelDef, column: u16) -> Result<(), Error> {
        self.exact_decimal(model, column, "order and ranges")
    }

    fn must_add(&self, model: &ModelDef, column: u16) -> Result<(), Error> {
        self.exact_decimal(model, column, "`add`")
    }

    fn must_sum_up(&self, model: &ModelDef, measure: Measure) -> Result<(), Error> {
        match measure {
            Measure::Rows => Ok(()),
            Measure::Sum(at) | Measure::Avg(at) => self.exact_decimal(model, at, "sum and average"),
            Measure::Min(at) | Measure::Max(at) => self.exact_decimal(model, at, "order and ranges"),
        }
    }

    fn exact_decimal(&self, model: &ModelDef, column: u16, what: &str) -> Result<(), Error> {
        let field = model.field(column);
        if self.dialect == Dialect::Sqlite && field.kind == Kind::Decimal(None) {
            return Err(Error::unsupported(format!(
                "{}.{}: SQLite holds a Decimal without precision as text, which has no {what}: give the field #[column(precision = …, scale = …)]",
                model.name, field.name
            ))
            .with_model(model.name)
            .with_fields(vec![field.name]));
        }
        Ok(())
    }
}

/// Moves the tenant out of a guard.
pub(super) fn take_guard(guard: &mut Guard, binds: &mut Vec<Bind>) {
    match guard {
        Guard::Open => {}
        Guard::Column { value, .. } => {
            let kind = match value {
                Value::Uuid(_) => Kind::Uuid,
                Value::Int(_) => Kind::I64,
                _ => Kind::Text,
            };
            let taken = std::mem::replace(value, Value::Slot(binds.len() as u32));
            binds.push(Bind { value: taken, kind, many: false });
        }
        Guard::Via { guard, .. } => take_guard(guard, binds),
    }
}

/// A LIKE pattern as a GLOB pattern, which heeds case on SQLite.
fn glob(like: &str) -> String {
    let mut out = String::with_capacity(like.len());
    let mut chars = like.chars();
    while let Some(c) = chars.next() {
        let (c, wild) = match c {
            '\\' => (chars.next().unwrap_or('\\'), false),
            c => (c, true),
        };
        match c {
            '%' if wild => out.push('*'),
            '_' if wild => out.push('?'),
            '*' | '?' | '[' => {
                out.push('[');
                out.push(c);
                out.push(']');
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::glob;

    #[test]
    fn like_becomes_glob() {
        assert_eq!(glob("a%b_c"), "a*b?c");
        assert_eq!(glob(r"50\%\_\\"), r"50%_\");
        assert_eq!(glob("*?["), "[*][?][[]");
        assert_eq!(glob("]"), "]");
    }
}
