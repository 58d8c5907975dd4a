//! Constraints and indexes.

use ennead_sql::ddl;

use super::{PLAIN, Reach};

/// The columns of later majors are read through `to_jsonb`, which gives NULL where there are none.
pub(super) fn constraints(reach: &Reach) -> String {
    let ours = &reach.ours;
    let names = |keys: &str, relation: &str| {
        format!(
            "(SELECT coalesce(json_agg(a.attname ORDER BY k.n), '[]')
              FROM unnest({keys}) WITH ORDINALITY AS k(attnum, n)
              JOIN pg_catalog.pg_attribute a ON a.attrelid = {relation} AND a.attnum = k.attnum)"
        )
    };
    let columns = names("o.conkey", "o.conrelid");
    let parent_columns = names("o.confkey", "o.confrelid");
    let set_columns = names(
        "ARRAY(SELECT jsonb_array_elements_text(nullif(to_jsonb(o)->'confdelsetcols', 'null'))::int2)",
        "o.conrelid",
    );
    let include = names("(i.indkey::int2[])[i.indnkeyatts:]", "o.conrelid");
    format!(
        "
SELECT json_build_object(
    'table', c.oid::bigint, 'kind', o.contype, 'name', o.conname,
    'columns', {columns},
    'include', {include},
    'nulls_not_distinct', coalesce((to_jsonb(i)->>'indnullsnotdistinct')::boolean, false),
    'deferrable', o.condeferrable, 'deferred', o.condeferred, 'not_valid', NOT o.convalidated,
    'no_inherit', o.connoinherit AND o.contype = 'c',
    'parent_schema', (SELECT nullif(pn.nspname, current_schema()) FROM pg_catalog.pg_class p
                      JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace WHERE p.oid = o.confrelid),
    'parent', (SELECT p.relname FROM pg_catalog.pg_class p WHERE p.oid = o.confrelid),
    'parent_columns', {parent_columns},
    'on_delete', o.confdeltype, 'on_update', o.confupdtype, 'on_delete_columns', {set_columns},
    'match_full', o.confmatchtype = 'f',
    'condition', pg_get_expr(o.conbin, o.conrelid),
    'definition', CASE WHEN o.contype = 'x' THEN pg_get_constraintdef(o.oid) END,
    'comment', obj_description(o.oid, 'pg_constraint'))::text
FROM pg_catalog.pg_constraint o
JOIN pg_catalog.pg_class c ON c.oid = o.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = o.conindid AND o.contype IN ('p', 'u')
WHERE {ours} AND {PLAIN} AND o.contype IN ('p', 'u', 'x', 'c', 'f') AND NOT {STRANGE}
ORDER BY c.oid, o.conname COLLATE \"C\""
    )
}

/// Of a constraint `o`: it is of a kind that came with version 18, and is not described: WITHOUT OVERLAPS, PERIOD, NOT ENFORCED.
pub(super) const STRANGE: &str = "(coalesce((to_jsonb(o)->>'conperiod')::boolean, false) \
    OR NOT coalesce((to_jsonb(o)->>'conenforced')::boolean, true))";

/// Of a trigger `g` on a relation `c` in a schema `n`, with its function `p`: it guards an append-only table, as the
/// library makes it.
pub(super) fn guards() -> String {
    format!(
        "NOT g.tgisinternal AND g.tgenabled = 'O' AND obj_description(g.oid, 'pg_trigger') IS NULL AND {}",
        guard_function()
    )
}

/// Of a function `p`, and a relation or function in a schema `n`: it is the one that the triggers of append-only tables
/// call, as the library makes it in the schema that is used first.
pub(super) fn guard_function() -> String {
    format!(
        "p.proname = '{}' AND p.pronamespace = n.oid AND n.nspname = current_schema() AND p.pronargs = 0 \
         AND NOT p.prosecdef AND p.proconfig IS NULL AND p.prosrc = '{}' \
         AND p.prolang = (SELECT l.oid FROM pg_catalog.pg_language l WHERE l.lanname = 'plpgsql') \
         AND obj_description(p.oid, 'pg_proc') IS NULL",
        ddl::APPEND_ONLY_FUNCTION,
        ddl::APPEND_ONLY_BODY.replace('\'', "''")
    )
}

/// The triggers that are modelled: those of append-only tables.
pub(super) fn triggers(reach: &Reach) -> String {
    let (ours, guards) = (&reach.ours, guards());
    format!(
        "
SELECT json_build_object('table', c.oid::bigint, 'name', g.tgname, 'statement', pg_get_triggerdef(g.oid, true))::text
FROM pg_catalog.pg_trigger g
JOIN pg_catalog.pg_class c ON c.oid = g.tgrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_proc p ON p.oid = g.tgfoid
WHERE {ours} AND {PLAIN} AND {guards}
ORDER BY c.oid, g.tgname COLLATE \"C\""
    )
}

/// Those behind constraints are told with them.
pub(super) fn indexes(reach: &Reach) -> String {
    let ours = &reach.ours;
    format!(
        "
SELECT json_build_object(
    'table', c.oid::bigint, 'name', x.relname, 'unique', i.indisunique,
    'method', nullif(m.amname, 'btree'),
    'condition', pg_get_expr(i.indpred, i.indrelid),
    'nulls_not_distinct', coalesce((to_jsonb(i)->>'indnullsnotdistinct')::boolean, false),
    'options', (SELECT coalesce(json_agg(o ORDER BY k), '[]') FROM unnest(x.reloptions) WITH ORDINALITY u(o, k)),
    'invalid', NOT i.indisvalid,
    'comment', obj_description(x.oid, 'pg_class'),
    'include', (SELECT coalesce(json_agg(a.attname ORDER BY k.n), '[]')
                FROM unnest((i.indkey::int2[])[i.indnkeyatts:]) WITH ORDINALITY AS k(attnum, n)
                JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum),
    'parts', (SELECT json_agg(json_build_object(
                  'column', a.attname,
                  'expression', CASE WHEN i.indkey[k] = 0 THEN pg_get_indexdef(x.oid, k + 1, false) END,
                  'collation', CASE WHEN i.indcollation[k] <> coalesce(a.attcollation, 100) THEN
                      (SELECT l.collname FROM pg_catalog.pg_collation l WHERE l.oid = i.indcollation[k]) END,
                  'opclass', CASE WHEN NOT q.opcdefault OR xa.attoptions IS NOT NULL THEN
                      CASE WHEN pg_opclass_is_visible(q.oid) THEN quote_ident(q.opcname)
                           ELSE quote_ident(qn.nspname) || '.' || quote_ident(q.opcname) END
                      || coalesce('(' || array_to_string(xa.attoptions, ', ') || ')', '') END,
                  'descending', pg_indexam_has_property(m.oid, 'can_order') AND i.indoption[k] & 1 = 1,
                  'nulls_first', CASE WHEN pg_indexam_has_property(m.oid, 'can_order')
                                      THEN i.indoption[k] & 2 = 2 END) ORDER BY k)
              FROM generate_series(0, i.indnkeyatts - 1) k
              LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[k] AND i.indkey[k] <> 0
              JOIN pg_catalog.pg_attribute xa ON xa.attrelid = x.oid AND xa.attnum = k + 1
              JOIN pg_catalog.pg_opclass q ON q.oid = i.indclass[k]
              JOIN pg_catalog.pg_namespace qn ON qn.oid = q.opcnamespace))::text
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
JOIN pg_catalog.pg_am m ON m.oid = x.relam
JOIN pg_catalog.pg_class c ON c.oid = i.indrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE {ours} AND {PLAIN}
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint o
                  WHERE o.conindid = i.indexrelid AND o.conrelid = c.oid AND o.contype IN ('p', 'u', 'x'))
ORDER BY c.oid, x.relname COLLATE \"C\""
    )
}
