//! Tables and columns.

use super::{PLAIN, Reach};

pub(super) fn tables(reach: &Reach) -> String {
    let ours = &reach.ours;
    format!(
        "
SELECT json_build_object(
    'oid', c.oid::bigint, 'schema', nullif(n.nspname, current_schema()), 'name', c.relname,
    'comment', obj_description(c.oid, 'pg_class'),
    'unlogged', c.relpersistence = 'u',
    'options', (SELECT coalesce(json_agg(o ORDER BY k), '[]') FROM unnest(c.reloptions) WITH ORDINALITY u(o, k)),
    'replica_identity', c.relreplident,
    'replica_index', (SELECT x.relname FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
                      WHERE i.indrelid = c.oid AND i.indisreplident))::text
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE {ours} AND {PLAIN}
ORDER BY n.nspname COLLATE \"C\", c.relname COLLATE \"C\""
    )
}

pub(super) fn columns(reach: &Reach) -> String {
    let ours = &reach.ours;
    format!(
        "
SELECT json_build_object(
    'table', c.oid::bigint, 'name', a.attname,
    'data_type', format_type(a.atttypid, a.atttypmod),
    'collation', CASE WHEN a.attcollation <> t.typcollation THEN
                     (SELECT l.collname FROM pg_catalog.pg_collation l WHERE l.oid = a.attcollation) END,
    'nullable', NOT a.attnotnull,
    'expression', pg_get_expr(d.adbin, d.adrelid),
    'generated', a.attgenerated, 'identity', a.attidentity,
    'storage', CASE WHEN a.attstorage <> t.typstorage THEN
                   CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN'
                                     ELSE 'EXTENDED' END END,
    'comment', col_description(c.oid, a.attnum),
    'sequence', (SELECT json_build_object('name', sc.relname, 'data_type', format_type(s.seqtypid, NULL),
                     'start', s.seqstart, 'increment', s.seqincrement, 'min', s.seqmin, 'max', s.seqmax,
                     'cache', s.seqcache, 'cycle', s.seqcycle)
                 FROM pg_catalog.pg_depend p
                 JOIN pg_catalog.pg_sequence s ON s.seqrelid = p.objid
                 JOIN pg_catalog.pg_class sc ON sc.oid = s.seqrelid
                 WHERE p.classid = 'pg_catalog.pg_class'::regclass AND p.deptype = 'i'
                   AND p.refclassid = 'pg_catalog.pg_class'::regclass
                   AND p.refobjid = c.oid AND p.refobjsubid = a.attnum))::text
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE {ours} AND {PLAIN}
ORDER BY c.oid, a.attnum"
    )
}
