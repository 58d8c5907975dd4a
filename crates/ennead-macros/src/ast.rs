//! A model as it is written, with the spans of what was written.

use proc_macro2::{Ident, Span};
use syn::spanned::Spanned;
use syn::{Attribute, Expr, Fields, ItemStruct, LitStr, Path, Type, Visibility};

use crate::attr;
use crate::ctxt::Ctxt;

/// The struct under `#[model]`.
pub(crate) struct Model {
    pub(crate) vis: Visibility,
    pub(crate) ident: Ident,
    pub(crate) doc: String,
    pub(crate) cfgs: Vec<Attribute>,
    /// The struct as it is to be emitted: without the field attributes that are ours.
    pub(crate) item: ItemStruct,
    pub(crate) options: Options,
    pub(crate) fields: Vec<Field>,
}

/// What `#[model(…)]` says.
#[derive(Default)]
pub(crate) struct Options {
    pub(crate) krate: Option<Path>,
    pub(crate) table: Option<LitStr>,
    pub(crate) indexes: Vec<Index>,
    pub(crate) checks: Vec<Check>,
    pub(crate) key_global: Option<Span>,
    pub(crate) renamed_from: Option<LitStr>,
    pub(crate) new_derives: Vec<Path>,
    pub(crate) tenant_root: Option<Span>,
    pub(crate) tenant_via: Option<Ident>,
    pub(crate) global: Option<Span>,
    pub(crate) shared_when: Option<LitStr>,
    pub(crate) embed: Option<Span>,
    pub(crate) append_only: Option<Span>,
    pub(crate) no_hard_delete: Option<Span>,
    pub(crate) audited: Option<Audited>,
    pub(crate) of_library: Option<LitStr>,
    /// Something in it was not understood, so what seems to be missing may be meant.
    pub(crate) unclear: bool,
}

/// `audited`, or `audited(into = AuditLog)`.
pub(crate) struct Audited {
    pub(crate) span: Span,
    pub(crate) into: Option<Path>,
}

/// `index(…)` or `unique(…)`.
pub(crate) struct Index {
    pub(crate) span: Span,
    pub(crate) unique: bool,
    pub(crate) parts: Vec<Part>,
    pub(crate) condition: Option<LitStr>,
    pub(crate) method: Option<Ident>,
    pub(crate) include: Vec<Ident>,
    pub(crate) name: Option<LitStr>,
    pub(crate) exact: Option<Span>,
    pub(crate) dialect: Option<Ident>,
}

/// One part of an index.
pub(crate) struct Part {
    pub(crate) target: Target,
    pub(crate) descending: bool,
    /// `Some(true)` for `nulls_first`.
    pub(crate) nulls_first: Option<bool>,
}

pub(crate) enum Target {
    Field(Ident),
    Expression(LitStr),
}

/// `check("…", name = "…")`.
pub(crate) struct Check {
    pub(crate) condition: LitStr,
    pub(crate) name: Option<LitStr>,
}

/// A field.
pub(crate) struct Field {
    pub(crate) vis: Visibility,
    pub(crate) ident: Ident,
    pub(crate) ty: Type,
    pub(crate) doc: String,
    pub(crate) docs: Vec<Attribute>,
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) serde: Vec<Attribute>,
    pub(crate) attrs: FieldAttrs,
}

/// What the attributes of a field say; each with its place.
#[derive(Default)]
pub(crate) struct FieldAttrs {
    pub(crate) key: Option<Key>,
    pub(crate) tenant: Option<Span>,
    pub(crate) references: Option<References>,
    pub(crate) references_each: Option<ReferencesEach>,
    pub(crate) references_any: Option<ReferencesAny>,
    pub(crate) unique: Option<Unique>,
    pub(crate) index: Option<Span>,
    pub(crate) default: Option<(Span, Expr)>,
    pub(crate) created_at: Option<Span>,
    pub(crate) updated_at: Option<Span>,
    pub(crate) deleted_at: Option<Span>,
    pub(crate) soft_delete: Option<SoftDelete>,
    pub(crate) version: Option<Span>,
    pub(crate) check: Option<LitStr>,
    pub(crate) immutable: Option<Span>,
    pub(crate) hidden: Option<Span>,
    pub(crate) embed: Option<Embed>,
    pub(crate) generated: Option<(Span, LitStr)>,
    pub(crate) column: Option<Column>,
    pub(crate) validate: Option<Validate>,
}

/// `#[validate(…)]`.
pub(crate) struct Validate {
    pub(crate) span: Span,
    pub(crate) rules: Vec<(Span, Rule)>,
}

/// One rule of it.
#[derive(Clone)]
pub(crate) enum Rule {
    Email,
    Url,
    Length { min: Option<u32>, max: Option<u32> },
    Range { min: Option<Bound>, max: Option<Bound> },
    Regex(String),
    Custom(Path),
}

/// A bound of a range: its digits, with a point where there is one.
#[derive(Clone)]
pub(crate) struct Bound {
    pub(crate) span: Span,
    pub(crate) digits: String,
}

/// `#[key]`.
pub(crate) struct Key {
    pub(crate) span: Span,
    pub(crate) prefix: Option<LitStr>,
    pub(crate) auto: Option<Span>,
    /// Beside `auto`: that it counts through all tenants is known.
    pub(crate) all_tenants: Option<Span>,
    pub(crate) assigned: Option<Span>,
    pub(crate) ulid: Option<Span>,
}

/// `#[references(…)]`.
pub(crate) struct References {
    pub(crate) target: Path,
    pub(crate) on_delete: Option<(Span, Action)>,
    pub(crate) on_update: Option<(Span, Action)>,
    pub(crate) deferrable: Option<Span>,
    pub(crate) cross_tenant: Option<Span>,
    pub(crate) name: Option<Ident>,
    pub(crate) inverse: Option<Ident>,
}

/// `#[references_each(Model, …)]`.
pub(crate) struct ReferencesEach {
    pub(crate) span: Span,
    pub(crate) target: Path,
    pub(crate) name: Option<Ident>,
}

/// `#[references_any(kind = field, "value" => Model, …)]`.
pub(crate) struct ReferencesAny {
    pub(crate) span: Span,
    pub(crate) kind: Option<Ident>,
    pub(crate) name: Option<Ident>,
    /// No model where a value names no row.
    pub(crate) kinds: Vec<(LitStr, Option<Path>)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    Nothing,
    Restrict,
    Cascade,
    SetNull,
}

/// `#[unique]`.
pub(crate) struct Unique {
    pub(crate) span: Span,
    pub(crate) global: bool,
}

impl FieldAttrs {
    /// The place of what tells of a soft deletion.
    pub(crate) fn marks(&self) -> Option<Span> {
        self.deleted_at.or(self.soft_delete.as_ref().map(|mark| mark.span))
    }
}

/// `#[soft_delete(…)]`.
pub(crate) struct SoftDelete {
    pub(crate) span: Span,
    /// The value of a deleted row.
    pub(crate) deleted: Expr,
    /// The value of one that is brought back.
    pub(crate) restored: Option<Expr>,
}

/// `#[embed]`.
pub(crate) struct Embed {
    pub(crate) span: Span,
    pub(crate) required: bool,
}

/// `#[column(…)]`.
#[derive(Default)]
pub(crate) struct Column {
    pub(crate) name: Option<LitStr>,
    pub(crate) precision: Option<(Span, u8)>,
    pub(crate) scale: Option<(Span, u8)>,
    pub(crate) renamed_from: Option<LitStr>,
}

impl Model {
    /// Reads the attributes of a struct with named fields; the errors go to `cx`.
    pub(crate) fn parse(cx: &Ctxt, options: Options, mut item: ItemStruct) -> Self {
        attr::refuse_struct_attributes(cx, &item.attrs);
        item.attrs.retain(|attribute| !attr::is_misplaced(attribute));
        let fields = match &mut item.fields {
            Fields::Named(named) => {
                named.named.iter_mut().filter_map(|field| Field::parse(cx, field)).collect()
            }
            _ => Vec::new(),
        };
        Self {
            vis: item.vis.clone(),
            ident: item.ident.clone(),
            doc: attr::doc(&item.attrs),
            cfgs: attr::cfgs(&item.attrs),
            item,
            options,
            fields,
        }
    }
}

impl Field {
    /// Reads a field, and takes our attributes off it.
    fn parse(cx: &Ctxt, field: &mut syn::Field) -> Option<Self> {
        let ident = field.ident.clone()?;
        let attrs = attr::field::parse(cx, &field.attrs);
        field.attrs.retain(|attribute| !attr::field::is_ours(attribute));
        let kept = |name: &str| -> Vec<Attribute> {
            field.attrs.iter().filter(|attribute| attribute.path().is_ident(name)).cloned().collect()
        };
        Some(Self {
            vis: field.vis.clone(),
            ident,
            ty: field.ty.clone(),
            doc: attr::doc(&field.attrs),
            docs: kept("doc"),
            cfgs: attr::cfgs(&field.attrs),
            serde: kept("serde"),
            attrs,
        })
    }

    /// Where to point for the type.
    pub(crate) fn type_span(&self) -> Span {
        self.ty.span()
    }
}
