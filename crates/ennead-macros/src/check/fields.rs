//! The rules for one field, and for roles that one field of a model may have.

use proc_macro2::Span;
use syn::Expr;

use super::{defaults, encrypted, rules};
use crate::ast::{Action, Field, FieldAttrs, Model};
use crate::ctxt::Ctxt;
use crate::ir::default::{Written, written};
use crate::types::{self, Named, Shape};

pub(super) fn check(cx: &Ctxt, field: &Field) {
    if let Some(embed) = &field.attrs.embed {
        return embedded(cx, field, embed.span);
    }
    let (shape, refused) = types::shape(&field.ty);
    if let Some(refused) = refused {
        return cx.error_at(refused.span, refused.message);
    }
    one_role(cx, &field.attrs);
    times(cx, field, &shape);
    tenant(cx, field, &shape);
    references(cx, field, &shape);
    column(cx, field, &shape);
    if shape.named == Named::Encrypted {
        encrypted::check(cx, field);
    } else {
        defaults::check(cx, field, &shape);
        rules::check(cx, field, &shape);
    }
    if let (Some(at), true) =
        (field.attrs.version, shape.optional || !(shape.named.is_integer() || shape.named == Named::Other))
    {
        cx.error_at(at, "#[version] counts writes: its field is an i64, i32 or i16");
    }
    soft_delete(cx, field, &shape);
    if let (Some(at), Some(_)) =
        (field.attrs.immutable, field.attrs.version.or(field.attrs.updated_at).or(field.attrs.marks()))
    {
        cx.error_at(at, "this field changes by itself: remove #[immutable]");
    }
}

/// The roles of a field, each with its place.
fn roles(attrs: &FieldAttrs) -> [(&'static str, Option<Span>); 8] {
    [
        ("key", attrs.key.as_ref().map(|key| key.span)),
        ("tenant", attrs.tenant),
        ("created_at", attrs.created_at),
        ("updated_at", attrs.updated_at),
        ("deleted_at", attrs.deleted_at),
        ("version", attrs.version),
        ("soft_delete", attrs.soft_delete.as_ref().map(|mark| mark.span)),
        ("generated", attrs.generated.as_ref().map(|(at, _)| *at)),
    ]
}

fn one_role(cx: &Ctxt, attrs: &FieldAttrs) {
    let mut first = None;
    for (name, at) in roles(attrs) {
        match (first, at) {
            (Some(other), Some(at)) => {
                cx.error_at(at, format!("a field is either #[{other}] or #[{name}], not both"))
            }
            (None, Some(_)) => first = Some(name),
            _ => {}
        }
    }
}

/// At most one field has each of the library's roles.
pub(super) fn once_each(cx: &Ctxt, model: &Model) {
    for (at, name) in ["key", "tenant", "created_at", "updated_at", "deleted_at", "version", "soft_delete"]
        .into_iter()
        .enumerate()
    {
        let places = model
            .fields
            .iter()
            .filter(|field| field.cfgs.is_empty())
            .filter_map(|field| roles(&field.attrs)[at].1);
        for again in places.skip(1) {
            cx.error_at(again, format!("`{}` has #[{name}] on another field already", model.ident));
        }
    }
}

fn embedded(cx: &Ctxt, field: &Field, at: Span) {
    let attrs = &field.attrs;
    let others = attrs.references.is_some()
        || attrs.references_each.is_some()
        || attrs.references_any.is_some()
        || attrs.unique.is_some()
        || attrs.index.is_some()
        || attrs.default.is_some()
        || attrs.check.is_some()
        || attrs.immutable.is_some()
        || attrs.hidden.is_some()
        || attrs.column.is_some()
        || attrs.validate.is_some()
        || roles(attrs).iter().any(|(_, at)| at.is_some());
    if others {
        cx.error_at(
            at,
            "#[embed] stands alone: put the other attributes on the fields of the embedded struct",
        );
    }
    if types::shape(&field.ty).0.optional {
        cx.error_at(field.type_span(), "an embedded struct is not optional: make its fields optional");
    }
}

fn times(cx: &Ctxt, field: &Field, shape: &Shape) {
    let is_time = matches!(shape.named, Named::DateTime | Named::NaiveDateTime);
    for (at, name) in [(field.attrs.created_at, "created_at"), (field.attrs.updated_at, "updated_at")] {
        if let (Some(_), true) = (at, shape.optional || !is_time) {
            cx.error_at(
                field.type_span(),
                format!("the field of #[{name}] is a DateTime<Utc> or a NaiveDateTime"),
            );
        }
    }
    if field.attrs.deleted_at.is_some() && !(shape.optional && shape.named == Named::DateTime) {
        cx.error_at(
            field.type_span(),
            "the field of #[deleted_at] is an Option<DateTime<Utc>>: None while the row lives",
        );
    }
}

/// A bool, or an enumeration by one of its variants.
fn soft_delete(cx: &Ctxt, field: &Field, shape: &Shape) {
    let Some(mark) = &field.attrs.soft_delete else { return };
    let suits = match written(&mark.deleted) {
        Written::Bool(_) => shape.named == Named::Bool && mark.restored.is_none(),
        Written::Variant => shape.named == Named::Other,
        _ => false,
    };
    if shape.optional || !suits {
        cx.error_at(
            mark.span,
            "the field of #[soft_delete] is a bool, by #[soft_delete(true)] or #[soft_delete(false)], or an enumeration, by one of its variants: #[soft_delete(Status::Deleted, restore = Active)]",
        );
    } else if shape.named == Named::Other && mark.restored.is_none() && field.attrs.default.is_none() {
        cx.error_at(
            mark.span,
            "say what a restored row has: #[soft_delete(Status::Deleted, restore = Active)], or give the field a #[default(…)]",
        );
    } else if mark.restored.as_ref().is_some_and(|restored| is_same(restored, &mark.deleted)) {
        cx.error_at(mark.span, "a restored row would still be deleted: `restore` names another variant");
    } else if let Some((at, default)) = &field.attrs.default
        && is_same(default, &mark.deleted)
    {
        cx.error_at(*at, "a new row would be deleted: give the field another default");
    }
}

/// Whether two values are written as the same bool or variant.
fn is_same(one: &Expr, other: &Expr) -> bool {
    let variant = |expr: &Expr| match expr {
        Expr::Path(path) => path.path.segments.last().map(|last| last.ident.clone()),
        _ => None,
    };
    match (written(one), written(other)) {
        (Written::Bool(one), Written::Bool(other)) => one == other,
        _ => variant(one).is_some_and(|one| variant(other) == Some(one)),
    }
}

fn tenant(cx: &Ctxt, field: &Field, shape: &Shape) {
    if field.attrs.tenant.is_none() {
        return;
    }
    if shape.optional {
        cx.error_at(field.type_span(), "the tenant of a row is never NULL: take the Option away");
    } else if !matches!(shape.named, Named::String | Named::Uuid | Named::I64 | Named::Other) {
        cx.error_at(field.type_span(), "a tenant is a String, a Uuid, an i64 or a DbNewtype of one of these");
    }
}

fn references(cx: &Ctxt, field: &Field, shape: &Shape) {
    let Some(references) = &field.attrs.references else {
        return;
    };
    let keys = [Named::String, Named::Uuid, Named::I16, Named::I32, Named::I64, Named::Other];
    if !keys.contains(&shape.named) {
        cx.error_at(
            field.type_span(),
            "a reference holds the key of the other model: String, Uuid, an integer or a DbNewtype",
        );
    }
    for (at, action) in [&references.on_delete, &references.on_update].into_iter().flatten() {
        if *action == Action::SetNull && !shape.optional {
            let message =
                "set_null needs a field that takes NULL: make it an Option, or choose restrict or cascade";
            cx.error_at(*at, message);
        }
    }
    if let Some((at, _)) = &field.attrs.generated {
        cx.error_at(*at, "a generated column cannot be a reference");
    }
}

fn column(cx: &Ctxt, field: &Field, shape: &Shape) {
    if let (Some(at), Some(_)) = (field.attrs.hidden, &field.attrs.key) {
        cx.error_at(at, "the key cannot be hidden: it names the row in every node");
    }
    if let (Some(unique), Some(_)) = (&field.attrs.unique, &field.attrs.key) {
        cx.error_at(unique.span, "the key is unique already: remove #[unique]");
    }
    let Some(column) = &field.attrs.column else { return };
    let Some((at, precision)) = column.precision else {
        if let Some((at, _)) = column.scale {
            cx.error_at(at, "scale needs a precision: #[column(precision = 18, scale = 4)]");
        }
        return;
    };
    let (scale_at, scale) = column.scale.unwrap_or((at, 0));
    if !matches!(shape.named, Named::Decimal | Named::Other) {
        cx.error_at(at, "precision and scale are for Decimal fields");
    } else if !(1..=28).contains(&precision) {
        cx.error_at(at, "precision counts all digits: it goes from 1 to 28");
    } else if scale > precision {
        cx.error_at(
            scale_at,
            format!("scale counts the digits behind the point: it is at most the precision, {precision}"),
        );
    }
}
