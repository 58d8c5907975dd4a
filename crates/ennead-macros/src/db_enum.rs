//! `#[derive(DbEnum)]`.

use std::collections::HashMap;

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Attribute, Data, DeriveInput, Fields, LitStr, Path};

use crate::attr;
use crate::attr::args::{self, once};
use crate::ctxt::Ctxt;
use crate::names::{hint, snake_case};

/// An enumeration as it is meant.
struct Enumeration {
    ident: Ident,
    krate: TokenStream,
    doc: String,
    type_name: String,
    native: bool,
    variants: Vec<(Ident, String, Vec<Attribute>)>,
}

/// What `#[db_enum(…)]` on the enumeration says.
#[derive(Default)]
struct Options {
    native: Option<()>,
    name: Option<LitStr>,
    krate: Option<Path>,
}

/// Expands `#[derive(DbEnum)]`.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let input = match syn::parse2::<DeriveInput>(input) {
        Ok(input) => input,
        Err(error) => return error.into_compile_error(),
    };
    let cx = Ctxt::new();
    let parsed = parse(&cx, &input);
    match cx.finish() {
        Ok(()) => implementation(&parsed),
        Err(errors) => {
            // The traits are there beside the errors, so that the fields of this type are no errors too.
            let stub = Enumeration { variants: Vec::new(), ..parsed };
            let stub =
                if input.generics.params.is_empty() { implementation(&stub) } else { TokenStream::new() };
            quote!(#errors #stub)
        }
    }
}

fn parse(cx: &Ctxt, input: &DeriveInput) -> Enumeration {
    let options = options(cx, &input.attrs);
    if !input.generics.params.is_empty() {
        cx.error(&input.generics, "a DbEnum cannot be generic: its variants carry no data");
    }
    let mut variants = Vec::new();
    match &input.data {
        Data::Enum(data) => {
            if data.variants.is_empty() {
                cx.error(&input.ident, "a DbEnum needs at least one variant");
            }
            for variant in &data.variants {
                if !matches!(variant.fields, Fields::Unit) {
                    cx.error(variant, "a DbEnum is stored as the name of its variant, so variants carry no data: use Json<T> for that");
                }
                let name = stored_name(cx, &variant.attrs);
                let name = name.unwrap_or_else(|| snake_case(&variant.ident.unraw().to_string()));
                variants.push((variant.ident.clone(), name, attr::cfgs(&variant.attrs)));
            }
        }
        _ => cx.error(
            &input.ident,
            "DbEnum is for enumerations; for a tuple struct around one value derive DbNewtype",
        ),
    }
    let mut seen = HashMap::new();
    for (ident, name, cfgs) in &variants {
        if let Some(other) = seen.insert(name.clone(), ident).filter(|_| cfgs.is_empty()) {
            let message = format!(
                "`{other}` and `{ident}` would both be stored as \"{name}\": set #[db_enum(rename = \"…\")] on one"
            );
            cx.error(ident, message);
        }
    }
    let name = input.ident.unraw().to_string();
    Enumeration {
        ident: input.ident.clone(),
        krate: options.krate.map_or_else(|| quote!(::ennead), |path| quote!(#path)),
        doc: attr::doc(&input.attrs),
        type_name: options.name.map_or_else(|| snake_case(&name), |name| name.value()),
        native: options.native.is_some(),
        variants,
    }
}

fn options(cx: &Ctxt, attrs: &[Attribute]) -> Options {
    let mut options = Options::default();
    for arg in arguments(cx, attrs) {
        let at = arg.span();
        match arg.name().as_str() {
            "native" => once(cx, &mut options.native, at, "`native`", arg.flag(cx).map(|_| ())),
            "name" => once(cx, &mut options.name, at, "`name`", arg.string(cx)),
            "crate" => once(cx, &mut options.krate, at, "`crate`", arg.path(cx, "the_name")),
            "rename" => {
                cx.error_at(at, "`rename` stands on a variant; the name of the native type is `name = \"…\"`")
            }
            other => {
                let message =
                    format!("#[db_enum] has no option `{other}`{}", hint(other, ["native", "name"]));
                cx.error_at(at, message);
            }
        }
    }
    if let (Some(name), None) = (&options.name, options.native) {
        cx.error(name, "only a native enum has a type name: write #[db_enum(native, name = \"…\")]");
    }
    if let Some(name) = options.name.as_ref().filter(|name| !(1..=63).contains(&name.value().len())) {
        cx.error(name, "the name of a type has 1 to 63 bytes");
    }
    options
}

fn stored_name(cx: &Ctxt, attrs: &[Attribute]) -> Option<String> {
    let mut rename = None;
    for arg in arguments(cx, attrs) {
        match arg.name().as_str() {
            "rename" => once(cx, &mut rename, arg.span(), "`rename`", arg.string(cx)),
            other => {
                let message =
                    format!("#[db_enum] on a variant has no option `{other}`{}", hint(other, ["rename"]));
                cx.error_at(arg.span(), message);
            }
        }
    }
    if let Some(name) = rename.as_ref().filter(|name| !(1..=63).contains(&name.value().len())) {
        cx.error(name, "the stored name of a variant has 1 to 63 bytes");
    }
    rename.map(|name| name.value())
}

fn arguments(cx: &Ctxt, attrs: &[Attribute]) -> Vec<args::Arg> {
    let ours = attrs.iter().filter(|attribute| attribute.path().is_ident("db_enum"));
    let lists = ours.filter_map(|attribute| cx.ok(attribute.meta.require_list().cloned()));
    lists.flat_map(|list| args::parse(cx, list.tokens)).collect()
}

fn implementation(enumeration: &Enumeration) -> TokenStream {
    let Enumeration { ident, krate, doc, type_name, native, variants } = enumeration;
    let name = ident.unraw().to_string();
    let (variant, stored, cfgs): (Vec<_>, Vec<_>, Vec<_>) = variants
        .iter()
        .map(|(ident, name, cfgs)| (ident, Literal::string(name), quote!(#(#cfgs)*)))
        .fold((Vec::new(), Vec::new(), Vec::new()), |mut all, one| {
            all.0.push(one.0);
            all.1.push(one.1);
            all.2.push(one.2);
            all
        });
    // A stub has no variants, and a match on a reference needs an arm.
    let otherwise = variants.is_empty().then(|| quote!(_ => "",));
    let copy = quote_spanned!(ident.span()=> #ident);
    quote! {
        #[allow(clippy::all, clippy::pedantic, dead_code, deprecated)]
        const _: () = {
            use #krate::__private as __e;
            static __ENUM: __e::EnumDef = __e::EnumDef {
                name: #name,
                type_name: #type_name,
                variants: &[#(#cfgs #stored),*],
                native: #native,
                doc: #doc,
            };
            impl #ident {
                /// The name by which the variant is stored.
                #[must_use]
                pub const fn db_name(&self) -> &'static str {
                    match self { #(#cfgs Self::#variant => #stored,)* #otherwise }
                }
            }
            impl __e::FieldType for #ident {
                const KIND: __e::Kind = __e::Kind::Enum(&__ENUM);
                type Class = __e::class::Plain;
                type Plain = Self;
                fn encode(self) -> __e::Value {
                    __e::Value::Text(__e::Cow::Borrowed(self.db_name()))
                }
                fn decode(__row: &mut dyn __e::RowReader, __at: usize) -> ::core::result::Result<Self, __e::Error> {
                    match <Self as __e::DbEnum>::from_db_name(__row.text(__at)?) {
                        ::core::option::Option::Some(__variant) => ::core::result::Result::Ok(__variant),
                        ::core::option::Option::None => {
                            ::core::result::Result::Err(__e::decode_error(__at, #name, "a name of no variant"))
                        }
                    }
                }
            }
            impl __e::DbEnum for #copy {
                const DEF: &'static __e::EnumDef = &__ENUM;
                fn from_db_name(__name: &str) -> ::core::option::Option<Self> {
                    match __name {
                        #(#cfgs #stored => ::core::option::Option::Some(Self::#variant),)*
                        _ => ::core::option::Option::None,
                    }
                }
            }
            impl __e::ArrayElement for #ident {
                fn from_value(__value: __e::Value) -> ::core::result::Result<Self, __e::Error> {
                    let __found = __value.type_name();
                    let __variant = match &__value {
                        __e::Value::Text(__name) => <Self as __e::DbEnum>::from_db_name(__name),
                        _ => ::core::option::Option::None,
                    };
                    __variant.ok_or_else(|| __e::decode_error(0, #name, __found))
                }
            }
        };
    }
}
