//! A model as it is meant. What stands here is right: expansion cannot fail.

pub(crate) mod default;
mod lower;

use proc_macro2::{Ident, Span, TokenStream};
use syn::spanned::Spanned;
use syn::{Attribute, Expr, ItemStruct, Path, Type, Visibility};

use crate::ast::{Action, Rule};
use crate::types::Shape;
use default::Written;

/// A model, or a struct that models embed.
pub(crate) struct Model {
    /// The path of the `ennead` crate.
    pub(crate) krate: TokenStream,
    pub(crate) vis: Visibility,
    pub(crate) ident: Ident,
    pub(crate) new_ident: Ident,
    pub(crate) doc: String,
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) item: ItemStruct,
    pub(crate) new_derives: Vec<Path>,
    pub(crate) fields: Vec<Field>,
    /// What a model has and an embedded struct has not.
    pub(crate) definition: Option<Definition>,
}

pub(crate) struct Definition {
    pub(crate) table: String,
    pub(crate) key: Key,
    pub(crate) tenancy: Tenancy,
    pub(crate) indexes: Vec<Index>,
    pub(crate) checks: Vec<Check>,
    pub(crate) renamed_from: Option<String>,
    pub(crate) append_only: bool,
    pub(crate) no_hard_delete: bool,
    pub(crate) audit: Audit,
    /// A delete marks, as far as is seen here: what is embedded may say so too.
    pub(crate) soft_delete: bool,
}

/// Where the writes are recorded.
pub(crate) enum Audit {
    Nowhere,
    BuiltIn,
    Into(Path),
    /// It is a table of the library's own.
    Library(String),
}

pub(crate) struct Key {
    /// Which of the fields.
    pub(crate) field: usize,
    pub(crate) generation: Generation,
    pub(crate) global: bool,
    /// Where it is counted through all tenants, unsaid.
    pub(crate) tells_volume: Option<Span>,
}

pub(crate) enum Generation {
    Uuid,
    Prefixed(String),
    Ulid(String),
    Auto,
    Assigned,
}

pub(crate) enum Tenancy {
    Root,
    /// The field is not known here where it stands in an embedded struct.
    Column {
        field: Option<usize>,
        shared: Option<usize>,
    },
    Via(usize),
    Global,
}

pub(crate) struct Index {
    pub(crate) unique: bool,
    pub(crate) parts: Vec<Part>,
    pub(crate) condition: Option<String>,
    /// The variant of `IndexMethod`, where it is not BTree.
    pub(crate) method: Option<&'static str>,
    pub(crate) include: Vec<Ident>,
    pub(crate) name: Option<String>,
    pub(crate) exact: bool,
    /// The variant of `Dialect`.
    pub(crate) dialect: Option<&'static str>,
}

pub(crate) struct Part {
    pub(crate) target: Target,
    pub(crate) descending: bool,
    pub(crate) nulls_first: Option<bool>,
}

pub(crate) enum Target {
    Field(Ident),
    Expression(String),
}

pub(crate) struct Check {
    pub(crate) condition: String,
    pub(crate) name: Option<String>,
}

pub(crate) struct Field {
    pub(crate) vis: Visibility,
    pub(crate) ident: Ident,
    /// The Rust name without `r#`.
    pub(crate) name: String,
    /// The name of the column constant.
    pub(crate) constant: Ident,
    pub(crate) ty: Type,
    pub(crate) doc: String,
    pub(crate) docs: Vec<Attribute>,
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) serde: Vec<Attribute>,
    /// Whether `NewX` has it.
    pub(crate) in_new: bool,
    pub(crate) content: Content,
}

pub(crate) enum Content {
    Column(Box<Column>),
    Embed { required: bool },
}

pub(crate) struct Column {
    pub(crate) shape: Shape,
    /// The column's name, where it is not the field's.
    pub(crate) column: Option<String>,
    pub(crate) precision: Option<(u8, u8)>,
    /// The variant of `Role`, where it is not Plain.
    pub(crate) role: Option<&'static str>,
    /// `Writable`, `OnCreate` or `Never`.
    pub(crate) access: &'static str,
    pub(crate) hidden: bool,
    pub(crate) immutable: bool,
    pub(crate) default: Option<Default>,
    pub(crate) generated: Option<String>,
    pub(crate) reference: Option<Reference>,
    pub(crate) loose: Option<Loose>,
    /// The variant of `Uniqueness`, where it is not No.
    pub(crate) unique: Option<&'static str>,
    pub(crate) indexed: bool,
    pub(crate) check: Option<String>,
    pub(crate) renamed_from: Option<String>,
    pub(crate) rules: Vec<Rule>,
    /// The values of a deleted row and of one that is brought back.
    pub(crate) soft_delete: Option<(Expr, Option<Expr>)>,
}

pub(crate) struct Default {
    pub(crate) written: Written,
    pub(crate) expr: Expr,
}

pub(crate) struct Reference {
    pub(crate) target: Path,
    pub(crate) on_delete: Option<Action>,
    pub(crate) on_update: Option<Action>,
    pub(crate) deferrable: bool,
    pub(crate) cross_tenant: bool,
    pub(crate) name: Option<String>,
    pub(crate) inverse: Option<String>,
    /// The name of the relation's constant; `None` where the field's name gives none.
    pub(crate) constant: Option<Ident>,
    /// The same of the other direction, on the other model.
    pub(crate) inverse_constant: Option<Ident>,
}

/// A reference that the database does not see.
pub(crate) struct Loose {
    pub(crate) way: Way,
    /// The constants of its relations, each with its model.
    pub(crate) relations: Vec<(Ident, Path)>,
}

pub(crate) enum Way {
    /// A list of keys, and the name of its relation.
    Each { target: Path, relation: String },
    /// A key of the model that another field tells.
    Any {
        kind: Ident,
        /// Its values, each with its model and the name of the relation there.
        kinds: Vec<(String, Option<(Path, String)>)>,
    },
}

impl Field {
    /// Where to point for the type.
    pub(crate) fn span(&self) -> Span {
        self.ty.span()
    }

    /// The same place with the names of the call, for code that uses a local: tokens that `macro_rules` passes through do
    /// not see ours. Elsewhere the span itself is better, for rustc says the same error at one span once.
    pub(crate) fn local_span(&self) -> Span {
        Span::call_site().located_at(self.span())
    }

    pub(crate) fn column(&self) -> Option<&Column> {
        match &self.content {
            Content::Column(column) => Some(column),
            Content::Embed { .. } => None,
        }
    }

    /// Whether it stands for a number of fields that only the compiler knows.
    pub(crate) fn is_counted_later(&self) -> bool {
        !self.cfgs.is_empty() || matches!(self.content, Content::Embed { .. })
    }
}

impl Model {
    /// Whether some field is embedded.
    pub(crate) fn embeds(&self) -> bool {
        self.fields.iter().any(|field| matches!(field.content, Content::Embed { .. }))
    }
}
