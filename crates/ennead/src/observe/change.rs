//! What an observer sees of a write, typed over the values that the executor knows.

use std::marker::PhantomData;

use ennead_core::{
    Assignment, Column, CreateAccess, Error, FieldType, IntoValue, Model, Row, UpdateAccess, Value,
    ValueReader, Values,
};

/// All values of a row, in the order of the fields.
pub(crate) type Image = Vec<Value>;

/// What happened to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ChangeKind {
    /// It came into being.
    Created,
    /// Its values changed.
    Updated,
    /// It was marked as deleted.
    SoftDeleted,
    /// Its mark was taken away.
    Restored,
    /// It went.
    Deleted,
}

/// One row that a write changed.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Change<M> {
    /// What happened to it.
    pub kind: ChangeKind,
    /// The row as it was; none for one that came into being.
    pub before: Option<M>,
    /// The row as it is; none for one that went.
    pub after: Option<M>,
}

/// A write that is about to happen.
#[derive(Debug)]
#[non_exhaustive]
pub enum Write<'a, M> {
    /// Rows are created, or with `on_conflict` perhaps changed.
    Create(Vec<Creating<'a, M>>),
    /// Rows are changed: those of each part alike.
    Update(Vec<Updating<'a, M>>),
    /// Rows are deleted, or marked as deleted.
    Delete(Vec<M>),
    /// Rows that were marked as deleted are brought back.
    Restore(Vec<M>),
}

/// A row that is about to be created.
#[derive(Debug)]
pub struct Creating<'a, M> {
    values: &'a mut Values,
    marker: PhantomData<fn() -> M>,
}

impl<M: Model> Creating<'_, M> {
    /// The value that the create gives; none where it is left to defaults and to what the library generates.
    ///
    /// # Errors
    /// The value does not fit the field: the write will be refused for it.
    pub fn get<T: FieldType, A>(&self, column: Column<M, T, A>) -> Result<Option<T>, Error> {
        self.values.get(column.index()).map(|value| decode(M::DEF, column.index(), value)).transpose()
    }

    /// Sets a value. The tenant does not compile here.
    pub fn set<T: FieldType, A: CreateAccess>(
        &mut self,
        column: Column<M, T, A>,
        value: impl IntoValue<T>,
    ) -> &mut Self {
        self.values.set(column.index(), value.into_value().encode());
        self
    }
}

/// Rows that are about to be changed, all in the same way.
#[derive(Debug)]
pub struct Updating<'a, M> {
    rows: Vec<M>,
    set: &'a mut Vec<Assignment>,
}

impl<M: Model> Updating<'_, M> {
    /// The rows as they are.
    #[must_use]
    pub fn rows(&self) -> &[M] {
        &self.rows
    }

    /// The value that the update sets; none for a column that it leaves, or adds to.
    ///
    /// # Errors
    /// The value does not fit the field: the write will be refused for it.
    pub fn get<T: FieldType, A>(&self, column: Column<M, T, A>) -> Result<Option<T>, Error> {
        let set = self.set.iter().find(|set| set.column == column.index() && !set.add);
        set.map(|set| decode(M::DEF, column.index(), &set.value)).transpose()
    }

    /// Whether the update sets the column, or adds to it.
    #[must_use]
    pub fn sets<T, A>(&self, column: Column<M, T, A>) -> bool {
        self.set.iter().any(|set| set.column == column.index())
    }

    /// Sets a value of all these rows. The key, the tenant and immutable columns do not compile here.
    pub fn set<T: FieldType, A: UpdateAccess>(
        &mut self,
        column: Column<M, T, A>,
        value: impl IntoValue<T>,
    ) -> &mut Self {
        let column = column.index();
        self.set.retain(|set| set.column != column);
        self.set.push(Assignment { column, value: value.into_value().encode(), add: false });
        self
    }
}

fn decode<T: FieldType>(model: &ennead_core::ModelDef, at: u16, value: &Value) -> Result<T, Error> {
    let fail = |error: Error| {
        let field = model.field(at).name;
        Error::invalid(format!("{}.{field}: {error}", model.name))
            .with_model(model.name)
            .with_fields(vec![field])
    };
    T::decode(&mut ValueReader(std::slice::from_ref(value)), 0).map_err(fail)
}

/// A row of a model from its values.
fn row<M: Model>(image: &Image) -> Result<M, Error> {
    M::decode(&mut Row::new(&mut ValueReader(image)), 0)
}

fn rows<M: Model>(images: &[Image]) -> Result<Vec<M>, Error> {
    images.iter().map(row).collect()
}

/// A write as the executor knows it.
pub(crate) enum RawWrite<'a> {
    Create(&'a mut [Values]),
    Update(&'a mut [RawUpdating]),
    Delete(&'a [Image]),
    Restore(&'a [Image]),
}

/// Rows that change alike.
pub(crate) struct RawUpdating {
    pub(crate) rows: Vec<Image>,
    pub(crate) set: Vec<Assignment>,
}

impl RawWrite<'_> {
    pub(crate) fn typed<M: Model>(&mut self) -> Result<Write<'_, M>, Error> {
        Ok(match self {
            RawWrite::Create(rows) => {
                let creating = |values| Creating { values, marker: PhantomData };
                Write::Create(rows.iter_mut().map(creating).collect())
            }
            RawWrite::Update(parts) => {
                let mut all = Vec::with_capacity(parts.len());
                for part in parts.iter_mut() {
                    let rows = rows::<M>(&part.rows)?;
                    all.push(Updating { rows, set: &mut part.set });
                }
                Write::Update(all)
            }
            RawWrite::Delete(images) => Write::Delete(rows(images)?),
            RawWrite::Restore(images) => Write::Restore(rows(images)?),
        })
    }
}

/// A change as the executor knows it.
#[derive(Debug)]
pub(crate) struct RawChange {
    pub(crate) kind: ChangeKind,
    pub(crate) before: Option<Image>,
    pub(crate) after: Option<Image>,
}

impl RawChange {
    pub(crate) fn typed<M: Model>(&self) -> Result<Change<M>, Error> {
        let read = |image: &Option<Image>| image.as_ref().map(row).transpose();
        Ok(Change { kind: self.kind, before: read(&self.before)?, after: read(&self.after)? })
    }
}
