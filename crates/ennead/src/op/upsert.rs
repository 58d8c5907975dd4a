use std::fmt;

use ennead_core::{
    Column, Columns, Conflict, ConflictAction, Dialect, Error, FieldType, IntoValue, Model, MutableModel,
    UpdateAccess, Value, class,
};

use crate::exec;
use crate::op::{BulkCreate, BulkUpsert, Create, in_tenant};
use crate::running::{Running, one, optional};
use crate::scopes::CreateScope;
use crate::sink::Single;
use crate::statement::Statement;

/// A create that knows which unique may be taken; say what happens then: `.update(columns)`, `.update_add(column, n)` or
/// `.ignore()`.
#[must_use = "say what happens on a conflict: `.update(…)`, `.update_add(…)` or `.ignore()`"]
pub struct OnConflict<M> {
    create: Create<M>,
    target: Vec<u16>,
}

impl<M: Model> fmt::Debug for OnConflict<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OnConflict").field("create", &self.create).finish_non_exhaustive()
    }
}

fn updating(target: Vec<u16>, columns: Vec<u16>) -> Conflict {
    let action = ConflictAction::Update { columns, add: Vec::new(), version: None };
    Conflict { target, arbiter: Vec::new(), living_only: false, action }
}

fn ignoring(target: Vec<u16>) -> Conflict {
    Conflict { target, arbiter: Vec::new(), living_only: false, action: ConflictAction::Ignore }
}

/// Sets or adds something in the row that is there, beside what its conflict does already.
pub(crate) fn also(conflict: &mut Conflict, column: u16, amount: Value) {
    if let ConflictAction::Update { add, .. } = &mut conflict.action {
        add.push((column, amount));
    }
}

/// What adds or changes at paths as the first thing that happens to the row that is there: of a create `$create` it makes an upsert
/// `$upsert`, which has the same once more.
macro_rules! begins {
    ($upsert:ident, $create:ident) => {
        fn updating(self) -> $upsert<M>
        where
            M: MutableModel,
        {
            $upsert { $create: self.$create, conflict: updating(self.target, Vec::new()) }
        }

        /// This column of what is there grows.
        pub fn update_add<T: FieldType<Class: class::Numeric>, A: UpdateAccess>(
            self,
            column: Column<M, T, A>,
            amount: impl IntoValue<T>,
        ) -> $upsert<M>
        where
            M: MutableModel,
        {
            self.updating().update_add(column, amount)
        }

        /// A value is put at a path of this JSON column, as [`set_path`](crate::op::Update::set_path) does.
        pub fn update_set_path<T: FieldType<Class = class::Json>, A: UpdateAccess, S: Into<String>>(
            self,
            column: Column<M, T, A>,
            path: impl IntoIterator<Item = S>,
            value: impl Into<serde_json::Value>,
        ) -> $upsert<M>
        where
            M: MutableModel,
        {
            self.updating().update_set_path(column, path, value)
        }

        /// The number at a path of this JSON column grows, as [`add_path`](crate::op::Update::add_path) does.
        pub fn update_add_path<T: FieldType<Class = class::Json>, A: UpdateAccess, S: Into<String>>(
            self,
            column: Column<M, T, A>,
            path: impl IntoIterator<Item = S>,
            amount: impl ennead_core::JsonAmount,
        ) -> $upsert<M>
        where
            M: MutableModel,
        {
            self.updating().update_add_path(column, path, amount)
        }

        /// What is at a path of this JSON column goes, as [`remove_path`](crate::op::Update::remove_path) does.
        pub fn update_remove_path<T: FieldType<Class = class::Json>, A: UpdateAccess, S: Into<String>>(
            self,
            column: Column<M, T, A>,
            path: impl IntoIterator<Item = S>,
        ) -> $upsert<M>
        where
            M: MutableModel,
        {
            self.updating().update_remove_path(column, path)
        }
    };
}

impl<M: Model> OnConflict<M> {
    pub(crate) fn new(create: Create<M>, target: Vec<u16>) -> Self {
        Self { create, target }
    }

    /// These columns of the row that is there take the new values.
    pub fn update(self, columns: impl Columns<M>) -> Upsert<M>
    where
        M: MutableModel,
    {
        Upsert { create: self.create, conflict: updating(self.target, columns.indexes()) }
    }

    begins!(Upsert, create);

    /// The row that is there stays as it is.
    pub fn ignore(self) -> CreateOrIgnore<M> {
        CreateOrIgnore { create: self.create, conflict: ignoring(self.target) }
    }
}

/// `.update(…)` and `.update_add(…)` once more, the same on both upserts.
macro_rules! conflict_actions {
    () => {
        /// These columns of the row that is there take the new values too.
        pub fn update(mut self, columns: impl ennead_core::Columns<M>) -> Self {
            if let ennead_core::ConflictAction::Update { columns: all, .. } = &mut self.conflict.action {
                all.extend(columns.indexes());
            }
            self
        }

        /// This column of the row that is there grows too.
        pub fn update_add<
            T: ennead_core::FieldType<Class: ennead_core::class::Numeric>,
            A: ennead_core::UpdateAccess,
        >(
            mut self,
            column: ennead_core::Column<M, T, A>,
            amount: impl ennead_core::IntoValue<T>,
        ) -> Self {
            crate::op::upsert::also(&mut self.conflict, column.index(), amount.into_value().encode());
            self
        }

        /// A value is put at a path of this JSON column too, as [`set_path`](crate::op::Update::set_path) does.
        pub fn update_set_path<T, A, S>(
            mut self,
            column: ennead_core::Column<M, T, A>,
            path: impl IntoIterator<Item = S>,
            value: impl Into<serde_json::Value>,
        ) -> Self
        where
            T: ennead_core::FieldType<Class = ennead_core::class::Json>,
            A: ennead_core::UpdateAccess,
            S: Into<String>,
        {
            let changes = ennead_core::set_at(path.into_iter().map(Into::into).collect(), value.into());
            crate::op::upsert::also(&mut self.conflict, column.index(), changes);
            self
        }

        /// The number at a path of this JSON column grows too, as [`add_path`](crate::op::Update::add_path) does.
        pub fn update_add_path<T, A, S>(
            mut self,
            column: ennead_core::Column<M, T, A>,
            path: impl IntoIterator<Item = S>,
            amount: impl ennead_core::JsonAmount,
        ) -> Self
        where
            T: ennead_core::FieldType<Class = ennead_core::class::Json>,
            A: ennead_core::UpdateAccess,
            S: Into<String>,
        {
            let changes = ennead_core::add_at(path.into_iter().map(Into::into).collect(), amount.into_json());
            crate::op::upsert::also(&mut self.conflict, column.index(), changes);
            self
        }

        /// What is at a path of this JSON column goes too, as [`remove_path`](crate::op::Update::remove_path) does.
        pub fn update_remove_path<T, A, S>(
            mut self,
            column: ennead_core::Column<M, T, A>,
            path: impl IntoIterator<Item = S>,
        ) -> Self
        where
            T: ennead_core::FieldType<Class = ennead_core::class::Json>,
            A: ennead_core::UpdateAccess,
            S: Into<String>,
        {
            let changes = ennead_core::remove_at(path.into_iter().map(Into::into).collect());
            crate::op::upsert::also(&mut self.conflict, column.index(), changes);
            self
        }
    };
}
pub(crate) use conflict_actions;

/// Creates a row, or changes the one that is there.
#[must_use = "an operation does nothing until `.run(&scope).await`"]
pub struct Upsert<M> {
    create: Create<M>,
    conflict: Conflict,
}

impl<M: Model> fmt::Debug for Upsert<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upsert").field("create", &self.create).finish_non_exhaustive()
    }
}

impl<M: Model> Upsert<M> {
    in_tenant!(create.narrow);
    conflict_actions!();

    /// Changes the row that is there only while it has this `#[version]`: else `is_conflict`, and
    /// [`Error::version_conflicts`] tells both. A row that is not there is created.
    pub fn expect_version(mut self, version: impl Into<i64>) -> Self {
        if let ConflictAction::Update { version: expected, .. } = &mut self.conflict.action {
            *expected = Some(Value::Int(version.into()));
        }
        self
    }

    /// The SQL and its values, without a database; the tenant's value is shown as `{tenant}`.
    ///
    /// # Errors
    /// A value that does not fit its field, a target that is no unique, or something that the dialect lacks.
    pub fn statement(&self, dialect: Dialect) -> Result<Statement, Error> {
        exec::show_insert(dialect, M::DEF, vec![self.create.values.clone()], Some(self.conflict.clone()))
    }

    /// Creates or changes the row, and gives it as stored.
    ///
    /// # Errors
    /// `is_invalid_input` where the target is no declared unique; `is_conflict` where the row has another version than the one
    /// expected; a violated constraint, also where the row that is there is not visible in the scope.
    pub fn run(self, scope: &impl CreateScope<M>) -> Running<'_, M> {
        let (Create { values, narrow, .. }, conflict) = (self.create, Some(self.conflict));
        let sink = Single::<M>::sink;
        let started = exec::start::create(scope.handle(), narrow, M::DEF, values, conflict, sink);
        Running { started, finish: one }
    }
}

/// Creates a row, or leaves the one that is there.
#[must_use = "an operation does nothing until `.run(&scope).await`"]
pub struct CreateOrIgnore<M> {
    create: Create<M>,
    conflict: Conflict,
}

impl<M: Model> fmt::Debug for CreateOrIgnore<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CreateOrIgnore").field("create", &self.create).finish_non_exhaustive()
    }
}

impl<M: Model> CreateOrIgnore<M> {
    in_tenant!(create.narrow);

    /// The SQL and its values, without a database; the tenant's value is shown as `{tenant}`.
    ///
    /// # Errors
    /// A value that does not fit its field, a target that is no unique, or something that the dialect lacks.
    pub fn statement(&self, dialect: Dialect) -> Result<Statement, Error> {
        exec::show_insert(dialect, M::DEF, vec![self.create.values.clone()], Some(self.conflict.clone()))
    }

    /// Creates the row and gives it; `None` where one was there.
    ///
    /// # Errors
    /// `is_invalid_input` where the target is no declared unique; a violated constraint, also where the row that is there
    /// is not visible in the scope.
    pub fn run(self, scope: &impl CreateScope<M>) -> Running<'_, Option<M>> {
        let (Create { values, narrow, .. }, conflict) = (self.create, Some(self.conflict));
        let sink = Single::<M>::sink;
        let started = exec::start::create(scope.handle(), narrow, M::DEF, values, conflict, sink);
        Running { started, finish: optional }
    }
}

/// A bulk create that knows which unique may be taken; say what happens then: `.update(columns)`,
/// `.update_add(column, n)` or `.ignore()`.
#[must_use = "say what happens on a conflict: `.update(…)`, `.update_add(…)` or `.ignore()`"]
pub struct OnConflictBulk<M> {
    rows: BulkCreate<M>,
    target: Vec<u16>,
}

impl<M: Model> fmt::Debug for OnConflictBulk<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OnConflictBulk").field("rows", &self.rows).finish_non_exhaustive()
    }
}

impl<M: Model> OnConflictBulk<M> {
    pub(crate) fn new(rows: BulkCreate<M>, target: Vec<u16>) -> Self {
        Self { rows, target }
    }

    /// These columns of the rows that are there take the new values.
    pub fn update(self, columns: impl Columns<M>) -> BulkUpsert<M>
    where
        M: MutableModel,
    {
        BulkUpsert { rows: self.rows, conflict: updating(self.target, columns.indexes()) }
    }

    begins!(BulkUpsert, rows);

    /// The rows that are there stay as they are.
    pub fn ignore(self) -> BulkUpsert<M> {
        BulkUpsert { rows: self.rows, conflict: ignoring(self.target) }
    }
}
