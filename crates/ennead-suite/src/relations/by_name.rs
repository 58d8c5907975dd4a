//! Relations by name: included rows, conditions on related rows, and what is refused.

use ennead::prelude::*;
use serde_json::{Value as Json, json};

use super::{Account, Plan, Project, Task, filled, models};
use crate::Bed;
use crate::tenancy::recorder::statements;

async fn run(scope: &impl ennead::NodeScope, node: &str, params: Json) -> Result<Json, Error> {
    models().node(node)?.run(scope, params).await
}

async fn refused(scope: &impl ennead::NodeScope, node: &str, params: Json) -> String {
    let mut error = None;
    let shown = params.to_string();
    let sent = statements(async { error = Some(run(scope, node, params).await) }).await;
    let error = error.unwrap().expect_err(&shown);
    assert!(error.is_invalid_input() && sent.is_empty(), "{shown}: {error:?} {sent:?}");
    error.to_string()
}

/// The ids of a list, at a path of each row: `tasks.id` of `[{"tasks": [{"id": …}]}]`.
fn at(json: &Json, path: &str) -> String {
    match (json, path.split_once('.').unwrap_or((path, ""))) {
        (Json::Array(rows), _) => rows.iter().map(|row| at(row, path)).collect::<Vec<_>>().join(" "),
        (Json::Null, _) => "null".into(),
        (Json::Object(row), (name, "")) => {
            row[name].as_str().map_or_else(|| row[name].to_string(), Into::into)
        }
        (Json::Object(row), (name, rest)) => format!("[{}]", at(&row[name], rest)),
        (other, _) => other.to_string(),
    }
}

async fn rows_that_are_included(bed: Bed) {
    let (_, acme) = filled(&bed).await;
    let list = async |params| run(&acme, "ListProjectNode", params).await.unwrap();
    let by_id = |include: Json| json!({ "order_by": "id", "include": include });
    // A name, names, names with dots, and objects, one inside the other.
    let one = list(by_id(json!("owner"))).await;
    assert_eq!(at(&one, "owner.id"), "[ann] [ann] [bob]");
    assert!(one[0].get("tasks").is_none() && one[0].get("auditor").is_none());
    let both = list(by_id(json!(["auditor", "tasks"]))).await;
    assert_eq!(at(&both, "auditor.id"), "[bob] [null] [ann]");
    assert_eq!(at(&both, "tasks.id"), "[t1 t2 t3] [t4] []");
    let behind = list(by_id(json!(["tasks.above", "owner.plan", "tasks.below"]))).await;
    assert_eq!(at(&behind, "tasks.above.id"), "[[null] [t1] [t1]] [[null]] []");
    assert_eq!(at(&behind, "tasks.below.id"), "[[t2 t3] [] []] [[]] []");
    assert_eq!(at(&behind, "owner.plan.name"), "[[pro]] [[pro]] [[free]]");
    let said = list(by_id(json!({ "tasks": {
        "filter": { "position": { "$lte": 2 } }, "order_by": ["-position"], "fields": ["title"], "include": ["above"],
    } })));
    let said = said.await;
    assert_eq!(at(&said, "tasks.title"), "[task t2 task t3] [task t4] []");
    assert_eq!(said[0]["tasks"][0].as_object().unwrap().keys().collect::<Vec<_>>(), ["above", "title"]);
    let mixed = list(by_id(json!(["owner", { "tasks": { "limit": 1 } }, "tasks.above"]))).await;
    assert_eq!(at(&mixed, "tasks.id"), "[t1] [t4] []");
    // Projections, pages and reads, with what they are tied by left out.
    let few = list(json!({ "order_by": "-id", "fields": ["name"], "limit": 1, "include": ["owner"] })).await;
    assert_eq!(few[0].as_object().unwrap().keys().collect::<Vec<_>>(), ["name", "owner"]);
    assert_eq!(at(&few, "owner.id"), "[bob]");
    let page = json!({ "order_by": "id", "limit": 2, "cursor": null, "include": "tasks", "fields": ["id"] });
    let page = list(page).await;
    assert_eq!(at(&page["items"], "tasks.id"), "[t1 t2 t3] [t4]");
    let next = json!({ "order_by": "id", "limit": 2, "cursor": page["next"], "include": "owner" });
    assert_eq!(at(&list(next).await["items"], "owner.id"), "[bob]");
    let read = json!({ "id": "t2", "include": { "above": { "include": "project.owner" } } });
    let read = run(&acme, "ReadTaskNode", read).await.unwrap();
    assert_eq!(at(&read, "above.project.owner.id"), "[[[ann]]]");
    // What is deleted softly is there only where that is said.
    Task::delete("t1").run(&acme).await.unwrap();
    let without = run(&acme, "ReadTaskNode", json!({ "id": "t2", "include": ["above"] })).await.unwrap();
    assert_eq!(without["above"], Json::Null);
    let with = json!({ "id": "t2", "include": { "above": { "with_deleted": true } } });
    assert_eq!(run(&acme, "ReadTaskNode", with).await.unwrap()["above"]["id"], "t1");
    let nothing = list(json!({ "filter": { "id": "p9" }, "include": ["owner"] })).await;
    assert_eq!(nothing, json!([]));
}

async fn conditions_on_related_rows(bed: Bed) {
    let (_, acme) = filled(&bed).await;
    let projects = async |filter: Json| {
        let params = json!({ "filter": filter, "order_by": "id" });
        at(&run(&acme, "ListProjectNode", params).await.unwrap(), "id")
    };
    for (filter, wanted) in [
        (json!({ "tasks": { "$some": { "position": 1 } } }), "p1 p2"),
        (json!({ "tasks": { "$none": { "position": 1 } } }), "p3"),
        (json!({ "tasks": { "$some": {} } }), "p1 p2"),
        (json!({ "tasks": { "$exists": false } }), "p3"),
        (json!({ "tasks": { "$some": { "position": 1 }, "$none": { "position": 3 } } }), "p2"),
        (json!({ "owner": { "name": "ann" } }), "p1 p2"),
        (json!({ "owner": { "$not": { "name": "ann" } } }), "p3"),
        (json!({ "owner": {} }), "p1 p2 p3"),
        (json!({ "auditor": null }), "p2"),
        (json!({ "auditor": { "$exists": true } }), "p1 p3"),
        (json!({ "auditor": { "$none": { "name": "bob" } } }), "p2 p3"),
        (json!({ "owner": { "plan": { "name": "pro" } } }), "p1 p2"),
        (
            json!({ "owner": { "owned": { "$some": { "tasks": { "$some": { "title": "task t4" } } } } } }),
            "p1 p2",
        ),
        (
            json!({ "$or": [{ "name": "p3" }, { "tasks": { "$some": { "below": { "$exists": true } } } }] }),
            "p1 p3",
        ),
    ] {
        assert_eq!(projects(filter.clone()).await, wanted, "{filter}");
    }
    // In every node that takes conditions.
    let idle = json!({ "tasks": { "$exists": false } });
    assert_eq!(run(&acme, "CountProjectNode", json!({ "filter": idle })).await.unwrap()["count"], 1);
    let renamed = json!({ "filter": idle, "data": { "name": "idle" } });
    assert_eq!(run(&acme, "BulkUpdateProjectNode", renamed).await.unwrap()["affected"], 1);
    let unmet = json!({ "id": "p1", "data": { "name": "x" }, "when": idle });
    assert!(run(&acme, "UpdateProjectNode", unmet).await.unwrap_err().is_conflict());
    assert_eq!(run(&acme, "BulkDeleteProjectNode", json!({ "filter": idle })).await.unwrap()["affected"], 1);
    let unmet = json!({ "id": "p1", "when": { "owner": { "name": "bob" } } });
    assert!(run(&acme, "DeleteProjectNode", unmet).await.unwrap_err().is_conflict());
}

/// Nothing is ignored, and nothing is sent that is wrong.
async fn what_is_no_relation(bed: Bed) {
    let (db, acme) = filled(&bed).await;
    let including = |include: Json| json!({ "include": include });
    for (include, wanted) in [
        (json!("ownr"), r#"include: unknown relation; did you mean "owner"?"#),
        (json!(["tasks", "tasks.abve"]), r#"include[1]: unknown relation; did you mean "above"?"#),
        (json!("name"), "include: is a field, and no relation"),
        (json!(["owner", "owner"]), "include[1]: is included twice"),
        (json!(["owner", { "owner": {} }]), "is included twice"),
        (json!({ "tasks": true }), "include.tasks: expected an object"),
        (json!({ "tasks.above": {} }), "names with dots stand by themselves"),
        (
            json!({ "tasks": { "limt": 1 } }),
            r#"include.tasks.limt: unknown parameter; did you mean "limit"?"#,
        ),
        (json!({ "owner": { "limit": 1 } }), "include.owner.limit: leads to one row at most"),
        (
            json!({ "tasks": { "filter": { "titel": 1 } } }),
            r#"include.tasks.filter.titel: unknown field or relation; did you mean "title"?"#,
        ),
        (json!({ "tasks": { "fields": ["x"] } }), "include.tasks.fields[0]: unknown field"),
        (json!({ "tasks": { "order_by": "-x" } }), "include.tasks.order_by: unknown field"),
        (
            json!({ "tasks": { "include": { "above": { "filter": { "position": "x" } } } } }),
            "include.tasks.include.above.filter.position: expected an integer",
        ),
        (json!([["owner"]]), "include[0]: expected a name or an object"),
        (json!(7), "include: expected names"),
    ] {
        let told = refused(&acme, "ListProjectNode", including(include.clone())).await;
        assert!(told.contains(wanted), "{include}: {told}");
    }
    let long = ["above"; 9].join(".");
    let told = refused(&acme, "ListTaskNode", including(json!(long))).await;
    assert!(told.contains("more than 8 relations"), "{told}");
    // A request of a few words is no more than so many statements.
    let mut every = vec![String::new()];
    for _ in 0..4 {
        let longer = every
            .iter()
            .flat_map(|path| ["above.", "below.", "project.tasks."].map(|way| format!("{path}{way}")));
        every = longer.collect();
    }
    let every: Vec<&str> = every.iter().map(|path| path.trim_end_matches('.')).collect();
    let told = refused(&acme, "ListTaskNode", including(json!(every))).await;
    assert!(told.contains("more than 64 relations are included"), "{told}");
    for (filter, wanted) in [
        (
            json!({ "tasks": { "position": 1 } }),
            r#"filter.tasks: leads to many rows: expected {"$some": {…}}"#,
        ),
        (json!({ "tasks": null }), "leads to many rows"),
        (json!({ "tasks": { "$every": {} } }), "leads to many rows"),
        (json!({ "tasks": { "$some": {}, "$every": {} } }), "filter.tasks.$every: unknown operator"),
        (json!({ "tasks": { "$some": 1 } }), "filter.tasks.$some: a filter is an object"),
        (json!({ "tasks": { "$exists": 1 } }), "filter.tasks.$exists: expected a boolean"),
        (json!({ "owner": "ann" }), "filter.owner: expected an object of conditions"),
        (
            json!({ "owner": { "nmae": "ann" } }),
            r#"filter.owner.nmae: unknown field or relation; did you mean "name"?"#,
        ),
        (json!({ "owner.name": "ann" }), "filter.owner.name: `owner` is a relation"),
        (json!({ "ownr": {} }), r#"filter.ownr: unknown field or relation; did you mean "owner"?"#),
        (json!({ "owner": { "organization_id": "other" } }), "names another tenant than the scope's"),
    ] {
        let told = refused(&acme, "ListProjectNode", json!({ "filter": filter })).await;
        assert!(told.contains(wanted), "{filter}: {told}");
    }
    let mut deep = json!({ "title": "x" });
    for _ in 0..9 {
        deep = json!({ "above": deep });
    }
    let told = refused(&acme, "CountTaskNode", json!({ "filter": deep })).await;
    assert!(told.contains("8 relations"), "{told}");
    assert!(
        refused(&acme, "CountTaskNode", json!({ "include": "above" })).await.contains("unknown parameter")
    );
    // Rows of tenants are read in a tenant's scope only.
    let plans = ennead::schema![Plan, Account];
    let node = plans.node("ListPlanNode").unwrap();
    assert!(node.run(&db, json!({ "include": "accounts" })).await.unwrap_err().is_tenant_missing());
    let found = node.run(&acme, json!({ "order_by": "id", "include": "accounts" })).await.unwrap();
    assert_eq!(at(&found, "accounts.id"), "[bob] [ann]");
    let across = db.across_tenants("all plans");
    let found = node.run(&across, json!({ "filter": { "accounts": { "$exists": true } } })).await.unwrap();
    assert_eq!(found.as_array().unwrap().len(), 2);
}

#[model(global, table = "rel_writers")]
pub struct Writer {
    #[key(assigned)]
    pub id: String,
    #[hidden]
    pub secret: String,
}

#[model(global, table = "rel_notes")]
pub struct Note {
    #[key(assigned)]
    pub id: String,
    #[references(Writer, inverse = writings)]
    pub writer_id: String,
    #[hidden]
    #[references(Writer, inverse = ghost_writings)]
    pub ghost_id: Option<String>,
    #[hidden]
    pub draft: String,
    #[references(Writer, name = Editor, inverse = Edited)]
    pub editor_id: Option<String>,
}

/// What is hidden stays hidden, and so does who is named by it.
async fn hidden_fields_of_related_rows(bed: Bed) {
    let schema = ennead::schema![Writer, Note];
    let db = bed.db(&schema).await;
    let writer = NewWriter { id: "w".into(), secret: "canary".into() };
    Writer::create(writer).run(&db).await.unwrap();
    let note = NewNote { id: "n".into(), writer_id: "w".into(), draft: "canary".into() };
    Note::create(note).set(Note::GHOST_ID, "w").set(Note::EDITOR_ID, "w").run(&db).await.unwrap();
    let list = async |model: &str, params: Json| {
        schema.node(&format!("List{model}Node")).unwrap().run(&db, params).await
    };
    let rows = list("Note", json!({ "include": ["writer.writings.Editor.Edited"] })).await.unwrap();
    assert_eq!(rows[0]["writer"]["writings"][0]["Editor"]["Edited"][0]["id"], "n");
    assert!(!rows.to_string().contains("canary") && !rows.to_string().contains("ghost"), "{rows}");
    for (model, params) in [
        ("Note", json!({ "include": "ghost" })),
        ("Writer", json!({ "include": "ghost_writings" })),
        ("Writer", json!({ "include": { "writings": { "fields": ["draft"] } } })),
        ("Writer", json!({ "include": { "writings": { "order_by": "draft" } } })),
        ("Writer", json!({ "filter": { "writings": { "$some": { "draft": "canary" } } } })),
        ("Writer", json!({ "filter": { "ghost_writings": { "$exists": true } } })),
        ("Note", json!({ "filter": { "writer": { "secret": { "$starts_with": "c" } } } })),
    ] {
        let error = list(model, params.clone()).await.unwrap_err();
        assert!(error.is_invalid_input() && !error.to_string().contains("canary"), "{params}: {error}");
        assert!(!error.to_string().contains("known are ghost"), "{error}");
    }
}

async fn levels_are_one_statement_each(bed: Bed) {
    let (_, acme) = filled(&bed).await;
    let many = |at: i32| super::NewProject { owner_id: "ann".into(), name: format!("n{at}") };
    Project::bulk_create((0..1000).map(many)).run(&acme).await.unwrap();
    let projects = Project::list().run(&acme).await.unwrap();
    let task = |project: &Project| super::NewTask { project_id: project.id.clone(), title: "t".into() };
    Task::bulk_create(projects.iter().chain(&projects).map(task)).run(&acme).await.unwrap();
    let sent = statements(async {
        let include = json!(["owner", { "tasks": { "limit": 1, "order_by": "-id", "include": "above" } }]);
        let rows = run(&acme, "ListProjectNode", json!({ "limit": 2000, "include": include })).await.unwrap();
        let rows = rows.as_array().unwrap();
        assert_eq!(rows.len(), 1003);
        assert!(
            rows.iter().all(|row| row["tasks"].as_array().unwrap().len() == 1 && row["owner"].is_object())
        );
    });
    let sent = sent.await;
    assert_eq!(sent.len(), 4, "projects, owners, tasks, tasks above: {sent:?}");
    // A row beside many rows stands there as often, and no request makes that into any number.
    let circle = json!({ "limit": 2000, "include": "owner.owned.owner.owned" });
    let error = run(&acme, "ListProjectNode", circle).await.unwrap_err();
    assert!(
        error.is_invalid_input() && error.to_string().contains("more than 100000 related rows"),
        "{error}"
    );
}

crate::cases![
    rows_that_are_included,
    conditions_on_related_rows,
    what_is_no_relation,
    hidden_fields_of_related_rows,
    levels_are_one_statement_each,
];
