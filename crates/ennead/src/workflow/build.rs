//! Checks a workflow as a whole: names, parameters, connections, types where they are known, cycles.

use std::collections::HashMap;

use ennead_core::{Error, Kind};

use super::path::put;
use super::samples::{kind_at, sample_at};
use super::{Connection, Step, WorkflowBuilder};
use crate::node::include::Include;
use crate::node::request::Gives;
use crate::node::{Node, NodeOperation, nearest};
use crate::schema::Schema;

/// A workflow that was checked: what [`Runtime`](super::Runtime) runs.
#[derive(Debug, Clone)]
pub struct Workflow {
    pub(super) steps: Vec<Planned>,
    pub(super) transactional: bool,
}

/// A node of a workflow, found and checked.
#[derive(Debug, Clone)]
pub(super) struct Planned {
    pub(super) step: Step,
    pub(super) node: Node,
    pub(super) inputs: Vec<Connection>,
    /// The positions of the nodes whose results it needs.
    pub(super) needs: Vec<usize>,
}

fn invalid(id: &str, what: &str) -> Error {
    Error::invalid(format!("node {id:?}: {what}"))
}

impl WorkflowBuilder {
    /// Checks the workflow against a schema, without a database.
    ///
    /// # Errors
    /// `is_invalid_input` for an unknown node, id, parameter, field or operator, a missing or mistyped parameter, a
    /// connection between types that do not fit, and a cycle; each names the node and the nearest right name.
    pub fn build(&self, schema: &Schema) -> Result<Workflow, Error> {
        let mut positions: HashMap<&str, usize> = HashMap::new();
        for (at, step) in self.nodes.iter().enumerate() {
            if step.id.is_empty() || positions.insert(&step.id, at).is_some() {
                return Err(invalid(&step.id, "each node needs an id of its own"));
            }
        }
        let position = |id: &str, what: &str| match positions.get(id) {
            Some(at) => Ok(*at),
            None => {
                let near = nearest(id, self.nodes.iter().map(|step| step.id.as_str()));
                Err(Error::invalid(format!("{what} names the node {id:?}, which is not there{near}")))
            }
        };
        let mut steps = Vec::with_capacity(self.nodes.len());
        for step in &self.nodes {
            let node = schema.node(&step.node).map_err(|error| invalid(&step.id, &error.to_string()))?;
            let inputs: Vec<Connection> =
                self.connections.iter().filter(|c| c.to == step.id).cloned().collect();
            steps.push(Planned { step: step.clone(), node, inputs, needs: Vec::new() });
        }
        for connection in &self.connections {
            position(&connection.to, "a connection")?;
        }
        let gives: Vec<Option<Gives>> = steps.iter().map(check_parameters).collect::<Result<_, _>>()?;
        for at in 0..steps.len() {
            let mut needs = Vec::new();
            for input in &steps[at].inputs {
                let from = position(&input.from, "a connection")?;
                let from_node = (&steps[from].node, gives[from].as_ref());
                fits(from_node, &input.output, &steps[at], &input.parameter)?;
                needs.push(from);
            }
            if let Some(only_if) = &steps[at].step.only_if {
                needs.push(position(&only_if.from, "`only_if`")?);
                super::runtime::check_condition(&only_if.is)
                    .map_err(|what| invalid(&steps[at].step.id, &what))?;
            }
            if let Some(for_each) = &steps[at].step.for_each {
                needs.push(position(&for_each.from, "`for_each`")?);
            }
            steps[at].needs = needs;
        }
        refuse_cycles(&steps)?;
        Ok(Workflow { steps, transactional: self.transactional })
    }
}

/// Reads the parameters with samples in the places that connections fill, and tells what they let the node give; `None` where a
/// connection says that.
fn check_parameters(planned: &Planned) -> Result<Option<Gives>, Error> {
    let mut params = planned.step.params.clone();
    let connected = planned.inputs.iter().map(|input| input.parameter.as_str());
    for path in connected.chain(planned.step.for_each.iter().map(|each| each.parameter.as_str())) {
        if path.is_empty() || !put(&mut params, path, sample_at(&planned.node, path)) {
            return Err(invalid(
                &planned.step.id,
                &format!("nothing can be connected to the parameter {path:?}"),
            ));
        }
    }
    let mut connected = planned.inputs.iter().map(|input| input.parameter.as_str());
    let counts = planned.node.operation() == NodeOperation::Count;
    let says = |path: &str| match path {
        "sum" | "avg" | "min" | "max" | "group_by" => counts,
        path => path == "include" || path.ends_with(".include"),
    };
    let said_later = connected.any(says);
    match planned.node.check(params) {
        Ok(gives) => Ok(Some(gives).filter(|_| !said_later)),
        Err(error) if error.is_forbidden() => Err(error),
        Err(error) => Err(invalid(&planned.step.id, &error.to_string())),
    }
}

/// Refuses a connection whose output does not exist, or whose type the parameter does not take.
fn fits(
    (from, gives): (&Node, Option<&Gives>),
    output: &str,
    to: &Planned,
    parameter: &str,
) -> Result<(), Error> {
    let given = output_kind(from, gives, output).map_err(|what| invalid(&to.step.id, &what))?;
    let taken = kind_at(&to.node, parameter);
    match (given, taken) {
        // Whatever its type is read from: JSON of it is checked when the node runs.
        (_, Some(Kind::Encrypted)) => Ok(()),
        (Some(given), Some(taken)) if json_type(&given) != json_type(&taken) => {
            let what = format!(
                "the output {output:?} of {} is {}, and the parameter {parameter:?} takes {}",
                from.name(),
                given.rust_name(),
                taken.rust_name()
            );
            Err(invalid(&to.step.id, &what))
        }
        _ => Ok(()),
    }
}

/// The kind of an output, where its path names a field, of the row or of one that it includes.
fn output_kind(node: &Node, gives: Option<&Gives>, output: &str) -> Result<Option<Kind>, String> {
    let model = node.model();
    let mut parts = output.split('.').filter(|part| !part.is_empty()).peekable();
    let row = match node.operation() {
        NodeOperation::Create | NodeOperation::Read | NodeOperation::Update | NodeOperation::Upsert => true,
        NodeOperation::List => {
            let position = parts.next_if(|part| part.parse::<usize>().is_ok());
            position.is_some()
        }
        _ => false,
    };
    let Some(name) = parts.next() else { return Ok(None) };
    if row {
        let fields = model.fields.iter().filter(|field| !field.hidden);
        return match fields.clone().find(|field| field.name == name) {
            Some(field) if parts.peek().is_none() => Ok(Some(field.kind)),
            Some(_) => Ok(None),
            None => related_kind(node, gives.map(|gives| gives.includes.as_slice()), name, parts),
        };
    }
    let known: &[&str] = match node.operation() {
        NodeOperation::Delete => &["id", "deleted"],
        NodeOperation::Count => match gives.and_then(|gives| gives.figures.as_deref()) {
            Some(named) => named,
            None => &["count", "sum", "avg", "min", "max", "groups", "more"],
        },
        NodeOperation::BulkCreate => &["affected", "ids"],
        NodeOperation::BulkUpdate | NodeOperation::BulkDelete => &["affected"],
        _ => &["items", "next"],
    };
    match (name, node.operation()) {
        ("id", NodeOperation::Delete) => Ok(Some(model.key_field().kind)),
        _ if !known.contains(&name) => {
            Err(format!("{} gives no {name:?}{}", node.name(), nearest(name, known.iter().copied())))
        }
        ("count", NodeOperation::Count) | ("affected", _) => Ok(Some(Kind::I64)),
        _ => Ok(None),
    }
}

/// The kind of a field of a related row: `project.name`, `tasks.0.title`.
fn related_kind<'p>(
    node: &Node,
    included: Option<&[Include]>,
    name: &str,
    mut parts: impl Iterator<Item = &'p str>,
) -> Result<Option<Kind>, String> {
    let (mut model, mut includes, mut name) = (node.model(), included, name);
    loop {
        let fields = model.fields.iter().filter(|field| !field.hidden);
        if let Some(field) = fields.clone().find(|field| field.name == name) {
            return Ok(Some(field.kind).filter(|_| parts.next().is_none()));
        }
        let Some(relation) = node.relations.look(model, name) else {
            let known = fields.map(|field| field.name);
            let named = includes.unwrap_or_default().iter().map(|include| include.relation.name);
            let known: Vec<&str> = known.chain(named).collect();
            let near = nearest(name, known.iter().copied());
            return Err(format!("{} gives no field {name:?}{near}", node.name()));
        };
        let include = includes.map(|includes| includes.iter().find(|include| include.relation.name == name));
        if include.is_some_and(|include| include.is_none()) {
            return Err(format!("{} gives no {name:?}: say so with `include`", node.name()));
        }
        if relation.many && parts.next().is_none_or(|part| part.parse::<usize>().is_err()) {
            return Ok(None);
        }
        let Some(next) = parts.next() else { return Ok(None) };
        (model, name) = (relation.model(), next);
        includes = include.flatten().map(|include| include.then.as_slice());
    }
}

/// What a kind is in JSON.
fn json_type(kind: &Kind) -> &'static str {
    match kind {
        Kind::Bool => "boolean",
        Kind::I16 | Kind::I32 | Kind::I64 | Kind::F32 | Kind::F64 => "number",
        Kind::Json | Kind::Encrypted => "any",
        Kind::Array(_) => "array",
        _ => "string",
    }
}

/// Kahn's way: what cannot be ordered stands in a cycle.
fn refuse_cycles(steps: &[Planned]) -> Result<(), Error> {
    let mut done = vec![false; steps.len()];
    loop {
        let ready = steps
            .iter()
            .enumerate()
            .find(|(at, step)| !done[*at] && step.needs.iter().all(|need| done[*need]));
        match ready {
            Some((at, _)) => done[at] = true,
            None => break,
        }
    }
    let left: Vec<&str> =
        steps.iter().zip(&done).filter(|(_, done)| !**done).map(|(step, _)| step.step.id.as_str()).collect();
    if left.is_empty() {
        return Ok(());
    }
    Err(Error::invalid(format!(
        "the nodes {} wait for each other: a workflow has no cycles",
        left.join(", ")
    )))
}
