//! The cells of the matrix, as tables of data: which operation, aimed at what.

use ennead::op::Aggregate;
use ennead::prelude::*;
use ennead::{Filter, Measured, OwnedModel, TenantModel};
use futures_util::TryStreamExt;

use super::stage::{Stage, own_key, their_key, told, told_set};
use super::subject::Subject;
use super::world::{Spec, World};

/// Whose key a cell aims at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    Own,
    Second,
    Theirs,
    /// The same key, which both have where the key leads with the tenant.
    Same,
    /// A dead row, which both have.
    Dead,
    /// The victim's dead row.
    TheirsDead,
    /// A row that its owner shares.
    Open,
    Missing,
    Empty,
    Quoted,
}

pub(super) const KEYS: &[Key] = &[
    Key::Own,
    Key::Second,
    Key::Theirs,
    Key::Same,
    Key::Dead,
    Key::TheirsDead,
    Key::Open,
    Key::Missing,
    Key::Empty,
    Key::Quoted,
];

impl Key {
    pub(super) fn text<M: Subject>(self, world: &World) -> String {
        match self {
            Key::Own => own_key::<M>(world),
            Key::Second => "own-2".into(),
            Key::Theirs => their_key::<M>(world),
            Key::Same => "same".into(),
            Key::Dead => "own-dead".into(),
            Key::TheirsDead => "their-dead".into(),
            Key::Open => "open-1".into(),
            Key::Missing => "missing".into(),
            Key::Empty => String::new(),
            Key::Quoted => "x' OR '1'='1".into(),
        }
    }
}

macro_rules! table {
    ($(#[$doc:meta])* $name:ident, $list:ident: $($variant:ident),* $(,)?) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum $name { $($variant),* }
        pub(super) const $list: &[$name] = &[$($name::$variant),*];
    };
}

table! { /** Reads by key. */ KeyedRead, KEYED_READS: Read, Optional, WithDeleted, History }
table! { /** Reads of rows that match. */
FilteredRead, FILTERED_READS: List, Included, WithDeleted, OnlyDeleted, Ordered, First, Pages, Stream, Count, CountDeleted, Figures, FiguresDeleted, FiguresNarrowed, Groups, GroupsRanked, GroupsByOwner }
table! { /** Updates by key. */
KeyedUpdate, KEYED_UPDATES: Name, Add, PathSet, PathAdd, PathUnfit, PathQuota, When, WhenNot, CodeToTheirs, CodeToOwn, Each, EachWithOwn, EachAdd, EachPath, Restore, Revoke }
table! { /** Updates of rows that match. */ FilteredUpdate, FILTERED_UPDATES: Bulk, Returning, BulkPath, BulkPathUnfit, Revoke }
table! { /** Deletes by key. */ KeyedDelete, KEYED_DELETES: Delete, When, WhenNot, Hard, Keys, KeysHard, KeysFiltered }
table! { /** Deletes of rows that match. */ FilteredDelete, FILTERED_DELETES: Bulk, Hard }
table! { /** Creates. */
Making, MAKINGS: Create, WholeOwn, WholeTheirs, Bulk, Returning, Streamed, KeyUpdate, KeyAdd, KeyPath, KeyIgnore, CodeUpdate, CodeIgnore, BulkKeyUpdate, BulkKeyIgnore, BulkCodePath, BulkCodeUpdate, BulkCodeIgnore, InTheirTenant }
table! { /** What a create brings: a key and a code. */
Brings, BRINGS: New, TheirCode, TheirKey, SameKey, OwnKey, OwnCode, TheirBoth, DeadCode, Generated }
table! { /** Updates that name another row. */ Reparent, REPARENTS: One, Each, EachWithOwn, Bulk }

impl Brings {
    pub(super) fn key_and_code<M: Subject>(self, world: &World) -> (String, &'static str) {
        match self {
            Brings::New | Brings::Generated => ("new".into(), "new-code"),
            Brings::TheirCode => ("new".into(), "their-code"),
            Brings::TheirKey => (their_key::<M>(world), "new-code"),
            Brings::SameKey => ("same".into(), "new-code"),
            Brings::OwnKey => (own_key::<M>(world), "new-code"),
            Brings::OwnCode => ("new".into(), "own-code"),
            Brings::TheirBoth => (their_key::<M>(world), "their-code"),
            Brings::DeadCode => ("new".into(), "own-dead-code"),
        }
    }
}

/// Filters that try to reach the victim's rows, and the plain ones.
pub(super) fn filters<M: Subject>(world: &World) -> Vec<(&'static str, Option<Filter<M>>)> {
    let (own, their) = (own_key::<M>(world), their_key::<M>(world));
    let canary = world.canary.as_str();
    let always = Filter::<M>::all([]);
    let never = Filter::<M>::any([]);
    let mut all = vec![
        ("all []", always.clone()),
        ("any []", never.clone()),
        ("not any []", never.clone().not()),
        ("not all []", always.clone().not()),
        ("key = theirs", M::id_is(&their)),
        ("key != own", M::id_not(&own)),
        ("key in both", M::id_in(&[&own, &their])),
        ("key in none", M::id_in(&[])),
        ("not key in none", M::id_in(&[]).not()),
        ("code = theirs", M::code().eq(M::code_of("their-code"))),
        ("name holds the canary", M::name().contains(canary)),
        ("name like %", M::name().like("%")),
        ("name starts with nothing", M::name().starts_with("")),
        ("name is not own", M::name().eq("own text").not()),
        ("json holds the canary", M::data().path(["secret"]).eq(canary)),
        ("json path there", M::data().path(["secret"]).exists()),
        ("json paths compared", M::data().path(["secret"]).ge_path(M::data().path(["secret"]))),
        ("note is null or not", M::note().is_null().or(M::note().is_not_null())),
        ("n anything", M::n().ge(i64::MIN)),
        ("theirs or true", M::id_is(&their).or(always.clone())),
        ("not (own)", M::id_is(&own).not()),
        (
            "nested",
            M::id_is(&own)
                .and(never.clone())
                .or(Filter::any([always.clone().and(never.clone().not()), never.clone()])),
        ),
        ("double not", M::id_is(&their).not().not().or(M::n().ge(0))),
        ("quote", M::name().eq("x' OR '1'='1")),
    ];
    all.extend(M::reaching(&world.a, &world.b));
    let mut all: Vec<_> = all.into_iter().map(|(name, filter)| (name, Some(filter))).collect();
    all.push(("no filter", None));
    all
}

pub(super) async fn keyed_read<M: Subject>(op: KeyedRead, stage: &Stage<M>, key: &str) -> String {
    let (read, scope) = (M::read(key), &stage.tenant);
    match op {
        KeyedRead::Read => told(read.run(scope).await),
        KeyedRead::Optional => told(read.optional(scope).await),
        KeyedRead::WithDeleted => told(read.with_deleted().run(scope).await),
        KeyedRead::History => told(history::<M>(scope, key).await),
    }
}

/// What happened to a row, less what no two worlds have in common: the numbers and the times of the records.
async fn history<M: Subject>(scope: &Tenant, key: &str) -> Result<Vec<String>, Error> {
    let all = M::history(key).oldest_first().with_failed().run(scope).await?;
    Ok(all
        .into_iter()
        .map(|entry| {
            let record = entry.record;
            format!(
                "{} {} {:?} {:?} {:?}",
                record.tenant, record.operation, record.row_key, record.error, record.after
            )
        })
        .collect())
}

/// `None` where the shape has no such operation.
pub(super) async fn filtered_read<M: Subject>(
    op: FilteredRead,
    stage: &Stage<M>,
    filter: Option<Filter<M>>,
) -> Option<String> {
    let scope = &stage.tenant;
    let list = || match filter.clone() {
        Some(filter) => M::list().filter(filter),
        None => M::list(),
    };
    let count = || match filter.clone() {
        Some(filter) => M::count().filter(filter),
        None => M::count(),
    };
    Some(match op {
        FilteredRead::List => told_set(list().run(scope).await),
        FilteredRead::Included => M::including(list(), scope)?.await,
        FilteredRead::WithDeleted => told_set(list().with_deleted().run(scope).await),
        FilteredRead::OnlyDeleted => told_set(list().only_deleted().run(scope).await),
        FilteredRead::Ordered => {
            told(list().order_by((M::name().desc(), M::by_id())).limit(2).offset(1).run(scope).await)
        }
        FilteredRead::First => told(list().order_by(M::code().asc()).first(scope).await),
        FilteredRead::Pages => told(pages(&list, scope).await),
        FilteredRead::Stream => {
            told(list().order_by(M::name().asc()).stream(scope).try_collect::<Vec<_>>().await)
        }
        FilteredRead::Count => told(count().run(scope).await),
        FilteredRead::CountDeleted => told(count().with_deleted().run(scope).await),
        FilteredRead::Figures => told(figures(filter).run(scope).await),
        FilteredRead::FiguresDeleted => told(figures(filter).with_deleted().run(scope).await),
        FilteredRead::FiguresNarrowed => {
            told(figures(filter).in_tenant(stage.own.clone()).run(&stage.across).await)
        }
        FilteredRead::Groups => told(figures(filter).group_by((M::name(), M::note())).run(scope).await),
        FilteredRead::GroupsRanked => {
            let ranked = figures(filter).group_by(M::code()).order_by(M::n().sum().desc());
            told(ranked.order_by(M::note().max().desc()).limit(2).run(scope).await)
        }
        FilteredRead::GroupsByOwner => M::by_owner(filter, scope).await,
    })
}

/// What rows amount to: a count, a sum, an average, and texts that may hold the canary.
type Figures<M> = (
    Measured<M, u64>,
    Measured<M, Option<i64>>,
    Measured<M, Option<f64>>,
    Measured<M, Option<String>>,
    Measured<M, Option<String>>,
    Measured<M, Option<String>>,
);

fn figures<M: Subject>(filter: Option<Filter<M>>) -> Aggregate<M, Figures<M>> {
    let (name, note) = (M::name(), M::note());
    let all =
        M::aggregate((ennead::count(), M::n().sum(), M::n().avg(), name.min(), note.max(), M::code().max()));
    match filter {
        Some(filter) => all.filter(filter),
        None => all,
    }
}

async fn pages<M: Subject>(
    list: &impl Fn() -> ennead::op::List<M>,
    scope: &Tenant,
) -> Result<Vec<(Vec<M>, Option<String>)>, Error> {
    let mut all = Vec::new();
    let mut cursor = None;
    loop {
        let page = list().order_by(M::name().desc()).limit(1).page(cursor.as_ref()).run(scope).await?;
        all.push((page.items, page.next.as_ref().map(ToString::to_string)));
        match page.next {
            Some(next) if all.len() < 20 => cursor = Some(next),
            _ => return Ok(all),
        }
    }
}

/// `None` where the shape has no such operation.
pub(super) async fn keyed_update<M: Subject + TenantModel>(
    op: KeyedUpdate,
    stage: &Stage<M>,
    world: &World,
    key: &str,
) -> Option<String> {
    let scope = &stage.tenant;
    let update = || M::update(key).set(M::name(), "changed");
    Some(match op {
        KeyedUpdate::Name => told(update().run(scope).await),
        KeyedUpdate::Add => told(M::update(key).add(M::n(), 5).run(scope).await),
        KeyedUpdate::PathSet => {
            let both =
                M::update(key).set_path(M::data(), ["deep", "x"], 1).remove_path(M::data(), ["secret"]);
            told(both.run(scope).await)
        }
        KeyedUpdate::PathAdd => told(M::update(key).add_path(M::data(), ["n"], 5).run(scope).await),
        KeyedUpdate::PathUnfit => told(M::update(key).add_path(M::data(), ["secret"], 1).run(scope).await),
        KeyedUpdate::PathQuota => {
            let (secret, same) = (M::data().path(["secret"]), M::data().path(["secret"]));
            let update = M::update(key).add_path(M::data(), ["n"], 5).when(secret.le_path(same));
            told(update.run(scope).await)
        }
        KeyedUpdate::EachPath => {
            told(M::bulk_update_each([M::update(key).add_path(M::data(), ["n"], 7)]).run(scope).await)
        }
        KeyedUpdate::When => told(update().when(M::n().ge(0)).run(scope).await),
        KeyedUpdate::WhenNot => told(update().when(M::name().eq(world.canary.as_str())).run(scope).await),
        KeyedUpdate::CodeToTheirs => told(update().set(M::code(), M::code_of("their-code")).run(scope).await),
        KeyedUpdate::CodeToOwn => told(update().set(M::code(), M::code_of("own-code-2")).run(scope).await),
        KeyedUpdate::Each => told(M::bulk_update_each([update()]).run(scope).await),
        KeyedUpdate::EachWithOwn => {
            let own = own_key::<M>(world);
            let all = [M::update(&own).set(M::name(), "changed too"), update()];
            told(M::bulk_update_each(all).run(scope).await)
        }
        KeyedUpdate::EachAdd => told(M::bulk_update_each([M::update(key).add(M::n(), 7)]).run(scope).await),
        KeyedUpdate::Restore => told(M::restore(key).run(scope).await),
        KeyedUpdate::Revoke => told(M::revoke(update())?.run(scope).await),
    })
}

/// `None` where the shape has no such operation.
pub(super) async fn reparent<M: Subject + TenantModel>(
    op: Reparent,
    stage: &Stage<M>,
    world: &World,
    key: &str,
    parent: &str,
) -> Option<String> {
    let scope = &stage.tenant;
    let update = || M::reparent(M::update(key).set(M::name(), "changed"), parent);
    Some(match op {
        Reparent::One => told(update()?.run(scope).await),
        Reparent::Each => told(M::bulk_update_each([update()?]).run(scope).await),
        Reparent::EachWithOwn => {
            let own = own_key::<M>(world);
            let all = [M::update(&own).set(M::name(), "changed too"), update()?];
            told(M::bulk_update_each(all).run(scope).await)
        }
        Reparent::Bulk => {
            let update = M::reparent_all(M::bulk_update().filter(M::id_is(key)), parent)?;
            told(update.set(M::name(), "changed").run(scope).await)
        }
    })
}

/// `None` where the shape has no such operation.
pub(super) async fn filtered_update<M: Subject + TenantModel>(
    op: FilteredUpdate,
    stage: &Stage<M>,
    filter: Option<Filter<M>>,
) -> Option<String> {
    let scope = &stage.tenant;
    let update = match filter {
        Some(filter) => M::bulk_update().filter(filter),
        None => M::bulk_update().all_rows(),
    };
    Some(match op {
        FilteredUpdate::Bulk => told(update.set(M::name(), "changed").run(scope).await),
        FilteredUpdate::Returning => told_set(update.add(M::n(), 3).returning(scope).await),
        FilteredUpdate::BulkPath => told_set(update.add_path(M::data(), ["n"], 3).returning(scope).await),
        FilteredUpdate::BulkPathUnfit => told(update.add_path(M::data(), ["secret"], 3).run(scope).await),
        FilteredUpdate::Revoke => told(M::revoke_all(update)?.run(scope).await),
    })
}

pub(super) async fn keyed_delete<M: Subject + OwnedModel>(
    op: KeyedDelete,
    stage: &Stage<M>,
    world: &World,
    key: &str,
) -> String {
    let (delete, scope) = (M::delete(key), &stage.tenant);
    match op {
        KeyedDelete::Delete => told(delete.run(scope).await),
        KeyedDelete::When => told(delete.when(M::n().ge(0)).run(scope).await),
        KeyedDelete::WhenNot => told(delete.when(M::name().eq(world.canary.as_str())).run(scope).await),
        KeyedDelete::Hard => told(delete.hard().run(scope).await),
        KeyedDelete::Keys => told(M::bulk_delete().keys([key, "own-2"]).run(scope).await),
        KeyedDelete::KeysHard => told(M::bulk_delete().keys([key]).hard().run(scope).await),
        KeyedDelete::KeysFiltered => {
            let filter = M::name().eq(world.canary.as_str()).or(M::n().ge(0));
            told(M::bulk_delete().keys([key]).filter(filter).run(scope).await)
        }
    }
}

pub(super) async fn filtered_delete<M: Subject + OwnedModel>(
    op: FilteredDelete,
    stage: &Stage<M>,
    filter: Option<Filter<M>>,
) -> String {
    let delete = match filter {
        Some(filter) => M::bulk_delete().filter(filter),
        None => M::bulk_delete().all_rows(),
    };
    match op {
        FilteredDelete::Bulk => told(delete.run(&stage.tenant).await),
        FilteredDelete::Hard => told(delete.hard().run(&stage.tenant).await),
    }
}

pub(super) async fn making<M: Subject + OwnedModel>(
    op: Making,
    stage: &Stage<M>,
    world: &World,
    brings: Brings,
    parent: Option<String>,
) -> String {
    let scope = &stage.tenant;
    let (key, code) = brings.key_and_code::<M>(world);
    let spec = Spec { parent, ..Spec::new(&key, code, "made") };
    let other = Spec { id: "new-2".into(), code: "new-code-2".into(), ..spec.clone() };
    let make = || match brings {
        Brings::Generated => M::bulk_create([M::make(&spec, &world.a)]),
        _ => M::bulk_create([M::make(&spec, &world.a), M::make(&other, &world.a)]),
    };
    let one = || M::make(&spec, &world.a);
    // A row of the victim's stands under the victim's parent, where it has no tenant of its own to name.
    let theirs = Spec { parent: None, ..spec.clone() };
    match op {
        Making::Create => told(one().run(scope).await),
        Making::WholeOwn => told(M::bulk_create([whole::<M>(&spec, world, true)]).returning(scope).await),
        Making::WholeTheirs => told(M::bulk_create([whole::<M>(&theirs, world, false)]).run(scope).await),
        Making::Bulk => told(make().run(scope).await),
        Making::Returning => told(make().returning(scope).await),
        Making::Streamed => {
            let rows = vec![one(), M::make(&other, &world.a)];
            told(M::bulk_create_stream(futures_util::stream::iter(rows)).run(scope).await)
        }
        Making::KeyUpdate => {
            told(one().on_conflict(M::key()).update((M::name(), M::note())).run(scope).await)
        }
        Making::KeyAdd => told(one().on_conflict(M::key()).update_add(M::n(), 4).run(scope).await),
        Making::KeyPath => {
            told(one().on_conflict(M::key()).update_add_path(M::data(), ["n"], 4).run(scope).await)
        }
        Making::BulkCodePath => {
            let changed = make().on_conflict(M::code()).update_set_path(M::data(), ["deep", "x"], 1);
            told_set(changed.returning(scope).await)
        }
        Making::KeyIgnore => told(one().on_conflict(M::key()).ignore().run(scope).await),
        Making::CodeUpdate => told(one().on_conflict(M::code()).update(M::name()).run(scope).await),
        Making::CodeIgnore => told(one().on_conflict(M::code()).ignore().run(scope).await),
        Making::BulkKeyUpdate => {
            told_set(make().on_conflict(M::key()).update(M::name()).returning(scope).await)
        }
        Making::BulkKeyIgnore => told(make().on_conflict(M::key()).ignore().run(scope).await),
        Making::BulkCodeUpdate => told(make().on_conflict(M::code()).update(M::name()).run(scope).await),
        Making::BulkCodeIgnore => told_set(make().on_conflict(M::code()).ignore().returning(scope).await),
        Making::InTheirTenant => match M::owner(&world.b) {
            Some(id) => told(one().in_tenant(id).run(scope).await),
            None => told(one().run(scope).await),
        },
    }
}

fn whole<M: Subject>(spec: &Spec, world: &World, own: bool) -> ennead::__private::Create<M> {
    ennead::__private::Create::from_row(M::whole(spec, if own { &world.a } else { &world.b }))
}
