//! A schema as it is drawn: things with numbers, which keep them when they are renamed.

/// The number of a thing.
pub(super) type Id = u32;

/// All of a database.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct World {
    pub(super) postgres: bool,
    pub(super) next: Id,
    pub(super) enums: Vec<Enum>,
    pub(super) sequences: Vec<Sequence>,
    pub(super) tables: Vec<Table>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Enum {
    pub(super) id: Id,
    pub(super) name: String,
    pub(super) labels: Vec<(Id, String)>,
    pub(super) comment: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sequence {
    pub(super) id: Id,
    pub(super) name: String,
    pub(super) options: String,
    pub(super) owner: Option<(Id, Id)>,
    pub(super) comment: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Table {
    pub(super) id: Id,
    /// Whether it lies in the schema `other`.
    pub(super) other_schema: bool,
    pub(super) name: String,
    pub(super) comment: Option<String>,
    /// Postgres: UNLOGGED; SQLite: STRICT.
    pub(super) special: bool,
    /// Postgres: a fill factor; SQLite: WITHOUT ROWID.
    pub(super) stored: bool,
    pub(super) columns: Vec<Column>,
    pub(super) parts: Vec<Part>,
}

/// What a type is like: within a family, all expressions hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    Int,
    Num,
    Text,
    Bool,
    Time,
    Uuid,
    Json,
    Array,
    Bytes,
    Enum(Id),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Type {
    pub(super) family: Family,
    pub(super) sql: &'static str,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Column {
    pub(super) id: Id,
    pub(super) name: String,
    pub(super) data_type: Type,
    pub(super) collation: Option<&'static str>,
    pub(super) not_null: bool,
    pub(super) default: Option<Default>,
    /// Its expression, and whether it is stored.
    pub(super) generated: Option<(Expr, bool)>,
    /// `GENERATED … AS IDENTITY` with its options, or AUTOINCREMENT.
    pub(super) identity: Option<&'static str>,
    pub(super) comment: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Default {
    Sql(&'static str),
    Label(Id),
    Next(Id),
}

/// An expression: a template with places for columns (`{0}`) and for a label (`{label}`).
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Expr {
    pub(super) template: &'static str,
    pub(super) columns: Vec<Id>,
    pub(super) label: Option<Id>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Part {
    pub(super) id: Id,
    pub(super) name: String,
    pub(super) what: What,
    pub(super) comment: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum What {
    Key {
        primary: bool,
        columns: Vec<Id>,
        include: Vec<Id>,
        same_nulls: bool,
        deferrable: u8,
    },
    Check {
        condition: Expr,
    },
    /// `key` is the parent's part that it leans on.
    Foreign {
        columns: Vec<Id>,
        parent: Id,
        key: Id,
        on_delete: &'static str,
        on_update: &'static str,
        deferrable: u8,
        full: bool,
    },
    Index {
        on: Vec<Indexed>,
        unique: bool,
        method: &'static str,
        condition: Option<Expr>,
        include: Vec<Id>,
        same_nulls: bool,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Indexed {
    pub(super) target: Expr,
    /// Whether the target is a column alone, which stands without parentheses.
    pub(super) plain: bool,
    pub(super) collation: Option<&'static str>,
    pub(super) opclass: &'static str,
    pub(super) order: &'static str,
}

impl World {
    pub(super) fn id(&mut self) -> Id {
        self.next += 1;
        self.next
    }

    pub(super) fn table(&self, id: Id) -> Option<&Table> {
        self.tables.iter().find(|table| table.id == id)
    }

    pub(super) fn label(&self, id: Id) -> Option<&str> {
        let mut all = self.enums.iter().flat_map(|kind| &kind.labels);
        all.find(|label| label.0 == id).map(|label| label.1.as_str())
    }

    pub(super) fn sequence(&self, id: Id) -> Option<&Sequence> {
        self.sequences.iter().find(|sequence| sequence.id == id)
    }

    pub(super) fn enumeration(&self, id: Id) -> Option<&Enum> {
        self.enums.iter().find(|kind| kind.id == id)
    }
}

impl Table {
    pub(super) fn column(&self, id: Id) -> Option<&Column> {
        self.columns.iter().find(|column| column.id == id)
    }

    pub(super) fn part(&self, id: Id) -> Option<&Part> {
        self.parts.iter().find(|part| part.id == id)
    }
}

impl Part {
    /// The columns that it is about.
    pub(super) fn columns(&self) -> Vec<Id> {
        match &self.what {
            What::Key { columns, include, .. } => [&columns[..], include].concat(),
            What::Check { condition } => condition.columns.clone(),
            What::Foreign { columns, .. } => columns.clone(),
            What::Index { on, condition, include, .. } => {
                let mut all: Vec<Id> = on.iter().flat_map(|part| part.target.columns.clone()).collect();
                all.extend(condition.iter().flat_map(|condition| condition.columns.clone()));
                all.extend(include);
                all
            }
        }
    }

    /// The labels that it names.
    pub(super) fn labels(&self) -> Vec<Id> {
        match &self.what {
            What::Check { condition } => condition.label.into_iter().collect(),
            What::Index { on, condition, .. } => {
                let parts = on.iter().filter_map(|part| part.target.label);
                parts.chain(condition.iter().filter_map(|condition| condition.label)).collect()
            }
            _ => Vec::new(),
        }
    }
}
