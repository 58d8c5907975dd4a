//! What is declared of a field, one call for each: rustc compiles those far sooner than a struct update, which copies each
//! other member by itself.

use crate::def::{DefaultDef, FieldDef, ReferenceDef, Role, SoftDelete, Uniqueness};
use crate::loose::LooseReference;
use crate::rule::Rule;

impl FieldDef {
    /// With a column of another name.
    #[must_use]
    pub const fn column(mut self, column: &'static str) -> Self {
        self.column = column;
        self
    }

    /// Of a decimal, with so many digits, and so many of them behind the point.
    #[must_use]
    pub const fn with_precision(mut self, precision: u8, scale: u8) -> Self {
        self.kind = self.kind.with_precision(precision, scale);
        self
    }

    /// With a doc comment.
    #[must_use]
    pub const fn doc(mut self, doc: &'static str) -> Self {
        self.doc = doc;
        self
    }

    /// With something that the library itself does with it.
    #[must_use]
    pub const fn role(mut self, role: Role) -> Self {
        self.role = role;
        self
    }

    /// Never in dynamic filters, sorts, projections or logs.
    #[must_use]
    pub const fn hidden(mut self) -> Self {
        self.hidden = true;
        self
    }

    /// Not set by updates.
    #[must_use]
    pub const fn immutable(mut self) -> Self {
        self.immutable = true;
        self
    }

    /// With what a create takes when nothing is given.
    #[must_use]
    pub const fn default(mut self, default: DefaultDef) -> Self {
        self.default = Some(default);
        self
    }

    /// Computed by the database, by that SQL.
    #[must_use]
    pub const fn generated(mut self, sql: &'static str) -> Self {
        self.generated = Some(sql);
        self
    }

    /// Names a row.
    #[must_use]
    pub const fn reference(mut self, reference: ReferenceDef) -> Self {
        self.reference = Some(reference);
        self
    }

    /// Names rows where no foreign key can say so.
    #[must_use]
    pub const fn loose(mut self, loose: LooseReference) -> Self {
        self.loose = Some(loose);
        self
    }

    /// Unique, among what that says.
    #[must_use]
    pub const fn unique(mut self, unique: Uniqueness) -> Self {
        self.unique = unique;
        self
    }

    /// With an index of its own.
    #[must_use]
    pub const fn indexed(mut self) -> Self {
        self.indexed = true;
        self
    }

    /// With a CHECK of that SQL condition.
    #[must_use]
    pub const fn check(mut self, condition: &'static str) -> Self {
        self.check = Some(condition);
        self
    }

    /// Whose column had another name.
    #[must_use]
    pub const fn renamed_from(mut self, column: &'static str) -> Self {
        self.renamed_from = Some(column);
        self
    }

    /// With rules for its values.
    #[must_use]
    pub const fn rules(mut self, rules: &'static [Rule]) -> Self {
        self.rules = rules;
        self
    }

    /// Whose value tells whether the row is deleted.
    #[must_use]
    pub const fn soft_delete(mut self, soft_delete: SoftDelete) -> Self {
        self.soft_delete = Some(soft_delete);
        self
    }
}
