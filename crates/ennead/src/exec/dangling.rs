//! Looks for references that name no row, where no foreign key of the database sees them.

use std::collections::{BTreeMap, HashSet};

use ennead_core::{
    Deleted, Error, Expr, LooseReference, ModelDef, Operand, Select, TenantId, Unnamed, Value,
};

use super::walk::Walk;
use super::{Handle, key_text};
use crate::verify::{Dangling, ReferenceFault, Verification};

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
    let mut pages = layout.walk.pages(&scope, layout.walk.select(), BATCH)?;
    while let Some(page) = pages.next(handle).await? {
        report.seen += page.len() as u64;
        layout.page(handle, page, report).await?;
    }
    Ok(())
}

/// What is read of a row, to look at its references.
struct Layout {
    walk: Walk,
    loose: Vec<(u16, LooseReference)>,
}

/// What a field of a row names, where it names anything.
type Said = Result<Option<(&'static ModelDef, Vec<Value>)>, Unnamed>;

impl Layout {
    fn of(model: &'static ModelDef) -> Self {
        let fields = model.fields.iter().enumerate();
        let loose: Vec<(u16, LooseReference)> =
            fields.filter_map(|(at, field)| Some((at as u16, field.loose?))).collect();
        let columns = loose.iter().flat_map(|(at, reference)| [Some(*at), reference.told_by(model)]);
        Self { walk: Walk::of(model, columns.flatten()), loose }
    }

    async fn page(
        &self,
        handle: Handle<'_>,
        page: Vec<Vec<Value>>,
        report: &mut Verification,
    ) -> Result<(), Error> {
        let owners = self.walk.owners(handle, &page).await?;
        let model = self.walk.model;
        for (at, reference) in &self.loose {
            let field = model.field(*at);
            let told_by = reference.told_by(model);
            let said: Vec<Said> = page
                .iter()
                .map(|row| {
                    let told = told_by.map(|at| self.walk.value(row, at));
                    reference.names(&self.walk.value(row, *at), told.as_ref())
                })
                .collect();
            let there = there(handle, &owners, &said).await?;
            for ((row, owner), said) in page.iter().zip(&owners).zip(said) {
                let fault = match said {
                    Ok(None) => continue,
                    Err(Unnamed::NoList(_) | Unnamed::NoKey(..)) => ReferenceFault::NoList,
                    Err(Unnamed::Untold | Unnamed::Unknown) => ReferenceFault::UnknownKind,
                    Ok(Some((parent, keys))) => {
                        let there = there.get(&(parent.table, owner.as_ref()));
                        let is_there = |key: &Value| there.is_some_and(|there| there.contains(key));
                        let missing: Vec<Value> = keys.into_iter().filter(|key| !is_there(key)).collect();
                        if missing.is_empty() {
                            continue;
                        }
                        ReferenceFault::missing(parent, &missing, field.hidden)
                    }
                };
                report.add(Dangling {
                    model: model.name,
                    field: field.name,
                    tenant: owner.clone(),
                    key: key_text(&self.walk.key(row)),
                    fault,
                });
            }
        }
        Ok(())
    }
}

type There<'o> = BTreeMap<(&'static str, Option<&'o String>), HashSet<Value>>;

/// Which of the named rows are there, by their table and the tenant whose row names them.
async fn there<'o>(
    handle: Handle<'_>,
    owners: &'o [Option<String>],
    said: &[Said],
) -> Result<There<'o>, Error> {
    type Named<'o> = BTreeMap<(&'static str, Option<&'o String>), (&'static ModelDef, HashSet<Value>)>;
    let mut named: Named<'o> = BTreeMap::new();
    for (owner, said) in owners.iter().zip(said) {
        if let Ok(Some((model, keys))) = said {
            let named = named.entry((model.table, owner.as_ref()));
            named.or_insert_with(|| (*model, HashSet::new())).1.extend(keys.iter().cloned());
        }
    }
    let mut there = There::new();
    for ((table, owner), (model, keys)) in named.into_iter().filter(|(_, (_, keys))| !keys.is_empty()) {
        let narrow = owner.map(|owner| TenantId::Text(owner.clone().into()));
        let guard = handle.narrowed(narrow.as_ref(), model)?.guard(model, false)?;
        let left = Operand::Column(model.key.field);
        let filter = Some(Expr::In { left, values: keys.into_iter().collect(), negated: false });
        let walk = Walk::of(model, []);
        // A row that was deleted softly is there, as it is for a foreign key.
        let select = Select { filter, deleted: Deleted::Include, ..walk.select() };
        let found = walk.read_alone(handle, guard, select).await?;
        there.insert((table, owner), found.iter().map(|row| walk.key(row)).collect());
    }
    Ok(there)
}
