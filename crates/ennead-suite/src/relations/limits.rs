//! The first related rows beside each row: one statement, whatever the number of rows.

use ennead::prelude::*;
use serde_json::{Value as Json, json};

use super::{Account, NewAccount, NewProject, NewTask, Project, Task, filled, models};
use crate::Bed;
use crate::tenancy::recorder::statements;

fn told<'a, R: 'a>(rows: &'a [ennead::With<R, Vec<Task>>]) -> Vec<String> {
    rows.iter()
        .map(|row| row.related.iter().map(|task| task.id.as_str()).collect::<Vec<_>>().join(" "))
        .collect()
}

async fn the_first_rows_of_each(bed: Bed) {
    let (_, acme) = filled(&bed).await;
    let list = || Project::list().order_by(Project::ID.asc());
    let tasks = || Project::TASKS.order_by(Task::POSITION.asc());
    for (limit, wanted) in [(0, ["", "", ""]), (1, ["t3", "t4", ""]), (2, ["t3 t2", "t4", ""])] {
        let rows = list().include(tasks().limit(limit)).run(&acme).await.unwrap();
        assert_eq!(told(&rows), wanted, "{limit}");
    }
    // Without an order by key, and equal ones too; the other way round.
    assert_eq!(told(&list().include(Project::TASKS.limit(2)).run(&acme).await.unwrap()), ["t1 t2", "t4", ""]);
    let same = Task::bulk_update().all_rows().set(Task::POSITION, 7).run(&acme).await.unwrap();
    assert_eq!(same.affected, 4);
    let down = Project::TASKS.order_by(Task::POSITION.desc()).limit(2);
    assert_eq!(told(&list().include(down).run(&acme).await.unwrap()), ["t1 t2", "t4", ""]);
    // Conditions come before, and what is deleted softly counts only where it is asked for.
    let few = Project::TASKS.filter(Task::ID.ne("t1")).limit(1);
    assert_eq!(told(&list().include(few).run(&acme).await.unwrap()), ["t2", "t4", ""]);
    Task::delete("t1").run(&acme).await.unwrap();
    assert_eq!(told(&list().include(Project::TASKS.limit(1)).run(&acme).await.unwrap()), ["t2", "t4", ""]);
    let dead = Project::TASKS.with_deleted().limit(1);
    assert_eq!(told(&list().include(dead).run(&acme).await.unwrap()), ["t1", "t4", ""]);
    // NULLs stand first, and last the other way round, within each as everywhere.
    let by_above = |order| Project::TASKS.order_by(order).with_deleted().limit(1);
    assert_eq!(
        told(&list().include(by_above(Task::ABOVE_ID.asc())).run(&acme).await.unwrap()),
        ["t1", "t4", ""]
    );
    assert_eq!(
        told(&list().include(by_above(Task::ABOVE_ID.desc())).run(&acme).await.unwrap()),
        ["t2", "t4", ""]
    );
    // Of one row, and of each level.
    let one = Project::read("p1").run(&acme).await.unwrap();
    assert_eq!(one.related(Project::TASKS.limit(1)).run(&acme).await.unwrap().len(), 1);
    let nested = Account::OWNED.limit(1).include(Project::TASKS.limit(1));
    let accounts = Account::list().order_by(Account::ID.asc()).include(nested).run(&acme).await.unwrap();
    let shape: Vec<Vec<usize>> = accounts
        .iter()
        .map(|row| row.related.iter().map(|project| project.related.len()).collect())
        .collect();
    assert_eq!(shape, [vec![1], vec![0], vec![]]);
    // A value that does not fit is refused as everywhere.
    let bad = list().include(Project::TASKS.filter(Task::TITLE.eq("\0")).limit(1)).run(&acme).await;
    assert!(bad.unwrap_err().is_invalid_input());
}

/// Each tenant's own are counted, where tenants have rows of the same keys, and where all of them are read.
async fn limits_within_tenants(bed: Bed) {
    let (db, acme) = filled(&bed).await;
    let other = db.tenant("other").unwrap();
    Account::create(NewAccount { name: "other".into() }).set(Account::ID, "ann").run(&other).await.unwrap();
    let project = NewProject { owner_id: "ann".into(), name: "theirs".into() };
    Project::create(project).set(Project::ID, "p1").run(&other).await.unwrap();
    for id in ["t0", "t1", "t2"] {
        let task = NewTask { project_id: "p1".into(), title: "theirs".into() };
        Task::create(task).set(Task::ID, id).run(&other).await.unwrap();
    }
    let first = |project: &str| {
        let list = Project::list().filter(Project::ID.eq(project)).order_by(Project::ORGANIZATION_ID.asc());
        list.include(Project::TASKS.limit(2))
    };
    assert_eq!(told(&first("p1").run(&acme).await.unwrap()), ["t1 t2"]);
    assert_eq!(told(&first("p1").run(&other).await.unwrap()), ["t0 t1"]);
    let across = db.across_tenants("both");
    let rows = first("p1").run(&across).await.unwrap();
    assert_eq!(told(&rows), ["t1 t2", "t0 t1"]);
    assert!(
        rows.iter().all(|row| row.related.iter().all(|task| task.organization_id == row.organization_id))
    );
    let narrowed =
        Project::list().in_tenant("other").include(Project::TASKS.limit(1)).run(&across).await.unwrap();
    assert_eq!(told(&narrowed), ["t0"]);
    let params =
        json!({ "filter": { "id": "p1" }, "include": { "tasks": { "limit": 1, "fields": ["id"] } } });
    let node = models().node("ListProjectNode").unwrap();
    for (scope, wanted) in [(&acme, "t1"), (&other, "t0")] {
        assert_eq!(node.run(scope, params.clone()).await.unwrap()[0]["tasks"], json!([{ "id": wanted }]));
    }
}

async fn limits_of_a_thousand(bed: Bed) {
    let (_, acme) = filled(&bed).await;
    let many = |at: i32| NewProject { owner_id: "ann".into(), name: format!("n{at}") };
    Project::bulk_create((0..1000).map(many)).run(&acme).await.unwrap();
    let projects = Project::list().run(&acme).await.unwrap();
    let task = |(at, project): (usize, &Project)| {
        let new = NewTask { project_id: project.id.clone(), title: format!("{at}") };
        Task::create(new).set(Task::POSITION, at as i64)
    };
    let rows = projects.iter().chain(&projects).chain(&projects).enumerate().map(task);
    Task::bulk_create(rows).run(&acme).await.unwrap();
    let mut lists: Vec<Vec<i64>> = Vec::new();
    let sent = statements(async {
        let tasks = Project::TASKS.filter(Task::TITLE.ne("x")).order_by(Task::POSITION.desc()).limit(2);
        let rows = Project::list().include((Project::OWNER, tasks)).run(&acme).await.unwrap();
        lists.extend(rows.iter().map(|row| row.related.1.iter().map(|task| task.position).collect()));
    });
    let sent = sent.await;
    assert_eq!(sent.len(), 3, "projects, owners, tasks: {sent:?}");
    assert!(
        lists.len() == 1003 && lists.iter().all(|list| list.len() == 2 && list[0] == list[1] + 1003),
        "{lists:?}"
    );
    let sent = statements(async {
        let include = json!({ "tasks": { "order_by": "-position", "limit": 2, "fields": ["position"] } });
        let params = json!({ "limit": 2000, "include": include });
        let rows = models().node("ListProjectNode").unwrap().run(&acme, params).await.unwrap();
        let by_name = |row: &Json| {
            let tasks = row["tasks"].as_array().unwrap().iter();
            tasks.map(|task| task["position"].as_i64().unwrap()).collect::<Vec<_>>()
        };
        let mut by_name: Vec<Vec<i64>> = rows.as_array().unwrap().iter().map(by_name).collect();
        by_name.sort_unstable();
        lists.sort_unstable();
        assert_eq!(by_name, lists);
    });
    let sent = sent.await;
    assert_eq!(sent.len(), 2, "projects, tasks: {sent:?}");
}

/// The first row with what belongs to it: it follows the order and the conditions, and there may be none.
async fn the_first_row_with_its_own(bed: Bed) {
    let (_, acme) = filled(&bed).await;
    let list = || Project::list().order_by(Project::ID.desc());
    let last = list().include(Project::TASKS).first(&acme).await.unwrap().unwrap();
    assert_eq!((last.id.as_str(), last.related.len()), ("p3", 0));
    let first =
        list().filter(Project::TASKS.any()).include(Project::TASKS).first(&acme).await.unwrap().unwrap();
    assert_eq!((first.id.as_str(), first.related[0].id.as_str()), ("p2", "t4"));
    let none = list().filter(Project::ID.eq("p9")).include(Project::TASKS).first(&acme).await.unwrap();
    assert!(none.is_none());
    let sent = statements(async { drop(list().include(Project::TASKS).first(&acme).await.unwrap()) }).await;
    assert_eq!(sent.len(), 2, "{sent:?}");
}

crate::cases![
    the_first_rows_of_each,
    the_first_row_with_its_own,
    limits_within_tenants,
    limits_of_a_thousand
];
