//! What snapshots do not describe: found and named, with a text that tells one from another.

use super::parts::{STRANGE, guard_function, guards};
use super::{PLAIN, Reach};

/// What lies in schemas.
pub(super) fn in_schemas(reach: &Reach) -> String {
    let (schema, ours) = (&reach.schemas, &reach.ours);
    let free = |class: &str, oid: &str| {
        format!(
            "NOT EXISTS (SELECT FROM pg_catalog.pg_depend e WHERE e.classid = 'pg_catalog.{class}'::regclass \
             AND e.objid = {oid} AND e.deptype = 'e')"
        )
    };
    let free_type = free("pg_type", "t.oid");
    let (guards, guard_function) = (guards(), guard_function());
    let free_function = free("pg_proc", "p.oid");
    let in_schema = |class: &str, alias: &str, name: &str, space: &str, kind: &str, definition: &str| {
        let free = free(class, &format!("{alias}.oid"));
        format!(
            "SELECT '{kind}', format('%I.%I', n.nspname, {alias}.{name}), {definition} FROM pg_catalog.{class} {alias} \
             JOIN pg_catalog.pg_namespace n ON n.oid = {alias}.{space} WHERE {schema} AND {free}"
        )
    };
    let mut parts = vec![
        // Relations that are no plain tables.
        format!(
            "SELECT CASE c.relkind WHEN 'v' THEN 'view' ELSE 'materialized view' END, c.oid::regclass::text, \
             concat_ws(' ', pg_get_viewdef(c.oid), c.reloptions::text, obj_description(c.oid, 'pg_class'), \
               (SELECT string_agg(pg_get_indexdef(i.indexrelid), ';' ORDER BY i.indexrelid::regclass::text) \
                FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid)) \
             FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
             WHERE {ours} AND c.relkind IN ('v', 'm')"
        ),
        format!(
            "SELECT CASE c.relkind WHEN 'p' THEN 'partitioned table' WHEN 'f' THEN 'foreign table' \
               WHEN 'c' THEN 'composite type' ELSE CASE WHEN c.relispartition THEN 'partition' ELSE 'inheritance' END END, \
             c.oid::regclass::text, \
             concat_ws(' ', CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END, pg_get_expr(c.relpartbound, c.oid), \
               obj_description(c.oid, 'pg_class'), \
               (SELECT string_agg(h.inhparent::regclass::text, ',' ORDER BY h.inhseqno) FROM pg_catalog.pg_inherits h \
                WHERE h.inhrelid = c.oid), \
               (SELECT string_agg(concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, \
                  a.attgenerated, a.attcollation, pg_get_expr(d.adbin, d.adrelid), col_description(c.oid, a.attnum)), \
                  ',' ORDER BY a.attname) \
                FROM pg_catalog.pg_attribute a LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum \
                WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), \
               (SELECT string_agg(o.conname || ' ' || pg_get_constraintdef(o.oid), ',' ORDER BY o.conname) \
                FROM pg_catalog.pg_constraint o WHERE o.conrelid = c.oid), \
               (SELECT string_agg(pg_get_indexdef(i.indexrelid), ';' ORDER BY i.indexrelid::regclass::text) \
                FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid)) \
             FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
             WHERE {ours} AND (c.relkind IN ('p', 'f', 'c') OR (c.relkind = 'r' AND NOT ({PLAIN})))"
        ),
        // Types.
        format!(
            "SELECT CASE t.typtype WHEN 'd' THEN 'domain' WHEN 'r' THEN 'range type' ELSE 'type' END, t.oid::regtype::text, \
             concat_ws(' ', format_type(t.typbasetype, t.typtypmod), t.typnotnull, t.typdefault, t.typcollation, \
               obj_description(t.oid, 'pg_type'), \
               (SELECT string_agg(o.conname || ' ' || pg_get_constraintdef(o.oid), ',' ORDER BY o.conname) \
                FROM pg_catalog.pg_constraint o WHERE o.contypid = t.oid), \
               (SELECT concat_ws(' ', format_type(r.rngsubtype, NULL), r.rngcollation, r.rngsubopc) \
                FROM pg_catalog.pg_range r WHERE r.rngtypid = t.oid)) \
             FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace \
             WHERE {schema} AND {free_type} AND (t.typtype IN ('d', 'r') OR (t.typtype = 'b' AND t.typelem = 0))"
        ),
        // One that is called as a type of Postgres itself, which a name alone means.
        format!(
            "SELECT 'enumeration', format('%I.%I', n.nspname, t.typname), \
             (SELECT string_agg(quote_literal(v.enumlabel), ',' ORDER BY v.enumsortorder) FROM pg_catalog.pg_enum v \
              WHERE v.enumtypid = t.oid) \
             FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace \
             WHERE {schema} AND {free_type} AND t.typtype = 'e' AND n.nspname = current_schema() AND NOT pg_type_is_visible(t.oid)"
        ),
        // Functions; what extensions bring is theirs.
        format!(
            "SELECT CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END, \
             p.oid::regprocedure::text, concat_ws(' ', CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid) \
               ELSE (SELECT to_jsonb(g)::text FROM pg_catalog.pg_aggregate g WHERE g.aggfnoid = p.oid) END, \
               obj_description(p.oid, 'pg_proc')) \
             FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace \
             WHERE {schema} AND {free_function} AND NOT ({guard_function}) \
               AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_proc'::regclass \
                               AND d.objid = p.oid AND d.deptype = 'i')"
        ),
        // What hangs on tables. The name of a NOT NULL, which it has from version 18 on, is nobody's.
        format!(
            "SELECT 'constraint', format('%I on %s', o.conname, c.oid::regclass), concat_ws(' ', pg_get_constraintdef(o.oid), \
             o.convalidated, o.connoinherit) \
             FROM pg_catalog.pg_constraint o JOIN pg_catalog.pg_class c ON c.oid = o.conrelid \
             JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
             WHERE {ours} AND {PLAIN} AND ({STRANGE} OR (o.contype = 'n' AND (NOT o.convalidated OR o.connoinherit)))"
        ),
        format!(
            "SELECT 'trigger', format('%I on %s', g.tgname, c.oid::regclass), concat_ws(' ', pg_get_triggerdef(g.oid), \
             g.tgenabled, obj_description(g.oid, 'pg_trigger')) \
             FROM pg_catalog.pg_trigger g JOIN pg_catalog.pg_class c ON c.oid = g.tgrelid \
             JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN pg_catalog.pg_proc p ON p.oid = g.tgfoid \
             WHERE {ours} AND NOT g.tgisinternal AND NOT ({PLAIN} AND {guards})"
        ),
        format!(
            "SELECT 'rule', format('%I on %s', r.rulename, c.oid::regclass), pg_get_ruledef(r.oid) \
             FROM pg_catalog.pg_rewrite r JOIN pg_catalog.pg_class c ON c.oid = r.ev_class \
             JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE {ours} AND r.rulename <> '_RETURN'"
        ),
        format!(
            "SELECT 'policy', format('%I on %s', o.polname, c.oid::regclass), concat_ws(' ', o.polcmd, o.polpermissive, \
             (SELECT string_agg(r.rolname, ',' ORDER BY r.rolname) FROM pg_catalog.pg_roles r WHERE r.oid = ANY (o.polroles)), \
             pg_get_expr(o.polqual, o.polrelid), '/', pg_get_expr(o.polwithcheck, o.polrelid)) \
             FROM pg_catalog.pg_policy o JOIN pg_catalog.pg_class c ON c.oid = o.polrelid \
             JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE {ours}"
        ),
        format!(
            "SELECT 'row level security', c.oid::regclass::text, c.relforcerowsecurity::text \
             FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
             WHERE {ours} AND c.relrowsecurity"
        ),
        format!(
            "SELECT 'setting', c.oid::regclass::text, concat_ws(' ', m.amname, s.spcname, o.reloptions::text) \
             FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
             LEFT JOIN pg_catalog.pg_am m ON m.oid = c.relam AND c.relkind = 'r' AND m.amname <> 'heap' \
             LEFT JOIN pg_catalog.pg_tablespace s ON s.oid = c.reltablespace \
             LEFT JOIN pg_catalog.pg_class o ON o.oid = c.reltoastrelid AND o.reloptions IS NOT NULL \
             WHERE {ours} AND c.relkind IN ('r', 'i') AND (m.oid IS NOT NULL OR s.oid IS NOT NULL OR o.oid IS NOT NULL)"
        ),
        format!(
            "SELECT 'setting', format('%s.%I', c.oid::regclass, a.attname), \
             concat_ws(' ', nullif(a.attstattarget, -1), a.attoptions::text, nullif(a.attcompression, '')) \
             FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid \
             JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
             WHERE {ours} AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped \
               AND (a.attstattarget > 0 OR a.attoptions IS NOT NULL OR a.attcompression <> '')"
        ),
        format!(
            "SELECT 'setting', c.oid::regclass::text, concat_ws(' ', i.indisclustered, \
               CASE WHEN k.oid IS NOT NULL THEN c.reloptions::text END, \
               CASE WHEN k.oid IS NOT NULL THEN obj_description(c.oid, 'pg_class') END) \
             FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid \
             JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
             LEFT JOIN pg_catalog.pg_constraint k ON k.conindid = c.oid AND k.contype IN ('p', 'u', 'x') \
             WHERE {ours} AND (i.indisclustered OR (k.oid IS NOT NULL AND (c.reloptions IS NOT NULL \
               OR obj_description(c.oid, 'pg_class') IS NOT NULL)))"
        ),
        // Who owns what, and who may do what.
        format!(
            "SELECT 'owner', c.oid::regclass::text, pg_get_userbyid(c.relowner)::text FROM pg_catalog.pg_class c \
             JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
             WHERE {ours} AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND pg_get_userbyid(c.relowner) <> current_user"
        ),
        format!(
            "SELECT 'owner', t.oid::regtype::text, pg_get_userbyid(t.typowner)::text FROM pg_catalog.pg_type t \
             JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace \
             WHERE {schema} AND {free_type} AND t.typtype IN ('e', 'd', 'r') AND pg_get_userbyid(t.typowner) <> current_user"
        ),
        format!(
            "SELECT 'owner', n.nspname::text, pg_get_userbyid(n.nspowner)::text FROM pg_catalog.pg_namespace n \
             WHERE {schema} AND n.nspname <> 'public' AND pg_get_userbyid(n.nspowner) <> current_user"
        ),
        format!(
            "SELECT 'grant', c.oid::regclass::text, (SELECT string_agg(a::text, ',' ORDER BY a::text) FROM unnest(c.relacl) a) \
             FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
             WHERE {ours} AND c.relacl IS NOT NULL"
        ),
        format!(
            "SELECT 'grant', format('%s.%I', c.oid::regclass, a.attname), a.attacl::text FROM pg_catalog.pg_attribute a \
             JOIN pg_catalog.pg_class c ON c.oid = a.attrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
             WHERE {ours} AND a.attacl IS NOT NULL AND NOT a.attisdropped"
        ),
        format!(
            "SELECT 'grant', t.oid::regtype::text, t.typacl::text FROM pg_catalog.pg_type t \
             JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace WHERE {schema} AND {free_type} AND t.typacl IS NOT NULL"
        ),
        format!(
            "SELECT 'grant', p.oid::regprocedure::text, p.proacl::text FROM pg_catalog.pg_proc p \
             JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace \
             WHERE {schema} AND {free_function} AND p.proacl IS NOT NULL"
        ),
        format!(
            "SELECT 'grant', n.nspname::text, n.nspacl::text FROM pg_catalog.pg_namespace n \
             WHERE {schema} AND n.nspacl IS NOT NULL \
               AND n.nspacl IS DISTINCT FROM (SELECT i.initprivs FROM pg_catalog.pg_init_privs i WHERE i.objoid = n.oid \
                 AND i.classoid = 'pg_catalog.pg_namespace'::regclass AND i.objsubid = 0)"
        ),
        format!(
            "SELECT 'statistics', format('%I.%I', n.nspname, s.stxname), pg_get_statisticsobjdef(s.oid) \
             FROM pg_catalog.pg_statistic_ext s JOIN pg_catalog.pg_namespace n ON n.oid = s.stxnamespace WHERE {schema}"
        ),
    ];
    for (class, name, space, kind, definition) in [
        ("pg_collation", "collname", "collnamespace", "collation", "(to_jsonb(x) - 'oid')::text"),
        ("pg_conversion", "conname", "connamespace", "conversion", "x.conproc::text"),
        (
            "pg_operator",
            "oprname",
            "oprnamespace",
            "operator",
            "x.oid::regoperator::text || ' ' || x.oprcode::text",
        ),
        ("pg_opclass", "opcname", "opcnamespace", "operator class", "x.opcintype::regtype::text"),
        ("pg_opfamily", "opfname", "opfnamespace", "operator family", "''"),
        ("pg_ts_config", "cfgname", "cfgnamespace", "text search configuration", "''"),
        (
            "pg_ts_dict",
            "dictname",
            "dictnamespace",
            "text search dictionary",
            "coalesce(x.dictinitoption, '')",
        ),
    ] {
        parts.push(in_schema(class, "x", name, space, kind, definition));
    }
    query(&parts)
}

/// What belongs to the database as a whole.
pub(super) fn of_database() -> String {
    query(&[
        "SELECT 'default grant', concat_ws(' ', pg_get_userbyid(d.defaclrole), d.defaclnamespace::regnamespace, \
         d.defaclobjtype), d.defaclacl::text FROM pg_catalog.pg_default_acl d",
        "SELECT 'extension', x.extname::text, x.extversion FROM pg_catalog.pg_extension x WHERE x.extname <> 'plpgsql'",
        "SELECT 'event trigger', t.evtname::text, to_jsonb(t)::text FROM pg_catalog.pg_event_trigger t",
        "SELECT 'publication', p.pubname::text, concat_ws(' ', (to_jsonb(p) - 'oid')::text, \
         (SELECT string_agg(r.prrelid::regclass::text, ',' ORDER BY r.prrelid::regclass::text) \
          FROM pg_catalog.pg_publication_rel r WHERE r.prpubid = p.oid)) FROM pg_catalog.pg_publication p",
        "SELECT 'foreign server', s.srvname::text, concat_ws(' ', s.srvtype, s.srvversion, s.srvoptions::text) \
         FROM pg_catalog.pg_foreign_server s",
        "SELECT 'cast', format('%s to %s', format_type(k.castsource, NULL), format_type(k.casttarget, NULL)), \
         concat_ws(' ', k.castfunc::regprocedure, k.castcontext, k.castmethod) FROM pg_catalog.pg_cast k \
         WHERE k.oid >= 16384 AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e \
           WHERE e.classid = 'pg_catalog.pg_cast'::regclass AND e.objid = k.oid AND e.deptype = 'e')",
    ])
}

fn query(parts: &[impl AsRef<str>]) -> String {
    let parts: Vec<&str> = parts.iter().map(AsRef::as_ref).collect();
    let all = parts.join("\nUNION ALL ");
    format!(
        "SELECT json_build_object('kind', kind, 'name', name, 'definition', coalesce(definition, ''))::text \
         FROM ({all}) AS found(kind, name, definition) ORDER BY kind, name, definition"
    )
}
