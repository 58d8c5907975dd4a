//! The generated matrix: every operation, aimed in every way, on every shape of tenancy, each cell run twice: with the
//! victim's rows and without. Nothing of the victim's may be told or changed, and the two runs may not be told apart.
//!
//! The JSON face and Postgres's row-level security are dimensions of it that are not built yet.

use std::collections::BTreeSet;

use ennead::{OwnedModel, TenantModel};

use super::cells::*;
use super::stage::Stage;
use super::world::*;
use crate::Bed;

/// What is not there to be tested, and counts as no cell.
const NOT_BUILT: &str = "json face: not built yet, row-level security: not built yet";

/// What is an error whoever tries it.
const REFUSED: &[&str] =
    &["create WholeTheirs", "create InTheirTenant", "update ParentTheirs", "update ParentMissing"];

/// Which operations the types let a tenant do.
enum Does {
    /// `global`: reads only.
    Reads,
    /// The tenant root: reads and updates.
    Updates,
    /// All.
    All,
}

struct Matrix<M> {
    world: World,
    with: Stage<M>,
    without: Stage<M>,
    before: Vec<M>,
    alone: Vec<M>,
    cells: usize,
    exceptions: usize,
    failed: Vec<String>,
    clashes: Vec<(String, String)>,
    /// Operations that did something at least once, and all that were tried: a matrix of errors would prove nothing.
    worked: BTreeSet<String>,
    tried: BTreeSet<String>,
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
            exceptions: 0,
            failed: Vec::new(),
            clashes: Vec::new(),
            worked: BTreeSet::new(),
            tried: BTreeSet::new(),
        }
    }

    /// Judges one cell by what was told with the victim's rows and without.
    async fn judge(&mut self, name: String, with: String, without: String, clash: bool) {
        self.cells += 1;
        let operation = name.split(" where ").next().unwrap_or_default();
        let words = if operation.starts_with(char::is_uppercase) { 1 } else { 2 };
        let operation: Vec<&str> = operation.split(' ').take(words).collect();
        self.tried.insert(operation.join(" "));
        if (clash || with.starts_with("Ok")) && without.starts_with("Ok") {
            self.worked.insert(operation.join(" "));
        }
        let mut wrong = Vec::new();
        for secret in self.world.secrets() {
            // A shared row shows its owner; nothing else shows the victim's id.
            if with.contains(&secret) && !(M::SHARED && secret == self.world.b.text) {
                wrong.push(format!("tells a secret: {with}"));
            }
        }
        if clash && with != without {
            self.exceptions += 1;
            if !with.contains("UniqueViolation") {
                wrong.push(format!("a clash is no unique violation: {with}"));
            }
            self.clashes.push((name.clone(), with));
        } else if with != without {
            wrong.push(format!("the twins differ:\n      with    {with}\n      without {without}"));
        }
        wrong.extend(self.settle().await);
        if !wrong.is_empty() {
            self.failed.push(format!("{name}: {}", wrong.join("; ")));
        }
    }

    /// The victim's rows are as they were, the attacker's are the same in both twins; then all is as at the beginning.
    async fn settle(&mut self) -> Vec<String> {
        let mut wrong = Vec::new();
        let (after, alone) = (self.with.dump().await, self.without.dump().await);
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

    async fn reads(&mut self) {
        for op in KEYED_READS {
            for key in KEYS {
                let text = key.text::<M>(&self.world);
                let with = keyed_read(*op, &self.with, &text).await;
                let without = keyed_read(*op, &self.without, &text).await;
                self.judge(format!("{op:?} {key:?}"), with, without, false).await;
            }
        }
        for op in FILTERED_READS {
            for (name, filter) in filters::<M>(&self.world) {
                let with = filtered_read(*op, &self.with, filter.clone()).await;
                let without = filtered_read(*op, &self.without, filter).await;
                self.judge(format!("{op:?} where {name}"), with, without, false).await;
            }
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
                self.judge(format!("update {op:?} {key:?}"), with, without, clash).await;
            }
        }
        for op in FILTERED_UPDATES {
            for (name, filter) in filters::<M>(&self.world) {
                let with = filtered_update(*op, &self.with, filter.clone()).await;
                let without = filtered_update(*op, &self.without, filter).await;
                self.judge(format!("update {op:?} where {name}"), with, without, false).await;
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
                let with = keyed_delete(*op, &self.with, &self.world, &text).await;
                let without = keyed_delete(*op, &self.without, &self.world, &text).await;
                self.judge(format!("delete {op:?} {key:?}"), with, without, false).await;
            }
        }
        for op in FILTERED_DELETES {
            for (name, filter) in filters::<M>(&self.world) {
                let with = filtered_delete(*op, &self.with, filter.clone()).await;
                let without = filtered_delete(*op, &self.without, filter).await;
                self.judge(format!("delete {op:?} where {name}"), with, without, false).await;
            }
        }
    }

    async fn makings(&mut self)
    where
        M: OwnedModel,
    {
        for op in MAKINGS {
            for brings in BRINGS {
                for under in UNDERS {
                    let parent = match (M::parents(&self.world.a), under) {
                        (None, Under::Own) => None,
                        (Some(own), Under::Own) => Some(own),
                        (Some(_), Under::Theirs) => M::parents(&self.world.b),
                        (Some(_), Under::Missing) => Some("no-such-parent".to_owned()),
                        (None, _) => continue,
                    };
                    let number = self.cells;
                    self.world.begin_cell(number);
                    let with = making(*op, &self.with, &self.world, *brings, parent.clone()).await;
                    self.world.begin_cell(number);
                    let without = making(*op, &self.without, &self.world, *brings, parent).await;
                    let key = matches!(brings, Brings::TheirKey | Brings::TheirBoth) && M::KEY_CLASHES;
                    let code = matches!(brings, Brings::TheirCode | Brings::TheirBoth) && M::CODE_CLASHES;
                    let name = format!("create {op:?} {brings:?} under {under:?}");
                    self.judge(name, with, without, key || code).await;
                }
            }
        }
        self.clashes_tell_no_owner().await;
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
        println!(
            "tenancy matrix {:>8}, {:<22} {:>4} cells (typed face, each with its twin; {} listed clashes); {NOT_BUILT}",
            bed.kind().to_string(),
            M::SHAPE,
            self.cells,
            self.exceptions,
        );
        assert!(
            self.failed.is_empty(),
            "tenancy matrix {} {}: {} of {} cells failed\n  {}",
            bed.kind(),
            M::SHAPE,
            self.failed.len(),
            self.cells,
            self.failed.iter().take(12).cloned().collect::<Vec<_>>().join("\n  ")
        );
        let never: Vec<&String> = self.tried.difference(&self.worked).collect();
        // Conditions that never hold, a code that is taken, and rows that cannot be dead.
        let unmet = ["update WhenNot", "delete WhenNot", "update CodeToOwn"];
        let refused = |name: &str| {
            REFUSED.contains(&name)
                || unmet.contains(&name)
                || (name == "update Restore" && !M::MORTAL)
                || (name == "update EachWithOwn" && M::owner(&self.world.a).is_none())
        };
        let idle: Vec<_> = never.into_iter().filter(|name| !refused(name)).collect();
        assert!(idle.is_empty(), "these never worked, so they prove nothing: {idle:?}");
        for name in REFUSED {
            assert!(!self.worked.contains(*name), "{name} must be refused");
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
}

/// What the types leave out is left out here for the same reason, and the ui tests show that it does not compile.
async fn the_shapes_are_all_there(_: Bed) {
    let all = SHAPES.iter().filter(|(_, does)| matches!(does, Does::All)).count();
    let updates = SHAPES.iter().filter(|(_, does)| matches!(does, Does::Updates)).count();
    let reads = SHAPES.iter().filter(|(_, does)| matches!(does, Does::Reads)).count();
    assert_eq!((all, updates, reads), (8, 1, 1));
}
