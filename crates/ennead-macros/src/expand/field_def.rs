//! A `FieldDef`: what differs from a plain field of its type.

use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;

use crate::ast::{Action, Bound, Rule};
use crate::ir::default::{Written, written};
use crate::ir::{Column, Default, Field, Loose, Reference, Way};
use crate::types::Named;

pub(super) fn expand(field: &Field, column: &Column) -> TokenStream {
    let (name, ty, doc) = (&field.name, &field.ty, &field.doc);
    let mut set = Vec::new();
    if let Some(column) = &column.column {
        set.push(quote!(column(#column)));
    }
    if let Some((precision, scale)) = column.precision {
        let (precision, scale) = (Literal::u8_unsuffixed(precision), Literal::u8_unsuffixed(scale));
        set.push(quote!(with_precision(#precision, #scale)));
    }
    if !doc.is_empty() {
        set.push(quote!(doc(#doc)));
    }
    if let Some(role) = column.role {
        let role = format_ident!("{role}");
        set.push(quote!(role(__e::Role::#role)));
    }
    if column.hidden {
        set.push(quote!(hidden()));
    }
    if column.immutable {
        set.push(quote!(immutable()));
    }
    if let Some(value) = &column.default {
        let value = default(field, column, value);
        set.push(quote!(default(#value)));
    }
    if let Some(reference) = &column.reference {
        let reference = reference_def(reference);
        set.push(quote!(reference(#reference)));
    }
    if let Some(loose) = &column.loose {
        let loose = loose_def(loose);
        set.push(quote!(loose(__e::LooseReference::#loose)));
    }
    if let Some(unique) = column.unique {
        let unique = format_ident!("{unique}");
        set.push(quote!(unique(__e::Uniqueness::#unique)));
    }
    if column.indexed {
        set.push(quote!(indexed()));
    }
    for (member, text) in
        [("generated", &column.generated), ("check", &column.check), ("renamed_from", &column.renamed_from)]
    {
        if let Some(text) = text {
            let member = format_ident!("{member}");
            set.push(quote!(#member(#text)));
        }
    }
    if !column.rules.is_empty() {
        let rules = rules(column);
        set.push(quote!(rules(&#rules)));
    }
    if let Some((deleted, restored)) = &column.soft_delete {
        let literal = |value: &syn::Expr| match written(value) {
            Written::Bool(value) => quote!(__e::Literal::Bool(#value)),
            _ => quote!(__e::Literal::Text({ const __VALUE: #ty = #value; __VALUE.db_name() })),
        };
        let restored = match restored {
            Some(restored) => {
                let restored = literal(restored);
                quote!(::core::option::Option::Some(#restored))
            }
            None => quote!(::core::option::Option::None),
        };
        let deleted = literal(deleted);
        set.push(quote!(soft_delete(__e::SoftDelete { deleted: #deleted, restored: #restored })));
    }
    // The qualified form gives the same words at the same place each time, which rustc then says once.
    let plain = match column.shape.named {
        Named::Array => quote_spanned! {field.span()=>
            __e::FieldDef::new(#name, <#ty as __e::FieldType>::KIND, <#ty as __e::FieldType>::NULLABLE)
        },
        // A name of the application's own may be one for `Json<T>`.
        Named::Other | Named::Json | Named::Encrypted => quote_spanned! {field.span()=>
            __e::FieldDef::plain(
                #name,
                <#ty as __e::FieldType>::KIND,
                <#ty as __e::FieldType>::NULLABLE,
                <#ty as __e::FieldType>::SHAPE,
            )
        },
        _ => quote_spanned!(field.span()=> __e::FieldDef::of::<#ty>(#name)),
    };
    quote!(#plain #(.#set)*)
}

/// The rules of a field, as an array.
pub(super) fn rules(column: &Column) -> TokenStream {
    let inner = &column.shape.inner;
    let rules = column.rules.iter().map(|rule| match rule {
        Rule::Email => quote!(Email),
        Rule::Url => quote!(Url),
        Rule::Length { min, max } => {
            let (min, max) =
                (option(min.map(Literal::u32_unsuffixed)), option(max.map(Literal::u32_unsuffixed)));
            quote!(Length { min: #min, max: #max })
        }
        Rule::Range { min, max } => {
            let bound = |bound: &Option<Bound>| option(bound.as_ref().map(|it| self::bound(column, it)));
            let (min, max) = (bound(min), bound(max));
            quote!(Range { min: #min, max: #max })
        }
        Rule::Regex(pattern) => quote!(Regex(#pattern)),
        Rule::Custom(path) => {
            let name = quote!(#path).to_string().replace(' ', "");
            quote_spanned!(path.span()=> Custom {
                name: #name,
                check: |value| __e::custom::<#inner>(value, |value| {
                    ::core::result::Result::map_err(#path(value), |error| ::std::string::ToString::to_string(&error))
                }),
            })
        }
    });
    quote!([#(__e::Rule::#rules),*])
}

fn option(value: Option<impl ToTokens>) -> TokenStream {
    match value {
        Some(value) => quote!(::core::option::Option::Some(#value)),
        None => quote!(::core::option::Option::None),
    }
}

/// A bound in the form that values of the field's type are compared with; a decimal's are its digits.
fn bound(column: &Column, bound: &Bound) -> TokenStream {
    let digits = &bound.digits;
    let literal = match (digits.parse::<i64>(), digits.parse::<f64>()) {
        (Ok(value), _) => {
            let value = int(value);
            quote!(Int(#value))
        }
        (_, Ok(value)) if column.shape.named.is_float() => {
            let value = float(value);
            quote!(Float(#value))
        }
        _ => quote!(Text(#digits)),
    };
    quote!(__e::Literal::#literal)
}

fn default(field: &Field, column: &Column, default: &Default) -> TokenStream {
    let (ty, inner, expr) = (&field.ty, &column.shape.inner, &default.expr);
    let named = column.shape.named;
    let some = |value: TokenStream| {
        if column.shape.optional { quote!(::core::option::Option::Some(#value)) } else { value }
    };
    let (literal, value) = match &default.written {
        Written::Bool(value) => (Some(quote!(Bool(#value))), some(quote!(#expr))),
        Written::Int(value) => {
            let value = int(*value);
            let client = match named {
                Named::Decimal => quote!(<#inner as ::core::convert::From<i64>>::from(#value)),
                Named::F32 | Named::F64 => quote!(#value as #inner),
                _ => quote!(#expr),
            };
            (Some(quote!(Int(#value))), some(client))
        }
        Written::Float(value) => {
            let value = float(*value);
            (Some(quote!(Float(#value))), some(quote!(#expr)))
        }
        Written::Text(text) => {
            let client = match named {
                Named::Decimal => quote!(__e::decimal(#text)),
                _ => quote!(<#inner as ::core::convert::From<&str>>::from(#expr)),
            };
            (Some(quote!(Text(#text))), some(client))
        }
        Written::Variant => (Some(quote!(Text((#expr).db_name()))), some(quote!(#expr))),
        Written::TooLarge | Written::Expression => (None, quote!(#expr)),
    };
    let literal = match literal {
        Some(literal) => quote!(::core::option::Option::Some(__e::Literal::#literal)),
        None => quote!(::core::option::Option::None),
    };
    quote!(__e::DefaultDef { literal: #literal, value: || <#ty as __e::FieldType>::encode(#value) })
}

fn int(value: i64) -> TokenStream {
    let digits = Literal::u64_unsuffixed(value.unsigned_abs());
    if value < 0 { quote!(-#digits) } else { quote!(#digits) }
}

fn float(value: f64) -> TokenStream {
    let digits = Literal::f64_unsuffixed(value.abs());
    if value.is_sign_negative() { quote!(-#digits) } else { quote!(#digits) }
}

fn loose_def(loose: &Loose) -> TokenStream {
    let target = |target: &syn::Path, relation: &String| quote!(__e::LooseTarget { model: || <#target as __e::Model>::DEF, relation: #relation });
    match &loose.way {
        Way::Each { target: path, relation } => {
            let target = target(path, relation);
            quote!(Each(#target))
        }
        Way::Any { kind, kinds } => {
            let kind = kind.unraw().to_string();
            let kinds = kinds.iter().map(|(kind, to)| {
                let to = option(to.as_ref().map(|(path, relation)| target(path, relation)));
                quote!(__e::LooseKind { kind: #kind, target: #to })
            });
            quote!(Any { kind: #kind, kinds: &[#(#kinds),*] })
        }
    }
}

fn reference_def(reference: &Reference) -> TokenStream {
    let target = &reference.target;
    let mut set = Vec::new();
    for (member, action) in [("on_delete", reference.on_delete), ("on_update", reference.on_update)] {
        let Some(action) = action else { continue };
        let member = format_ident!("{member}");
        let action = match action {
            Action::Nothing => quote!(NoAction),
            Action::Restrict => quote!(Restrict),
            Action::Cascade => quote!(Cascade),
            Action::SetNull => quote!(SetNull),
        };
        set.push(quote!(#member: __e::Action::#action));
    }
    if reference.deferrable {
        set.push(quote!(deferrable: true));
    }
    if reference.cross_tenant {
        set.push(quote!(cross_tenant: true));
    }
    for (member, name) in [("name", &reference.name), ("inverse", &reference.inverse)] {
        if let Some(name) = name {
            let member = format_ident!("{member}");
            set.push(quote!(#member: ::core::option::Option::Some(#name)));
        }
    }
    let plain = quote!(__e::ReferenceDef::to(|| <#target as __e::Model>::DEF));
    if set.is_empty() { plain } else { quote!(__e::ReferenceDef { #(#set,)* ..#plain }) }
}
