//! Where each field stands among all fields, those of embedded structs counted.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote, quote_spanned};

use crate::ir::{Content, Field};

/// The index of each field. Fields that depend on a `cfg` and embedded structs count as the compiler finds them.
pub(crate) struct Positions {
    each: Vec<(usize, Vec<Ident>)>,
    total: (usize, Vec<Ident>),
}

impl Positions {
    pub(crate) fn of(fields: &[Field]) -> Self {
        let (mut known, mut counted, mut each) = (0, Vec::new(), Vec::new());
        for (at, field) in fields.iter().enumerate() {
            each.push((known, counted.clone()));
            if field.is_counted_later() {
                counted.push(length(at));
            } else {
                known += 1;
            }
        }
        Self { each, total: (known, counted) }
    }

    /// All at zero: for stubs, which nothing reads.
    pub(crate) fn ignored(fields: &[Field]) -> Self {
        Self { each: vec![(0, Vec::new()); fields.len()], total: (0, Vec::new()) }
    }

    /// The constants that hold how many fields a field stands for.
    pub(crate) fn lengths(&self, fields: &[Field]) -> TokenStream {
        let one = |(at, field): (usize, &Field)| {
            let (name, cfgs) = (length(at), &field.cfgs);
            let ty = &field.ty;
            let value = match field.content {
                Content::Column(_) => quote!(1),
                Content::Embed { .. } => quote_spanned!(field.span()=> <#ty as __e::Embed>::FIELDS.len()),
            };
            let otherwise = (!cfgs.is_empty()).then(|| {
                let conditions =
                    cfgs.iter().filter_map(|cfg| cfg.meta.require_list().ok()).map(|list| &list.tokens);
                quote!(#[cfg(not(all(#(#conditions),*)))] const #name: usize = 0;)
            });
            quote!(#(#cfgs)* const #name: usize = #value; #otherwise)
        };
        fields.iter().enumerate().filter(|(_, field)| field.is_counted_later()).map(one).collect()
    }

    /// The index of a field, as a `usize` or an integer literal.
    pub(crate) fn index(&self, at: usize) -> TokenStream {
        sum(&self.each[at])
    }

    /// The index of a field, as a `u16`.
    pub(crate) fn index16(&self, at: usize) -> TokenStream {
        match self.each[at].1.is_empty() {
            true => self.index(at),
            false => {
                let index = self.index(at);
                quote!((#index) as u16)
            }
        }
    }

    /// The index of a field behind a position.
    pub(crate) fn behind(&self, start: &TokenStream, at: usize) -> TokenStream {
        match &self.each[at] {
            (0, counted) if counted.is_empty() => start.clone(),
            (0, counted) => quote!(#start #(+ #counted)*),
            each => {
                let index = sum(each);
                quote!(#start + #index)
            }
        }
    }

    /// How many fields there are.
    pub(crate) fn total(&self) -> TokenStream {
        sum(&self.total)
    }
}

fn length(at: usize) -> Ident {
    format_ident!("__LEN_{at}")
}

fn sum((known, counted): &(usize, Vec<Ident>)) -> TokenStream {
    let known = Literal::usize_unsuffixed(*known);
    quote!(#known #(+ #counted)*)
}
