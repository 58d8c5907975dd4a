//! Every statement that the operations send on each shape is parsed and held against the rules.

use std::collections::BTreeSet;

use ennead::OwnedModel;
use sqlparser::dialect::{Dialect, PostgreSqlDialect, SQLiteDialect};

use super::cells::*;
use super::loose::{AnyDoc, EachDoc};
use super::recorder;
use super::rules::Rules;
use super::stage::Stage;
use super::subject::*;
use super::via::{ViaOne, ViaTwo};
use super::world::*;
use crate::Bed;

async fn reads<M: Subject>(stage: &Stage<M>, world: &World) {
    for op in KEYED_READS {
        keyed_read(*op, stage, &Key::Theirs.text::<M>(world)).await;
    }
    for (at, (_, filter)) in filters::<M>(world).into_iter().enumerate() {
        // Every filter in one operation, and every operation with some filter.
        let op = FILTERED_READS[at % FILTERED_READS.len()];
        filtered_read(op, stage, filter).await;
    }
}

async fn updates<M: Subject + ennead::TenantModel>(stage: &Stage<M>, world: &World) {
    for op in KEYED_UPDATES {
        for key in [Key::Own, Key::Theirs] {
            keyed_update(*op, stage, world, &key.text::<M>(world)).await;
        }
    }
    for (at, (_, filter)) in filters::<M>(world).into_iter().enumerate() {
        filtered_update(FILTERED_UPDATES[at % FILTERED_UPDATES.len()], stage, filter).await;
    }
}

async fn writes<M: Subject + OwnedModel>(stage: &Stage<M>, world: &World) {
    updates(stage, world).await;
    for op in MAKINGS {
        for brings in [Brings::New, Brings::TheirKey, Brings::OwnCode, Brings::Generated] {
            making(*op, stage, world, brings, M::parents(&world.a)).await;
            making(*op, stage, world, brings, M::parents(&world.b)).await;
        }
    }
    for op in KEYED_DELETES {
        keyed_delete(*op, stage, world, &Key::Theirs.text::<M>(world)).await;
    }
    for (at, (_, filter)) in filters::<M>(world).into_iter().enumerate() {
        filtered_delete(FILTERED_DELETES[at % FILTERED_DELETES.len()], stage, filter).await;
    }
}

async fn every_statement_carries_the_tenant(bed: Bed) {
    let world = World::new();
    let rules = Rules::new(&schema());
    let mut sent: Vec<(&str, Vec<String>)> = Vec::new();
    macro_rules! record {
        ($($model:ident: $($what:ident)*;)*) => {$({
            let stage = Stage::<$model>::new(&bed, &world, true).await;
            let told = recorder::statements(async { $($what(&stage, &world).await;)* }).await;
            sent.push(($model::SHAPE, told));
        })*};
    }
    record! {
        TextDoc: reads writes;
        GlobalKeyDoc: reads writes;
        Root: reads updates;
        ViaOne: reads writes;
        ViaTwo: reads writes;
        Plan: reads;
        SharedDoc: reads writes;
        SoftDoc: reads writes;
        EachDoc: reads writes;
        AnyDoc: reads writes;
    }
    let dialect: &(dyn Dialect + Sync) =
        if bed.is_postgres() { &PostgreSqlDialect {} } else { &SQLiteDialect {} };
    let kind = bed.kind();
    crate::with_room(move || {
        let (mut seen, mut wrong, mut count) = (BTreeSet::new(), Vec::new(), 0);
        for (shape, statements) in &sent {
            assert!(statements.len() > 20, "{shape}: statements are recorded");
            let mut before = None;
            for sql in statements {
                count += 1;
                if seen.insert((sql, before))
                    && let Err(why) = rules.check(dialect, sql, before)
                {
                    wrong.push(format!("{shape}: {why}: {sql}"));
                }
                before = Some(sql.as_str());
            }
        }
        let distinct: BTreeSet<&String> = seen.iter().map(|(sql, _)| *sql).collect();
        println!("tenancy statements {kind}: {count} sent, {} distinct, all parsed", distinct.len());
        assert!(wrong.is_empty(), "{} wrong:\n  {}", wrong.len(), wrong[..wrong.len().min(12)].join("\n  "));
    })
    .unwrap();
}

/// The rules themselves: what they must refuse.
async fn the_rules_refuse_what_carries_no_tenant(_: Bed) {
    let rules = Rules::new(&schema());
    for sql in [
        "SELECT \"m_text\".\"id\" FROM \"m_text\"",
        "SELECT 1 FROM \"m_text\" WHERE \"m_text\".\"tenant_id\" = 'a'",
        "SELECT 1 FROM \"m_text\" WHERE \"m_text\".\"tenant_id\" = ? OR TRUE",
        "SELECT 1 FROM \"m_text\" WHERE \"m_text\".\"tenant_id\" <> ?",
        "SELECT 1 FROM \"m_text\" WHERE NOT (\"m_text\".\"tenant_id\" = ?)",
        "SELECT 1 FROM \"m_global\" WHERE EXISTS (SELECT 1 FROM \"m_text\")",
        "SELECT 1 FROM \"m_shared\" WHERE \"m_shared\".\"is_public\" = 1",
        "SELECT 1 FROM \"m_via_one\" WHERE EXISTS (SELECT 1 FROM \"m_dash\" AS \"p\" WHERE \"p\".\"tenant_id\" = ?)",
        "SELECT 1 FROM \"m_via_one\" WHERE EXISTS (SELECT 1 FROM \"m_dash\" AS \"p\" WHERE \"p\".\"id\" = \"m_via_one\".\"parent_id\")",
        "SELECT 1 FROM \"m_global\" WHERE EXISTS (SELECT 1 FROM \"m_text\" AS \"ennead_related_1\" WHERE \"ennead_related_1\".\"id\" = \"m_global\".\"id\")",
        "SELECT 1 FROM \"m_text\" WHERE \"m_text\".\"tenant_id\" = ? AND (TRUE OR (NOT EXISTS (SELECT 1 FROM \"m_text\" AS \"ennead_related_1\" WHERE \"ennead_related_1\".\"tenant_id\" = \"m_text\".\"tenant_id\")))",
        "DELETE FROM \"m_text\" WHERE \"m_text\".\"tenant_id\" = ? AND EXISTS (SELECT 1 FROM \"m_text\" AS \"ennead_related_1\" WHERE \"ennead_related_1\".\"id\" = ?)",
        "SELECT 1 FROM (SELECT \"m_text\".\"id\" AS \"id\", \"m_text\".\"tenant_id\" AS \"tenant_id\", ROW_NUMBER() OVER (PARTITION BY \"m_text\".\"id\" ORDER BY \"m_text\".\"id\" ASC) AS \"ennead_row\" FROM \"m_text\") AS \"ennead_each\" WHERE \"ennead_each\".\"tenant_id\" = ? AND \"ennead_each\".\"ennead_row\" <= ?",
        "SELECT 1 FROM (SELECT 1, ROW_NUMBER() OVER (PARTITION BY \"m_text\".\"tenant_id\" ORDER BY \"m_text\".\"id\" ASC) AS \"ennead_row\" FROM \"m_text\" WHERE \"m_text\".\"tenant_id\" = ? OR TRUE) AS \"ennead_each\" WHERE \"ennead_each\".\"ennead_row\" <= ?",
        "SELECT \"m_text\".\"tenant_id\", COUNT(*) FROM \"m_text\" GROUP BY \"m_text\".\"tenant_id\"",
        "SELECT MAX(\"m_text\".\"name\") FROM \"m_text\" WHERE \"m_text\".\"tenant_id\" = ? OR TRUE",
        "SELECT (SELECT MAX(\"m_text\".\"name\") FROM \"m_text\") FROM \"m_text\" WHERE \"m_text\".\"tenant_id\" = ?",
        "SELECT COUNT(*) FROM \"m_text\" GROUP BY \"m_text\".\"tenant_id\" HAVING \"m_text\".\"tenant_id\" = ?",
        "SELECT COUNT(*) FROM \"m_global\" GROUP BY (SELECT 1 FROM \"m_text\")",
        "UPDATE \"m_text\" SET \"name\" = ? WHERE \"m_text\".\"id\" = ?",
        "DELETE FROM \"m_text\" WHERE \"m_text\".\"id\" = ?",
        "INSERT INTO \"m_text\" (\"id\") VALUES (?)",
        "INSERT INTO \"m_text\" (\"id\", \"tenant_id\") VALUES (?, 'a')",
        "INSERT OR REPLACE INTO \"m_text\" (\"id\", \"tenant_id\") VALUES (?, ?)",
        "INSERT INTO \"m_global_key\" (\"id\", \"tenant_id\") VALUES (?, ?) ON CONFLICT (\"id\") DO UPDATE SET \"name\" = ?",
        "INSERT INTO \"m_via_one\" (\"id\", \"parent_id\") VALUES (?, ?)",
    ] {
        assert!(rules.check(&SQLiteDialect {}, sql, None).is_err(), "{sql}");
    }
    for sql in [
        "SELECT 1 FROM (SELECT \"m_text\".\"id\" AS \"id\", ROW_NUMBER() OVER (PARTITION BY \"m_text\".\"id\" ORDER BY \"m_text\".\"id\" ASC) AS \"ennead_row\" FROM \"m_text\" WHERE \"m_text\".\"tenant_id\" = ?) AS \"ennead_each\" WHERE \"ennead_each\".\"ennead_row\" <= ?",
        "SELECT 1 FROM \"m_text\" WHERE \"m_text\".\"tenant_id\" = ? AND (FALSE OR TRUE)",
        "SELECT \"m_text\".\"name\", SUM(\"m_text\".\"n\" >> 32), SUM(\"m_text\".\"n\" & 4294967295) FROM \"m_text\" WHERE \"m_text\".\"tenant_id\" = ? GROUP BY \"m_text\".\"name\" ORDER BY SUM(\"m_text\".\"n\" >> 32) + (SUM(\"m_text\".\"n\" & 4294967295) >> 32) DESC LIMIT 4",
        "SELECT 1 FROM \"m_global\" WHERE (NOT EXISTS (SELECT 1 FROM \"m_text\" AS \"ennead_related_1\" WHERE \"ennead_related_1\".\"tenant_id\" = ?))",
    ] {
        rules.check(&SQLiteDialect {}, sql, None).unwrap();
    }
}

crate::cases![every_statement_carries_the_tenant, the_rules_refuse_what_carries_no_tenant];
