//! The macros of `ennead`: `#[model]`, `#[derive(DbEnum)]` and `#[derive(DbNewtype)]`.
//!
//! Each is a pipeline: tokens, `ast` (as written), `check` (the rules), `ir` (as meant), `expand`. Every error goes
//! to one collector (`ctxt`); once `ir` stands, expansion cannot fail. Applications reach the macros through `ennead`.

mod ast;
mod attr;
mod check;
mod ctxt;
mod db_enum;
mod db_newtype;
mod expand;
mod fallback;
mod ir;
mod model;
mod names;
#[cfg(test)]
mod tests;
mod types;

use proc_macro::TokenStream;

/// Makes a struct a model: nine operations, a table, typed columns, tenant isolation.
///
/// It stands first, above any derive, and always says to whom the rows belong: `#[tenant]` on a field,
/// `#[model(tenant_root)]`, `#[model(tenant(via = field))]` or `#[model(global)]`.
///
/// ```ignore
/// #[model(table = "users", index(organization_id, created_at desc))]
/// #[derive(Debug, Clone)]
/// pub struct User {
///     #[key(prefix = "user-")]
///     pub id: String,
///     #[tenant]
///     #[references(Organization)]
///     pub organization_id: String,
///     #[unique]
///     pub email: String,
///     #[created_at]
///     pub created_at: DateTime<Utc>,
/// }
/// ```
#[proc_macro_attribute]
pub fn model(attr: TokenStream, item: TokenStream) -> TokenStream {
    model::expand(attr.into(), item.into()).into()
}

/// Makes an enumeration without data a field type, stored as text by the snake_case names of its variants.
///
/// `#[db_enum(rename = "…")]` on a variant sets its stored name; `#[db_enum(native, name = "…")]` on the enumeration
/// makes it a native enum type in Postgres.
#[proc_macro_derive(DbEnum, attributes(db_enum))]
pub fn derive_db_enum(input: TokenStream) -> TokenStream {
    db_enum::expand(input.into()).into()
}

/// Makes a tuple struct with one field a field type that is stored as that field is: `struct UserId(String)`.
#[proc_macro_derive(DbNewtype, attributes(db_newtype))]
pub fn derive_db_newtype(input: TokenStream) -> TokenStream {
    db_newtype::expand(input.into()).into()
}
