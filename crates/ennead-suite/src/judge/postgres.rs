//! The judge of Postgres: facts of the catalogues, in the server's own words.

use sqlx::{AssertSqlSafe, Executor, PgConnection, Row};

use super::Facts;

/// All facts of a database. The connection's search path is empty afterwards.
pub async fn facts(conn: &mut PgConnection) -> Result<Facts, sqlx::Error> {
    let path: String = sqlx::query_scalar("SHOW search_path").fetch_one(&mut *conn).await?;
    if path != "\"\"" {
        conn.execute("SET search_path TO ''").await?;
    }
    let mut facts = Facts::new();
    for query in QUERIES {
        let sql = query.replace("{ours}", OURS);
        for row in sqlx::query(AssertSqlSafe(sql)).fetch_all(&mut *conn).await? {
            facts.insert(row.get(0));
        }
    }
    Ok(facts)
}

const OURS: &str = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'";

const QUERIES: &[&str] = &[
    "SELECT concat_ws(' ', 'schema', n.nspname, 'owner', n.nspowner::regrole, 'grants', n.nspacl) FROM pg_namespace n WHERE {ours}",
    "SELECT concat_ws(' ', 'relation', c.oid::regclass, c.relkind, c.relpersistence, 'options', \
       (SELECT string_agg(o, ',' ORDER BY o) FROM unnest(c.reloptions) o), 'replica', c.relreplident, c.relrowsecurity, \
       c.relforcerowsecurity, 'owner', c.relowner::regrole, 'grants', c.relacl, 'space', c.reltablespace, 'method', a.amname, \
       'bound', pg_get_expr(c.relpartbound, c.oid), 'key', CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END) \
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_am a ON a.oid = c.relam WHERE {ours}",
    "SELECT concat_ws(' ', 'inherits', h.inhrelid::regclass, h.inhparent::regclass) FROM pg_inherits h",
    "SELECT concat_ws(' ', 'column', c.oid::regclass, a.attname, format_type(a.atttypid, a.atttypmod), \
       CASE WHEN a.attnotnull THEN 'NOT NULL' END, 'default', pg_get_expr(d.adbin, d.adrelid), 'identity', a.attidentity, \
       'generated', a.attgenerated, 'collation', nullif(a.attcollation, 0)::regcollation, 'storage', a.attstorage, \
       'compression', a.attcompression, 'target', a.attstattarget, a.attoptions, 'grants', a.attacl, 'local', a.attislocal) \
     FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
     LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum \
     WHERE {ours} AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'f', 'c', 'v', 'm')",
    // From 18 on a NOT NULL is a constraint with a name, which follows no rename: the name is nobody's.
    "SELECT concat_ws(' ', 'constraint', o.conrelid::regclass, o.contypid::regtype, \
       CASE WHEN o.contype = 'n' THEN '' ELSE o.conname END, o.contype, \
       pg_get_constraintdef(o.oid), o.convalidated, o.condeferrable, o.condeferred, o.connoinherit, o.conindid::regclass) \
     FROM pg_constraint o JOIN pg_namespace n ON n.oid = o.connamespace WHERE {ours}",
    "SELECT concat_ws(' ', 'index', pg_get_indexdef(i.indexrelid), i.indisvalid, i.indisunique, i.indisprimary, \
       i.indisclustered, i.indisreplident, i.indimmediate) \
     FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {ours}",
    "SELECT concat_ws(' ', 'sequence', c.oid::regclass, format_type(s.seqtypid, NULL), s.seqstart, s.seqincrement, s.seqmin, \
       s.seqmax, s.seqcache, s.seqcycle, 'of', \
       (SELECT string_agg(concat(d.refobjid::regclass, '.', a.attname, ' ', d.deptype), ',') FROM pg_depend d \
        JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid \
        WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0)) \
     FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {ours}",
    "SELECT concat_ws(' ', 'type', t.oid::regtype, t.typtype, format_type(t.typbasetype, t.typtypmod), t.typnotnull, \
       t.typdefault, 'owner', t.typowner::regrole, 'grants', t.typacl, 'labels', \
       (SELECT string_agg(quote_literal(v.enumlabel), ',' ORDER BY v.enumsortorder) FROM pg_enum v WHERE v.enumtypid = t.oid)) \
     FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE {ours} AND t.typtype IN ('e', 'd', 'r', 'm')",
    "SELECT concat_ws(' ', 'function', p.oid::regprocedure, CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid) END, \
       'owner', p.proowner::regrole, 'grants', p.proacl) \
     FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE {ours}",
    "SELECT concat_ws(' ', 'view', c.oid::regclass, pg_get_viewdef(c.oid)) \
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {ours} AND c.relkind IN ('v', 'm')",
    "SELECT concat_ws(' ', 'trigger', pg_get_triggerdef(g.oid), g.tgenabled) FROM pg_trigger g \
     JOIN pg_class c ON c.oid = g.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {ours} AND NOT g.tgisinternal",
    "SELECT concat_ws(' ', 'policy', p) FROM pg_policies p",
    "SELECT concat_ws(' ', 'rule', pg_get_ruledef(r.oid)) FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class \
     JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {ours} AND r.rulename <> '_RETURN'",
    "SELECT concat_ws(' ', 'extension', x.extname, x.extversion) FROM pg_extension x",
    "SELECT concat_ws(' ', 'publication', p.pubname, p.puballtables) FROM pg_publication p",
    "SELECT concat_ws(' ', 'statistics', pg_get_statisticsobjdef(s.oid)) FROM pg_statistic_ext s",
    "SELECT concat_ws(' ', 'default grant', d.defaclrole::regrole, d.defaclnamespace::regnamespace, d.defaclobjtype, \
       d.defaclacl) FROM pg_default_acl d",
    "SELECT concat_ws(' ', 'comment', (pg_identify_object(d.classoid, d.objoid, d.objsubid)).type, \
       (pg_identify_object(d.classoid, d.objoid, d.objsubid)).identity, quote_literal(d.description)) \
     FROM pg_description d WHERE d.objoid >= 16384 OR d.classoid = 'pg_namespace'::regclass",
];
