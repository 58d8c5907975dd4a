//! What changes at paths must leave in a column: JSON that its type reads, and that keeps its rules. Only the database knows what came
//! of them, so the rows are looked at in the transaction of the write; a column that takes any JSON is not.

use ennead_core::{
    Deleted, Error, Expr, Guard, Kind, ModelDef, Operand, Operation, Row, RowReader, Select, Value,
    changes_paths, check_value,
};

use super::Done;
use super::work::Work;
use crate::sink::{Nothing, Sink, downcast};

/// How many rows are looked at in one question.
const CHUNK: usize = 1000;

/// The columns that are looked at.
#[derive(Clone)]
pub(super) struct Kept {
    model: &'static ModelDef,
    columns: Vec<u16>,
}

impl Kept {
    /// `None` where nothing changes at paths, or all that does takes any JSON.
    pub(super) fn of(model: &'static ModelDef, set: impl Iterator<Item = (u16, bool)>) -> Option<Self> {
        let keeps = |at: u16| model.field(at).shape.is_some() || !model.field(at).rules.is_empty();
        let mut columns = Vec::new();
        for (at, add) in set {
            if changes_paths(model, at, add) && keeps(at) && !columns.contains(&at) {
                columns.push(at);
            }
        }
        (!columns.is_empty()).then_some(Self { model, columns })
    }

    /// A sink that looks at whole rows on their way to another; that one gets them where it asked for them.
    pub(super) fn before(self, inner: Box<dyn Sink>, hands_on: bool) -> Box<dyn Sink> {
        let positions = self.columns.iter().map(|at| usize::from(*at)).collect();
        Box::new(Keeper { kept: self, positions, inner, hands_on, wrong: None })
    }

    /// Looks at the rows of these keys.
    pub(super) async fn check(
        &self,
        work: &mut Work<'_>,
        guard: &Guard,
        keys: &[Value],
    ) -> Result<(), Error> {
        for keys in keys.chunks(CHUNK) {
            let values = keys.to_vec();
            let left = Operand::Column(self.model.key.field);
            let filter = Some(Expr::In { left, values, negated: false });
            let (columns, deleted) = (Some(self.columns.clone()), Deleted::Include);
            let select = Select { filter, columns, deleted, ..Select::of(self.model) };
            let program = work.db.planner.plan(guard.clone().over(Operation::Select(select)))?;
            let positions = (0..self.columns.len()).collect();
            let (kept, inner) = (self.clone(), Box::new(Nothing));
            let sink = Box::new(Keeper { kept, positions, inner, hands_on: false, wrong: None });
            let done = work.run(self.model, program, sink).await.map_err(|failed| failed.failure.error)?;
            behind(done)?;
        }
        Ok(())
    }

    fn look(&self, positions: &[usize], reader: &mut dyn RowReader) -> Result<(), Error> {
        for (at, position) in self.columns.iter().zip(positions) {
            let field = self.model.field(*at);
            let value = Row::new(reader).value(*position, &Kind::Json)?;
            if let (Some(shape), Value::Json(json)) = (field.shape, &value) {
                shape(json).map_err(|what| {
                    let text = format!(
                        "{}.{}: the changes at its paths would leave {what}, which its type does not read",
                        self.model.name, field.name
                    );
                    Error::invalid(text).with_model(self.model.name).with_fields(vec![field.name])
                })?;
            }
            check_value(self.model, *at, &value)?;
        }
        Ok(())
    }
}

/// The sink that stood behind the one that looked, where all was well.
pub(super) fn behind(done: Done) -> Result<Done, Error> {
    let keeper = downcast::<Keeper>(done.sink)?;
    match keeper.wrong {
        Some(wrong) => Err(wrong),
        None => Ok(Done { affected: done.affected, sink: keeper.inner }),
    }
}

/// Looks at rows. What is wrong waits until the statement is over.
struct Keeper {
    kept: Kept,
    positions: Vec<usize>,
    inner: Box<dyn Sink>,
    hands_on: bool,
    wrong: Option<Error>,
}

impl Sink for Keeper {
    fn row(&mut self, reader: &mut dyn RowReader) -> Result<(), Error> {
        if self.wrong.is_some() {
            return Ok(());
        }
        self.wrong = self.kept.look(&self.positions, reader).err();
        if self.hands_on && self.wrong.is_none() { self.inner.row(reader) } else { Ok(()) }
    }
    #[cfg(feature = "sqlite")]
    fn clear(&mut self) {
        self.wrong = None;
        self.inner.clear();
    }
}
