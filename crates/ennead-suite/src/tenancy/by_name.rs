//! The JSON face of the cells: the same operations by name, as a client or a workflow would send them.

use ennead::prelude::*;
use ennead::{Schema, TenantId};
use serde_json::{Value as Json, json};

use super::cells::*;
use super::door::{Refused, knock};
use super::keys::secret;
use super::stage::{Stage, own_key, their_key, told};
use super::subject::Subject;
use super::world::{Spec, Who, World};

/// What has no JSON form, and why: such cells are in the typed face only.
pub(super) const NO_JSON: &[(&str, &str)] = &[
    ("Optional", "one node reads by key: ReadNode, which tells a missing row as not found"),
    ("FiguresNarrowed", "`.in_tenant(id)` narrows the host's scope, and nothing in JSON chooses a scope"),
    ("Stream", "a result in JSON is one value; a client pages by cursor"),
    ("update EachAdd", "rows of BulkUpdate say values, and amounts stand beside a filter"),
    ("update EachPath", "rows of BulkUpdate say values, and changes at paths stand beside a filter"),
    ("delete Hard", "no node removes for good what is deleted softly"),
    ("delete KeysHard", "no node removes for good what is deleted softly"),
    ("create Returning", "BulkCreate tells the keys of its rows, which the cell of Bulk has"),
    ("create Streamed", "a list of rows in JSON is there as a whole"),
];

/// What only JSON can ask for; all of it is refused, whoever asks.
pub(super) const JSON_ONLY: &[&str] = &[
    "update SetTenant",
    "update SetKey",
    "update ScopeBeside",
    "update TenantBeside",
    "update UnknownField",
    "create ScopeBeside",
    "create TenantBeside",
    "create ReasonBeside",
    "create UnknownField",
    "create Replace",
];

/// Runs nodes of one model by name, over HTTP where there is a door.
pub(super) struct ByName {
    schema: Schema,
    model: &'static str,
    door: Option<axum::Router>,
}

impl ByName {
    pub(super) fn new<M: Subject>(door: Option<axum::Router>) -> Self {
        Self { schema: Schema::new([M::DEF]), model: M::DEF.name, door }
    }

    async fn run(&self, operation: &str, scope: &Tenant, params: Json) -> Result<Json, Refused> {
        match &self.door {
            Some(door) => knock(door, &secret("own-code").text, operation, self.model, params).await,
            None => {
                let node = self.schema.node(&format!("{operation}{}Node", self.model));
                node.map_err(Refused::Error)?.run(scope, params).await.map_err(Refused::Error)
            }
        }
    }
}

fn tenant_json(id: &TenantId) -> Json {
    match id {
        TenantId::Text(text) => json!(text),
        TenantId::Uuid(uuid) => json!(uuid.to_string()),
        TenantId::Int(int) => json!(int),
    }
}

/// The name of the tenant's column and its value, where the shape has one.
fn tenant_of<M: Subject>(who: &Who) -> Option<(&'static str, Json)> {
    let field = M::DEF.tenant_field()?;
    Some((M::DEF.field(field).name, tenant_json(&M::owner(who)?)))
}

fn set(object: &mut Json, name: &str, value: Json) {
    object.as_object_mut().unwrap().insert(name.to_owned(), value);
}

/// The filters of the typed face, as JSON writes them, and some that only JSON can write.
pub(super) fn json_filters<M: Subject>(world: &World) -> Vec<(&'static str, Option<Json>)> {
    let (own, their) = (own_key::<M>(world), their_key::<M>(world));
    let canary = world.canary.as_str();
    let (always, never) = (json!({ "$and": [] }), json!({ "$or": [] }));
    let mut all = vec![
        ("all []", always.clone()),
        ("any []", never.clone()),
        ("not any []", json!({ "$not": never })),
        ("not all []", json!({ "$not": always })),
        ("an empty object", json!({})),
        ("key = theirs", json!({ "id": their })),
        ("key != own", json!({ "id": { "$ne": own } })),
        ("key in both", json!({ "id": [own, their] })),
        ("key in none", json!({ "id": [] })),
        ("not key in none", json!({ "id": { "$nin": [] } })),
        ("code = theirs", json!({ "code": M::code_of("their-code") })),
        ("name holds the canary", json!({ "name": { "$contains": canary } })),
        ("name like %", json!({ "name": { "$like": "%" } })),
        ("name ilike %", json!({ "name": { "$ilike": "%" } })),
        ("name starts with nothing", json!({ "name": { "$starts_with": "" } })),
        ("name is not own", json!({ "$not": { "name": "own text" } })),
        ("json holds the canary", json!({ "data.secret": canary })),
        ("json contains the canary", json!({ "data": { "$contains": { "secret": canary } } })),
        ("json path there", json!({ "data.secret": { "$exists": true } })),
        (
            "json paths compared",
            json!({ "data.secret": { "$gte": { "$field": "data", "$path": ["secret"] } } }),
        ),
        ("json path of SQL", json!({ "data.'); DROP TABLE m_text; --": { "$ne": 1 } })),
        ("note is null or not", json!({ "$or": [{ "note": null }, { "note": { "$ne": null } }] })),
        ("null for what takes none", json!({ "name": null })),
        ("n anything", json!({ "n": { "$gte": i64::MIN } })),
        ("n between", json!({ "n": { "$between": [i64::MIN, i64::MAX] } })),
        ("theirs or true", json!({ "$or": [{ "id": their }, { "$and": [] }] })),
        ("not (own)", json!({ "$not": { "id": own } })),
        ("double not", json!({ "$or": [{ "$not": { "$not": { "id": their } } }, { "n": { "$gte": 0 } }] })),
        ("quote", json!({ "name": "x' OR '1'='1" })),
        ("an unknown field", json!({ "tenant": "x", "n": 1 })),
        ("an unknown operator", json!({ "name": { "$regex": ".*" } })),
        ("an unknown group", json!({ "$nor": [{ "id": own }] })),
        ("a field of SQL", json!({ "id\" = \"id": 1 })),
        ("a scope in the filter", json!({ "$scope": "across_tenants" })),
        ("a list where an object goes", json!([{ "id": their }])),
        ("a text where an object goes", json!("1 = 1")),
    ];
    if let (Some((name, a)), Some((_, b))) = (tenant_of::<M>(&world.a), tenant_of::<M>(&world.b)) {
        all.extend([
            ("tenant = own", json!({ name: a })),
            ("tenant = theirs", json!({ name: b })),
            ("tenant != own", json!({ name: { "$ne": a } })),
            ("tenant in both", json!({ name: [a, b] })),
            ("tenant is null", json!({ name: null })),
            ("tenant = theirs or true", json!({ "$or": [{ name: b }, { "$and": [] }] })),
            ("not tenant = own", json!({ "$not": { name: a } })),
            ("tenant = own or true", json!({ "$or": [{ name: a }, { "$and": [] }] })),
        ]);
    }
    all.extend(M::json_reaching(world));
    let mut all: Vec<_> = all.into_iter().map(|(name, filter)| (name, Some(filter))).collect();
    all.push(("no filter", None));
    all
}

/// As text; rows that come in no order as a set.
pub(super) fn told_rows(outcome: Result<Json, Refused>) -> String {
    told(outcome.map(|json| match json {
        Json::Array(rows) => {
            let mut rows: Vec<String> = rows.iter().map(ToString::to_string).collect();
            rows.sort();
            rows
        }
        other => vec![other.to_string()],
    }))
}

fn with_filter(mut params: Json, filter: Option<Json>) -> Json {
    if let Some(filter) = filter {
        set(&mut params, "filter", filter);
    }
    params
}

fn of_rows(mut params: Json, filter: Option<Json>) -> Json {
    match filter {
        Some(filter) => set(&mut params, "filter", filter),
        None => set(&mut params, "all_rows", json!(true)),
    }
    params
}

/// `None` where JSON has no such operation.
pub(super) async fn keyed_read<M: Subject>(op: KeyedRead, stage: &Stage<M>, key: &str) -> Option<String> {
    match op {
        KeyedRead::Read => Some(told(stage.by_name.run("Read", &stage.tenant, json!({ "id": key })).await)),
        KeyedRead::History => {
            let filter = json!({ "model": M::DEF.name, "row_key": key });
            let params = json!({ "filter": filter, "order_by": ["id"], "fields": ["tenant", "operation", "row_key", "error", "after"] });
            let node = super::world::schema().node("ListAuditRecordNode").unwrap();
            Some(told(node.run(&stage.tenant, params).await))
        }
        KeyedRead::WithDeleted => {
            let params = deleted::<M>(json!({ "id": key }), "with_deleted");
            Some(told(stage.by_name.run("Read", &stage.tenant, params).await))
        }
        KeyedRead::Optional => None,
    }
}

pub(super) async fn filtered_read<M: Subject>(
    op: FilteredRead,
    stage: &Stage<M>,
    filter: Option<Json>,
) -> Option<String> {
    let (nodes, scope) = (&stage.by_name, &stage.tenant);
    Some(match op {
        FilteredRead::List => {
            told_rows(nodes.run("List", scope, with_filter(json!({ "limit": 1000 }), filter)).await)
        }
        FilteredRead::Included => {
            let params = json!({ "limit": 1000, "include": M::includes()? });
            told_rows(nodes.run("List", scope, with_filter(params, filter)).await)
        }
        FilteredRead::Ordered => {
            let params = json!({ "order_by": ["-name", "id"], "limit": 2, "offset": 1 });
            told(nodes.run("List", scope, with_filter(params, filter)).await)
        }
        FilteredRead::First => {
            let params = json!({ "order_by": shown_code::<M>(), "limit": 1, "fields": ["id", "name", "n"] });
            told(nodes.run("List", scope, with_filter(params, filter)).await)
        }
        FilteredRead::Pages => told(pages(nodes, scope, filter).await),
        FilteredRead::Figures => {
            told(nodes.run("Count", scope, with_filter(figures::<M>(json!({})), filter)).await)
        }
        FilteredRead::Groups => {
            let params = figures::<M>(json!({ "group_by": ["name", "note"] }));
            told(nodes.run("Count", scope, with_filter(params, filter)).await)
        }
        FilteredRead::GroupsRanked => {
            let order = json!(["-sum.n", "-max.note"]);
            let params =
                figures::<M>(json!({ "group_by": [shown_code::<M>()], "order_by": order, "limit": 2 }));
            told(nodes.run("Count", scope, with_filter(params, filter)).await)
        }
        FilteredRead::GroupsByOwner => {
            let names = ["tenant_id", "parent_id", "id"];
            let owner = names.into_iter().find(|name| M::DEF.find(name).is_some());
            let params = json!({ "group_by": [owner], "max": ["note"] });
            told(nodes.run("Count", scope, with_filter(params, filter)).await)
        }
        FilteredRead::Count => told(nodes.run("Count", scope, with_filter(json!({}), filter)).await),
        FilteredRead::WithDeleted => {
            let params = deleted::<M>(json!({ "limit": 1000 }), "with_deleted");
            told_rows(nodes.run("List", scope, with_filter(params, filter)).await)
        }
        FilteredRead::OnlyDeleted => {
            let params = deleted::<M>(json!({ "limit": 1000 }), "only_deleted");
            told_rows(nodes.run("List", scope, with_filter(params, filter)).await)
        }
        FilteredRead::CountDeleted => {
            let params = deleted::<M>(json!({}), "with_deleted");
            told(nodes.run("Count", scope, with_filter(params, filter)).await)
        }
        FilteredRead::FiguresDeleted => {
            let params = deleted::<M>(figures::<M>(json!({})), "with_deleted");
            told(nodes.run("Count", scope, with_filter(params, filter)).await)
        }
        FilteredRead::FiguresNarrowed | FilteredRead::Stream => return None,
    })
}

/// Says which deleted rows are meant, of a shape that has some: by name others have no such parameter.
fn deleted<M: Subject>(mut params: Json, name: &str) -> Json {
    if M::DEF.soft_delete().is_some() {
        set(&mut params, name, json!(true));
    }
    params
}

/// With what rows amount to: as the typed face has it.
fn figures<M: Subject>(mut params: Json) -> Json {
    for (name, fields) in [
        ("sum", vec!["n"]),
        ("avg", vec!["n"]),
        ("min", vec!["name"]),
        ("max", vec!["note", shown_code::<M>()]),
    ] {
        set(&mut params, name, json!(fields));
    }
    params
}

/// The code, or what stands for it in questions where it is hidden.
fn shown_code<M: Subject>() -> &'static str {
    if M::DEF.find("code").is_some_and(|(_, field)| field.hidden) { "name" } else { "code" }
}

async fn pages(nodes: &ByName, scope: &Tenant, filter: Option<Json>) -> Result<Vec<Json>, Refused> {
    let (mut all, mut cursor) = (Vec::new(), Json::Null);
    loop {
        let params = json!({ "order_by": ["-name"], "limit": 1, "cursor": cursor });
        let page = nodes.run("List", scope, with_filter(params, filter.clone())).await?;
        cursor = page["next"].clone();
        all.push(page);
        if cursor.is_null() || all.len() >= 20 {
            return Ok(all);
        }
    }
}

/// `None` where the shape or JSON has no such operation.
pub(super) async fn keyed_update<M: Subject>(
    op: KeyedUpdate,
    stage: &Stage<M>,
    world: &World,
    key: &str,
) -> Option<String> {
    let (nodes, scope) = (&stage.by_name, &stage.tenant);
    let update = |data: Json| json!({ "id": key, "data": data });
    let (node, params) = match op {
        KeyedUpdate::Name => ("Update", update(json!({ "name": "changed" }))),
        KeyedUpdate::Add => ("Update", json!({ "id": key, "add": { "n": 5 } })),
        KeyedUpdate::PathSet => {
            let paths = [
                json!({ "field": "data", "path": ["deep", "x"], "set": 1 }),
                json!({ "field": "data", "path": ["secret"], "remove": true }),
            ];
            ("Update", json!({ "id": key, "paths": paths }))
        }
        KeyedUpdate::PathAdd => ("Update", json!({ "id": key, "paths": [added("n", 5)] })),
        KeyedUpdate::PathUnfit => ("Update", json!({ "id": key, "paths": [added("secret", 1)] })),
        KeyedUpdate::PathQuota => {
            let when = json!({ "data.secret": { "$lte": { "$field": "data.secret" } } });
            ("Update", json!({ "id": key, "paths": [added("n", 5)], "when": when }))
        }
        KeyedUpdate::When => {
            ("Update", json!({ "id": key, "data": { "name": "changed" }, "when": { "n": { "$gte": 0 } } }))
        }
        KeyedUpdate::WhenNot => {
            ("Update", json!({ "id": key, "data": { "name": "changed" }, "when": { "name": world.canary } }))
        }
        KeyedUpdate::CodeToTheirs => {
            ("Update", update(json!({ "name": "changed", "code": M::code_of("their-code") })))
        }
        KeyedUpdate::CodeToOwn => {
            ("Update", update(json!({ "name": "changed", "code": M::code_of("own-code-2") })))
        }
        KeyedUpdate::Each => ("BulkUpdate", json!({ "data": [{ "id": key, "name": "changed" }] })),
        KeyedUpdate::EachWithOwn => {
            let own = own_key::<M>(world);
            let rows = json!([{ "id": own, "name": "changed too" }, { "id": key, "name": "changed" }]);
            ("BulkUpdate", json!({ "data": rows }))
        }
        KeyedUpdate::Restore if M::DEF.soft_delete().is_some() => {
            ("Update", json!({ "id": key, "restore": true }))
        }
        KeyedUpdate::Revoke => ("Update", update(json!({ "is_active": false }))),
        // Of a shape without a soft deletion the typed face alone has one to be refused.
        KeyedUpdate::Restore => ("Update", json!({ "id": key, "restore": true, "data": {} })),
        KeyedUpdate::EachAdd | KeyedUpdate::EachPath => return None,
    };
    Some(told(nodes.run(node, scope, params).await))
}

fn merge(object: &mut Json, more: Json) {
    for (name, value) in more.as_object().unwrap() {
        set(object, name, value.clone());
    }
}

pub(super) async fn reparent<M: Subject>(
    op: Reparent,
    stage: &Stage<M>,
    world: &World,
    key: &str,
    parent: &str,
) -> String {
    let mut data = M::parent_json(parent);
    merge(&mut data, json!({ "name": "changed" }));
    let of_row = |key: &str, data: &Json| {
        let mut row = data.clone();
        set(&mut row, "id", json!(key));
        row
    };
    let (node, params) = match op {
        Reparent::One => ("Update", json!({ "id": key, "data": data })),
        Reparent::Each => ("BulkUpdate", json!({ "data": [of_row(key, &data)] })),
        Reparent::EachWithOwn => {
            // Rows of one request set the same fields.
            let own = M::parent_json(&M::parents(&world.a).unwrap());
            let mut own = of_row(&own_key::<M>(world), &own);
            set(&mut own, "name", json!("changed too"));
            ("BulkUpdate", json!({ "data": [own, of_row(key, &data)] }))
        }
        Reparent::Bulk => ("BulkUpdate", json!({ "data": data, "filter": { "id": key } })),
    };
    told(stage.by_name.run(node, &stage.tenant, params).await)
}

/// A change that adds at a path of one part.
fn added(part: &str, amount: i64) -> Json {
    json!({ "field": "data", "path": [part], "add": amount })
}

/// Updates that only JSON can ask for.
pub(super) async fn odd_updates<M: Subject>(
    stage: &Stage<M>,
    world: &World,
    key: &str,
) -> Vec<(&'static str, String)> {
    let (nodes, scope) = (&stage.by_name, &stage.tenant);
    let their_id = M::owner(&world.b).map_or(json!(world.b.text), |id| tenant_json(&id));
    let column = tenant_of::<M>(&world.b).map_or("id", |(name, _)| name);
    let data = json!({ "name": "changed" });
    let asked = [
        ("update SetTenant", json!({ "id": key, "data": { column: their_id } })),
        ("update SetKey", json!({ "id": key, "data": { "id": "x" } })),
        ("update ScopeBeside", json!({ "id": key, "data": data, "scope": "across_tenants" })),
        ("update TenantBeside", json!({ "id": key, "data": data, "tenant": their_id })),
        ("update UnknownField", json!({ "id": key, "data": { "nmae": "x" } })),
    ];
    let mut all = Vec::new();
    for (name, params) in asked {
        all.push((name, told(nodes.run("Update", scope, params).await)));
    }
    all
}

pub(super) async fn filtered_update<M: Subject>(
    op: FilteredUpdate,
    stage: &Stage<M>,
    filter: Option<Json>,
) -> String {
    let params = match op {
        FilteredUpdate::Bulk => json!({ "data": { "name": "changed" } }),
        FilteredUpdate::Returning => json!({ "add": { "n": 3 } }),
        FilteredUpdate::BulkPath => json!({ "paths": [added("n", 3)] }),
        FilteredUpdate::BulkPathUnfit => json!({ "paths": [added("secret", 3)] }),
        FilteredUpdate::Revoke => json!({ "data": { "is_active": false } }),
    };
    told(stage.by_name.run("BulkUpdate", &stage.tenant, of_rows(params, filter)).await)
}

/// `None` where JSON has no such operation.
pub(super) async fn keyed_delete<M: Subject>(
    op: KeyedDelete,
    stage: &Stage<M>,
    world: &World,
    key: &str,
) -> Option<String> {
    let (node, params) = match op {
        KeyedDelete::Delete => ("Delete", json!({ "id": key })),
        KeyedDelete::When => ("Delete", json!({ "id": key, "when": { "n": { "$gte": 0 } } })),
        KeyedDelete::WhenNot => ("Delete", json!({ "id": key, "when": { "name": world.canary } })),
        KeyedDelete::Keys => ("BulkDelete", json!({ "ids": [key, "own-2"] })),
        KeyedDelete::KeysFiltered => {
            let filter = json!({ "$or": [{ "name": world.canary }, { "n": { "$gte": 0 } }] });
            ("BulkDelete", json!({ "ids": [key], "filter": filter }))
        }
        KeyedDelete::Hard | KeyedDelete::KeysHard => return None,
    };
    Some(told(stage.by_name.run(node, &stage.tenant, params).await))
}

/// `None` where JSON has no such operation.
pub(super) async fn filtered_delete<M: Subject>(
    op: FilteredDelete,
    stage: &Stage<M>,
    filter: Option<Json>,
) -> Option<String> {
    match op {
        FilteredDelete::Bulk => {
            Some(told(stage.by_name.run("BulkDelete", &stage.tenant, of_rows(json!({}), filter)).await))
        }
        FilteredDelete::Hard => None,
    }
}

fn row<M: Subject>(spec: &Spec, who: &Who, with_tenant: bool) -> Json {
    let mut row = json!({
        "id": spec.id,
        "name": spec.text,
        "code": M::code_of(&spec.code),
        "note": spec.text,
        "data": { "secret": spec.text },
        "n": spec.n,
    });
    if let Some(parent) = spec.parent.clone().or_else(|| M::parents(who)) {
        merge(&mut row, M::parent_json(&parent));
    }
    if let Some((name, id)) = tenant_of::<M>(who).filter(|_| with_tenant) {
        set(&mut row, name, id);
    }
    row
}

/// `None` where JSON has no such operation.
pub(super) async fn making<M: Subject>(
    op: Making,
    stage: &Stage<M>,
    world: &World,
    brings: Brings,
    parent: Option<String>,
) -> Option<String> {
    let (nodes, scope) = (&stage.by_name, &stage.tenant);
    let (key, code) = brings.key_and_code::<M>(world);
    let spec = Spec { parent, ..Spec::new(&key, code, "made") };
    let other = Spec { id: "new-2".into(), code: "new-code-2".into(), ..spec.clone() };
    let one = || row::<M>(&spec, &world.a, false);
    let rows = || match brings {
        Brings::Generated => json!([one()]),
        _ => json!([one(), row::<M>(&other, &world.a, false)]),
    };
    let upsert = |conflict: Json| ("Upsert", json!({ "data": one(), "on_conflict": conflict }));
    let bulk = |conflict: Json| ("BulkCreate", json!({ "data": rows(), "on_conflict": conflict }));
    let (node, params) = match op {
        Making::Create => ("Create", json!({ "data": one() })),
        Making::WholeOwn => ("Create", json!({ "data": row::<M>(&spec, &world.a, true) })),
        Making::WholeTheirs => {
            let theirs = Spec { parent: None, ..spec.clone() };
            ("BulkCreate", json!({ "data": [row::<M>(&theirs, &world.b, true)] }))
        }
        Making::Bulk => ("BulkCreate", json!({ "data": rows() })),
        Making::KeyUpdate => upsert(json!({ "on": ["id"], "update": ["name", "note"] })),
        Making::KeyAdd => upsert(json!({ "on": ["id"], "add": { "n": 4 } })),
        Making::KeyPath => upsert(json!({ "on": ["id"], "paths": [added("n", 4)] })),
        Making::KeyIgnore => upsert(json!({ "on": ["id"], "ignore": true })),
        Making::CodeUpdate => upsert(json!({ "on": "code", "update": "name" })),
        Making::CodeIgnore => upsert(json!({ "on": ["code"], "ignore": true })),
        Making::BulkKeyUpdate => bulk(json!({ "on": ["id"], "update": ["name"] })),
        Making::BulkKeyIgnore => bulk(json!({ "on": ["id"], "ignore": true })),
        Making::BulkCodePath => {
            let path = json!({ "field": "data", "path": ["deep", "x"], "set": 1 });
            bulk(json!({ "on": ["code"], "paths": [path] }))
        }
        Making::BulkCodeUpdate => bulk(json!({ "on": ["code"], "update": ["name"] })),
        Making::BulkCodeIgnore => bulk(json!({ "on": ["code"], "ignore": true })),
        Making::InTheirTenant => {
            let id = M::owner(&world.b).map(|id| tenant_json(&id));
            ("Create", json!({ "data": one(), "in_tenant": id }))
        }
        Making::Returning | Making::Streamed => return None,
    };
    Some(told(nodes.run(node, scope, params).await))
}

/// Creates that only JSON can ask for.
pub(super) async fn odd_makings<M: Subject>(stage: &Stage<M>, world: &World) -> Vec<(&'static str, String)> {
    let (nodes, scope) = (&stage.by_name, &stage.tenant);
    let data = row::<M>(&Spec::new("new", "new-code", "made"), &world.a, false);
    let mut unknown = data.clone();
    set(&mut unknown, "owner", json!(world.b.text));
    let theirs = M::owner(&world.b).map(|id| tenant_json(&id));
    let replace = json!({ "on": ["id"], "replace": true });
    let asked = [
        ("create ScopeBeside", "Create", json!({ "data": data, "scope": "across_tenants" })),
        ("create TenantBeside", "Create", json!({ "data": data, "tenant": theirs })),
        ("create ReasonBeside", "BulkCreate", json!({ "data": [data], "across_tenants": "because" })),
        ("create UnknownField", "Create", json!({ "data": unknown })),
        ("create Replace", "Upsert", json!({ "data": data, "on_conflict": replace })),
    ];
    let mut all = Vec::new();
    for (name, node, params) in asked {
        all.push((name, told(nodes.run(node, scope, params).await)));
    }
    all
}
