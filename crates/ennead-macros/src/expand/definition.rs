//! The static `ModelDef`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;

use super::{Positions, field_def};
use crate::ir::{Audit, Content, Definition, Generation, Index, Model, Part, Target, Tenancy};

pub(super) fn expand(model: &Model, definition: &Definition, positions: &Positions) -> TokenStream {
    let (name, table, doc) = (model.ident.unraw().to_string(), &definition.table, &model.doc);
    let (list, fields) = if model.embeds() {
        (Some(field_list(model, positions)), quote!(__FIELDS))
    } else {
        let each = plain_fields(model);
        (None, quote!(&[#(#each),*]))
    };
    let (key, generation, global) = (
        positions.index16(definition.key.field),
        generation(&definition.key.generation),
        definition.key.global,
    );
    let tenancy = tenancy(&definition.tenancy, positions);
    let indexes = definition.indexes.iter().map(index);
    let checks = definition.checks.iter().map(|check| {
        let (condition, name) = (&check.condition, option(check.name.as_ref()));
        quote!(__e::CheckDef { name: #name, condition: #condition })
    });
    let renamed_from = option(definition.renamed_from.as_ref());
    let (append_only, no_hard_delete) = (definition.append_only, definition.no_hard_delete);
    let audit = audit(&definition.audit);
    quote! {
        #list
        // A constant of its own: behind a method call the lists in it would be gone with the statement.
        const __DEFINITION: __e::ModelDef = __e::ModelDef {
            name: #name,
            table: #table,
            doc: #doc,
            fields: #fields,
            key: __e::KeyDef { field: #key, generation: __e::KeyGeneration::#generation, global: #global },
            tenancy: __e::Tenancy::#tenancy,
            indexes: &[#(#indexes),*],
            checks: &[#(#checks),*],
            renamed_from: #renamed_from,
            append_only: #append_only,
            no_hard_delete: #no_hard_delete,
            audit: #audit,
            encrypts: false,
        };
        static __MODEL: __e::ModelDef = __DEFINITION.settled();
    }
}

fn audit(audit: &Audit) -> TokenStream {
    match audit {
        Audit::Nowhere => quote!(__e::Audit::None),
        Audit::Library(what) => quote!(__e::Audit::Library(#what)),
        Audit::BuiltIn => quote!(__e::audited::<__e::AuditRecord>()),
        Audit::Into(path) => quote_spanned!(path.span()=> __e::audited::<#path>()),
    }
}

/// `const __FIELDS`: all fields, those of embedded structs in their place.
pub(super) fn field_list(model: &Model, positions: &Positions) -> TokenStream {
    if !model.embeds() {
        let each = plain_fields(model);
        return quote!(const __FIELDS: &[__e::FieldDef] = &[#(#each),*];);
    }
    let mut lists = Vec::new();
    let mut run = Vec::new();
    for field in &model.fields {
        let cfgs = &field.cfgs;
        match &field.content {
            Content::Column(column) => {
                let def = field_def::expand(field, column);
                run.push(quote!(#(#cfgs)* #def));
            }
            Content::Embed { .. } => {
                if !run.is_empty() {
                    lists.push(quote!(&[#(#run),*]));
                    run.clear();
                }
                let ty = &field.ty;
                let fields = quote_spanned!(field.span()=> <#ty as __e::Embed>::FIELDS);
                lists.push(quote!(#(#cfgs)* #fields));
            }
        }
    }
    if !run.is_empty() {
        lists.push(quote!(&[#(#run),*]));
    }
    let total = positions.total();
    quote!(const __FIELDS: &[__e::FieldDef] = &__e::ModelDef::concat::<{ #total }>(&[#(#lists),*]);)
}

fn plain_fields(model: &Model) -> Vec<TokenStream> {
    let one = |field: &crate::ir::Field| {
        let def = field_def::expand(field, field.column()?);
        let cfgs = &field.cfgs;
        Some(quote!(#(#cfgs)* #def))
    };
    model.fields.iter().filter_map(one).collect()
}

pub(super) fn generation(generation: &Generation) -> TokenStream {
    match generation {
        Generation::Uuid => quote!(Uuid),
        Generation::Prefixed(prefix) => quote!(Prefixed(#prefix)),
        Generation::Ulid(prefix) => quote!(Ulid(#prefix)),
        Generation::Auto => quote!(Auto),
        Generation::Assigned => quote!(Assigned),
    }
}

fn tenancy(tenancy: &Tenancy, positions: &Positions) -> TokenStream {
    match tenancy {
        Tenancy::Root => quote!(Root),
        Tenancy::Global => quote!(Global),
        Tenancy::Via(field) => {
            let field = positions.index16(*field);
            quote!(Via { field: #field })
        }
        Tenancy::Column { field, shared } => {
            let field = match field {
                Some(field) => positions.index16(*field),
                // Where there is none, an assertion beside this says so.
                None => quote! {
                    match __e::ModelDef::find_tenant(__FIELDS) {
                        ::core::option::Option::Some(__field) => __field,
                        ::core::option::Option::None => 0,
                    }
                },
            };
            let shared = match shared {
                Some(shared) => {
                    let shared = positions.index16(*shared);
                    quote!(::core::option::Option::Some(#shared))
                }
                None => quote!(::core::option::Option::None),
            };
            quote!(Column { field: #field, shared: #shared })
        }
    }
}

fn index(index: &Index) -> TokenStream {
    let parts = index.parts.iter().map(part);
    let mut set = vec![quote!(parts: &[#(#parts),*])];
    if index.unique {
        set.push(quote!(unique: true));
    }
    if index.exact {
        set.push(quote!(exact: true));
    }
    if let Some(method) = index.method {
        let method = format_ident!("{method}");
        set.push(quote!(method: __e::IndexMethod::#method));
    }
    for (member, text) in [("name", &index.name), ("condition", &index.condition)] {
        if let Some(text) = text {
            let member = format_ident!("{member}");
            set.push(quote!(#member: ::core::option::Option::Some(#text)));
        }
    }
    if !index.include.is_empty() {
        let include = index.include.iter().map(|name| name.unraw().to_string());
        set.push(quote!(include: &[#(#include),*]));
    }
    if let Some(dialect) = index.dialect {
        let dialect = format_ident!("{dialect}");
        set.push(quote!(dialect: ::core::option::Option::Some(__e::Dialect::#dialect)));
    }
    quote!(__e::IndexDef { #(#set,)* ..__e::IndexDef::PLAIN })
}

fn part(part: &Part) -> TokenStream {
    let target = match &part.target {
        Target::Field(name) => {
            let name = name.unraw().to_string();
            quote!(__e::IndexPart::field(#name))
        }
        Target::Expression(sql) => quote!(__e::IndexPart::expression(#sql)),
    };
    let descending = part.descending.then(|| quote!(.desc()));
    let nulls = part.nulls_first.map(|first| {
        if first { quote!(.nulls(__e::Nulls::First)) } else { quote!(.nulls(__e::Nulls::Last)) }
    });
    quote!(#target #descending #nulls)
}

fn option(text: Option<&String>) -> TokenStream {
    match text {
        Some(text) => quote!(::core::option::Option::Some(#text)),
        None => quote!(::core::option::Option::None),
    }
}
