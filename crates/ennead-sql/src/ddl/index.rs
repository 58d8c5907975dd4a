//! The indexes of a model, as one database makes them.

use std::collections::BTreeSet;

use ennead_core::constraints::{self, Index};
use ennead_core::snapshot::{self, IndexTarget as Target};
use ennead_core::{Dialect, Error, IndexMethod, IndexPart, IndexTarget, ModelDef, Nulls};

use super::{expression, invalid_model};

/// All indexes of a model that the dialect makes: those behind uniques first.
pub(super) fn indexes(model: &'static ModelDef, dialect: Dialect) -> Result<Vec<snapshot::Index>, Error> {
    check_fields(model)?;
    let uniques =
        constraints::uniques(model).into_iter().filter_map(|unique| unique.index).map(|index| (true, index));
    let plain = constraints::indexes(model).into_iter().map(|index| (false, index));
    uniques
        .chain(plain)
        .filter(|(_, index)| index.dialect.is_none_or(|only| only == dialect))
        .map(|(unique, index)| make(model, &index, unique, dialect))
        .collect()
}

/// The names in an index's declaration are fields of the model, each once.
fn check_fields(model: &'static ModelDef) -> Result<(), Error> {
    for def in model.indexes {
        let mut seen = BTreeSet::new();
        for part in def.parts {
            if let IndexTarget::Field(name) = part.target
                && !seen.insert(name)
            {
                return Err(invalid_model(model, &format!("an index names `{name}` twice")));
            }
        }
        let mut names = seen.into_iter().chain(def.include.iter().copied());
        if let Some(name) = names.find(|name| model.find(name).is_none()) {
            return Err(invalid_model(model, &format!("an index names `{name}`, which is no field of it")));
        }
        if def.parts.is_empty() {
            return Err(invalid_model(model, "an index has no parts"));
        }
    }
    Ok(())
}

fn make(
    model: &'static ModelDef,
    index: &Index,
    unique: bool,
    dialect: Dialect,
) -> Result<snapshot::Index, Error> {
    let invalid = |what: &str| invalid_model(model, &format!("index {}: {what}", index.name));
    let lacking = |what: &str| {
        let fix = "write `dialect = postgres` on it, so that SQLite does without";
        Error::unsupported(format!("{}: index {}: SQLite has no {what}: {fix}", model.name, index.name))
            .with_model(model.name)
    };
    let method = method_name(index.method);
    if let (Some(method), Dialect::Sqlite) = (method, dialect) {
        return Err(lacking(&format!("method {method}")));
    }
    if !index.include.is_empty() && dialect == Dialect::Sqlite {
        return Err(lacking("`include`"));
    }
    if let Some(method) = method {
        if unique {
            return Err(invalid(&format!("only a B-tree can be unique, not {method}")));
        }
        if !index.include.is_empty() && index.method != IndexMethod::Gist {
            return Err(invalid(&format!("method {method} takes no `include`")));
        }
        if index.parts.iter().any(|part| part.descending || part.nulls.is_some()) {
            return Err(invalid(&format!(
                "method {method} has no order: leave out desc and nulls_first/last"
            )));
        }
        if index.method == IndexMethod::Hash && index.parts.len() > 1 {
            return Err(invalid("method hash takes one part"));
        }
    }
    if let Some(condition) = &index.condition {
        expression::check(condition).map_err(|what| invalid(&what))?;
    }
    let mut parts = Vec::with_capacity(index.parts.len());
    for part in &index.parts {
        let (target, nullable) = match part.target {
            IndexTarget::Field(name) => {
                let field =
                    model.find(name).map(|(_, field)| field).ok_or_else(|| invalid("an unknown field"))?;
                (Target::Column(field.column.to_owned()), field.nullable)
            }
            IndexTarget::Expression(text) => {
                expression::check(text).map_err(|what| invalid(&what))?;
                (Target::Expression(text.to_owned()), false)
            }
        };
        let nulls = match dialect {
            _ if index.method != IndexMethod::BTree => None,
            Dialect::Postgres => postgres_nulls(*part, nullable),
            Dialect::Sqlite if part.nulls.is_some_and(|nulls| nulls != usual_nulls(part.descending)) => {
                return Err(lacking(
                    "other place for NULLs in an index than first ascending, last descending",
                ));
            }
            Dialect::Sqlite => None,
        };
        parts.push(snapshot::IndexPart {
            target,
            collation: None,
            opclass: None,
            descending: part.descending,
            nulls,
        });
    }
    Ok(snapshot::Index {
        name: index.name.clone(),
        parts,
        unique,
        method: method.map(str::to_owned),
        condition: index.condition.clone(),
        include: constraints::column_names(model, &index.include).into_iter().map(str::to_owned).collect(),
        ..snapshot::Index::default()
    })
}

/// Where the library's own orders put NULLs, on both databases; it is where SQLite has them.
fn usual_nulls(descending: bool) -> Nulls {
    if descending { Nulls::Last } else { Nulls::First }
}

/// Where NULLs must be said to stand, for an index that serves the library's orders; `None` where Postgres has them there.
fn postgres_nulls(part: IndexPart, nullable: bool) -> Option<Nulls> {
    let default = if part.descending { Nulls::First } else { Nulls::Last };
    let wanted = part.nulls.or(nullable.then(|| usual_nulls(part.descending)))?;
    (wanted != default).then_some(wanted)
}

fn method_name(method: IndexMethod) -> Option<&'static str> {
    match method {
        IndexMethod::BTree => None,
        IndexMethod::Gin => Some("gin"),
        IndexMethod::Gist => Some("gist"),
        IndexMethod::Brin => Some("brin"),
        IndexMethod::Hash => Some("hash"),
    }
}
