//! The generated matrix: every operation, aimed in every way, on every shape of tenancy, each cell run twice: with the
//! victim's rows and without. Nothing of the victim's may be told or changed, and the two runs may not be told apart.
//!
//! Its dimensions: the operations, the shapes, the databases (SQLite, Postgres, Postgres with row level security) and the
//! faces (typed, and by name with JSON). What a face has not stands in `NO_JSON` with its reason.

use std::collections::BTreeSet;

use ennead::{OwnedModel, TenantModel};

use super::by_name::{self, JSON_ONLY, NO_JSON, json_filters};
use super::cells::*;
use super::door::{KNOCKS, knock_at};
use super::keys::*;
use super::loose::{AnyDoc, EachDoc};
use super::stage::Stage;
use super::subject::*;
use super::via::{ViaOne, ViaTwo};
use super::world::*;
use crate::Bed;

/// The way in: the typed operations, or nodes by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Face {
    Typed,
    Json,
}

/// With `--cfg ennead_sabotage` the library adds no tenant's predicate: under row level security the database is then all
/// that is left. Nothing of the victim's may be told or changed all the same; outcomes may be others.
fn only_the_database_guards(bed: &Bed) -> bool {
    cfg!(ennead_sabotage) && bed.kind() == crate::Kind::PostgresRls
}

/// What is an error whoever tries it.
const REFUSED: &[&str] = &["create WholeTheirs", "create InTheirTenant", "update PathUnfit"];

/// Which operations the types let a tenant do.
enum Does {
    /// `global`: reads only.
    Reads,
    /// The tenant root: reads and updates.
    Updates,
    /// All.
    All,
    /// All, and to come with keys.
    Doors,
}

struct Matrix<M> {
    world: World,
    with: Stage<M>,
    without: Stage<M>,
    before: Vec<M>,
    alone: Vec<M>,
    cells: usize,
    by_face: [Count; 2],
    exceptions: usize,
    failed: Vec<String>,
    /// Whether what is told is compared between the twins.
    twins: bool,
    /// What JSON has not, as it was met.
    absent: BTreeSet<String>,
    clashes: Vec<(String, String)>,
    /// Operations that did something at least once, and all that were tried: a matrix of errors would prove nothing.
    worked: BTreeSet<(Face, String)>,
    /// Operations that name what may not be named.
    refused: BTreeSet<String>,
    tried: BTreeSet<(Face, String)>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Count {
    cells: usize,
    failed: usize,
}

impl<M: Subject> Matrix<M> {
    async fn new(bed: &Bed) -> Self {
        let world = World::new();
        let with = Stage::new(bed, &world, true).await;
        let without = Stage::new(bed, &world, false).await;
        let (before, alone) = (with.dump().await, without.dump().await);
        Self {
            world,
            with,
            without,
            before,
            alone,
            cells: 0,
            by_face: [Count::default(); 2],
            exceptions: 0,
            failed: Vec::new(),
            twins: !only_the_database_guards(bed),
            absent: BTreeSet::new(),
            clashes: Vec::new(),
            worked: BTreeSet::new(),
            refused: BTreeSet::new(),
            tried: BTreeSet::new(),
        }
    }

    /// Judges one cell by what was told with the victim's rows and without. A cell that only reads is settled with the others.
    async fn judge(&mut self, face: Face, name: String, with: String, without: String, clash: bool) {
        self.cells += 1;
        self.by_face[face as usize].cells += 1;
        let operation = name.split(" where ").next().unwrap_or_default();
        let reads = operation.starts_with(char::is_uppercase);
        let operation: Vec<&str> = operation.split(' ').take(if reads { 1 } else { 2 }).collect();
        let operation = (face, operation.join(" "));
        if (clash || with.starts_with("Ok")) && without.starts_with("Ok") {
            self.worked.insert(operation.clone());
        }
        self.tried.insert(operation);
        let mut wrong = Vec::new();
        for secret in self.world.secrets() {
            // A shared row shows its owner; nothing else shows the victim's id.
            if with.contains(&secret) && !(M::SHARED && secret == self.world.b.text) {
                wrong.push(format!("tells a secret: {with}"));
            }
        }
        if clash && with != without {
            self.exceptions += 1;
            if self.twins && !with.contains("UniqueViolation") {
                wrong.push(format!("a clash is no unique violation: {with}"));
            }
            self.clashes.push((name.clone(), with));
        } else if self.twins && with != without {
            wrong.push(format!("the twins differ:\n      with    {with}\n      without {without}"));
        }
        if !reads {
            wrong.extend(self.settle().await);
        }
        if !wrong.is_empty() {
            self.by_face[face as usize].failed += 1;
            self.failed.push(format!("{face:?} {name}: {}", wrong.join("; ")));
        }
    }

    /// Both twins' outcomes by name, or a cell that JSON has not.
    async fn judge_json(&mut self, name: String, with: Option<String>, without: Option<String>, clash: bool) {
        match with {
            Some(with) => self.judge(Face::Json, name, with, without.unwrap_or_default(), clash).await,
            None => {
                let words = if name.starts_with(char::is_uppercase) { 1 } else { 2 };
                let words: Vec<&str> = name.split(' ').take(words).collect();
                self.absent.insert(words.join(" "));
            }
        }
    }

    /// The victim's rows are as they were, the attacker's are the same in both twins; then all is as at the beginning.
    async fn settle(&mut self) -> Vec<String> {
        let mut wrong = Vec::new();
        let (after, alone) = (self.with.dump().await, self.without.dump().await);
        if M::IS_KEY && (after != self.before || alone != self.alone) {
            wrong.extend(self.whose_keys().await);
        }
        let b = &self.world.b;
        let theirs =
            |rows: &[M]| -> Vec<M> { rows.iter().filter(|row| row.belongs_to(b)).cloned().collect() };
        if theirs(&after) != theirs(&self.before) {
            wrong.push("the victim's rows were changed".to_owned());
        }
        if theirs(&alone) != theirs(&self.alone) {
            wrong.push("rows were made for the victim".to_owned());
        }
        if after != self.before {
            self.with.restore().await;
        }
        if alone != self.alone {
            self.without.restore().await;
        }
        wrong
    }

    /// Whatever was done: the victim's key is the victim's, and no other one opens the victim's door.
    async fn whose_keys(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        let victim = format!("{:?}", M::owner(&self.world.b).unwrap());
        for (stage, code, is_theirs) in [
            (&self.with, "their-code", true),
            (&self.without, "their-code", false),
            (&self.with, "new-code", false),
        ] {
            let told = M::verify(&stage.db, secret(code).text, None).await;
            if told.contains(&victim) != is_theirs {
                wrong.push(format!("the key of {code} opens another door: {told}"));
            }
        }
        wrong
    }

    /// Who comes with a key, or with what might pass for one, after the attacker changed all that can be changed.
    async fn doors(&mut self)
    where
        M: OwnedModel,
    {
        for meddle in MEDDLES {
            let with = M::meddle(*meddle, &self.with.tenant).await;
            let without = M::meddle(*meddle, &self.without.tenant).await;
            for presented in PRESENTED {
                for wanted in WANTED {
                    if *presented == Presented::TheirNarrow && wanted.is_none() {
                        // It is good, for whoever has it.
                        continue;
                    }
                    let text = presented.text(&self.world);
                    let name = format!("Verify {presented:?} for {wanted:?} after {meddle:?}");
                    let with = M::verify(&self.with.db, text.clone(), *wanted).await;
                    let without = M::verify(&self.without.db, text, *wanted).await;
                    self.judge(Face::Typed, name, with, without, false).await;
                }
            }
            if *meddle != Meddle::Nothing {
                self.judge(Face::Typed, format!("meddle {meddle:?}"), with, without, false).await;
            }
        }
        for presented in PRESENTED.iter().filter(|presented| **presented != Presented::TheirNarrow) {
            let text = presented.text(&self.world);
            for knock in KNOCKS {
                for key in [Key::Second, Key::Theirs] {
                    let key = key.text::<M>(&self.world);
                    let name = format!("{} {key} by {presented:?}", knock.name());
                    let with = knock_at(*knock, &self.with, &text, &key).await;
                    let without = knock_at(*knock, &self.without, &text, &key).await;
                    self.judge(Face::Json, name, with, without, false).await;
                }
            }
        }
    }

    async fn reads(&mut self) {
        for op in KEYED_READS {
            for key in KEYS {
                let text = key.text::<M>(&self.world);
                let name = format!("{op:?} {key:?}");
                let with = keyed_read(*op, &self.with, &text).await;
                let without = keyed_read(*op, &self.without, &text).await;
                self.judge(Face::Typed, name.clone(), with, without, false).await;
                let with = by_name::keyed_read(*op, &self.with, &text).await;
                let without = by_name::keyed_read(*op, &self.without, &text).await;
                self.judge_json(name, with, without, false).await;
            }
        }
        for op in FILTERED_READS {
            for (name, filter) in filters::<M>(&self.world) {
                let Some(with) = filtered_read(*op, &self.with, filter.clone()).await else { continue };
                let without = filtered_read(*op, &self.without, filter).await.unwrap_or_default();
                self.judge(Face::Typed, format!("{op:?} where {name}"), with, without, false).await;
            }
            for (name, filter) in json_filters::<M>(&self.world) {
                let with = by_name::filtered_read(*op, &self.with, filter.clone()).await;
                if *op == FilteredRead::Included && with.is_none() {
                    // The shape has no relations.
                    continue;
                }
                let without = by_name::filtered_read(*op, &self.without, filter).await;
                self.judge_json(format!("{op:?} where {name}"), with, without, false).await;
            }
        }
        for wrong in self.settle().await {
            self.failed.push(format!("after all reads: {wrong}"));
        }
    }

    async fn updates(&mut self)
    where
        M: TenantModel,
    {
        for op in KEYED_UPDATES {
            for key in KEYS {
                let text = key.text::<M>(&self.world);
                let number = self.cells;
                self.world.begin_cell(number);
                let Some(with) = keyed_update(*op, &self.with, &self.world, &text).await else { continue };
                self.world.begin_cell(number);
                let without = keyed_update(*op, &self.without, &self.world, &text).await.unwrap_or_default();
                let clash = M::CODE_CLASHES && *op == KeyedUpdate::CodeToTheirs;
                let name = format!("update {op:?} {key:?}");
                self.judge(Face::Typed, name.clone(), with, without, clash).await;
                let with = by_name::keyed_update(*op, &self.with, &self.world, &text).await;
                let without = by_name::keyed_update(*op, &self.without, &self.world, &text).await;
                self.judge_json(name, with, without, clash).await;
            }
        }
        self.renamings().await;
        for op in FILTERED_UPDATES {
            for (name, filter) in filters::<M>(&self.world) {
                let Some(with) = filtered_update(*op, &self.with, filter.clone()).await else { continue };
                let without = filtered_update(*op, &self.without, filter).await.unwrap_or_default();
                self.judge(Face::Typed, format!("update {op:?} where {name}"), with, without, false).await;
            }
            for (name, filter) in json_filters::<M>(&self.world) {
                if *op == FilteredUpdate::Revoke && !M::IS_KEY {
                    continue;
                }
                let with = by_name::filtered_update(*op, &self.with, filter.clone()).await;
                let without = by_name::filtered_update(*op, &self.without, filter).await;
                self.judge(Face::Json, format!("update {op:?} where {name}"), with, without, false).await;
            }
        }
        for key in KEYS {
            let text = key.text::<M>(&self.world);
            let with = by_name::odd_updates(&self.with, &self.world, &text).await;
            let without = by_name::odd_updates(&self.without, &self.world, &text).await;
            for ((name, with), (_, without)) in with.into_iter().zip(without) {
                self.judge(Face::Json, format!("{name} {key:?}"), with, without, false).await;
            }
        }
    }

    /// Rows that name others, and what may not be named.
    async fn renamings(&mut self)
    where
        M: TenantModel,
    {
        for (at, Under { name: under, parent, refused }) in M::unders(&self.world).into_iter().enumerate() {
            let Some(parent) = parent else { continue };
            for op in REPARENTS {
                for key in KEYS
                    .iter()
                    .filter(|key| at < M::EVERYWHERE || matches!(key, Key::Own | Key::Second | Key::Theirs))
                {
                    let text = key.text::<M>(&self.world);
                    let Some(with) = reparent(*op, &self.with, &self.world, &text, &parent).await else {
                        continue;
                    };
                    let without = reparent(*op, &self.without, &self.world, &text, &parent).await;
                    let name = format!("update {op:?}Names{under} {key:?}");
                    let mut done = with.starts_with("Ok");
                    self.judge(Face::Typed, name.clone(), with, without.unwrap_or_default(), false).await;
                    let with = by_name::reparent(*op, &self.with, &self.world, &text, &parent).await;
                    let without = by_name::reparent(*op, &self.without, &self.world, &text, &parent).await;
                    done |= with.starts_with("Ok");
                    self.judge(Face::Json, name.clone(), with, without, false).await;
                    if refused {
                        self.refused.insert(format!("update {op:?}Names{under}"));
                        if self.twins && *key == Key::Own && done {
                            self.failed.push(format!("{name} must be refused"));
                        }
                    }
                }
            }
        }
    }

    async fn deletes(&mut self)
    where
        M: OwnedModel,
    {
        for op in KEYED_DELETES {
            for key in KEYS {
                let text = key.text::<M>(&self.world);
                let name = format!("delete {op:?} {key:?}");
                let with = keyed_delete(*op, &self.with, &self.world, &text).await;
                let without = keyed_delete(*op, &self.without, &self.world, &text).await;
                self.judge(Face::Typed, name.clone(), with, without, false).await;
                let with = by_name::keyed_delete(*op, &self.with, &self.world, &text).await;
                let without = by_name::keyed_delete(*op, &self.without, &self.world, &text).await;
                self.judge_json(name, with, without, false).await;
            }
        }
        for op in FILTERED_DELETES {
            for (name, filter) in filters::<M>(&self.world) {
                let with = filtered_delete(*op, &self.with, filter.clone()).await;
                let without = filtered_delete(*op, &self.without, filter).await;
                self.judge(Face::Typed, format!("delete {op:?} where {name}"), with, without, false).await;
            }
            for (name, filter) in json_filters::<M>(&self.world) {
                let with = by_name::filtered_delete(*op, &self.with, filter.clone()).await;
                let without = by_name::filtered_delete(*op, &self.without, filter).await;
                self.judge_json(format!("delete {op:?} where {name}"), with, without, false).await;
            }
        }
    }

    async fn makings(&mut self)
    where
        M: OwnedModel,
    {
        for op in MAKINGS {
            for brings in BRINGS {
                for (at, Under { name: under, parent, refused }) in
                    M::unders(&self.world).into_iter().enumerate()
                {
                    if at >= M::EVERYWHERE && !matches!(brings, Brings::New | Brings::OwnKey) {
                        continue;
                    }
                    let key = matches!(brings, Brings::TheirKey | Brings::TheirBoth) && M::KEY_CLASHES;
                    let code = matches!(brings, Brings::TheirCode | Brings::TheirBoth) && M::CODE_CLASHES;
                    let clash = key || code;
                    let name = format!("create {op:?} {brings:?} under {under}");
                    let number = self.cells;
                    self.world.begin_cell(number);
                    let with = making(*op, &self.with, &self.world, *brings, parent.clone()).await;
                    self.world.begin_cell(number);
                    let without = making(*op, &self.without, &self.world, *brings, parent.clone()).await;
                    if refused && self.twins && *brings == Brings::New && with.starts_with("Ok") {
                        self.failed.push(format!("{name} must be refused"));
                    }
                    self.judge(Face::Typed, name.clone(), with, without, clash).await;
                    self.world.begin_cell(number);
                    let with = by_name::making(*op, &self.with, &self.world, *brings, parent.clone()).await;
                    self.world.begin_cell(number);
                    let without = by_name::making(*op, &self.without, &self.world, *brings, parent).await;
                    self.judge_json(name, with, without, clash).await;
                }
            }
        }
        let with = by_name::odd_makings(&self.with, &self.world).await;
        let without = by_name::odd_makings(&self.without, &self.world).await;
        for ((name, with), (_, without)) in with.into_iter().zip(without) {
            self.judge(Face::Json, name.to_owned(), with, without, false).await;
        }
        if self.twins {
            self.clashes_tell_no_owner().await;
        }
    }

    /// A clash reads the same whoever owns the row that is there.
    async fn clashes_tell_no_owner(&mut self)
    where
        M: OwnedModel,
    {
        let first = |text: &str| text.split(" | ").next().unwrap_or_default().to_owned();
        let own = |brings| (brings, M::parents(&self.world.a));
        let mut texts = Vec::new();
        for (brings, parent) in [own(Brings::OwnKey), own(Brings::OwnCode)] {
            texts.push(first(&making(Making::Create, &self.with, &self.world, brings, parent).await));
        }
        for (name, told) in std::mem::take(&mut self.clashes) {
            if !texts.contains(&first(&told)) {
                self.failed.push(format!(
                    "{name}: a clash with another's row reads `{}`, one's own {texts:?}",
                    first(&told)
                ));
            }
        }
    }

    /// Prints the line of this shape in the table, and fails where a cell did.
    fn end(self, bed: &Bed) {
        let [typed, json] = self.by_face;
        println!(
            "tenancy matrix {:>12}, {:<22} {:>4} cells, each with its twin: {} typed, {} by name; {} listed clashes; by name there is no {}",
            bed.kind().to_string(),
            M::SHAPE,
            self.cells,
            typed.cells,
            json.cells,
            self.exceptions,
            self.absent.iter().map(String::as_str).collect::<Vec<_>>().join(", "),
        );
        assert!(
            self.failed.is_empty(),
            "tenancy matrix {} {}: {} of {} cells failed (typed {} of {}, by name {} of {})\n  {}",
            bed.kind(),
            M::SHAPE,
            typed.failed + json.failed,
            self.cells,
            typed.failed,
            typed.cells,
            json.failed,
            json.cells,
            self.failed.iter().take(12).cloned().collect::<Vec<_>>().join("\n  ")
        );
        for name in &self.absent {
            let reason = NO_JSON.iter().find(|(absent, _)| absent == name);
            assert!(reason.is_some(), "{name} is not there by name, and no reason is given");
        }
        if !self.twins {
            return;
        }
        let never: Vec<&(Face, String)> = self.tried.difference(&self.worked).collect();
        // Conditions that never hold, a code that is taken, and rows that cannot be dead.
        let unmet = ["update WhenNot", "delete WhenNot", "update CodeToOwn"];
        let refused = |face: Face, name: &str| {
            REFUSED.contains(&name)
                || self.refused.contains(name)
                || unmet.contains(&name)
                || (face == Face::Json && JSON_ONLY.contains(&name))
                || (name == "update Restore" && !M::MORTAL)
                || (name == "update EachWithOwn" && M::owner(&self.world.a).is_none())
        };
        let idle: Vec<_> = never.into_iter().filter(|(face, name)| !refused(*face, name)).collect();
        assert!(idle.is_empty(), "these never worked, so they prove nothing: {idle:?}");
        for (face, name) in &self.worked {
            let never = REFUSED.contains(&name.as_str()) || JSON_ONLY.contains(&name.as_str());
            assert!(!never, "{face:?} {name} must be refused");
        }
    }
}

macro_rules! shapes {
    ($($name:ident: $model:ident, $does:ident;)*) => {
        $(async fn $name(bed: Bed) {
            let mut matrix = Matrix::<$model>::new(&bed).await;
            shapes!(@$does matrix);
            matrix.end(&bed);
        })*
        crate::cases![$($name),*, the_shapes_are_all_there];
        const SHAPES: &[(&str, Does)] = &[$((<$model as Subject>::SHAPE, Does::$does)),*];
    };
    (@Reads $matrix:ident) => { $matrix.reads().await; };
    (@Updates $matrix:ident) => { $matrix.reads().await; $matrix.updates().await; };
    (@Doors $matrix:ident) => {
        shapes!(@All $matrix);
        $matrix.doors().await;
    };
    (@All $matrix:ident) => {
        $matrix.reads().await;
        $matrix.updates().await;
        $matrix.deletes().await;
        $matrix.makings().await;
    };
}

shapes! {
    tenant_column_of_text: TextDoc, All;
    tenant_column_of_uuid: UuidDoc, All;
    tenant_column_of_i64: IntDoc, All;
    key_global: GlobalKeyDoc, All;
    tenant_root: Root, Updates;
    via_one_hop: ViaOne, All;
    via_two_hops: ViaTwo, All;
    global_read: Plan, Reads;
    shared_when: SharedDoc, All;
    soft_deleted: SoftDoc, All;
    a_list_of_keys: EachDoc, All;
    a_key_of_one_of_several: AnyDoc, All;
    api_keys: KeyDoc, Doors;
    api_keys_over_http: BearerDoc, Doors;
}

/// What the types leave out is left out here for the same reason, and the ui tests show that it does not compile.
async fn the_shapes_are_all_there(_: Bed) {
    let all = SHAPES.iter().filter(|(_, does)| matches!(does, Does::All)).count();
    let updates = SHAPES.iter().filter(|(_, does)| matches!(does, Does::Updates)).count();
    let reads = SHAPES.iter().filter(|(_, does)| matches!(does, Does::Reads)).count();
    let doors = SHAPES.iter().filter(|(_, does)| matches!(does, Does::Doors)).count();
    assert_eq!((all, updates, reads, doors), (10, 1, 1, 2));
}
