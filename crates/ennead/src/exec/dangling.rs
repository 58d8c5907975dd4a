//! Looks for references that name no row, where no foreign key of the database sees them.

use std::collections::{BTreeMap, HashSet};

use ennead_core::{
    Deleted, Error, Expr, Guard, LooseReference, ModelDef, Operand, Operation, OrderBy, Select, TenantId,
    Value, keys_in,
};

use super::owners::{owner_column, owners};
use super::work::Work;
use super::{Handle, complete_order, key_text};
use crate::sink::{ValueRows, downcast};
use crate::verify::{Dangling, Fault, Verification};

/// How many rows are looked at together.
const BATCH: u64 = 500;

/// Looks through the rows of a model that a scope sees.
pub(crate) async fn dangling(
    handle: Handle<'_>,
    model: &'static ModelDef,
    report: &mut Verification,
) -> Result<(), Error> {
    let scope = handle.resolve(None, model, "verify")?;
    let layout = Layout::of(model);
    if layout.loose.is_empty() {
        return Ok(());
    }
    // Whether the scope may see such rows at all: below, its guard alone is asked for.
    scope.apply(Operation::Select(layout.select()))?;
    let mut after = None;
    loop {
        let mut select = layout.select();
        complete_order(handle, &None, &mut select);
        let order: Vec<OrderBy> = select.order.clone();
        (select.after, select.limit) = (after.take(), Some(BATCH));
        let guard = scope.guard(model, false)?;
        let page = rows(handle, model, &layout.columns, guard, select).await?;
        let Some(last) = page.last() else { break };
        after = Some(order.iter().map(|by| layout.value(last, by.column)).collect());
        report.seen += page.len() as u64;
        let whole = page.len() as u64 == BATCH;
        layout.page(handle, page, report).await?;
        if !whole {
            break;
        }
    }
    Ok(())
}

async fn rows(
    handle: Handle<'_>,
    model: &'static ModelDef,
    columns: &[u16],
    guard: Guard,
    select: Select,
) -> Result<Vec<Vec<Value>>, Error> {
    let kinds = columns.iter().map(|at| model.field(*at).kind).collect();
    let program = handle.db.planner.plan(guard.over(Operation::Select(select)))?;
    let mut work = Work::open(handle, false, false).await?;
    let done = work.run(model, program, Box::new(ValueRows::new(kinds))).await;
    let read = match done {
        Ok(done) => downcast::<ValueRows>(done.sink).map(|sink| sink.rows),
        Err(failed) => Err(failed.failure.error),
    };
    work.end(read).await
}

/// What is read of a row, to look at its references.
struct Layout {
    model: &'static ModelDef,
    columns: Vec<u16>,
    loose: Vec<(u16, LooseReference)>,
}

/// What a row says of a field: keys of a model, or nothing that could be one.
enum Said {
    Names(&'static ModelDef, Vec<Value>),
    Wrong(Fault),
    Nothing,
}

impl Layout {
    fn of(model: &'static ModelDef) -> Self {
        let fields = model.fields.iter().enumerate();
        let loose: Vec<(u16, LooseReference)> =
            fields.filter_map(|(at, field)| Some((at as u16, field.loose?))).collect();
        let mut columns = vec![model.key.field];
        let kinds = loose.iter().filter_map(|(_, reference)| match reference {
            LooseReference::Any { kind, .. } => Some(model.find(kind)?.0),
            LooseReference::Each(_) => None,
        });
        for at in owner_column(model).into_iter().chain(loose.iter().map(|(at, _)| *at)).chain(kinds) {
            if !columns.contains(&at) {
                columns.push(at);
            }
        }
        Self { model, columns, loose }
    }

    fn select(&self) -> Select {
        Select { columns: Some(self.columns.clone()), ..Select::of(self.model) }
    }

    fn value(&self, row: &[Value], column: u16) -> Value {
        let at = self.columns.iter().position(|at| *at == column);
        at.and_then(|at| row.get(at)).cloned().unwrap_or(Value::Null)
    }

    async fn page(
        &self,
        handle: Handle<'_>,
        page: Vec<Vec<Value>>,
        report: &mut Verification,
    ) -> Result<(), Error> {
        let owners = owners(handle, self.model, &page, |row, at| self.value(row, at)).await?;
        for (at, reference) in &self.loose {
            let said: Vec<Said> = page.iter().map(|row| self.said(row, *at, *reference)).collect();
            let there = self.there(handle, &owners, &said).await?;
            for ((row, owner), said) in page.iter().zip(&owners).zip(said) {
                let fault = match said {
                    Said::Nothing => continue,
                    Said::Wrong(fault) => fault,
                    Said::Names(model, keys) => {
                        let there = there.get(&(model.table, owner.as_ref()));
                        let is_there = |key: &Value| there.is_some_and(|there| there.contains(key));
                        let missing: Vec<Value> = keys.into_iter().filter(|key| !is_there(key)).collect();
                        if missing.is_empty() {
                            continue;
                        }
                        Fault::missing(model, &missing, self.model.field(*at).hidden)
                    }
                };
                report.add(Dangling {
                    model: self.model.name,
                    field: self.model.field(*at).name,
                    tenant: owner.clone(),
                    key: key_text(&self.value(row, self.model.key.field)),
                    fault,
                });
            }
        }
        Ok(())
    }

    fn said(&self, row: &[Value], at: u16, reference: LooseReference) -> Said {
        let value = self.value(row, at);
        if value.is_null() {
            return Said::Nothing;
        }
        match reference {
            LooseReference::Each(target) => {
                let model = (target.model)();
                let items = match &value {
                    Value::Json(serde_json::Value::Array(items)) => items.len(),
                    Value::Array(items) => items.len(),
                    _ => return Said::Wrong(Fault::NoList),
                };
                let keys = keys_in(&value, &model.key_field().kind);
                if keys.len() < items { Said::Wrong(Fault::NoList) } else { Said::Names(model, keys) }
            }
            LooseReference::Any { kind, kinds } => {
                let told = self.model.find(kind).map(|(at, _)| self.value(row, at));
                let Some(Value::Text(told)) = told else { return Said::Wrong(Fault::UnknownKind) };
                match kinds.iter().find(|one| one.kind == told.as_ref()) {
                    None => Said::Wrong(Fault::UnknownKind),
                    Some(one) => {
                        one.target.map_or(Said::Nothing, |target| Said::Names((target.model)(), vec![value]))
                    }
                }
            }
        }
    }

    /// Which of the named rows are there, by their table and the tenant whose row names them.
    async fn there<'o>(
        &self,
        handle: Handle<'_>,
        owners: &'o [Option<String>],
        said: &[Said],
    ) -> Result<There<'o>, Error> {
        type Named<'o> = BTreeMap<(&'static str, Option<&'o String>), (&'static ModelDef, HashSet<Value>)>;
        let mut named: Named<'o> = BTreeMap::new();
        for (owner, said) in owners.iter().zip(said) {
            if let Said::Names(model, keys) = said {
                let named = named.entry((model.table, owner.as_ref()));
                named.or_insert_with(|| (*model, HashSet::new())).1.extend(keys.iter().cloned());
            }
        }
        let mut there = There::new();
        for ((table, owner), (model, keys)) in named {
            if keys.is_empty() {
                continue;
            }
            let narrow = owner.map(|owner| TenantId::Text(owner.clone().into()));
            let guard = handle.narrowed(narrow.as_ref(), model)?.guard(model, false)?;
            let key = model.key.field;
            let keys = keys.into_iter().collect();
            let filter = Some(Expr::In { left: Operand::Column(key), values: keys, negated: false });
            // A row that was deleted softly is there, as it is for a foreign key.
            let select =
                Select { filter, columns: Some(vec![key]), deleted: Deleted::Include, ..Select::of(model) };
            let found = rows(handle, model, &[key], guard, select).await?;
            there.insert((table, owner), found.into_iter().flatten().collect());
        }
        Ok(there)
    }
}

type There<'o> = BTreeMap<(&'static str, Option<&'o String>), HashSet<Value>>;
