//! From models to the snapshot of one dialect.

use ennead_core::constraints::{self, column_names};
use ennead_core::snapshot::{
    Check, Column, EnumType, Generated, Identity, PrimaryKey, Snapshot, Table, Unique,
};
use ennead_core::{Dialect, EnumDef, Error, FieldDef, KeyGeneration, Kind, ModelDef, Tenancy, naming};

use super::{
    append_only, expression, index, invalid, invalid_model, literal, names, order, references, rule, types,
};

/// What a database of that dialect holds for these models.
///
/// # Errors
/// Unsupported, where the dialect lacks what a model asks for, and invalid input, where models are declared wrongly or do
/// not fit together; the text names the model, the field and the fix.
pub fn snapshot(models: &[&'static ModelDef], dialect: Dialect) -> Result<Snapshot, Error> {
    names::check_models(models)?;
    let mut snapshot = Snapshot::empty(dialect);
    if dialect == Dialect::Postgres {
        snapshot.enums = native_enums(models)?;
    }
    let mut triggers = Vec::new();
    for model in models {
        let mut table = table(model, dialect)?;
        if is_parent_of_composite(model, models) {
            add_tenant_key(model, &mut table);
        }
        let (keys, needed) = references::foreign_keys(model, models, dialect)?;
        table.foreign_keys = keys;
        triggers.extend(needed);
        let own = append_only::triggers(model, dialect);
        triggers.extend(own.into_iter().map(|trigger| (model.table, trigger)));
        snapshot.tables.push(table);
    }
    for (name, trigger) in triggers {
        if let Some(table) = snapshot.tables.iter_mut().find(|table| table.name == name) {
            table.triggers.push(trigger);
            table.triggers.sort_by(|one, other| one.name.cmp(&other.name));
        }
    }
    snapshot.tables.sort_by(|one, other| one.name.cmp(&other.name));
    names::check_snapshot(&snapshot, models)?;
    if let Some(cycle) = order::hard_cycle(&snapshot) {
        return Err(Error::invalid(format!(
            "the tables {} reference one another in a circle, so no first row could be written: write `deferrable` on one of these references, or make it an Option",
            cycle.join(", ")
        )));
    }
    Ok(snapshot)
}

fn table(model: &'static ModelDef, dialect: Dialect) -> Result<Table, Error> {
    check_key(model)?;
    if let (true, Some(at)) = (model.append_only, model.soft_delete()) {
        let what = "the rows of an append_only model are never deleted, not even marked: leave #[deleted_at] and #[soft_delete] out";
        return Err(invalid(model, model.field(at), what));
    }
    let mut table = Table::new(model.table);
    table.comment = comment(model.doc);
    table.strict = dialect == Dialect::Sqlite;
    table.renamed_from = model.renamed_from.map(str::to_owned);
    let mut type_checks = Vec::new();
    for (at, field) in model.fields.iter().enumerate() {
        let column_type = types::column_type(model, field, dialect)?;
        type_checks.extend(column_type.check.map(|condition| Check {
            name: naming::constraint("ck", model.table, &[field.column, "type"]),
            condition,
            ..Check::default()
        }));
        let is_auto = model.key.field as usize == at && model.key.generation == KeyGeneration::Auto;
        table.columns.push(Column {
            name: field.column.to_owned(),
            data_type: column_type.data_type,
            collation: column_type.collation.map(str::to_owned),
            nullable: field.nullable,
            default: if field.generated.is_some() { None } else { literal::default(model, field, dialect)? },
            generated: generated(model, field)?,
            identity: is_auto.then_some(match dialect {
                Dialect::Postgres => Identity::ByDefault,
                Dialect::Sqlite => Identity::Autoincrement,
            }),
            sequence: None,
            storage: None,
            comment: comment(field.doc),
            renamed_from: field.renamed_from.map(str::to_owned),
        });
    }
    let names =
        |columns: &[u16]| column_names(model, columns).into_iter().map(str::to_owned).collect::<Vec<_>>();
    table.primary_key = Some(PrimaryKey {
        name: naming::primary_key(model.table),
        columns: names(&constraints::primary_key(model)),
        ..PrimaryKey::default()
    });
    for unique in constraints::uniques(model).into_iter().filter(|unique| unique.index.is_none()) {
        table.uniques.push(plain_unique(unique.name, names(&unique.columns)));
    }
    table.indexes = index::indexes(model, dialect)?;
    table.checks = type_checks;
    table.checks.extend(rule::checks(model, dialect));
    for check in constraints::checks(model) {
        expression::check(check.condition).map_err(|what| match check.field {
            Some(field) => invalid(model, model.field(field), &what),
            None => invalid_model(model, &format!("check {}: {what}", check.name)),
        })?;
        table.checks.push(Check {
            name: check.name,
            condition: check.condition.to_owned(),
            ..Check::default()
        });
    }
    Ok(table)
}

/// The key and the tenant column are such as a primary key can be made of.
fn check_key(model: &'static ModelDef) -> Result<(), Error> {
    let key = model.key_field();
    for at in constraints::primary_key(model) {
        let field = model.field(at);
        if field.nullable {
            return Err(invalid(model, field, "a part of the primary key takes no NULL: leave out Option"));
        }
        if field.generated.is_some() {
            return Err(invalid(model, field, "a part of the primary key cannot be a generated column"));
        }
    }
    if let Tenancy::Column { field, .. } = model.tenancy
        && model.field(field).nullable
    {
        return Err(invalid(model, model.field(field), "the tenant column takes no NULL: leave out Option"));
    }
    if model.key.generation == KeyGeneration::Auto {
        if key.kind.integer_bounds().is_none() {
            return Err(invalid(model, key, "the database counts integers only: make the key an i64"));
        }
        if !model.key_is_global() {
            return Err(invalid(
                model,
                key,
                "a key that the database counts is alone in its primary key: write #[model(key = \"global\")]",
            ));
        }
        if key.default.is_some() {
            return Err(invalid(model, key, "a key that the database counts takes no default"));
        }
    }
    Ok(())
}

fn generated(model: &'static ModelDef, field: &'static FieldDef) -> Result<Option<Generated>, Error> {
    let Some(text) = field.generated else {
        return Ok(None);
    };
    expression::check(text).map_err(|what| invalid(model, field, &what))?;
    Ok(Some(Generated { expression: text.to_owned(), stored: true }))
}

/// Whether some composite foreign key names (tenant, key) of this model.
fn is_parent_of_composite(model: &ModelDef, models: &[&'static ModelDef]) -> bool {
    models.iter().any(|other| {
        constraints::foreign_keys(other).iter().any(|key| key.is_composite() && key.parent.is(model))
    })
}

/// Composite foreign keys lean on the primary key, or on this one where that is the key alone.
fn add_tenant_key(model: &ModelDef, table: &mut Table) {
    let Some(unique) = constraints::tenant_key(model) else {
        return;
    };
    let columns: Vec<String> = column_names(model, &unique.columns).into_iter().map(str::to_owned).collect();
    if !table.uniques.iter().any(|other| other.columns == columns) {
        table.uniques.push(plain_unique(unique.name, columns));
    }
}

fn plain_unique(name: String, columns: Vec<String>) -> Unique {
    Unique { name, columns, ..Unique::default() }
}

/// The native enumerations that the models use, by name.
fn native_enums(models: &[&'static ModelDef]) -> Result<Vec<EnumType>, Error> {
    let mut all: Vec<(&'static EnumDef, EnumType)> = Vec::new();
    for model in models {
        for field in model.fields {
            let kind = if let Kind::Array(element) = field.kind { *element } else { field.kind };
            let Kind::Enum(def) = kind else { continue };
            if !def.native {
                continue;
            }
            match all.iter().find(|(other, _)| other.type_name == def.type_name) {
                Some((other, _)) if other.variants != def.variants => {
                    let what = format!(
                        "its type {} is another enumeration's too ({} and {}): name one otherwise",
                        def.type_name, other.name, def.name
                    );
                    return Err(invalid(model, field, &what));
                }
                Some(_) => {}
                None => {
                    if def.variants.is_empty() {
                        return Err(invalid(
                            model,
                            field,
                            "its enumeration has no variant, so no row could be stored",
                        ));
                    }
                    let variants = def.variants.iter().map(|name| (*name).to_owned()).collect();
                    all.push((
                        def,
                        EnumType {
                            name: def.type_name.to_owned(),
                            variants,
                            comment: comment(def.doc),
                            ..EnumType::default()
                        },
                    ));
                }
            }
        }
    }
    let mut enums: Vec<EnumType> = all.into_iter().map(|(_, made)| made).collect();
    enums.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(enums)
}

fn comment(doc: &str) -> Option<String> {
    let lines: Vec<&str> =
        doc.lines().map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end()).collect();
    let text = lines.join("\n").trim_matches('\n').to_owned();
    (!text.is_empty()).then_some(text)
}
