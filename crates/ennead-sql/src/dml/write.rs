//! Insert, update and delete as SQL.

use ennead_core::constraints::{self, quote};
use ennead_core::{
    Assignment, ConflictAction, Delete, Deleted, Dialect, Error, Guard, Insert, Kind, ModelDef, Role, Target,
    Update, UpdateEach,
};
use sea_query::{
    Alias, Expr as Sea, ExprTrait, IntoIden, OnConflict, Query, Returning, ReturningClause, SimpleExpr,
};

use super::expr::{Context, enum_type, placeholder, slot, template};
use super::shape::{Form, ROW, SEVERAL, Shape};
use super::{guard, json};

fn name(model: &ModelDef, at: u16) -> Alias {
    Alias::new(model.field(at).column)
}

fn all_columns(context: &Context<'_>) -> ReturningClause {
    let all = (0..context.model.fields.len() as u16).map(|at| Sea::col(name(context.model, at)));
    Returning::new().exprs(all)
}

fn kinds_of(model: &ModelDef, columns: impl IntoIterator<Item = u16>) -> Vec<Kind> {
    columns.into_iter().map(|at| model.field(at).kind).collect()
}

fn returned(model: &ModelDef, returning: bool) -> Vec<Kind> {
    if returning { model.fields.iter().map(|field| field.kind).collect() } else { Vec::new() }
}

/// The value of a row's column: a placeholder, or an element of an array on Postgres.
fn row_value(context: &Context<'_>, at: usize, kind: &Kind, form: Form) -> SimpleExpr {
    let value = slot(ROW + at as i64);
    match form {
        // Rows behind a COPY have no placeholders.
        Form::Single | Form::Several | Form::Copy => context.typed_sea(value, kind),
        Form::Arrays => {
            let element = template(context.dialect, "UNNEST({})", [value]);
            match (kind, enum_type(kind)) {
                // Arrays of arrays would be flattened, so each array travels as its text.
                (Kind::Array(inner), _) => {
                    template(context.dialect, &format!("CAST({{}} AS {}[])", array_type(inner)), [element])
                }
                (_, Some(_)) => context.typed_sea(element, kind),
                _ => element,
            }
        }
    }
}

/// The Postgres type of an array's elements.
fn array_type(kind: &Kind) -> String {
    match kind {
        Kind::Bool => "boolean".into(),
        Kind::I16 => "smallint".into(),
        Kind::I32 => "integer".into(),
        Kind::I64 => "bigint".into(),
        Kind::F32 => "real".into(),
        Kind::F64 => "double precision".into(),
        Kind::Decimal(_) => "numeric".into(),
        Kind::Uuid => "uuid".into(),
        Kind::DateTime => "timestamptz".into(),
        Kind::Date => "date".into(),
        Kind::Time => "time".into(),
        Kind::NaiveDateTime => "timestamp".into(),
        Kind::Bytes | Kind::Encrypted => "bytea".into(),
        Kind::Json => "jsonb".into(),
        Kind::Enum(def) if def.native => ennead_core::constraints::quote(def.type_name),
        Kind::Text | Kind::Enum(_) | Kind::Array(_) => "text".into(),
    }
}

pub(super) fn insert(
    dialect: Dialect,
    op: &Insert,
    tenant: &Guard,
    form: Form,
    steps: usize,
) -> Result<Shape, Error> {
    let model = op.model.0;
    let context = Context { dialect, model, table: model.table, hops: 0 };
    let kinds = kinds_of(model, op.columns.iter().copied());
    if form == Form::Copy {
        return Ok(copy(model, &op.columns, kinds));
    }
    let mut query = Query::insert();
    query.into_table(Alias::new(model.table)).columns(op.columns.iter().map(|at| name(model, *at)));
    let width = kinds.len();
    let row =
        |first| kinds.iter().enumerate().map(move |(at, kind)| row_value(&context, first + at, kind, form));
    let failed = |error: sea_query::error::Error| Error::invalid(format!("{}: {error}", model.name));
    match form {
        Form::Single | Form::Copy => query.values(row(0)).map_err(failed)?,
        Form::Several => {
            for number in 0..SEVERAL {
                query.values(row(number * width)).map_err(failed)?;
            }
            &mut query
        }
        Form::Arrays => {
            let mut rows = Query::select();
            rows.exprs(row(0));
            query.select_from(rows).map_err(failed)?
        }
    };
    if let Some(conflict) = &op.conflict {
        query.on_conflict(on_conflict(&context, conflict, tenant, steps));
    }
    if op.returning {
        query.returning(all_columns(&context));
    }
    Ok(Shape::render(dialect, &query, kinds, returned(model, op.returning)))
}

/// sea-query knows no COPY.
fn copy(model: &ModelDef, columns: &[u16], kinds: Vec<Kind>) -> Shape {
    let names: Vec<String> = columns.iter().map(|at| quote(model.field(*at).column)).collect();
    let sql = format!("COPY {} ({}) FROM STDIN (FORMAT binary)", quote(model.table), names.join(", "));
    Shape::followed_by_rows(sql, kinds)
}

fn on_conflict(
    context: &Context<'_>,
    conflict: &ennead_core::Conflict,
    tenant: &Guard,
    steps: usize,
) -> OnConflict {
    let model = context.model;
    let mut out = OnConflict::columns(conflict.arbiter.iter().map(|at| name(model, *at)));
    if conflict.living_only
        && let Some(living) = constraints::living(model)
    {
        out.target_and_where(Sea::cust(living));
    }
    match &conflict.action {
        ConflictAction::Ignore => {
            out.do_nothing();
        }
        ConflictAction::Update { columns, add, version } => {
            for at in columns {
                let taken = Sea::col((Alias::new("excluded").into_iden(), name(model, *at).into_iden()));
                out.value(name(model, *at), taken);
            }
            for (at, amount) in add {
                let grown = added(context, steps, *at, amount_of(context, *at, placeholder(amount)));
                out.value(name(model, *at), grown);
            }
            // Where the unique does not hold the tenant, the row that is there may be another tenant's: it stays.
            let holds_tenant = model.tenant_field().is_some_and(|at| conflict.arbiter.contains(&at));
            if !holds_tenant && let Some(own) = guard::guard(context, tenant) {
                out.action_and_where(own);
            }
            if let (Some(version), Some(at)) = (version, model.role(Role::Version)) {
                out.action_and_where(context.column(at).eq(context.typed(version, &model.field(at).kind)));
            }
            // A unique that holds for dead rows too may meet one: writes pass over those.
            if !conflict.living_only
                && let Some(living) = context.living(Deleted::Exclude)
            {
                out.action_and_where(living);
            }
        }
    }
    out
}

/// A column plus an amount, or JSON with changes at its paths. Postgres refuses what does not fit the type; SQLite would store it, so there a sum out of
/// range ends in the error "integer overflow".
fn added(context: &Context<'_>, steps: usize, at: u16, amount: Sea) -> Sea {
    if context.field(at).kind == Kind::Json {
        return json::changed(context, steps, at, amount);
    }
    let column = context.column(at);
    if context.dialect == Dialect::Postgres {
        return column.add(amount);
    }
    let (low, high) = match &context.field(at).kind {
        Kind::Decimal(Some(precision)) => {
            let bound = 10_i64.checked_pow(precision.precision.into()).map_or(i64::MAX, |bound| bound - 1);
            (-bound, bound)
        }
        Kind::I64 => {
            return template(
                context.dialect,
                "(CASE WHEN typeof({} + {}) <> 'real' THEN {} + {} ELSE abs(-9223372036854775807 - 1) END)",
                [column.clone(), amount.clone(), column, amount],
            );
        }
        kind @ (Kind::F32 | Kind::F64) => {
            let highest = if *kind == Kind::F32 { f64::from(f32::MAX) } else { f64::MAX };
            return template(
                context.dialect,
                &format!(
                    "(CASE WHEN abs({{}} + {{}}) > {highest:e} THEN abs(-9223372036854775807 - 1) ELSE {{}} + {{}} END)"
                ),
                [column.clone(), amount.clone(), column, amount],
            );
        }
        kind => match kind.integer_bounds() {
            Some(bounds) => bounds,
            None => return column.add(amount),
        },
    };
    template(
        context.dialect,
        &format!(
            "(CASE WHEN {{}} IS NULL OR {{}} + {{}} BETWEEN {low} AND {high} THEN {{}} + {{}} ELSE abs(-9223372036854775807 - 1) END)"
        ),
        [column.clone(), column.clone(), amount.clone(), column, amount],
    )
}

fn amount_of(context: &Context<'_>, at: u16, amount: Sea) -> Sea {
    context.typed_sea(amount, &context.field(at).kind)
}

pub(super) fn update(dialect: Dialect, op: &Update, tenant: &Guard, steps: usize) -> Result<Shape, Error> {
    let model = op.model.0;
    let context = Context { dialect, model, table: model.table, hops: 0 };
    let mut query = Query::update();
    query.table(Alias::new(model.table));
    for Assignment { column, value, add } in &op.set {
        let value = match (value, add) {
            (value, true) => {
                added(&context, steps, *column, amount_of(&context, *column, placeholder(value)))
            }
            (value, false) => context.typed(value, &model.field(*column).kind),
        };
        query.value(name(model, *column), value);
    }
    for condition in written_rows(&context, tenant, &op.target, op.when.as_ref(), op.deleted) {
        query.and_where(condition);
    }
    if op.returning {
        query.returning(all_columns(&context));
    }
    Ok(Shape::render(dialect, &query, Vec::new(), returned(model, op.returning)))
}

pub(super) fn delete(dialect: Dialect, op: &Delete, tenant: &Guard) -> Result<Shape, Error> {
    let model = op.model.0;
    let context = Context { dialect, model, table: model.table, hops: 0 };
    let mut query = Query::delete();
    query.from_table(Alias::new(model.table));
    for condition in written_rows(&context, tenant, &op.target, op.when.as_ref(), Deleted::Include) {
        query.and_where(condition);
    }
    Ok(Shape::render(dialect, &query, Vec::new(), Vec::new()))
}

fn written_rows(
    context: &Context<'_>,
    tenant: &Guard,
    target: &Target,
    when: Option<&ennead_core::Expr>,
    deleted: Deleted,
) -> Vec<Sea> {
    let model = context.model;
    let mut all: Vec<Sea> = guard::guard(context, tenant).into_iter().collect();
    match target {
        Target::Key(value) => {
            all.push(context.column(model.key.field).eq(context.typed(value, &model.key_field().kind)));
        }
        Target::Keys(values) => {
            let left = ennead_core::Operand::Column(model.key.field);
            all.push(context.condition(&ennead_core::Expr::In {
                left,
                values: values.clone(),
                negated: false,
            }));
        }
        Target::Filter(filter) => all.push(context.condition(filter)),
        Target::All => {}
    }
    all.extend(context.living(deleted));
    all.extend(when.map(|when| context.condition(when)));
    all
}

pub(super) fn update_each(
    dialect: Dialect,
    op: &UpdateEach,
    tenant: &Guard,
    form: Form,
    steps: usize,
) -> Result<Shape, Error> {
    let model = op.model.0;
    let context = Context { dialect, model, table: model.table, hops: 0 };
    let version = model.role(Role::Version).filter(|_| op.versioned);
    let set = op.columns.iter().map(|(at, _)| *at);
    let row_kinds = kinds_of(model, std::iter::once(model.key.field).chain(set).chain(version));
    let given = |at: usize| match form {
        Form::Single | Form::Several | Form::Copy => context.typed_sea(slot(ROW + at as i64), &row_kinds[at]),
        Form::Arrays => {
            Sea::col((Alias::new("ennead_rows").into_iden(), Alias::new(format!("v{at}")).into_iden()))
        }
    };
    let mut query = Query::update();
    query.table(Alias::new(model.table));
    for (position, (column, add)) in op.columns.iter().enumerate() {
        let value = given(position + 1);
        let value = if *add { added(&context, steps, *column, value) } else { value };
        query.value(name(model, *column), value);
    }
    if form == Form::Arrays {
        let mut rows = Query::select();
        for (at, kind) in row_kinds.iter().enumerate() {
            rows.expr_as(row_value(&context, at, kind, form), Alias::new(format!("v{at}")));
        }
        query.from(sea_query::TableRef::SubQuery(Box::new(rows), Alias::new("ennead_rows").into_iden()));
    }
    query.and_where(context.column(model.key.field).eq(given(0)));
    if let Some(version) = version {
        query.and_where(context.column(version).eq(given(op.columns.len() + 1)));
    }
    for condition in guard::guard(&context, tenant).into_iter().chain(context.living(Deleted::Exclude)) {
        query.and_where(condition);
    }
    Ok(Shape::render(dialect, &query, row_kinds, Vec::new()))
}
