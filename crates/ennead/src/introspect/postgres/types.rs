//! Schemas, enumerations, sequences.

use super::Reach;

pub(super) fn schemas(reach: &Reach) -> String {
    let schemas = &reach.schemas;
    format!(
        "
SELECT json_build_object('name', n.nspname, 'comment', obj_description(n.oid, 'pg_namespace'))::text
FROM pg_catalog.pg_namespace n
WHERE {schemas} AND n.nspname IS DISTINCT FROM current_schema()
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e
                  WHERE e.classid = 'pg_catalog.pg_namespace'::regclass AND e.objid = n.oid AND e.deptype = 'e')
ORDER BY n.nspname COLLATE \"C\""
    )
}

pub(super) fn enums(reach: &Reach) -> String {
    let schemas = &reach.schemas;
    format!(
        "
SELECT json_build_object(
    'schema', nullif(n.nspname, current_schema()), 'name', t.typname,
    'variants', (SELECT coalesce(json_agg(v.enumlabel ORDER BY v.enumsortorder), '[]')
                 FROM pg_catalog.pg_enum v WHERE v.enumtypid = t.oid),
    'comment', obj_description(t.oid, 'pg_type'))::text
FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
WHERE t.typtype = 'e' AND {schemas} AND NOT (n.nspname = current_schema() AND NOT pg_type_is_visible(t.oid))
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e
                  WHERE e.classid = 'pg_catalog.pg_type'::regclass AND e.objid = t.oid AND e.deptype = 'e')
ORDER BY n.nspname COLLATE \"C\", t.typname COLLATE \"C\""
    )
}

/// Those of identity columns are told with the columns.
pub(super) fn sequences(reach: &Reach) -> String {
    let schemas = &reach.schemas;
    format!(
        "
SELECT json_build_object(
    'schema', nullif(n.nspname, current_schema()), 'name', c.relname,
    'data_type', format_type(s.seqtypid, NULL), 'start', s.seqstart, 'increment', s.seqincrement,
    'min', s.seqmin, 'max', s.seqmax, 'cache', s.seqcache, 'cycle', s.seqcycle,
    'owned_by', (SELECT json_build_array(
                    json_build_object('schema', nullif(tn.nspname, current_schema()), 'name', t.relname), a.attname)
                 FROM pg_catalog.pg_depend d
                 JOIN pg_catalog.pg_class t ON t.oid = d.refobjid
                 JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace
                 JOIN pg_catalog.pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
                 WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'a'
                   AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjsubid > 0),
    'unlogged', c.relpersistence = 'u', 'comment', obj_description(c.oid, 'pg_class'))::text
FROM pg_catalog.pg_sequence s
JOIN pg_catalog.pg_class c ON c.oid = s.seqrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE {schemas}
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e
                  WHERE e.classid = 'pg_catalog.pg_class'::regclass AND e.objid = c.oid AND e.deptype IN ('e', 'i'))
ORDER BY n.nspname COLLATE \"C\", c.relname COLLATE \"C\""
    )
}
