//! What an encrypted field cannot be, since the database sees nothing of its values.

use syn::Type;

use crate::ast::{Field, Model};
use crate::ctxt::Ctxt;
use crate::types::{Named, shape};

pub(super) const NO_INDEX: &str =
    "an encrypted value has other bytes each time that it is stored: no index and no unique finds it";

pub(super) fn is_encrypted(ty: &Type) -> bool {
    shape(ty).0.named == Named::Encrypted
}

/// The attributes of one field. That it is no key, tenant or reference its type says elsewhere.
pub(super) fn check(cx: &Ctxt, field: &Field) {
    let attrs = &field.attrs;
    let refused = [
        (attrs.unique.as_ref().map(|unique| unique.span), NO_INDEX),
        (attrs.index, NO_INDEX),
        (
            attrs.default.as_ref().map(|(at, _)| *at),
            "a secret has no default: each create gives its own. What may be missing is an Option<Encrypted<T>>",
        ),
        (
            attrs.check.as_ref().map(syn::LitStr::span),
            "the database sees nothing of an encrypted value, so that a #[check] would see other bytes each time: check the value before it is given",
        ),
        (
            attrs.validate.as_ref().map(|validate| validate.span),
            "a rule would have to see the encrypted value: let its type check it, where it is made and deserialized",
        ),
        (
            attrs.generated.as_ref().map(|(at, _)| *at),
            "the database has no key: it cannot compute an encrypted value",
        ),
    ];
    for (at, message) in refused {
        if let Some(at) = at {
            cx.error_at(at, message);
        }
    }
}

/// A value is bound to its row's key, and so that key is known before the row is stored.
pub(super) fn by_key(cx: &Ctxt, model: &Model) {
    let counted =
        model.fields.iter().any(|field| field.attrs.key.as_ref().is_some_and(|key| key.auto.is_some()));
    if !counted {
        return;
    }
    for field in model.fields.iter().filter(|field| field.attrs.embed.is_none() && is_encrypted(&field.ty)) {
        cx.error_at(
            field.type_span(),
            "an encrypted value is bound to its row's key, and #[key(auto)] tells that only after the INSERT: let the key be a String or a Uuid, or assigned",
        );
    }
}
