//! Relations: conditions on related rows, and related rows beside their own.
#![allow(unreachable_pub, reason = "models as an application writes them")]

pub mod actions;
pub mod by_name;
pub mod elsewhere;
pub mod limits;
pub mod links;
pub mod unique;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use ennead::With;
use ennead::prelude::*;

use crate::Bed;
use crate::tenancy::recorder::statements;

#[model(global, table = "rel_plans")]
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    #[key(assigned)]
    pub id: i32,
    pub name: String,
}

#[model(table = "rel_accounts")]
#[derive(Debug, Clone, PartialEq)]
pub struct Account {
    #[key]
    pub id: String,
    #[tenant]
    pub organization_id: String,
    pub name: String,
    #[references(Plan, inverse = accounts)]
    pub plan_id: Option<i32>,
}

#[model(table = "rel_projects")]
#[derive(Debug, Clone, PartialEq)]
pub struct Project {
    #[key]
    pub id: String,
    #[tenant]
    pub organization_id: String,
    #[references(Account, name = owner, inverse = owned)]
    pub owner_id: String,
    #[references(Account, name = auditor, inverse = audited)]
    pub auditor_id: Option<String>,
    pub name: String,
}

#[model(table = "rel_tasks")]
#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    #[key]
    pub id: String,
    #[tenant]
    pub organization_id: String,
    #[references(Project, on_delete = cascade, inverse = tasks)]
    pub project_id: String,
    #[references(Task, name = above, inverse = below)]
    pub above_id: Option<String>,
    pub title: String,
    #[default(0)]
    pub position: i64,
    #[deleted_at]
    pub deleted_at: Option<DateTime<Utc>>,
}

fn models() -> Schema {
    ennead::schema![Plan, Account, Project, Task]
}

async fn filled(bed: &Bed) -> (Db, Tenant) {
    let db = bed.db(&models()).await;
    Plan::bulk_create([(1, "free"), (2, "pro")].map(|(id, name)| NewPlan { id, name: name.into() }))
        .run(&db)
        .await
        .unwrap();
    let acme = db.tenant("acme").unwrap();
    for (id, plan) in [("ann", Some(2)), ("bob", Some(1)), ("cid", None)] {
        let account = Account::create(NewAccount { name: id.into() }).set(Account::ID, id);
        account.set(Account::PLAN_ID, plan).run(&acme).await.unwrap();
    }
    for (id, owner, auditor) in [("p1", "ann", Some("bob")), ("p2", "ann", None), ("p3", "bob", Some("ann"))]
    {
        let project = Project::create(NewProject { owner_id: owner.into(), name: id.into() });
        let project = project.set(Project::ID, id).set(Project::AUDITOR_ID, auditor.map(str::to_owned));
        project.run(&acme).await.unwrap();
    }
    for (id, project, above, position) in [
        ("t1", "p1", None, 3),
        ("t2", "p1", Some("t1"), 2),
        ("t3", "p1", Some("t1"), 1),
        ("t4", "p2", None, 1),
    ] {
        let task = Task::create(NewTask { project_id: project.into(), title: format!("task {id}") });
        let task = task.set(Task::ID, id).set(Task::ABOVE_ID, above.map(str::to_owned));
        task.set(Task::POSITION, position).run(&acme).await.unwrap();
    }
    (db, acme)
}

fn ids<'a>(rows: impl IntoIterator<Item = &'a str>) -> String {
    rows.into_iter().collect::<Vec<_>>().join(" ")
}

macro_rules! ids_of {
    ($rows:expr) => {
        ids($rows.iter().map(|row| row.id.as_str()))
    };
}

async fn conditions_follow_relations(bed: Bed) {
    let (_, acme) = filled(&bed).await;
    let accounts = async |filter| {
        let found = Account::list().filter(filter).order_by(Account::ID.asc()).run(&acme).await.unwrap();
        ids_of!(found)
    };
    assert_eq!(accounts(Account::OWNED.any()).await, "ann bob");
    assert_eq!(accounts(Account::OWNED.none()).await, "cid");
    assert_eq!(accounts(Account::AUDITED.any()).await, "ann bob");
    assert_eq!(accounts(Account::OWNED.exists(Project::NAME.eq("p3"))).await, "bob");
    assert_eq!(accounts(Account::OWNED.not_exists(Project::NAME.eq("p3"))).await, "ann cid");
    assert_eq!(accounts(Account::PLAN.exists(Plan::NAME.eq("pro"))).await, "ann");
    assert_eq!(accounts(Account::PLAN.none().or(Account::NAME.eq("bob"))).await, "bob cid");
    assert_eq!(accounts(Account::PLAN.any().and(Account::OWNED.none().not())).await, "ann bob");
    // Three hops down, and a relation of one model to itself.
    let stacked = Account::OWNED.exists(Project::TASKS.exists(Task::BELOW.exists(Task::TITLE.eq("task t3"))));
    assert_eq!(accounts(stacked).await, "ann");
    let leaves = Task::list().filter(Task::BELOW.none()).order_by(Task::ID.asc()).run(&acme).await.unwrap();
    assert_eq!(ids_of!(leaves), "t2 t3 t4");
    // What is deleted softly is not there.
    Task::delete("t3").run(&acme).await.unwrap();
    Task::delete("t2").run(&acme).await.unwrap();
    assert_eq!(Task::count().filter(Task::BELOW.any()).run(&acme).await.unwrap(), 0);
    let updated = Project::bulk_update().filter(Project::TASKS.none()).set(Project::NAME, "idle");
    assert_eq!(updated.run(&acme).await.unwrap().affected, 1);
    let deleted = Project::bulk_delete().filter(Project::TASKS.none()).run(&acme).await.unwrap();
    assert_eq!(deleted.affected, 1);
    assert_eq!(Project::count().run(&acme).await.unwrap(), 2);
}

async fn conditions_of_related_rows_pass_the_same_gate(bed: Bed) {
    let (db, acme) = filled(&bed).await;
    let nul = Project::OWNER.exists(Account::NAME.eq("a\0b"));
    assert!(Project::count().filter(nul).run(&acme).await.unwrap_err().is_invalid_input());
    let mut deep = Task::BELOW.any();
    for _ in 0..8 {
        deep = Task::ABOVE.exists(deep);
    }
    let refused = Task::count().filter(deep).run(&acme).await.unwrap_err();
    assert!(refused.is_invalid_input() && refused.to_string().contains("8 relations"), "{refused}");
    let mut deep = Task::BELOW.any();
    for _ in 0..7 {
        deep = Task::ABOVE.exists(deep.and(Task::POSITION.ge(0)));
    }
    assert_eq!(Task::count().filter(deep).run(&acme).await.unwrap(), 0);
    // A global model may ask for rows of tenants in a tenant's scope only.
    let used = || Plan::list().filter(Account::PLAN.inverse().any());
    assert!(used().run(&db).await.unwrap_err().is_tenant_missing());
    assert_eq!(used().run(&acme).await.unwrap().len(), 2);
    let other = db.tenant("other").unwrap();
    assert_eq!(used().run(&other).await.unwrap(), []);
}

/// The cursor of a page is bound to the filter, relations included.
async fn pages_of_rows_with_related_ones(bed: Bed) {
    let (_, acme) = filled(&bed).await;
    let page = async |filter, cursor: Option<&ennead::Cursor>| {
        Account::list().filter(filter).order_by(Account::NAME.asc()).limit(1).page(cursor).run(&acme).await
    };
    let first = page(Account::OWNED.any(), None).await.unwrap();
    assert_eq!(ids_of!(first.items), "ann");
    let second = page(Account::OWNED.any(), first.next.as_ref()).await.unwrap();
    assert_eq!(ids_of!(second.items), "bob");
    assert!(page(Account::AUDITED.any(), first.next.as_ref()).await.unwrap_err().is_invalid_input());
    assert!(page(Account::OWNED.none(), first.next.as_ref()).await.unwrap_err().is_invalid_input());
}

async fn related_rows_beside_their_own(bed: Bed) {
    let (_, acme) = filled(&bed).await;
    let tasks = Project::TASKS.filter(Task::POSITION.le(2)).order_by(Task::POSITION.asc());
    let list = Project::list().order_by(Project::ID.asc()).include((Project::OWNER, Project::AUDITOR, tasks));
    let rows = list.run(&acme).await.unwrap();
    let told: Vec<String> = rows
        .iter()
        .map(|project| {
            let (owner, auditor, tasks) = &project.related;
            let name = |account: &Option<Arc<Account>>| account.as_ref().map(|it| it.name.clone());
            format!("{} {:?} {:?} [{}]", project.name, name(owner), name(auditor), ids_of!(tasks))
        })
        .collect();
    assert_eq!(
        told,
        [
            r#"p1 Some("ann") Some("bob") [t3 t2]"#,
            r#"p2 Some("ann") None [t4]"#,
            r#"p3 Some("bob") Some("ann") []"#,
        ]
    );
    // One parent of many rows is one row.
    let (first, second) = (&rows[0].related.0, &rows[1].related.0);
    assert!(Arc::ptr_eq(first.as_ref().unwrap(), second.as_ref().unwrap()));
    // Two levels, up and down, to a global model too.
    let nested = Account::list().order_by(Account::ID.asc());
    let nested = nested.include((Account::PLAN, Account::OWNED.include(Project::TASKS.include(Task::ABOVE))));
    let accounts = nested.run(&acme).await.unwrap();
    let told: Vec<String> = accounts
        .iter()
        .map(|account| {
            let (plan, projects) = &account.related;
            let below =
                projects.iter().flat_map(|project| &project.related).map(|task| match &task.related {
                    Some(above) => format!("{}<{}", above.id, task.id),
                    None => task.id.clone(),
                });
            let plan = plan.as_ref().map_or("none", |plan| plan.name.as_str());
            format!("{} {plan} {}", account.id, below.collect::<Vec<_>>().join(" "))
        })
        .collect();
    assert_eq!(told, ["ann pro t1 t1<t2 t1<t3 t4", "bob free ", "cid none "]);
    let read: With<Task, _> = Task::read("t2").include(Task::ABOVE).run(&acme).await.unwrap();
    assert_eq!(read.related.as_ref().map(|above| above.id.as_str()), Some("t1"));
    assert!(Task::read("t9").include(Task::ABOVE).run(&acme).await.unwrap_err().is_not_found());
    let bad = Project::list().include(Project::TASKS.filter(Task::TITLE.eq("\0"))).run(&acme).await;
    assert!(bad.unwrap_err().is_invalid_input());
}

async fn what_is_related_to_one_row(bed: Bed) {
    let (_, acme) = filled(&bed).await;
    let project = Project::read("p1").run(&acme).await.unwrap();
    let tasks = project.related(Project::TASKS.order_by(Task::ID.desc())).run(&acme).await.unwrap();
    assert_eq!(ids_of!(tasks), "t3 t2 t1");
    let (owner, auditor) = project.related((Project::OWNER, Project::AUDITOR)).run(&acme).await.unwrap();
    assert_eq!((owner.unwrap().name.as_str(), auditor.unwrap().name.as_str()), ("ann", "bob"));
    let top = &tasks[2];
    assert_eq!(top.related(Task::ABOVE).run(&acme).await.unwrap(), None);
    Task::delete("t2").run(&acme).await.unwrap();
    assert_eq!(ids_of!(top.related(Task::BELOW).run(&acme).await.unwrap()), "t3");
    let all = top.related(Task::BELOW.with_deleted()).run(&acme).await.unwrap();
    assert_eq!(ids_of!(all), "t2 t3");
}

/// In a transaction what it wrote is there.
async fn related_rows_in_a_transaction(bed: Bed) {
    let (_, acme) = filled(&bed).await;
    let counted = acme
        .transaction(async |tx| {
            let task = NewTask { project_id: "p3".into(), title: "new".into() };
            Task::create(task).run(tx).await?;
            let project = Project::read("p3").include(Project::TASKS).run(tx).await?;
            Ok::<_, Error>(project.related.len())
        })
        .await
        .unwrap();
    assert_eq!(counted, 1);
}

async fn each_level_is_one_statement(bed: Bed) {
    let (_, acme) = filled(&bed).await;
    let many = |at: i32| NewProject { owner_id: "ann".into(), name: format!("n{at}") };
    Project::bulk_create((0..1000).map(many)).run(&acme).await.unwrap();
    let projects = Project::list().run(&acme).await.unwrap();
    let task = |project: &Project| NewTask { project_id: project.id.clone(), title: "t".into() };
    Task::bulk_create(projects.iter().chain(&projects).map(task)).run(&acme).await.unwrap();
    let sent = statements(async {
        let list = Project::list().include((Project::OWNER, Project::TASKS.include(Task::ABOVE)));
        let rows = list.run(&acme).await.unwrap();
        assert_eq!(rows.len(), 1003);
        assert_eq!(rows.iter().map(|row| row.related.1.len()).sum::<usize>(), 2010);
    });
    let sent = sent.await;
    assert_eq!(sent.len(), 4, "projects, owners, tasks, tasks above: {sent:?}");
    // Where no row names one, none is asked for.
    let sent = statements(async {
        let list = Account::list().filter(Account::ID.eq("cid")).include(Account::PLAN);
        assert_eq!(list.run(&acme).await.unwrap().len(), 1);
    });
    let sent = sent.await;
    assert_eq!(sent.len(), 1, "{sent:?}");
}

crate::cases![
    conditions_follow_relations,
    conditions_of_related_rows_pass_the_same_gate,
    pages_of_rows_with_related_ones,
    related_rows_beside_their_own,
    what_is_related_to_one_row,
    related_rows_in_a_transaction,
    each_level_is_one_statement,
];

/// The cases of these modules.
pub const ALL: &[&[crate::Case]] =
    &[CASES, by_name::CASES, limits::CASES, unique::CASES, links::CASES, actions::CASES, elsewhere::CASES];
