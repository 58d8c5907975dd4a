//! The rules for keys.

use crate::ast::{Field, Key, Model};
use crate::ctxt::Ctxt;
use crate::types::{self, Named};

pub(super) fn check(cx: &Ctxt, model: &Model) {
    let mut keys = model.fields.iter().filter_map(|field| Some((field, field.attrs.key.as_ref()?)));
    let Some((field, key)) = keys.next() else {
        let message = format!(
            "`{0}` has no key: put #[key] on a field, for instance `#[key] pub id: String`",
            model.ident
        );
        return cx.error(&model.ident, message);
    };
    if !field.cfgs.is_empty() {
        cx.error_at(key.span, "the key cannot depend on a #[cfg]");
    }
    generation(cx, key);
    by_type(cx, field, key);
    if let (Some(at), None) = (key.all_tenants, key.auto) {
        cx.error_at(at, "`all_tenants` is said of a counted key: #[key(auto, all_tenants)]");
    }
    if let (Some(at), Some(_)) = (key.all_tenants, model.options.global) {
        cx.error_at(at, "a global model has no tenants to count through: remove `all_tenants`");
    }
    if let (Some(at), None) = (model.options.key_global, tenant_column(model)) {
        cx.error_at(at, "without a tenant column the key is global already: remove key = \"global\"");
    }
}

/// Whether the model may have a tenant column: its own, or one of an embedded struct.
fn tenant_column(model: &Model) -> Option<()> {
    let possible =
        model.fields.iter().any(|field| field.attrs.tenant.is_some() || field.attrs.embed.is_some());
    possible.then_some(())
}

fn generation(cx: &Ctxt, key: &Key) {
    let prefix = key.prefix.as_ref().map(syn::LitStr::span);
    let pairs = [
        (key.auto, "auto", key.assigned, "assigned"),
        (key.auto, "auto", key.ulid, "ulid"),
        (key.auto, "auto", prefix, "prefix"),
        (key.assigned, "assigned", key.ulid, "ulid"),
        (key.assigned, "assigned", prefix, "prefix"),
    ];
    for (one, one_name, other, other_name) in pairs {
        if let (Some(_), Some(at)) = (one, other) {
            cx.error_at(at, format!("a key is either `{one_name}` or `{other_name}`, not both"));
        }
    }
    if let Some(prefix) = &key.prefix {
        let text = prefix.value();
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if text.is_empty() || text.len() > 30 || !text.bytes().all(legal) {
            cx.error(prefix, "a prefix has 1 to 30 letters, digits, `-` and `_`, for instance \"user-\"");
        }
    }
}

fn by_type(cx: &Ctxt, field: &Field, key: &Key) {
    let (shape, refused) = types::shape(&field.ty);
    if refused.is_some() {
        return;
    }
    if shape.optional {
        return cx.error_at(field.type_span(), "a key is never NULL: take the Option away");
    }
    let prefix = key.prefix.as_ref().map(syn::LitStr::span);
    let refuse = |at: Option<proc_macro2::Span>, message: &str| {
        if let Some(at) = at {
            cx.error_at(at, message);
        }
    };
    match shape.named {
        Named::String => refuse(key.auto, "`auto` is for integer keys; a String key is generated without it"),
        Named::Uuid => {
            refuse(key.auto, "`auto` is for integer keys; a Uuid key is generated without it");
            refuse(prefix, "a prefix is for String keys");
            refuse(key.ulid, "`ulid` is for String keys; a Uuid key is a UUIDv7");
        }
        named if named.is_integer() => {
            refuse(prefix, "a prefix is for String keys");
            refuse(key.ulid, "`ulid` is for String keys");
            if key.auto.is_none() && key.assigned.is_none() && prefix.is_none() && key.ulid.is_none() {
                let message = "an integer key is counted by the database, #[key(auto)], or given by the caller, #[key(assigned)]: say which";
                cx.error_at(key.span, message);
            }
        }
        Named::Other => {}
        _ => cx.error_at(
            field.type_span(),
            "a key is a String, a Uuid, an i16, i32 or i64, or a DbNewtype of one of these",
        ),
    }
}
