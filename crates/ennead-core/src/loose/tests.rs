use serde_json::json;

use super::*;
use crate::def::{KeyDef, KeyGeneration, Role, Tenancy};
use crate::operation::{Assignment, Insert, ModelRef, Target, Update, UpdateEach};
use crate::{Audit, Deleted};

const fn model(name: &'static str, fields: &'static [FieldDef]) -> ModelDef {
    ModelDef {
        name,
        table: name,
        doc: "",
        fields,
        key: KeyDef { field: 0, generation: KeyGeneration::Assigned, global: false },
        tenancy: Tenancy::Global,
        indexes: &[],
        checks: &[],
        renamed_from: None,
        append_only: false,
        no_hard_delete: false,
        audit: Audit::None,
        encrypts: false,
    }
}

const fn key(kind: Kind) -> FieldDef {
    FieldDef { role: Role::Key, ..FieldDef::new("id", kind, false) }
}

static AGENT: ModelDef = model("Agent", &[key(Kind::Text)]);
static STEP: ModelDef = model("Step", &[key(Kind::I16)]);
static FILE: ModelDef = model("File", &[key(Kind::Uuid)]);

const AGENTS: LooseReference = LooseReference::Each(LooseTarget { model: || &AGENT, relation: "agents" });
const STEPS: LooseReference = LooseReference::Each(LooseTarget { model: || &STEP, relation: "steps" });
const FILES: LooseReference = LooseReference::Each(LooseTarget { model: || &FILE, relation: "files" });
const TARGET: LooseReference = LooseReference::Any {
    kind: "told",
    kinds: &[
        LooseKind { kind: "agent", target: Some(LooseTarget { model: || &AGENT, relation: "target_agent" }) },
        LooseKind { kind: "bot", target: Some(LooseTarget { model: || &AGENT, relation: "target_agent" }) },
        LooseKind { kind: "plan", target: Some(LooseTarget { model: || &PLAN, relation: "target_plan" }) },
        LooseKind { kind: "clock", target: None },
    ],
};

static PLAN: ModelDef = model(
    "Plan",
    &[
        key(Kind::Text),
        FieldDef { loose: Some(AGENTS), ..FieldDef::new("agent_ids", Kind::Json, true) },
        FieldDef { loose: Some(STEPS), ..FieldDef::new("step_ids", Kind::Json, true) },
        FieldDef { loose: Some(FILES), ..FieldDef::new("file_ids", Kind::Array(&Kind::Uuid), true) },
        FieldDef::new("told", Kind::Text, true),
        FieldDef { loose: Some(TARGET), ..FieldDef::new("target_id", Kind::Text, true) },
    ],
);

fn rows(columns: &[u16], rows: Vec<Vec<Value>>) -> Operation {
    Operation::Insert(Insert {
        model: ModelRef(&PLAN),
        columns: columns.to_vec(),
        rows,
        conflict: None,
        returning: false,
    })
}

fn update(set: Vec<(u16, Value)>) -> Operation {
    let set = set.into_iter().map(|(column, value)| Assignment { column, value, add: false }).collect();
    let target = Target::All;
    Operation::Update(Update {
        model: ModelRef(&PLAN),
        target,
        when: None,
        set,
        returning: false,
        deleted: Deleted::Exclude,
    })
}

fn texts(keys: &[&str]) -> Vec<Value> {
    keys.iter().map(|key| Value::text((*key).to_owned())).collect()
}

fn told(kind: &str, key: &str) -> Vec<Value> {
    texts(&[kind, key])
}

type Named = Vec<(&'static str, Vec<Value>)>;

fn keys(operation: &Operation, column: u16, reference: LooseReference) -> Result<Named, String> {
    let named = named(operation, column, reference).map_err(|error| {
        assert!(error.is_invalid_input());
        error.to_string()
    })?;
    Ok(named.into_iter().map(|(model, keys)| (model.name, keys)).collect())
}

fn list(column: u16, reference: LooseReference, json: serde_json::Value) -> Result<Named, String> {
    keys(&update(vec![(column, Value::Json(json))]), column, reference)
}

#[test]
fn keys_of_lists_are_taken_once_and_of_every_row() {
    let json = |json| vec![Value::Json(json)];
    let both = rows(&[1], vec![json(json!(["a", "b", "a"])), vec![Value::Null], json(json!(["c", "b"]))]);
    assert_eq!(keys(&both, 1, AGENTS).unwrap(), [("Agent", texts(&["a", "b", "c"]))]);
    assert_eq!(list(1, AGENTS, json!([])).unwrap(), [("Agent", vec![])]);
    assert_eq!(keys(&update(vec![]), 1, AGENTS).unwrap(), []);
    assert_eq!(list(2, STEPS, json!([3, -4])).unwrap(), [("Step", vec![Value::Int(3), Value::Int(-4)])]);
    let id = Uuid::from_u128(7);
    assert_eq!(list(3, FILES, json!([id.to_string()])).unwrap(), [("File", vec![Value::Uuid(id)])]);
    let array = update(vec![(3, Value::Array(vec![Value::Uuid(id)]))]);
    assert_eq!(keys(&array, 3, FILES).unwrap(), [("File", vec![Value::Uuid(id)])]);
}

#[test]
fn what_is_no_list_of_keys_is_told() {
    let wrong = |json| list(1, AGENTS, json).unwrap_err();
    for (json, is) in [
        (json!({"a": 1}), "an object"),
        (json!("a"), "a string"),
        (json!(null), "null"),
        (json!(true), "a boolean"),
        (json!(1), "a number"),
    ] {
        assert!(wrong(json).ends_with(&format!("holds a list of keys of Agent, and this is {is}")));
    }
    assert!(wrong(json!(["a", ["b"]])).ends_with("item 1 is an array rather than a string"));
    let step = list(2, STEPS, json!([40_000])).unwrap_err();
    assert!(step.ends_with("item 0 is a number rather than an integer of 16 bits"));
    // The database compares the texts of UUIDs, so that they stand in one form.
    let upper = Uuid::from_u128(u128::MAX).to_string().to_uppercase();
    let file = list(3, FILES, json!([upper])).unwrap_err();
    assert!(file.ends_with("item 0 is a string rather than a UUID in hyphenated lower case"));
    let bulk = rows(&[1], vec![vec![Value::Null], vec![Value::Json(json!([7]))]]);
    assert!(keys(&bulk, 1, AGENTS).unwrap_err().ends_with("(row 1)"));
}

#[test]
fn keys_of_several_models_go_by_what_tells_them() {
    let all = rows(
        &[4, 5],
        vec![
            told("agent", "a"),
            told("plan", "p"),
            told("bot", "b"),
            told("clock", "noon"),
            vec![Value::Null, Value::Null],
            vec![Value::text("plan"), Value::Null],
            told("agent", "a"),
        ],
    );
    let named = [("Agent", texts(&["a", "b"])), ("Plan", texts(&["p"]))];
    assert_eq!(keys(&all, 5, TARGET).unwrap(), named);
    let each = Operation::UpdateEach(UpdateEach {
        model: ModelRef(&PLAN),
        columns: vec![(4, false), (5, false)],
        rows: vec![texts(&["p1", "agent", "a"]), texts(&["p2", "plan", "p"])],
        versioned: false,
    });
    assert_eq!(keys(&each, 5, TARGET).unwrap(), [("Agent", texts(&["a"])), ("Plan", texts(&["p"]))]);
}

#[test]
fn a_key_and_what_tells_its_model_are_set_together() {
    let together = |operation| keys(&operation, 5, TARGET).unwrap_err();
    assert!(
        together(update(vec![(5, Value::text("a"))])).contains("and `told` name a row together: set both")
    );
    assert!(together(update(vec![(4, Value::text("plan"))])).contains("set both"));
    assert_eq!(keys(&update(vec![(5, Value::Null)]), 5, TARGET).unwrap(), []);
    assert_eq!(keys(&update(vec![]), 5, TARGET).unwrap(), []);
    let unsaid = together(update(vec![(4, Value::Null), (5, Value::text("a"))]));
    assert!(unsaid.contains("`told` does not tell of which model"));
    let unknown = together(update(vec![(4, Value::text("robot")), (5, Value::text("a"))]));
    assert!(
        unknown.ends_with("names a row by a `told` that is none of agent, bot, clock, plan"),
        "{unknown}"
    );
}

#[test]
fn an_upsert_changes_both_or_none() {
    let with = |columns: Vec<u16>| {
        let Operation::Insert(mut insert) = rows(&[4, 5], vec![told("agent", "a")]) else { unreachable!() };
        let action = ConflictAction::Update { columns, add: vec![], version: None };
        insert.conflict =
            Some(crate::Conflict { target: vec![0], arbiter: vec![0], living_only: false, action });
        keys(&Operation::Insert(insert), 5, TARGET)
    };
    assert_eq!(with(vec![4, 5]).unwrap(), [("Agent", texts(&["a"]))]);
    assert_eq!(with(vec![1]).unwrap(), [("Agent", texts(&["a"]))]);
    assert!(with(vec![5]).unwrap_err().contains("set both"));
    assert!(with(vec![4]).unwrap_err().contains("set both"));
}

#[test]
fn models_and_their_kinds() {
    let names = |reference: LooseReference| -> Vec<_> {
        reference.targets().iter().map(|target| (target.model)().name).collect()
    };
    assert_eq!(names(TARGET), ["Agent", "Plan"]);
    assert_eq!(names(AGENTS), ["Agent"]);
    assert_eq!(TARGET.kinds_of(&AGENT), Some(("told", vec!["agent", "bot"])));
    assert_eq!(TARGET.kinds_of(&STEP), Some(("told", vec![])));
    assert_eq!(AGENTS.kinds_of(&AGENT), None);
}
