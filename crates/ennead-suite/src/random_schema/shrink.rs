//! Makes a pair of schemas smaller for as long as it still fails.

use super::model::{Table, World};
use super::repair::repair;
use super::run::Pair;

/// Smaller pairs, the greatest steps first.
pub(super) fn smaller(pair: &Pair) -> Vec<Pair> {
    let mut found: Vec<Pair> = Vec::new();
    let mut add = |mut smaller: Pair| {
        repair(&mut smaller.from);
        repair(&mut smaller.to);
        if smaller != *pair && !found.contains(&smaller) {
            found.push(smaller);
        }
    };
    let tables: Vec<u32> = pair.from.tables.iter().chain(&pair.to.tables).map(|table| table.id).collect();
    for id in &tables {
        add(both(pair, |world| world.tables.retain(|table| table.id != *id)));
    }
    for table in &pair.from.tables {
        add(both(pair, |world| {
            for other in world.tables.iter_mut().filter(|other| other.id == table.id) {
                other.clone_from(table);
            }
        }));
    }
    add(both(pair, |world| {
        world.sequences.iter_mut().for_each(|it| it.comment = None);
        world.enums.iter_mut().for_each(|it| it.comment = None);
        for table in &mut world.tables {
            table.comment = None;
            table.columns.iter_mut().for_each(|it| it.comment = None);
            table.parts.iter_mut().for_each(|it| it.comment = None);
        }
    }));
    for table in pair.from.tables.iter().chain(&pair.to.tables) {
        for id in table.parts.iter().map(|part| part.id) {
            add(in_table(pair, table.id, |table| table.parts.retain(|part| part.id != id)));
        }
        for id in table.columns.iter().map(|column| column.id) {
            add(in_table(pair, table.id, |table| table.columns.retain(|column| column.id != id)));
        }
        for column in &table.columns {
            add(in_table(pair, table.id, |table| {
                for other in table.columns.iter_mut().filter(|other| other.id == column.id) {
                    other.clone_from(column);
                }
            }));
            for simpler in 0..3 {
                add(in_table(pair, table.id, |table| {
                    for other in table.columns.iter_mut().filter(|other| other.id == column.id) {
                        match simpler {
                            0 => other.default = None,
                            1 => other.collation = None,
                            _ => other.not_null = false,
                        }
                    }
                }));
            }
        }
        add(in_table(pair, table.id, |table| (table.special, table.stored) = (false, false)));
    }
    for id in pair.from.sequences.iter().chain(&pair.to.sequences).map(|sequence| sequence.id) {
        add(both(pair, |world| world.sequences.retain(|sequence| sequence.id != id)));
    }
    for kind in pair.from.enums.iter().chain(&pair.to.enums) {
        add(both(pair, |world| world.enums.retain(|other| other.id != kind.id)));
        add(both(pair, |world| {
            for other in world.enums.iter_mut().filter(|other| other.id == kind.id) {
                other.clone_from(kind);
            }
        }));
    }
    found
}

fn both(pair: &Pair, change: impl Fn(&mut World)) -> Pair {
    let mut pair = pair.clone();
    change(&mut pair.from);
    change(&mut pair.to);
    pair
}

fn in_table(pair: &Pair, id: u32, change: impl Fn(&mut Table)) -> Pair {
    both(pair, |world| world.tables.iter_mut().filter(|table| table.id == id).for_each(&change))
}
