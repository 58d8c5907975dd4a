//! Native enumerations.

use ennead_core::constraints::quote;
use ennead_core::diff::{Change, CommentOn, EnumPlace};
use ennead_core::naming;
use ennead_core::snapshot::Name;

use super::{HazardKind, Lock, Phase, Planner, Step};
use crate::ddl::{literal, postgres};

impl Planner<'_> {
    pub(super) fn enumeration(&mut self, change: &Change) {
        match change {
            Change::CreateEnum(kind) => {
                self.add(Phase::Enums, Step::new(postgres::create_enum(kind), Lock::None));
                let on = CommentOn::Enum(kind.full_name());
                self.comment(postgres::comment(&on, kind.comment.as_deref()));
            }
            Change::DropEnum(kind) => {
                let sql = format!("DROP TYPE {}", kind.full_name().sql());
                self.add(Phase::DropEnums, Step::new(sql, Lock::None));
            }
            Change::RenameEnum { from, to } => {
                let sql = format!("ALTER TYPE {} RENAME TO {}", from.sql(), quote(&to.name));
                self.rename(sql, "a type");
            }
            Change::RenameEnumValue { name, from, to } => {
                let (from, to) = (literal::text(from), literal::text(to));
                let sql = format!("ALTER TYPE {} RENAME VALUE {from} TO {to}", name.sql());
                self.rename(sql, "a value");
            }
            Change::AddEnumValues { name, values } => {
                // It runs before the renames, so under the earlier name.
                let renamed = self.diff.changes.iter().find_map(|change| match change {
                    Change::RenameEnum { from, to } if to == name => Some(from),
                    _ => None,
                });
                let type_name = renamed.unwrap_or(name).sql();
                for added in values {
                    let place = match &added.place {
                        None => String::new(),
                        Some(EnumPlace::Before(other)) => {
                            format!(" BEFORE {}", literal::text(self.earlier(name, other)))
                        }
                        Some(EnumPlace::After(other)) => {
                            format!(" AFTER {}", literal::text(self.earlier(name, other)))
                        }
                    };
                    let value = literal::text(&added.value);
                    let sql = format!("ALTER TYPE {type_name} ADD VALUE {value}{place}");
                    self.add(Phase::EnumValues, Step::new(sql, Lock::None));
                }
            }
            Change::ReplaceEnum { from, to } => {
                let (name, aside) = (from.full_name(), aside(&from.full_name()));
                let sql = format!("ALTER TYPE {} RENAME TO {}", name.sql(), quote(&aside.name));
                self.add(Phase::SetEnumsAside, Step::new(sql, Lock::None));
                let mut made = Step::new(postgres::create_enum(to), Lock::None);
                let gone: Vec<&str> = from
                    .variants
                    .iter()
                    .filter(|value| !to.variants.contains(value))
                    .map(String::as_str)
                    .collect();
                if !gone.is_empty() {
                    let reason = format!("no row may hold {} any more", literal::list(&gone));
                    made = made.hazard(HazardKind::DataDependent, reason);
                }
                self.add(Phase::Enums, made);
                self.add(Phase::DropEnums, Step::new(format!("DROP TYPE {}", aside.sql()), Lock::None));
                let on = CommentOn::Enum(name);
                self.comment(postgres::comment(&on, to.comment.as_deref()));
            }
            _ => {}
        }
    }

    /// The name that a value has before the renames.
    fn earlier<'a>(&'a self, kind: &Name, value: &'a str) -> &'a str {
        let renamed = self.diff.changes.iter().find_map(|change| match change {
            Change::RenameEnumValue { name, from, to } if name == kind && to == value => Some(from.as_str()),
            _ => None,
        });
        renamed.unwrap_or(value)
    }

    /// A value that is added cannot be used before its transaction is over: where a later statement names it, it is
    /// committed by itself.
    pub(super) fn enum_trap(&mut self) {
        let added: Vec<String> = self
            .diff
            .changes
            .iter()
            .filter_map(|change| match change {
                Change::AddEnumValues { values, .. } => Some(values),
                _ => None,
            })
            .flatten()
            .map(|added| literal::text(&added.value))
            .collect();
        let later = self.steps.iter().filter(|(phase, _)| **phase > Phase::EnumValues);
        let names = |step: &Step| added.iter().any(|value| step.sql.contains(value.as_str()));
        let used = later.flat_map(|(_, steps)| steps).any(names);
        if used {
            for step in self.steps.entry(Phase::EnumValues).or_default() {
                step.transactional = false;
            }
        }
    }
}

/// Where a type waits until nothing is of it.
fn aside(name: &Name) -> Name {
    name.beside(naming::fit(&format!("ennead_aside_{}", name.name)))
}
