//! One database of a twin: the attacker's rows, and in one of the two also the victim's.

use std::fmt::Debug;
use std::marker::PhantomData;

use ennead::prelude::*;
use ennead::{Tenant, TenantId};
use tokio::sync::Mutex;

use super::by_name::ByName;
use super::keys::STANDINGS;
use super::subject::Subject;
use super::via::{Dash, Frame, NewDash, NewFrame};
use super::world::{Spec, Who, World};
use crate::observer::Observer;
use crate::{Bed, Kind};

pub(super) struct Stage<M> {
    pub(super) tenant: Tenant,
    pub(super) across: AcrossTenants,
    /// The attacker's id, as the bypass narrows itself to it.
    pub(super) own: TenantId,
    pub(super) by_name: ByName,
    /// Where the keys of the shape are looked up, and the nodes that they open.
    pub(super) db: Db,
    pub(super) door: Option<axum::Router>,
    /// Past the library, and past policies.
    beside: Mutex<Observer>,
    marker: PhantomData<M>,
}

impl<M: Subject> Stage<M> {
    /// Rows of the attacker, and the victim's where `victim` says so.
    pub(super) async fn new(bed: &Bed, world: &World, victim: bool) -> Self {
        let url = bed.url().await;
        let db = world.db_at(bed, &url, &super::world::schema()).await;
        let across = db.across_tenants("the tenancy matrix");
        let (a, b) = (&world.a, &world.b);
        for (who, text) in [(a, "own text"), (b, &world.canary)].into_iter().take(if victim { 2 } else { 1 })
        {
            parents(&across, who).await;
            super::loose::named(&across, who, text).await;
        }
        let mut initial = vec![(a.clone(), own::<M>(world))];
        let mut theirs: Vec<Spec> = Vec::new();
        if M::SHARED {
            theirs.push(Spec { open: true, ..Spec::new("open-1", "open-code", "open text") });
        }
        if victim && !M::NOBODYS {
            theirs.extend(victims::<M>(world));
        }
        initial.push((b.clone(), theirs));
        insert::<M>(&across, &initial).await;
        M::plant(&across, a, b).await;
        let mut beside = Observer::new(&bed.superuser_url(&url)).await;
        if bed.kind() == Kind::Sqlite {
            beside.execute("PRAGMA synchronous = OFF").await;
        }
        beside.execute(&format!("CREATE TABLE initial AS SELECT * FROM \"{}\"", M::DEF.table)).await;
        let tenant = match M::owner(a) {
            Some(id) => db.tenant(id).unwrap(),
            None => db.tenant(a.text.as_str()).unwrap(),
        };
        let own = tenant.id().clone();
        let door = M::door(&db);
        let by_name = ByName::new::<M>(door.clone().filter(|_| M::OVER_HTTP));
        Self { tenant, across, own, by_name, db, door, beside: Mutex::new(beside), marker: PhantomData }
    }

    /// Every row of the table, read around the walls.
    pub(super) async fn dump(&self) -> Vec<M> {
        let mut rows = M::list().with_deleted().run(&self.across).await.unwrap();
        rows.sort_by_cached_key(|row| format!("{row:?}"));
        rows
    }

    /// The rows that were there at the beginning.
    pub(super) async fn restore(&self) {
        let table = M::DEF.table;
        let rows = format!("DELETE FROM \"{table}\"; INSERT INTO \"{table}\" SELECT * FROM initial");
        self.beside.lock().await.execute(&format!("BEGIN; {rows}; COMMIT")).await;
    }
}

async fn insert<M: Subject>(across: &AcrossTenants, initial: &[(Who, Vec<Spec>)]) {
    for (who, specs) in initial {
        let rows = specs.iter().map(|spec| ennead::__private::Create::from_row(M::whole(spec, who)));
        let create = M::bulk_create(rows);
        let create = match M::owner(who) {
            Some(id) => create.in_tenant(id),
            None => create,
        };
        create.run(across).await.unwrap();
    }
}

async fn parents(scope: &AcrossTenants, who: &Who) {
    let tenant = who.text.as_str();
    Dash::create(NewDash { name: "dash".into() })
        .set(Dash::ID, who.dash.as_str())
        .in_tenant(tenant)
        .run(scope)
        .await
        .unwrap();
    Frame::create(NewFrame { dash_id: who.dash.clone() })
        .set(Frame::ID, who.frame.as_str())
        .in_tenant(tenant)
        .run(scope)
        .await
        .unwrap();
}

/// A key as the shape has it: a tenant root's own row is the tenant itself.
pub(super) fn own_key<M: Subject>(world: &World) -> String {
    if is_root::<M>() { world.a.text.clone() } else { "own-1".into() }
}

pub(super) fn their_key<M: Subject>(world: &World) -> String {
    if is_root::<M>() { world.b.text.clone() } else { "their-1".into() }
}

fn is_root<M: Subject>() -> bool {
    matches!(M::DEF.tenancy, ennead::__private::Tenancy::Root)
}

fn own<M: Subject>(world: &World) -> Vec<Spec> {
    let mut rows = vec![Spec::new(&own_key::<M>(world), "own-code", "own text")];
    if !is_root::<M>() {
        rows.push(Spec { n: 2, ..Spec::new("own-2", "own-code-2", "own text two") });
        if !M::KEY_CLASHES {
            rows.push(Spec { n: 3, ..Spec::new("same", "same-code", "own text three") });
        }
    }
    rows.extend(standing::<M>("own", "own text"));
    if M::MORTAL {
        rows.push(Spec { dead: true, ..Spec::new("own-dead", "own-dead-code", "own dead text") });
        // A living row of the victim has the code of this dead one.
        rows.push(Spec { dead: true, ..Spec::new("own-dead-2", "their-code", "own dead text two") });
    }
    rows
}

fn victims<M: Subject>(world: &World) -> Vec<Spec> {
    let canary = &world.canary;
    let mut rows = vec![Spec::new(&their_key::<M>(world), "their-code", canary)];
    if !is_root::<M>() {
        rows.push(Spec { n: 9, ..Spec::new("their-2", &format!("{canary}-code"), canary) });
        if !M::KEY_CLASHES {
            rows.push(Spec::new(
                "same",
                if M::CODE_CLASHES { "their-same-code" } else { "same-code" },
                canary,
            ));
        }
    }
    rows.extend(standing::<M>("their", canary));
    if M::MORTAL {
        rows.push(Spec { dead: true, ..Spec::new("their-dead", "their-dead-code", canary) });
        rows.push(Spec { dead: true, ..Spec::new("own-dead", "own-dead-code", canary) });
    }
    rows
}

/// Keys that are not good, or not for much.
fn standing<M: Subject>(whose: &str, text: &str) -> Vec<Spec> {
    let all = STANDINGS.iter().filter(|_| M::IS_KEY);
    all.map(|(standing, name)| Spec {
        standing: *standing,
        ..Spec::new(&format!("{whose}-{name}"), &format!("{whose}-{name}-code"), text)
    })
    .collect()
}

/// What can be said of why something was not done.
pub(super) trait Tells {
    fn tell(&self) -> String;
}

impl Tells for Error {
    fn tell(&self) -> String {
        format!(
            "Err {self} | {self:?} | {:?} {:?} {:?} {:?} {:?} {}",
            self.kind(),
            self.model(),
            self.constraint(),
            self.fields(),
            self.code(),
            self.http_status()
        )
    }
}

/// An outcome as text: everything of it that a caller can see.
pub(super) fn told<T: Debug, E: Tells>(outcome: Result<T, E>) -> String {
    match outcome {
        Ok(value) => format!("Ok {value:?}"),
        Err(error) => error.tell(),
    }
}

/// The same for rows that come in no order: as a set.
pub(super) fn told_set<M: Debug>(outcome: Result<Vec<M>, Error>) -> String {
    told(outcome.map(|rows| {
        let mut rows: Vec<String> = rows.iter().map(|row| format!("{row:?}")).collect();
        rows.sort();
        rows
    }))
}
