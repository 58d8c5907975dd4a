//! Tables, and what stands beside them.

use ennead_core::snapshot::{Name, Table};

use super::Judge;
use crate::read::Dropped;
use crate::rule;

impl Judge<'_> {
    pub(super) fn create_table(&mut self, table: Table, temporary: bool, if_missing: bool) {
        if if_missing && self.state.may_have(&table.full_name()) {
            return;
        }
        // A table beside an earlier one, which it will be the new form of, is judged when it takes its place.
        if !temporary && !table.name.starts_with("ennead_new_") {
            self.table_convention(&table);
        }
        self.state.make(table);
    }

    pub(super) fn drop(&mut self, what: Dropped, names: &[Name], cascade: bool, concurrently: bool) {
        let all: Vec<String> = names.iter().map(ToString::to_string).collect();
        let all = all.join(", ");
        let mut earlier = what != Dropped::Table;
        match what {
            Dropped::Table => {
                for name in names {
                    earlier |= !self.state.is_made(name);
                    self.drop_table(name);
                }
            }
            // Without CASCADE only an empty schema goes.
            Dropped::Schema if !cascade => {}
            Dropped::Schema | Dropped::Database => {
                self.found(rule::DROP_TABLE, format!("{all} goes, with all that is in it"));
            }
            Dropped::Index => {
                if concurrently && self.here.transaction.is_some() {
                    let message = "DROP INDEX CONCURRENTLY cannot run in a transaction";
                    self.found(rule::CONCURRENTLY_IN_TRANSACTION, message);
                } else if !concurrently {
                    self.found(rule::INDEX_LOCKS, format!("its table waits while {all} is dropped"));
                }
            }
            Dropped::Sequence => {
                for name in names.iter().filter(|name| !self.made.contains(name)).collect::<Vec<_>>() {
                    self.found(rule::DROP_SEQUENCE, format!("how far {name} counted is gone"));
                }
            }
            Dropped::View | Dropped::Type | Dropped::Function => {
                let lasting: Vec<String> =
                    names.iter().filter(|name| !self.comes_back(name)).map(ToString::to_string).collect();
                if !lasting.is_empty() {
                    self.found(rule::DROP_OBJECT, format!("whatever uses {} fails", lasting.join(", ")));
                }
            }
            Dropped::Other => {}
        }
        if cascade && earlier {
            self.found(rule::DROP_CASCADE, format!("whatever depends on {all} goes with it"));
        }
    }

    /// Whether a name is made in the script, or is one that the script itself gave to something that it replaces.
    fn comes_back(&self, name: &Name) -> bool {
        self.remade.contains(name) || self.state.enums.contains(&format!("{}=aside", self.state.key(name)))
    }

    fn drop_table(&mut self, name: &Name) {
        if self.state.is_made(name) {
            self.state.forget(name);
            return;
        }
        let heir = self
            .state
            .copies
            .iter()
            .find(|(_, (copy, _))| self.state.key(&copy.from) == self.state.key(name));
        match heir.map(|(heir, copied)| (heir.clone(), copied.clone())) {
            Some((heir, (copy, line))) => self.rebuilt(name, &heir, &copy, line),
            None => self.found(rule::DROP_TABLE, format!("all rows of {name} are gone")),
        }
        self.state.forget(name);
    }

    pub(super) fn rename_table(&mut self, from: &Name, to: &Name) -> Name {
        let to = if to.name.is_empty() {
            Name { name: from.name.clone(), ..to.clone() }
        } else {
            from.beside(&to.name)
        };
        let is_heir = self.state.copies.contains_key(&self.state.key(from));
        if is_heir {
            // The rows that others know are in it now, under the name that they know.
            let key = self.state.key(from);
            self.state.copies.remove(&key);
            self.state.rename(from, &to);
            self.state.adopt(&to);
        } else {
            // One that is moved aside for its heir keeps its name for others.
            if !self.state.is_made(from) && !self.remade.contains(from) {
                self.found(rule::RENAME_TABLE, format!("programs that know {from} fail: it is called {to}"));
            }
            self.state.rename(from, &to);
        }
        to
    }

    pub(super) fn rename_type(&mut self, from: &Name, to: Option<&Name>) {
        match to {
            // It is moved aside, and another of its name is made.
            Some(to) if self.remade.contains(from) => {
                let aside = format!("{}=aside", self.state.key(to));
                self.state.enums.insert(aside);
                let known = self.state.key(from);
                self.state.enums.insert(known);
                self.found(rule::CHANGE_ENUM, format!("{from} is made anew, with other values"));
            }
            Some(to) => {
                let known = self.state.key(to);
                self.state.enums.insert(known);
                self.found(rule::CHANGE_ENUM, format!("programs that know {from} fail: it is called {to}"));
            }
            None => {
                self.found(rule::CHANGE_ENUM, format!("programs that know the earlier value of {from} fail"))
            }
        }
    }

    pub(super) fn rename_other(&mut self, what: Dropped, from: &Name) {
        let kind = match what {
            Dropped::Schema => "the schema",
            Dropped::Function => "the function",
            _ => "the view",
        };
        self.found(rule::RENAME_TABLE, format!("programs that know {kind} {from} fail"));
    }
}
