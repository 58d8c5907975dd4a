//! A small table for cases that are not about tables.

use ennead::prelude::*;

#[model(global, table = "items")]
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    #[key(assigned)]
    pub id: i64,
    pub name: String,
}

pub(crate) fn items() -> Schema {
    ennead::schema![Item]
}

pub(crate) fn item(id: i64) -> NewItem {
    NewItem { id, name: format!("item {id}") }
}

/// A query that takes minutes.
pub(crate) const ENDLESS: &str = "WITH RECURSIVE endless(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM endless WHERE n < 2000000000) \
     SELECT max(n) FROM endless";

/// Puts a view in the place of the items, of which reading takes long: minutes where `rows` are many.
pub(crate) async fn slow_items(db: &Db, rows: u64) {
    db.across_tenants("a slow table")
        .execute(&format!(
            "DROP TABLE items; CREATE VIEW items AS WITH RECURSIVE slow(n) AS \
             (SELECT 1 UNION ALL SELECT n + 1 FROM slow WHERE n < {rows}) \
             SELECT CAST(max(n) AS bigint) AS id, 'slow' AS name FROM slow"
        ))
        .await
        .unwrap();
}
