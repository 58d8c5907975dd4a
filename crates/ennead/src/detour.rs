//! A way round for tests: what the typed operations ask for is run as nodes by name, with JSON there and back.
//!
//! It is compiled with the private feature `__detour` alone, which only the behaviour suite names, so that an application
//! pays nothing for it. What becomes JSON and how is the suite's part; this part hands it the operations and runs what it
//! makes of them through [`Node::run`](crate::Node::run)'s own way.
//!
//! The other way round is that of witnessed writes: the suite sends every write through it, and expects the same as of any other.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use ennead_core::{
    Aggregate, Conflict, Count, Delete, Error, Expr, Kind, Measure, ModelDef, RowReader, RowUpdate, Scope,
    Select, Target, Update, Value, Values,
};
use serde_json::Value as Json;

use crate::exec::{Done, Handle};
use crate::node::json::from_json;
use crate::node::relations::Relations;
use crate::node::{Node, NodeOperation};
use crate::sink::Sink;

/// What a typed operation asks for.
#[derive(Debug, Clone, Copy)]
pub enum Ask<'a> {
    /// Create and its upserts.
    Create {
        /// The model.
        model: &'static ModelDef,
        /// The row.
        values: &'a Values,
        /// What happens where a row is there already.
        conflict: Option<&'a Conflict>,
    },
    /// BulkCreate and its upserts.
    BulkCreate {
        /// The model.
        model: &'static ModelDef,
        /// The rows.
        rows: &'a [Values],
        /// What happens where a row is there already.
        conflict: Option<&'a Conflict>,
        /// Whether the rows come back.
        returning: bool,
    },
    /// BulkCreate of a stream.
    CreateStream(&'static ModelDef),
    /// Read.
    Read(&'a Select),
    /// List.
    List(&'a Select),
    /// A page of a list, behind a cursor.
    Page(&'a Select, Option<&'a str>),
    /// A list as a stream.
    ListStream(&'a Select),
    /// Count.
    Count(&'a Count),
    /// An aggregate.
    Aggregate(&'a Aggregate),
    /// Update, BulkUpdate and Restore.
    Update(&'a Update),
    /// BulkUpdate with a value for each row.
    UpdateEach(&'static ModelDef, &'a [RowUpdate]),
    /// Delete and BulkDelete, and whether rows of a soft-deleted model go for good.
    Delete(&'a Delete, bool),
}

/// An operation, and in which scope.
#[derive(Debug, Clone, Copy)]
pub struct Asking<'a> {
    /// What is asked for.
    pub ask: Ask<'a>,
    /// In which scope.
    pub scope: &'a Scope,
    /// Whether `.in_tenant(id)` narrows it.
    pub narrowed: bool,
}

/// Turns typed operations into nodes, and their results into rows.
pub trait Detour: Send + Sync + 'static {
    /// The node and its parameters; `None` where JSON does not say this, and the operation stays typed.
    fn node(&self, asking: Asking<'_>) -> Option<(NodeOperation, Json)>;
    /// Reads a row that a node gave.
    fn reader(&self, model: &'static ModelDef, row: Json) -> Box<dyn RowReader + Send>;
}

static DETOUR: OnceLock<Box<dyn Detour>> = OnceLock::new();

/// Sends every typed operation of this process the way round. The first call counts.
pub fn set(detour: impl Detour) {
    let _ = DETOUR.set(Box::new(detour));
}

static WITNESSED: AtomicBool = AtomicBool::new(false);

/// Sends every write of this process through the witnessed path, as if somebody observed every model.
pub fn witness_everything() {
    WITNESSED.store(true, Ordering::Relaxed);
}

/// Whether every write is.
pub fn everything_is_witnessed() -> bool {
    WITNESSED.load(Ordering::Relaxed)
}

impl Ask<'_> {
    fn model(&self) -> &'static ModelDef {
        match self {
            Ask::Create { model, .. } | Ask::BulkCreate { model, .. } => model,
            Ask::CreateStream(model) | Ask::UpdateEach(model, _) => model,
            Ask::Read(select) | Ask::List(select) | Ask::Page(select, _) | Ask::ListStream(select) => {
                select.model.0
            }
            Ask::Count(count) => count.model.0,
            Ask::Aggregate(aggregate) => aggregate.model.0,
            Ask::Update(update) => update.model.0,
            Ask::Delete(delete, _) => delete.model.0,
        }
    }
}

/// The way round of one operation.
pub(crate) struct Way {
    detour: &'static dyn Detour,
    node: Node,
    params: Json,
}

/// The way round, where there is one.
pub(crate) fn way(handle: &Handle<'_>, narrowed: bool, ask: Ask<'_>) -> Option<Way> {
    if handle.own {
        return None;
    }
    let detour = &**DETOUR.get()?;
    let model = ask.model();
    let (operation, params) = detour.node(Asking { ask, scope: handle.scope, narrowed })?;
    let relations = Relations::new(models(ask));
    Some(Way { detour, node: Node { model, operation, relations }, params })
}

/// The model of an operation, and those to which its filters lead.
fn models(ask: Ask<'_>) -> Vec<&'static ModelDef> {
    let mut models = vec![ask.model()];
    let mut work: Vec<&Expr> = match ask {
        Ask::Read(select) | Ask::List(select) | Ask::Page(select, _) | Ask::ListStream(select) => {
            select.filter.iter().collect()
        }
        Ask::Count(count) => count.filter.iter().collect(),
        Ask::Aggregate(aggregate) => aggregate.filter.iter().collect(),
        Ask::Update(update) => filters(&update.target, update.when.as_ref()),
        Ask::Delete(delete, _) => filters(&delete.target, delete.when.as_ref()),
        _ => Vec::new(),
    };
    while let Some(expr) = work.pop() {
        match expr {
            Expr::And(all) | Expr::Or(all) => work.extend(all),
            Expr::Not(inner) => work.push(inner),
            Expr::Related(related) => {
                if !models.iter().any(|model| related.hop.model.is(model)) {
                    models.push(related.hop.model.0);
                }
                work.extend(&related.filter);
            }
            _ => {}
        }
    }
    models
}

fn filters<'e>(target: &'e Target, when: Option<&'e Expr>) -> Vec<&'e Expr> {
    let target = match target {
        Target::Filter(filter) => Some(filter),
        _ => None,
    };
    target.into_iter().chain(when).collect()
}

/// The kind of a sum or an average, and what it is of integers.
fn summed(column: Kind, of_integers: Kind) -> Kind {
    match column {
        Kind::I16 | Kind::I32 | Kind::I64 => of_integers,
        Kind::F32 => Kind::F64,
        other => other,
    }
}

impl Way {
    /// Goes it with an aggregate: the values of its groups.
    pub(crate) async fn figures(
        self,
        handle: Handle<'_>,
        aggregate: &Aggregate,
    ) -> Result<Vec<Vec<Value>>, Error> {
        let model = aggregate.model.0;
        let result = self.node.run_on(handle, self.params).await?;
        let groups = match result.get("groups") {
            Some(Json::Array(groups)) => groups.clone(),
            _ => vec![result],
        };
        let read = |json: &Json, kind: Kind| from_json(json.clone(), &kind).map_err(Error::invalid);
        let group = |group: Json| {
            let key = |at: &u16| {
                let field = model.field(*at);
                read(&group["group"][field.name], field.kind)
            };
            let mut row = aggregate.group_by.iter().map(key).collect::<Result<Vec<_>, _>>()?;
            for measure in &aggregate.measures {
                let of =
                    |function: &str, at: u16, kind: Kind| read(&group[function][model.field(at).name], kind);
                let kind = |at: u16| model.field(at).kind;
                row.push(match *measure {
                    Measure::Rows => read(&group["count"], Kind::I64)?,
                    Measure::Sum(at) => of("sum", at, summed(kind(at), Kind::I64))?,
                    Measure::Avg(at) => of("avg", at, summed(kind(at), Kind::F64))?,
                    Measure::Min(at) => of("min", at, kind(at))?,
                    Measure::Max(at) => of("max", at, kind(at))?,
                });
            }
            Ok(row)
        };
        groups.into_iter().map(group).collect()
    }

    /// Goes it: the rows come to the sink, and with them where the next page begins.
    pub(crate) async fn go(
        self,
        handle: Handle<'_>,
        mut sink: Box<dyn Sink>,
    ) -> Result<(Done, Option<String>), Error> {
        let Self { detour, node, params } = self;
        let result = match node.run_on(handle, params).await {
            // A read of a row that may be missing asks further on what that means.
            Err(error) if node.operation == NodeOperation::Read && error.is_not_found() => Json::Null,
            other => other?,
        };
        let number = |name: &str| {
            let number = result.get(name).and_then(Json::as_u64);
            number.ok_or_else(|| Error::invalid(format!("{}: the result has no {name:?}", node.name())))
        };
        let mut next = None;
        let (affected, rows) = match node.operation {
            NodeOperation::Count => (number("count")?, Vec::new()),
            NodeOperation::BulkCreate | NodeOperation::BulkUpdate | NodeOperation::BulkDelete => {
                (number("affected")?, Vec::new())
            }
            NodeOperation::Delete => (1, Vec::new()),
            _ => {
                let rows = match result {
                    Json::Array(rows) => rows,
                    Json::Null => Vec::new(),
                    mut object => match object.get_mut("items").map(Json::take) {
                        Some(Json::Array(rows)) => {
                            next = object["next"].as_str().map(str::to_owned);
                            rows
                        }
                        _ => vec![object],
                    },
                };
                (rows.len() as u64, rows)
            }
        };
        for row in rows {
            sink.row(&mut *detour.reader(node.model, row))?;
        }
        Ok((Done { affected, sink }, next))
    }
}
