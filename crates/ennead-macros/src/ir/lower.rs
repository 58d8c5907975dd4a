//! From what is written to what is meant. The checks have passed, so nothing here can go wrong.

use proc_macro2::Ident;
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt;
use syn::{Expr, LitStr, Path, parse_quote};

use super::default::{Written, written};
use super::{
    Audit, Check, Column, Content, Default, Definition, Field, Generation, Index, Key, Loose, Model, Part,
    Reference, Target, Tenancy, Way,
};
use crate::ast;
use crate::check::{constant, loose_relations, relation_constant};
use crate::names::snake_case;
use crate::types::shape;

impl Model {
    /// Lowers a model. It is also of use where errors were found: for the stubs beside them.
    pub(crate) fn lower(model: ast::Model) -> Self {
        let ident = model.ident;
        Self {
            krate: model.options.krate.as_ref().map_or_else(|| quote!(::ennead), ToTokens::to_token_stream),
            new_ident: format_ident!("New{}", ident.unraw(), span = ident.span()),
            definition: model
                .options
                .embed
                .is_none()
                .then(|| Definition::lower(&ident, &model.options, &model.fields)),
            vis: model.vis,
            ident,
            doc: model.doc,
            cfgs: model.cfgs,
            item: model.item,
            new_derives: model.options.new_derives,
            fields: model.fields.into_iter().map(Field::lower).collect(),
        }
    }
}

impl Definition {
    fn lower(ident: &Ident, options: &ast::Options, fields: &[ast::Field]) -> Self {
        let position = |name: &dyn Fn(&ast::Field) -> bool| fields.iter().position(name);
        let key_at = position(&|field| field.attrs.key.is_some()).unwrap_or(0);
        let key = fields.get(key_at).and_then(|field| field.attrs.key.as_ref());
        let tenancy = if options.tenant_root.is_some() {
            Tenancy::Root
        } else if options.global.is_some() {
            Tenancy::Global
        } else if let Some(via) = &options.tenant_via {
            Tenancy::Via(position(&|field| field.ident == *via).unwrap_or(0))
        } else {
            Tenancy::Column {
                field: position(&|field| field.attrs.tenant.is_some()),
                shared: options
                    .shared_when
                    .as_ref()
                    .and_then(|name| position(&|field| field.ident == name.value())),
            }
        };
        Self {
            table: options
                .table
                .as_ref()
                .map_or_else(|| snake_case(&ident.unraw().to_string()), LitStr::value),
            key: Key {
                field: key_at,
                generation: key.map_or(Generation::Uuid, generation),
                global: options.key_global.is_some() || key.is_some_and(|key| key.auto.is_some()),
                tells_volume: key
                    .filter(|key| key.all_tenants.is_none() && options.global.is_none())
                    .and_then(|key| key.auto),
            },
            tenancy,
            indexes: options.indexes.iter().map(index).collect(),
            checks: options
                .checks
                .iter()
                .map(|check| Check {
                    condition: check.condition.value(),
                    name: check.name.as_ref().map(LitStr::value),
                })
                .collect(),
            renamed_from: options.renamed_from.as_ref().map(LitStr::value),
            append_only: options.append_only.is_some(),
            no_hard_delete: options.no_hard_delete.is_some(),
            audit: match (&options.audited, &options.of_library) {
                (_, Some(what)) => Audit::Library(what.value()),
                (None, None) => Audit::Nowhere,
                (Some(audited), None) => audited.into.clone().map_or(Audit::BuiltIn, Audit::Into),
            },
            soft_delete: fields
                .iter()
                .any(|field| field.attrs.marks().is_some() || field.attrs.embed.is_some()),
        }
    }
}

fn generation(key: &ast::Key) -> Generation {
    let prefix = key.prefix.as_ref().map(LitStr::value);
    match (key.auto, key.assigned, key.ulid) {
        (Some(_), _, _) => Generation::Auto,
        (_, Some(_), _) => Generation::Assigned,
        (_, _, Some(_)) => Generation::Ulid(prefix.unwrap_or_default()),
        _ => prefix.map_or(Generation::Uuid, Generation::Prefixed),
    }
}

fn index(index: &ast::Index) -> Index {
    let part = |part: &ast::Part| Part {
        target: match &part.target {
            ast::Target::Field(name) => Target::Field(name.clone()),
            ast::Target::Expression(sql) => Target::Expression(sql.value()),
        },
        descending: part.descending,
        nulls_first: part.nulls_first,
    };
    let variant = |word: &Option<Ident>, variants: &[(&str, &'static str)]| {
        let word = word.as_ref()?;
        variants.iter().find(|(name, _)| word == name).map(|(_, variant)| *variant)
    };
    Index {
        unique: index.unique,
        parts: index.parts.iter().map(part).collect(),
        condition: index.condition.as_ref().map(LitStr::value),
        method: variant(
            &index.method,
            &[("gin", "Gin"), ("gist", "Gist"), ("brin", "Brin"), ("hash", "Hash")],
        ),
        include: index.include.clone(),
        name: index.name.as_ref().map(LitStr::value),
        exact: index.exact.is_some(),
        dialect: variant(&index.dialect, &[("postgres", "Postgres"), ("sqlite", "Sqlite")]),
    }
}

impl Field {
    fn lower(field: ast::Field) -> Self {
        let name = field.ident.unraw().to_string();
        let constant = Ident::new(&constant(&field), field.ident.span());
        let content = match &field.attrs.embed {
            Some(embed) => Content::Embed { required: embed.required },
            None => Content::Column(Box::new(Column::lower(&field, &name))),
        };
        Self {
            in_new: in_new(&field, &content),
            vis: field.vis,
            ident: field.ident,
            name,
            constant,
            ty: field.ty,
            doc: field.doc,
            docs: field.docs,
            cfgs: field.cfgs,
            serde: field.serde,
            content,
        }
    }
}

/// Whether a create must give it.
fn in_new(field: &ast::Field, content: &Content) -> bool {
    let attrs = &field.attrs;
    let assigned = attrs.key.as_ref().map(|key| key.assigned.is_some());
    match (content, assigned) {
        (Content::Embed { required }, _) => *required,
        (_, Some(assigned)) => assigned,
        (Content::Column(column), None) => {
            !(column.shape.optional
                || column.role.is_some()
                || column.default.is_some()
                || column.generated.is_some())
        }
    }
}

impl Column {
    fn lower(field: &ast::Field, name: &str) -> Self {
        let attrs = &field.attrs;
        let written_column = attrs.column.as_ref();
        let text = |text: Option<&LitStr>| text.map(LitStr::value);
        Self {
            shape: shape(&field.ty).0,
            column: text(written_column.and_then(|column| column.name.as_ref()))
                .filter(|column| column != name),
            precision: written_column
                .and_then(|column| Some((column.precision?.1, column.scale.map_or(0, |(_, scale)| scale)))),
            role: role(attrs),
            access: access(attrs),
            hidden: attrs.hidden.is_some(),
            immutable: attrs.immutable.is_some(),
            default: attrs
                .default
                .as_ref()
                .map(|(_, expr)| Default { written: written(expr), expr: expr.clone() }),
            generated: attrs.generated.as_ref().map(|(_, sql)| sql.value()),
            reference: attrs.references.as_ref().map(|references| reference(field, references)),
            loose: loose(field),
            unique: attrs.unique.as_ref().map(|unique| if unique.global { "Global" } else { "PerTenant" }),
            indexed: attrs.index.is_some(),
            check: text(attrs.check.as_ref()),
            soft_delete: attrs.soft_delete.as_ref().map(soft_delete),
            renamed_from: text(written_column.and_then(|column| column.renamed_from.as_ref())),
            rules: attrs
                .validate
                .iter()
                .flat_map(|validate| validate.rules.iter().map(|(_, rule)| rule.clone()))
                .collect(),
        }
    }
}

/// A bool is brought back to its other value.
fn soft_delete(mark: &ast::SoftDelete) -> (Expr, Option<Expr>) {
    let other = match written(&mark.deleted) {
        Written::Bool(deleted) => {
            let restored = !deleted;
            Some(parse_quote!(#restored))
        }
        _ => mark.restored.clone(),
    };
    (mark.deleted.clone(), other)
}

fn role(attrs: &ast::FieldAttrs) -> Option<&'static str> {
    let roles = [
        (attrs.key.is_some(), "Key"),
        (attrs.tenant.is_some(), "Tenant"),
        (attrs.created_at.is_some(), "CreatedAt"),
        (attrs.updated_at.is_some(), "UpdatedAt"),
        (attrs.deleted_at.is_some(), "DeletedAt"),
        (attrs.version.is_some(), "Version"),
    ];
    roles.into_iter().find(|(stands, _)| *stands).map(|(_, role)| role)
}

fn access(attrs: &ast::FieldAttrs) -> &'static str {
    if attrs.tenant.is_some() || attrs.generated.is_some() || attrs.version.is_some() {
        "Never"
    } else if attrs.key.is_some() || attrs.immutable.is_some() {
        "OnCreate"
    } else {
        "Writable"
    }
}

fn loose(field: &ast::Field) -> Option<Loose> {
    let relations = loose_relations(field);
    let named = |target: &Path| {
        let constant = relations.iter().find(|(_, other)| other == target);
        constant.map_or_else(String::new, |(name, _)| name.to_string().to_lowercase())
    };
    let way = if let Some(each) = &field.attrs.references_each {
        // A list that no relation is called by has its field's own name, under which nodes do not look for one.
        let own = || field.ident.unraw().to_string();
        let relation = Some(named(&each.target)).filter(|name| !name.is_empty()).unwrap_or_else(own);
        Way::Each { target: each.target.clone(), relation }
    } else {
        let any = field.attrs.references_any.as_ref()?;
        let one = |(kind, target): &(LitStr, Option<Path>)| {
            (kind.value(), target.as_ref().map(|target| (target.clone(), named(target))))
        };
        let kind = any.kind.clone().unwrap_or_else(|| field.ident.clone());
        Way::Any { kind, kinds: any.kinds.iter().map(one).collect() }
    };
    Some(Loose { way, relations })
}

fn reference(field: &ast::Field, references: &ast::References) -> Reference {
    let text = |name: &Option<Ident>| name.as_ref().map(|name| name.unraw().to_string());
    Reference {
        target: references.target.clone(),
        on_delete: references.on_delete.map(|(_, action)| action),
        on_update: references.on_update.map(|(_, action)| action),
        deferrable: references.deferrable.is_some(),
        cross_tenant: references.cross_tenant.is_some(),
        name: text(&references.name),
        inverse: text(&references.inverse),
        constant: relation_constant(field),
        inverse_constant: references
            .inverse
            .as_ref()
            .map(|name| Ident::new(&name.unraw().to_string().to_uppercase(), name.span())),
    }
}
