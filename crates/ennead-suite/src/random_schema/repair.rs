//! Takes away from a drawn schema what a database would not take.

use super::model::{Default, Family, Id, Part, Table, Type, What, World};

/// Until nothing is wrong: what one thing takes away, another may have leant on.
pub(super) fn repair(world: &mut World) {
    loop {
        let before = world.clone();
        once(world);
        if *world == before {
            return;
        }
    }
}

fn once(world: &mut World) {
    let all = world.clone();
    world.tables.retain(|table| !table.columns.is_empty());
    for sequence in &mut world.sequences {
        sequence.owner = sequence.owner.filter(|(table, column)| {
            all.table(*table)
                .is_some_and(|table| table.column(*column).is_some_and(|it| it.identity.is_none()))
        });
    }
    for table in &mut world.tables {
        columns(&all, table);
        let mut kept: Vec<Part> = Vec::new();
        for part in &table.parts {
            if fits(&all, table, part, &kept) {
                kept.push(part.clone());
            }
        }
        table.parts = kept;
        // What a part leans on is as it must be.
        for part in table.parts.clone() {
            let What::Key { primary: true, columns, .. } = &part.what else { continue };
            for column in table.columns.iter_mut().filter(|column| columns.contains(&column.id)) {
                column.not_null = true;
            }
        }
        if !all.postgres {
            table.stored &=
                table.parts.iter().any(|part| matches!(part.what, What::Key { primary: true, .. }));
        }
    }
}

fn columns(all: &World, table: &mut Table) {
    let before = table.clone();
    for column in &mut table.columns {
        if let Family::Enum(id) = column.data_type.family
            && all.enumeration(id).is_none()
        {
            column.data_type = Type { family: Family::Text, sql: "text" };
            column.default = None;
        }
        if !all.postgres && table.special {
            // A STRICT table knows five types.
            column.data_type.sql = match column.data_type.family {
                Family::Int if column.data_type.sql == "INT" => "INT",
                Family::Int => "INTEGER",
                Family::Num => "REAL",
                Family::Text => "TEXT",
                _ => "BLOB",
            };
        }
        let family = column.data_type.family;
        if family != Family::Text {
            column.collation = None;
        }
        let base = |id: Id, wanted: Family| {
            before.column(id).is_some_and(|base| base.generated.is_none() && base.data_type.family == wanted)
        };
        if column.generated.as_ref().is_some_and(|(expr, _)| !base(expr.columns[0], family)) {
            column.generated = None;
        }
        if family != Family::Int || column.generated.is_some() {
            column.identity = None;
        }
        if column.identity.is_some() && all.postgres {
            column.not_null = true;
        }
        if column.generated.is_some() || column.identity.is_some() {
            column.default = None;
        }
        if column.generated.is_some() {
            column.not_null = false;
        }
        if !fitting(all, family, column.default.as_ref()) || column.data_type.sql == "[]" {
            column.default = None;
        }
        if column.identity == Some("AUTOINCREMENT") {
            column.data_type.sql = "INTEGER";
            let counted = before.parts.iter().any(|part| {
                matches!(&part.what, What::Key { primary: true, columns, .. } if *columns == [column.id])
            });
            if !counted || before.stored {
                column.identity = None;
            }
        }
    }
}

fn fitting(all: &World, family: Family, default: Option<&Default>) -> bool {
    match (default, family) {
        (None, _) => true,
        (Some(Default::Label(label)), Family::Enum(id)) => {
            all.enumeration(id).is_some_and(|kind| kind.labels.iter().any(|it| it.0 == *label))
        }
        (Some(Default::Next(id)), Family::Int) => all.sequence(*id).is_some(),
        (Some(Default::Sql(sql)), family) => match family {
            Family::Int => {
                !sql.starts_with('\'') && !sql.contains('.') && sql.starts_with(['-', '(', '0', '7'])
            }
            Family::Num => sql.starts_with(['-', '0', '1', '7']),
            Family::Text => sql.starts_with(['\'', 'l']) || *sql == "CURRENT_TIMESTAMP" && !all.postgres,
            Family::Bool => matches!(*sql, "true" | "false"),
            Family::Time => sql.contains("2024") || sql.contains("now") || sql.contains("CURRENT"),
            Family::Uuid => sql.contains("uuid"),
            Family::Json => sql.contains('{') && *sql != "'{}'",
            Family::Array => *sql == "'{}'",
            Family::Bytes => sql.contains('x') && sql.contains("00"),
            Family::Enum(_) => false,
        },
        _ => false,
    }
}

/// The families that an expression's template takes.
fn takes(template: &str, family: Family) -> bool {
    match template {
        "{0}" | "{0} IS NOT NULL OR 1 = 1" => true,
        "{0} >= 0" | "{0} < 1000.5" => family == Family::Num,
        "{0} > '2000-01-01'" => family == Family::Time,
        "{0} <> {label}" => matches!(family, Family::Enum(_)),
        text if text.contains("length") || text.contains("lower") || text.contains('\'') => {
            family == Family::Text
        }
        _ => family == Family::Int,
    }
}

fn fits(all: &World, table: &Table, part: &Part, kept: &[Part]) -> bool {
    let family = |id: Id| table.column(id).map(|column| column.data_type.family);
    if part.columns().iter().any(|id| family(*id).is_none()) {
        return false;
    }
    if part.labels().iter().any(|label| all.label(*label).is_none()) {
        return false;
    }
    match &part.what {
        What::Key { primary, columns, .. } => {
            let plain = |id: &Id| {
                table.column(*id).is_some_and(|column| {
                    column.generated.is_none()
                        && !matches!(column.data_type.family, Family::Json | Family::Bool)
                })
            };
            let first =
                !primary || !kept.iter().any(|part| matches!(part.what, What::Key { primary: true, .. }));
            columns.iter().all(plain) && first && !is_known(kept, columns)
        }
        What::Check { condition } => condition.columns.iter().all(|id| {
            family(*id).is_some_and(|family| takes(condition.template, family))
                && condition.label.is_none_or(|label| of_enum(all, family(*id), label))
        }),
        What::Foreign { columns, parent, key, .. } => {
            let Some(parent) = all.table(*parent) else { return false };
            let Some(Part { what: What::Key { columns: wanted, deferrable, .. }, .. }) = parent.part(*key)
            else {
                return false;
            };
            let kind = |column: &super::model::Column| {
                let sql = column.data_type.sql;
                (column.data_type.family, sql == "[]", sql == "double precision")
            };
            let alike = |one: &Id, other: &Id| {
                let (mine, theirs) = (table.column(*one).map(kind), parent.column(*other).map(kind));
                mine == theirs && (mine.map(|mine| mine.0) != Some(Family::Array))
            };
            let written =
                columns.iter().all(|id| table.column(*id).is_some_and(|column| column.generated.is_none()));
            *deferrable == 0
                && written
                && columns.len() == wanted.len()
                && columns.iter().zip(wanted).all(|(one, other)| alike(one, other))
                // A table that is logged cannot refer to one that is not.
                && (!all.postgres || table.special || !parent.special)
        }
        What::Index { on, unique, method, condition, .. } => {
            let fit = on.iter().all(|indexed| {
                let Some(family) = family(indexed.target.columns[0]) else { return false };
                let is_method = match *method {
                    "gin" => matches!(family, Family::Array | Family::Json),
                    "brin" => matches!(family, Family::Int | Family::Time),
                    "hash" => matches!(family, Family::Int | Family::Text),
                    _ => !matches!(family, Family::Array | Family::Json),
                };
                let is_opclass = match indexed.opclass {
                    "text_pattern_ops" => family == Family::Text,
                    "jsonb_path_ops" => family == Family::Json,
                    _ => true,
                };
                let collates = indexed.collation.is_none() || family == Family::Text;
                is_method && is_opclass && collates && takes(indexed.target.template, family)
            });
            let columns: Vec<Id> = on.iter().flat_map(|part| part.target.columns.clone()).collect();
            let holds = condition.as_ref().is_none_or(|condition| {
                condition.columns.iter().all(|id| {
                    family(*id).is_some_and(|family| takes(condition.template, family))
                        && condition.label.is_none_or(|label| of_enum(all, family(*id), label))
                })
            });
            // Rows are told apart by something that is other in each of them.
            let apart = on.iter().any(|part| {
                family(part.target.columns[0]) != Some(Family::Bool)
                    && !part.target.template.contains("length")
            });
            fit && holds && (!*unique || apart && !is_known(kept, &columns))
        }
    }
}

fn of_enum(all: &World, family: Option<Family>, label: Id) -> bool {
    let Some(Family::Enum(id)) = family else { return false };
    all.enumeration(id).is_some_and(|kind| kind.labels.iter().any(|it| it.0 == label))
}

/// Whether another key is over the same columns: then a foreign key might lean on either.
fn is_known(kept: &[Part], columns: &[Id]) -> bool {
    let mut wanted = columns.to_vec();
    wanted.sort_unstable();
    kept.iter().any(|part| {
        let mut have = match &part.what {
            What::Key { columns, .. } => columns.clone(),
            What::Index { on, unique: true, .. } => {
                on.iter().flat_map(|part| part.target.columns.clone()).collect()
            }
            _ => return false,
        };
        have.sort_unstable();
        have == wanted
    })
}
