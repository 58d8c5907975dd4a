//! Runs workflows: each node as soon as its inputs are there, bounded; or all in one transaction, one after the other.

use ennead_core::{Error, ModelDef};
use futures_util::stream::{FuturesUnordered, StreamExt};
use serde_json::{Map, Value as Json};
use tracing::Instrument;

use super::build::{Planned, Workflow};
use super::path::{get, put};
use super::results::Results;
use crate::exec::Handle;
use crate::node::NodeScope;
use crate::schema::Schema;
use crate::transaction::within;

/// How many nodes run at once where nothing is said.
const CONCURRENCY: usize = 8;

/// Runs workflows on a scope.
#[derive(Debug, Clone)]
pub struct Runtime {
    models: Vec<&'static ModelDef>,
    concurrency: usize,
    transactional: bool,
}

/// How a node ended.
enum Ended {
    Done(Json),
    /// A condition was not met, or the result of a node that was not run is needed.
    Skipped,
    Failed(Error),
}

impl Runtime {
    /// A runtime for workflows of this schema.
    #[must_use]
    pub fn new(schema: &Schema) -> Self {
        // Workflows carry their nodes; the models are for the database, whose soft deletes ask for them.
        Self { models: schema.models().to_vec(), concurrency: CONCURRENCY, transactional: false }
    }

    /// How many nodes run at once: 8 unless said.
    #[must_use]
    pub fn concurrency(mut self, nodes: usize) -> Self {
        self.concurrency = nodes.max(1);
        self
    }

    /// Runs all nodes of every workflow in one transaction, one after the other.
    #[must_use]
    pub fn transactional(mut self) -> Self {
        self.transactional = true;
        self
    }

    /// Runs a workflow. A node that fails stops those that need its result; the others run to their end.
    ///
    /// # Errors
    /// That of the first node that failed, with its id in [`Error::node`], the run's in [`Error::run_id`] and the others'
    /// results in [`Error::results`]. In a transaction nothing lasts.
    pub async fn execute(&self, workflow: &Workflow, scope: &impl NodeScope) -> Result<Results, Error> {
        let handle = scope.handle();
        handle.db.known.learn(&self.models);
        let run = handle.db.sources.ids.next().to_string();
        let handle = Handle { run: Some(&run), ..handle };
        // A span, so that the statements of its nodes are told with the run too.
        let span = tracing::debug_span!(target: "ennead::workflow", "workflow", run);
        self.run(workflow, handle, &run).instrument(span).await
    }

    async fn run(&self, workflow: &Workflow, handle: Handle<'_>, run: &str) -> Result<Results, Error> {
        tracing::debug!(target: "ennead::workflow", run, nodes = workflow.steps.len(), "begins");
        let done = if self.transactional || workflow.transactional {
            within(handle, async |handle: Handle<'_>| execute(workflow, handle, run, 1).await).await
        } else {
            execute(workflow, handle, run, self.concurrency).await
        };
        done.map_err(|error| {
            if error.run_id().is_some() {
                return error;
            }
            // No node's failure: the transaction could not begin or commit.
            tracing::debug!(target: "ennead::workflow", run, %error, "failed");
            error.with_workflow(None, run, Map::new())
        })
    }
}

async fn execute(
    workflow: &Workflow,
    handle: Handle<'_>,
    run: &str,
    concurrency: usize,
) -> Result<Results, Error> {
    let steps = &workflow.steps;
    let mut ended: Vec<Option<Option<Json>>> = vec![None; steps.len()];
    let mut started = vec![false; steps.len()];
    let mut failure: Option<(usize, Error)> = None;
    let mut running = FuturesUnordered::new();
    loop {
        for (at, step) in steps.iter().enumerate() {
            let ready = !started[at] && step.needs.iter().all(|need| ended[*need].is_some());
            // In a transaction (one node at a time) nothing begins after a failure.
            if !ready || running.len() >= concurrency || (concurrency == 1 && failure.is_some()) {
                continue;
            }
            started[at] = true;
            let call = Call::new(step, steps, &ended);
            let id = step.step.id.as_str();
            let span = tracing::debug_span!(target: "ennead::workflow", "node", run, node = id);
            running.push(async move { (at, run_step(step, call, handle, run).await) }.instrument(span));
        }
        let Some((at, end)) = running.next().await else { break };
        ended[at] = match end {
            Ended::Done(json) => Some(Some(json)),
            Ended::Skipped => Some(None),
            Ended::Failed(error) => {
                failure.get_or_insert((at, error));
                None
            }
        };
    }
    let mut results = Map::new();
    for (step, end) in steps.iter().zip(ended) {
        if let Some(Some(json)) = end {
            results.insert(step.step.id.clone(), json);
        }
    }
    match failure {
        None => Ok(Results { run: run.to_owned(), results }),
        Some((at, error)) => Err(error.with_workflow(Some(steps[at].step.id.clone()), run, results)),
    }
}

/// The parameters of a node's runs, put together from the results it needs.
enum Call {
    Skip,
    Once(Json),
    Each(Vec<Json>),
    Fail(Error),
}

impl Call {
    fn new(planned: &Planned, steps: &[Planned], ended: &[Option<Option<Json>>]) -> Self {
        // Results of nodes that ended; a skipped one has none.
        let result = |id: &str| {
            let at = steps.iter().position(|step| step.step.id == id)?;
            ended[at].as_ref()?.as_ref()
        };
        if planned.needs.iter().any(|need| !matches!(ended[*need], Some(Some(_)))) {
            return Call::Skip;
        }
        if let Some(only_if) = &planned.step.only_if {
            let found = result(&only_if.from).and_then(|json| get(json, &only_if.output));
            if !meets(found, &only_if.is) {
                return Call::Skip;
            }
        }
        let mut params = planned.step.params.clone();
        for input in &planned.inputs {
            let Some(value) = result(&input.from).and_then(|json| get(json, &input.output)) else {
                let text = format!("the output {:?} of the node {:?} is not there", input.output, input.from);
                return Call::Fail(Error::invalid(text));
            };
            if !put(&mut params, &input.parameter, value.clone()) {
                return Call::Fail(Error::invalid(format!(
                    "nothing can be put at the parameter {:?}",
                    input.parameter
                )));
            }
        }
        let Some(each) = &planned.step.for_each else { return Call::Once(params) };
        let Some(Json::Array(items)) = result(&each.from).and_then(|json| get(json, &each.output)) else {
            let text = format!("the output {:?} of the node {:?} is no list", each.output, each.from);
            return Call::Fail(Error::invalid(text));
        };
        let runs = items.iter().map(|item| {
            let value = get(item, &each.item)?;
            let mut params = params.clone();
            put(&mut params, &each.parameter, value.clone()).then_some(params)
        });
        match runs.collect() {
            Some(runs) => Call::Each(runs),
            None => Call::Fail(Error::invalid(format!("an item of the list has no {:?}", each.item))),
        }
    }
}

async fn run_step(planned: &Planned, call: Call, handle: Handle<'_>, run: &str) -> Ended {
    let id = planned.step.id.as_str();
    tracing::debug!(target: "ennead::workflow", run, node = id, operation = planned.node.name(), "runs");
    let done = match call {
        Call::Skip => return Ended::Skipped,
        Call::Fail(error) => return Ended::Failed(error),
        Call::Once(params) => planned.node.run_on(handle, params).await,
        Call::Each(runs) => {
            let mut results = Vec::with_capacity(runs.len());
            for params in runs {
                match planned.node.run_on(handle, params).await {
                    Ok(result) => results.push(result),
                    Err(error) => return Ended::Failed(error),
                }
            }
            Ok(Json::Array(results))
        }
    };
    match done {
        Ok(json) => Ended::Done(json),
        Err(error) => {
            tracing::debug!(target: "ennead::workflow", run, node = id, %error, "failed");
            Ended::Failed(error)
        }
    }
}

const OPERATORS: &[&str] = &["$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$in", "$nin", "$exists"];

/// Refuses a condition with unknown operators.
pub(super) fn check_condition(is: &Json) -> Result<(), String> {
    let Json::Object(map) = is else { return Ok(()) };
    for (name, value) in map {
        if !OPERATORS.contains(&name.as_str()) {
            let near = crate::node::nearest(name, OPERATORS.iter().copied());
            return Err(format!("`only_if` has an unknown operator {name:?}{near}"));
        }
        if matches!(name.as_str(), "$in" | "$nin") && !value.is_array()
            || name == "$exists" && !value.is_boolean()
        {
            return Err(format!("`only_if`: {name} takes another type"));
        }
    }
    Ok(())
}

/// Whether a value meets a condition: a value that it equals, or operators of which all hold.
fn meets(found: Option<&Json>, is: &Json) -> bool {
    let Json::Object(map) = is else { return found.is_some_and(|found| found == is) };
    map.iter().all(|(name, value)| {
        let order = || compare(found?, value);
        match name.as_str() {
            "$exists" => found.is_some_and(|found| !found.is_null()) == (*value == Json::Bool(true)),
            "$eq" => found == Some(value),
            "$ne" => found.is_some_and(|found| found != value),
            "$in" => value.as_array().is_some_and(|all| found.is_some_and(|found| all.contains(found))),
            "$nin" => value.as_array().is_some_and(|all| found.is_some_and(|found| !all.contains(found))),
            "$gt" => order().is_some_and(std::cmp::Ordering::is_gt),
            "$gte" => order().is_some_and(std::cmp::Ordering::is_ge),
            "$lt" => order().is_some_and(std::cmp::Ordering::is_lt),
            "$lte" => order().is_some_and(std::cmp::Ordering::is_le),
            _ => false,
        }
    })
}

fn compare(left: &Json, right: &Json) -> Option<std::cmp::Ordering> {
    match (left, right) {
        (Json::String(left), Json::String(right)) => Some(left.cmp(right)),
        (Json::Number(left), Json::Number(right)) => match (left.as_i64(), right.as_i64()) {
            (Some(left), Some(right)) => Some(left.cmp(&right)),
            _ => left.as_f64()?.partial_cmp(&right.as_f64()?),
        },
        _ => None,
    }
}
