//! Edits of a drawn schema. Each leaves one that a database takes.

use super::model::{Column, Enum, Expr, Family, Id, Indexed, Part, Sequence, Table, What, World};
use super::pool::{self, once, pick};
use super::repair::repair;
use crate::draw::Draw;

const COMMENTS: &[&str] = &["a comment", "it's another; -- one", "two\nlines"];
const SEQUENCES: &[&str] = &[
    "",
    "INCREMENT BY 2",
    "START WITH 10 MAXVALUE 1000 CYCLE",
    "AS integer",
    "CACHE 5",
    "AS smallint START WITH 3",
    "INCREMENT BY -1",
];
const IDENTITIES: &[&str] = &[
    "ALWAYS AS IDENTITY",
    "BY DEFAULT AS IDENTITY",
    "BY DEFAULT AS IDENTITY (START WITH 10 INCREMENT BY 5)",
    "ALWAYS AS IDENTITY (CACHE 3 CYCLE)",
];
const ACTIONS: &[&str] = &["NO ACTION", "RESTRICT", "CASCADE", "SET NULL", "SET DEFAULT"];
const LABELS: &[&str] = &["low", "high", "it's", "Mixed Case", "mid", "none", "a", "text", "ünï", "5"];

/// A schema of some tables.
pub(super) fn world(draw: &mut Draw, postgres: bool) -> World {
    let mut world = World { postgres, next: 0, enums: Vec::new(), sequences: Vec::new(), tables: Vec::new() };
    if postgres {
        for _ in 0..draw.below(3) {
            add_enum(draw, &mut world);
        }
        for _ in 0..draw.below(2) {
            add_sequence(draw, &mut world);
        }
    }
    for _ in 0..1 + draw.below(4) {
        add_table(draw, &mut world);
    }
    for _ in 0..4 + draw.below(14) {
        in_table(draw, &mut world);
        repair(&mut world);
    }
    world
}

/// Changes one thing.
pub(super) fn edit(draw: &mut Draw, world: &mut World) {
    match draw.below(20) {
        0 => add_table(draw, world),
        1 if world.tables.len() > 1 => {
            let at = draw.below(world.tables.len());
            world.tables.remove(at);
        }
        2 if world.postgres => enums(draw, world),
        3 if world.postgres => sequences(draw, world),
        4 => rename(draw, world),
        _ => in_table(draw, world),
    }
    repair(world);
}

fn comment(draw: &mut Draw) -> Option<String> {
    once(draw, 3).then(|| draw.of(COMMENTS).to_owned())
}

fn add_enum(draw: &mut Draw, world: &mut World) {
    let name = type_name(draw, world);
    let start = draw.below(LABELS.len());
    let labels = (0..4 + draw.below(3)).map(|at| LABELS[(start + at) % LABELS.len()].to_owned());
    let labels: Vec<(Id, String)> = labels.map(|label| (world.id(), label)).collect();
    let id = world.id();
    world.enums.push(Enum { id, name, labels, comment: comment(draw) });
}

/// A type that is called as one of Postgres's own could not be named without its schema.
fn type_name(draw: &mut Draw, world: &mut World) -> String {
    let name = pool::name(draw, world, None);
    if matches!(name.as_str(), "text" | "name") { format!("n{}", world.id()) } else { name }
}

fn enums(draw: &mut Draw, world: &mut World) {
    if world.enums.is_empty() {
        return add_enum(draw, world);
    }
    let at = draw.below(world.enums.len());
    let fresh = world.id();
    let text = comment(draw);
    let label = draw.of(LABELS).to_owned();
    let kind = &mut world.enums[at];
    let free = !kind.labels.iter().any(|(_, other)| *other == label);
    match draw.below(7) {
        0 => add_enum(draw, world),
        1 => drop(world.enums.remove(at)),
        2 => kind.comment = text,
        // Rows hold the first three.
        3 if kind.labels.len() > 4 => {
            kind.labels.pop();
        }
        4 => {
            let (one, other) = (draw.below(kind.labels.len()), draw.below(kind.labels.len()));
            kind.labels.swap(one, other);
        }
        5 if free => {
            let which = draw.below(kind.labels.len());
            kind.labels[which].1 = label;
        }
        _ if free => {
            let place = draw.below(kind.labels.len() + 1);
            kind.labels.insert(place, (fresh, label));
        }
        _ => {}
    }
}

fn add_sequence(draw: &mut Draw, world: &mut World) {
    let name = pool::name(draw, world, None);
    let id = world.id();
    let options = draw.of(SEQUENCES).to_owned();
    world.sequences.push(Sequence { id, name, options, owner: None, comment: comment(draw) });
}

fn sequences(draw: &mut Draw, world: &mut World) {
    if world.sequences.is_empty() || once(draw, 4) {
        return add_sequence(draw, world);
    }
    let at = draw.below(world.sequences.len());
    let text = comment(draw);
    match draw.below(4) {
        0 => drop(world.sequences.remove(at)),
        1 => world.sequences[at].options = draw.of(SEQUENCES).to_owned(),
        2 => world.sequences[at].comment = text,
        _ => {
            let table = &world.tables[draw.below(world.tables.len())];
            let owner = pick(draw, table, |_| true).map(|column| (table.id, column.id));
            // A sequence lies in the schema of the table that it goes with.
            world.sequences[at].owner = owner.filter(|_| !table.other_schema);
        }
    }
}

fn add_table(draw: &mut Draw, world: &mut World) {
    let name = pool::name(draw, world, None);
    let table = Table {
        id: world.id(),
        other_schema: world.postgres && once(draw, 5),
        name,
        comment: comment(draw),
        special: once(draw, 4),
        stored: once(draw, 5),
        columns: Vec::new(),
        parts: Vec::new(),
    };
    world.tables.push(table);
    let at = world.tables.len() - 1;
    for _ in 0..2 + draw.below(4) {
        add_column(draw, world, at);
    }
    if !once(draw, 4) {
        add_key(draw, world, at, true);
    }
    repair(world);
}

fn rename(draw: &mut Draw, world: &mut World) {
    let name = pool::name(draw, world, None);
    let at = draw.below(world.tables.len());
    let column = pool::name(draw, world, Some(&world.tables[at].clone()));
    match draw.below(6) {
        0 => world.tables[at].name = name,
        1 if !world.enums.is_empty() => {
            let which = draw.below(world.enums.len());
            world.enums[which].name = type_name(draw, world);
        }
        2 if !world.tables[at].parts.is_empty() => {
            let which = draw.below(world.tables[at].parts.len());
            world.tables[at].parts[which].name = name;
        }
        _ => {
            let which = draw.below(world.tables[at].columns.len());
            world.tables[at].columns[which].name = column;
        }
    }
}

fn add_column(draw: &mut Draw, world: &mut World, at: usize) {
    let table = world.tables[at].clone();
    let name = pool::name(draw, world, Some(&table));
    let strict = !world.postgres && table.special;
    let mut column = Column {
        id: world.id(),
        name,
        data_type: pool::data_type(draw, world, strict),
        collation: None,
        not_null: once(draw, 2),
        default: None,
        generated: None,
        identity: None,
        comment: comment(draw),
    };
    if once(draw, 6)
        && let Some((data_type, expr)) = pool::generated(draw, world, &table)
    {
        column.data_type = data_type;
        column.generated = Some((expr, world.postgres || once(draw, 2)));
    } else if once(draw, 3) {
        column.default = pool::default(draw, world, column.data_type.family);
    }
    world.tables[at].columns.push(column);
}

fn add_key(draw: &mut Draw, world: &mut World, at: usize, primary: bool) {
    let table = world.tables[at].clone();
    let usable = |column: &Column| {
        column.generated.is_none() && !matches!(column.data_type.family, Family::Bool | Family::Json)
    };
    let mut columns = Vec::new();
    for _ in 0..1 + draw.below(2) {
        columns.extend(
            pick(draw, &table, |column| usable(column) && !columns.contains(&column.id)).map(|it| it.id),
        );
    }
    if columns.is_empty() {
        return;
    }
    let what = What::Key {
        primary,
        include: include(draw, world, &table, &columns),
        columns,
        same_nulls: world.postgres && !primary && once(draw, 4),
        deferrable: if world.postgres && once(draw, 5) { 1 + draw.below(2) as u8 } else { 0 },
    };
    add_part(draw, world, at, what);
}

fn include(draw: &mut Draw, world: &World, table: &Table, columns: &[Id]) -> Vec<Id> {
    if !world.postgres || !once(draw, 5) {
        return Vec::new();
    }
    pick(draw, table, |column| !columns.contains(&column.id)).map(|column| column.id).into_iter().collect()
}

fn add_part(draw: &mut Draw, world: &mut World, at: usize, what: What) {
    let name = pool::name(draw, world, None);
    let id = world.id();
    let comment = comment(draw);
    world.tables[at].parts.push(Part { id, name, what, comment });
}

fn add_foreign(draw: &mut Draw, world: &mut World, at: usize) {
    let table = world.tables[at].clone();
    let parent = &world.tables[draw.below(world.tables.len())];
    let keys: Vec<&Part> = parent.parts.iter().filter(|part| matches!(part.what, What::Key { .. })).collect();
    if keys.is_empty() {
        return;
    }
    let key = keys[draw.below(keys.len())];
    let What::Key { columns: wanted, .. } = &key.what else { return };
    let mut columns: Vec<Id> = Vec::new();
    for id in wanted {
        let Some(family) = parent.column(*id).map(|column| column.data_type.family) else { return };
        let found = pick(draw, &table, |column| {
            column.data_type.family == family && column.generated.is_none() && !columns.contains(&column.id)
        });
        let Some(found) = found else { return };
        columns.push(found.id);
    }
    let what = What::Foreign {
        columns,
        parent: parent.id,
        key: key.id,
        on_delete: draw.of(ACTIONS),
        on_update: draw.of(ACTIONS),
        deferrable: draw.below(3) as u8,
        full: world.postgres && once(draw, 6),
    };
    add_part(draw, world, at, what);
}

fn add_index(draw: &mut Draw, world: &mut World, at: usize) {
    let table = world.tables[at].clone();
    let Some(first) = pick(draw, &table, |_| true) else { return };
    let family = first.data_type.family;
    let method = match family {
        Family::Array | Family::Json if world.postgres => "gin",
        Family::Int | Family::Time if world.postgres && once(draw, 6) => "brin",
        Family::Int | Family::Text if world.postgres && once(draw, 6) => "hash",
        _ => "btree",
    };
    let mut on = Vec::new();
    for column in [Some(first), pick(draw, &table, |_| true).filter(|_| once(draw, 2) && method == "btree")] {
        let Some(column) = column else { continue };
        let family = column.data_type.family;
        if matches!(family, Family::Json | Family::Array) && method == "btree" {
            continue;
        }
        let template = match family {
            Family::Int if method == "btree" && once(draw, 4) => Some(draw.of(&["abs({0})", "{0} + 1"])),
            Family::Text if method == "btree" && once(draw, 4) => {
                Some(draw.of(&["lower({0})", "length({0})"]))
            }
            _ => None,
        };
        let is_text = family == Family::Text && template.is_none();
        on.push(Indexed {
            target: Expr { template: template.unwrap_or("{0}"), ..pool::plain(column) },
            plain: template.is_none(),
            collation: (is_text && once(draw, 5) && method == "btree").then(|| collation(draw, world)),
            opclass: match family {
                Family::Text if world.postgres && is_text && method == "btree" && once(draw, 5) => {
                    "text_pattern_ops"
                }
                Family::Json if once(draw, 2) => "jsonb_path_ops",
                _ => "",
            },
            order: match method {
                "btree" if world.postgres => draw.of(&["", "", "DESC", "NULLS FIRST", "DESC NULLS LAST"]),
                "btree" => draw.of(&["", "DESC"]),
                _ => "",
            },
        });
    }
    if on.is_empty() {
        return;
    }
    let unique = method == "btree" && once(draw, 4);
    let columns: Vec<Id> = on.iter().flat_map(|part| part.target.columns.clone()).collect();
    let what = What::Index {
        unique,
        method,
        condition: if once(draw, 4) { pool::condition(draw, world, &table) } else { None },
        include: if method == "btree" { include(draw, world, &table, &columns) } else { Vec::new() },
        same_nulls: unique && world.postgres && once(draw, 4),
        on,
    };
    add_part(draw, world, at, what);
}

fn collation(draw: &mut Draw, world: &World) -> &'static str {
    if world.postgres { draw.of(&["C", "POSIX"]) } else { draw.of(&["NOCASE", "RTRIM", "BINARY"]) }
}

/// Changes something in a table.
fn in_table(draw: &mut Draw, world: &mut World) {
    let at = draw.below(world.tables.len());
    match draw.below(16) {
        0 | 1 => return add_column(draw, world, at),
        2 => {
            let primary = once(draw, 2);
            return add_key(draw, world, at, primary);
        }
        3 | 4 => return add_foreign(draw, world, at),
        5 => {
            if let Some(condition) = pool::condition(draw, world, &world.tables[at]) {
                add_part(draw, world, at, What::Check { condition });
            }
            return;
        }
        6 | 7 => return add_index(draw, world, at),
        8 | 9 if !world.tables[at].parts.is_empty() => return part(draw, world, at),
        10 => {
            let text = comment(draw);
            let table = &mut world.tables[at];
            match draw.below(3) {
                0 => table.comment = text,
                1 => table.special = !table.special,
                _ => table.stored = !table.stored,
            }
            return;
        }
        11 if world.tables[at].columns.len() > 2 => {
            let which = draw.below(world.tables[at].columns.len());
            world.tables[at].columns.remove(which);
            return;
        }
        _ => {}
    }
    column(draw, world, at);
}

fn part(draw: &mut Draw, world: &mut World, at: usize) {
    let which = draw.below(world.tables[at].parts.len());
    let text = comment(draw);
    let condition = pool::condition(draw, world, &world.tables[at]);
    let postgres = world.postgres;
    let parts = &mut world.tables[at].parts;
    if once(draw, 3) {
        parts.remove(which);
        return;
    }
    match &mut parts[which].what {
        _ if once(draw, 4) => parts[which].comment = text,
        What::Key { deferrable, same_nulls, primary, .. } if postgres => {
            if once(draw, 2) || *primary {
                *deferrable = draw.below(3) as u8
            } else {
                *same_nulls = !*same_nulls
            }
        }
        What::Check { condition: it } => *it = condition.unwrap_or_else(|| it.clone()),
        What::Foreign { on_delete, on_update, deferrable, .. } => match draw.below(3) {
            0 => *on_delete = draw.of(ACTIONS),
            1 => *on_update = draw.of(ACTIONS),
            _ => *deferrable = draw.below(3) as u8,
        },
        What::Index { on, unique, method, condition: it, .. } => match draw.below(3) {
            0 => *it = condition,
            1 if *method == "btree" => *unique = !*unique,
            _ if *method == "btree" => on[0].order = draw.of(&["", "DESC"]),
            _ => {}
        },
        What::Key { .. } => {}
    }
}

fn column(draw: &mut Draw, world: &mut World, at: usize) {
    let table = world.tables[at].clone();
    let which = draw.below(table.columns.len());
    let was = &table.columns[which];
    let mut column = was.clone();
    match draw.below(7) {
        0 => column.not_null = !column.not_null,
        1 if column.generated.is_none() => {
            column.default =
                if once(draw, 3) { None } else { pool::default(draw, world, column.data_type.family) };
        }
        2 => column.comment = comment(draw),
        3 if column.data_type.family == Family::Text => {
            column.collation = if once(draw, 3) { None } else { Some(collation(draw, world)) };
        }
        4 if column.data_type.family == Family::Int && column.generated.is_none() => {
            column.identity = match world.postgres {
                _ if once(draw, 3) => None,
                true => Some(draw.of(IDENTITIES)),
                false => Some("AUTOINCREMENT"),
            };
            column.default = column.default.filter(|_| column.identity.is_none());
        }
        5 if column.generated.is_some() || once(draw, 4) => {
            let others = Table {
                columns: table.columns.iter().filter(|c| c.id != was.id).cloned().collect(),
                ..table.clone()
            };
            let base = pool::generated(draw, world, &others);
            column.generated = base.filter(|_| !once(draw, 3)).map(|(data_type, expr)| {
                column.data_type = data_type;
                (expr, world.postgres || once(draw, 2))
            });
        }
        _ => {
            let strict = !world.postgres && table.special;
            if let Some(to) =
                pool::next_type(draw, world, column.data_type, strict).filter(|_| column.generated.is_none())
            {
                column.data_type = to;
            }
        }
    }
    world.tables[at].columns[which] = column;
}
