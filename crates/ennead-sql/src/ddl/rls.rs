//! Row level security on Postgres: the second wall, in the database itself.
//!
//! Two roles: the application's, which the policies hold, and the owner's, which passes by a policy of its own. The
//! tenant is the setting `ennead.tenant`, which the runtime sets for each transaction. Without it no tenant's row is
//! visible.

use ennead_core::constraints::{self, quote};
use ennead_core::{
    Audit, Dialect, Error, Kind, MAX_HOPS, ModelDef, NO_TENANT, Tenancy, is_composite, naming,
};

use super::types::column_type;

/// The setting that holds the tenant of a transaction.
pub const TENANT_SETTING: &str = "ennead.tenant";

/// The statements that put row level security on the tables of these models, for an application role.
///
/// They are run by the owner of the tables, after the tables are made. They may be run again.
///
/// # Errors
/// `is_invalid_input` for a role name that is empty or too long, and for a model that belongs to its tenant through itself.
pub fn policies(models: &[&'static ModelDef], application_role: &str) -> Result<Vec<String>, Error> {
    if application_role.is_empty()
        || application_role.len() > naming::MAX_NAME
        || application_role.contains('\0')
    {
        return Err(Error::invalid(
            "row level security needs the name of the application's role, of 1 to 63 bytes",
        ));
    }
    let role = quote(application_role);
    let mut all = Vec::new();
    for model in models {
        chain(model)?;
        for parent in asked_by_function(model)? {
            let made = function(parent, &role)?;
            if !all.contains(&made[0]) {
                all.extend(made);
            }
        }
        all.extend(table(model, &role)?);
    }
    Ok(all)
}

fn table(model: &'static ModelDef, role: &str) -> Result<Vec<String>, Error> {
    let name = quote(model.table);
    let mut all = vec![
        format!("ALTER TABLE {name} ENABLE ROW LEVEL SECURITY"),
        format!("ALTER TABLE {name} FORCE ROW LEVEL SECURITY"),
        format!("REVOKE ALL ON TABLE {name} FROM {role}"),
        format!("GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE {name} TO {role}"),
    ];
    policy(&mut all, &name, "owner", "ALL", "CURRENT_USER", Some("TRUE"), Some("TRUE"));
    let read = row_condition(model, &name, true, 1);
    let write = row_condition(model, &name, false, 1);
    let mut checked = vec![write.clone()];
    checked.extend(references(model, &name)?);
    let checked = checked.join(" AND ");
    policy(&mut all, &name, "read", "SELECT", role, Some(&read), None);
    // The rows of a tenant root are made and removed by the owner only.
    if model.tenancy != Tenancy::Root {
        policy(&mut all, &name, "create", "INSERT", role, None, Some(&checked));
        policy(&mut all, &name, "delete", "DELETE", role, Some(&write), None);
    }
    policy(&mut all, &name, "update", "UPDATE", role, Some(&write), Some(&checked));
    Ok(all)
}

fn policy(
    all: &mut Vec<String>,
    table: &str,
    name: &str,
    command: &str,
    role: &str,
    using: Option<&str>,
    check: Option<&str>,
) {
    let name = quote(&format!("ennead_{name}"));
    let using = using.map(|using| format!(" USING ({using})")).unwrap_or_default();
    let check = check.map(|check| format!(" WITH CHECK ({check})")).unwrap_or_default();
    all.push(format!("DROP POLICY IF EXISTS {name} ON {table}"));
    all.push(format!("CREATE POLICY {name} ON {table} FOR {command} TO {role}{using}{check}"));
}

/// The tenant of the transaction as a value of the column's type; NULL where none is set, which no row equals.
fn tenant(kind: &Kind) -> String {
    let setting = format!("NULLIF(current_setting('{TENANT_SETTING}', true), '')");
    match kind {
        Kind::Uuid => format!("{setting}::uuid"),
        Kind::I16 | Kind::I32 | Kind::I64 => format!("{setting}::bigint"),
        _ => setting,
    }
}

/// Which rows of a table the transaction's tenant may read, or write.
fn row_condition(model: &'static ModelDef, table: &str, reading: bool, depth: usize) -> String {
    let own = |at: u16| {
        let field = model.field(at);
        if matches!(model.audit, Audit::Library(_)) {
            // Of the library's own rows, a transaction without a tenant has those that belong to none.
            return format!(
                "{table}.{} = coalesce(current_setting('{TENANT_SETTING}', true), '{NO_TENANT}')",
                quote(field.column)
            );
        }
        format!("{table}.{} = {}", quote(field.column), tenant(&field.kind))
    };
    match model.tenancy {
        Tenancy::Global if reading => "TRUE".into(),
        Tenancy::Global => format!("NULLIF(current_setting('{TENANT_SETTING}', true), '') IS NULL"),
        Tenancy::Root => own(model.key.field),
        Tenancy::Column { field, shared } => match shared.filter(|_| reading) {
            Some(flag) => {
                let living = constraints::condition(model, &format!("{table}."), true)
                    .map(|living| format!(" AND {living}"));
                let flag =
                    format!("{table}.{}{}", quote(model.field(flag).column), living.unwrap_or_default());
                format!("({} OR {flag})", own(field))
            }
            None => own(field),
        },
        Tenancy::Via { field } => match model.field(field).reference {
            Some(reference) => {
                named_row((reference.target)(), table, model.field(field).column, reading, depth)
            }
            None => "FALSE".into(),
        },
    }
}

/// The row that a column names passes its own condition.
fn named_row(parent: &'static ModelDef, table: &str, column: &str, reading: bool, depth: usize) -> String {
    let name = quote(&format!("ennead_parent_{depth}"));
    format!(
        "EXISTS (SELECT 1 FROM {} AS {name} WHERE {name}.{} = {table}.{} AND {})",
        quote(parent.table),
        quote(parent.key_field().column),
        quote(column),
        row_condition(parent, &name, reading, depth + 1)
    )
}

/// The references that no composite foreign key keeps to one tenant: each must name a row of the tenant's own.
fn references(model: &'static ModelDef, table: &str) -> Result<Vec<String>, Error> {
    let mut all = Vec::new();
    for (column, parent) in unkept(model) {
        let named = if leads_to(parent, model)? {
            format!("{}({table}.{})", function_name(parent), quote(column))
        } else {
            named_row(parent, table, column, false, 1)
        };
        all.push(format!("({table}.{} IS NULL OR {named})", quote(column)));
    }
    Ok(all)
}

/// Columns of a model that name a row of a tenant's, and the models of those rows, where only a policy can see to it that
/// the tenant is the same.
fn unkept(model: &'static ModelDef) -> Vec<(&'static str, &'static ModelDef)> {
    let via = match model.tenancy {
        Tenancy::Via { field } => Some(field),
        _ => None,
    };
    let mut all = Vec::new();
    for (at, field) in model.fields.iter().enumerate() {
        let Some(reference) = field.reference else { continue };
        let parent = (reference.target)();
        let kept_elsewhere = via == Some(at as u16)
            || model.tenant_field() == Some(at as u16)
            || reference.cross_tenant
            || !parent.is_tenant_owned()
            || !model.is_tenant_owned()
            || is_composite(model, parent);
        if !kept_elsewhere {
            all.push((field.column, parent));
        }
    }
    all
}

/// A model and those that it belongs to its tenant through.
fn chain(model: &'static ModelDef) -> Result<Vec<&'static ModelDef>, Error> {
    let mut all = vec![model];
    while let Some(&last) = all.last()
        && let Tenancy::Via { field } = last.tenancy
        && let Some(reference) = last.field(field).reference
    {
        if all.len() > MAX_HOPS {
            return Err(Error::invalid(format!(
                "{} belongs to its tenant through more than {MAX_HOPS} parents, or through itself",
                model.name
            ))
            .with_model(model.name));
        }
        all.push((reference.target)());
    }
    Ok(all)
}

/// Whether a policy of `model` that asked for rows of `parent` would ask for rows of `model` again, which Postgres refuses
/// as an infinite recursion.
fn leads_to(parent: &'static ModelDef, model: &'static ModelDef) -> Result<bool, Error> {
    Ok(chain(parent)?.iter().any(|each| each.table == model.table))
}

/// The models whose rows a policy of this one asks for by a function.
fn asked_by_function(model: &'static ModelDef) -> Result<Vec<&'static ModelDef>, Error> {
    let mut all = Vec::new();
    for (_, parent) in unkept(model) {
        if leads_to(parent, model)? {
            all.push(parent);
        }
    }
    Ok(all)
}

fn function_name(model: &ModelDef) -> String {
    quote(&naming::fit(&format!("ennead_own_{}", model.table)))
}

/// A function that says whether a key names a row of the transaction's tenant. It reads as the owner of the tables, for
/// whom the policies ask nothing, so a policy may call it for the table that it stands on. It tells the application's role
/// nothing that a SELECT would not.
///
/// The schema is written into its search path, and temporary tables come last there: nobody can put a table of their own
/// before the one that is meant. It is named in no view's definition, so the table can be dropped and replaced beneath it.
fn function(model: &'static ModelDef, role: &str) -> Result<Vec<String>, Error> {
    let key = column_type(model, model.key_field(), Dialect::Postgres)?.data_type;
    let name = function_name(model);
    let alias = quote("ennead_row");
    let made = format!(
        "DO $ennead$ BEGIN EXECUTE $head$CREATE OR REPLACE FUNCTION {name}({key}) RETURNS boolean \
         LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, $head$ || quote_ident(current_schema()) \
         || $tail$, pg_temp AS $body$SELECT EXISTS (SELECT 1 FROM {} AS {alias} WHERE {alias}.{} = $1 AND {})$body$$tail$; \
         END $ennead$",
        quote(model.table),
        quote(model.key_field().column),
        row_condition(model, &alias, false, 1)
    );
    Ok(vec![
        made,
        format!("REVOKE ALL ON FUNCTION {name}({key}) FROM PUBLIC"),
        format!("GRANT EXECUTE ON FUNCTION {name}({key}) TO {role}"),
    ])
}
