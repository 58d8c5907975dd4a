//! A drawn schema as SQL: written here, and not by the library.

use super::model::{Column, Default, Expr, Family, Id, Indexed, Part, Table, Type, What, World};

/// A name in quotes.
pub(super) fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text as a literal.
pub(super) fn text(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

impl World {
    /// The statements that make it, in order.
    pub(super) fn sql(&self) -> Vec<String> {
        let mut all = Vec::new();
        if self.tables.iter().any(|table| table.other_schema) {
            all.push("CREATE SCHEMA other".to_owned());
        }
        for kind in &self.enums {
            let labels: Vec<String> = kind.labels.iter().map(|(_, label)| text(label)).collect();
            all.push(format!("CREATE TYPE {} AS ENUM ({})", quote(&kind.name), labels.join(", ")));
            all.extend(self.comment("TYPE", &quote(&kind.name), &kind.comment));
        }
        for sequence in &self.sequences {
            all.push(format!("CREATE SEQUENCE {} {}", quote(&sequence.name), sequence.options));
            all.extend(self.comment("SEQUENCE", &quote(&sequence.name), &sequence.comment));
        }
        for table in &self.tables {
            self.table_sql(table, &mut all);
        }
        if self.postgres {
            for table in &self.tables {
                for part in table.parts.iter().filter(|part| matches!(part.what, What::Foreign { .. })) {
                    all.push(format!(
                        "ALTER TABLE {} ADD {}",
                        table.sql_name(),
                        self.constraint(table, part)
                    ));
                }
            }
            for sequence in &self.sequences {
                let Some((table, column)) = sequence.owner else { continue };
                let Some(table) = self.table(table) else { continue };
                all.push(format!(
                    "ALTER SEQUENCE {} OWNED BY {}.{}",
                    quote(&sequence.name),
                    table.sql_name(),
                    table.name_of(column)
                ));
            }
            for table in &self.tables {
                self.comments(table, &mut all);
            }
        }
        all
    }

    fn table_sql(&self, table: &Table, all: &mut Vec<String>) {
        let mut lines: Vec<String> = table.columns.iter().map(|column| self.column(table, column)).collect();
        for part in &table.parts {
            let counted = matches!(&part.what, What::Key { primary: true, columns, .. }
                if columns.iter().any(|id| table.column(*id).is_some_and(|column| column.identity == Some("AUTOINCREMENT"))));
            match part.what {
                What::Index { .. } => {}
                What::Foreign { .. } if self.postgres => {}
                _ if counted => {}
                _ => lines.push(self.constraint(table, part)),
            }
        }
        let lines = lines.join(", ");
        let name = table.sql_name();
        all.push(if self.postgres {
            let unlogged = if table.special { "UNLOGGED " } else { "" };
            let with = if table.stored { " WITH (fillfactor = 70)" } else { "" };
            format!("CREATE {unlogged}TABLE {name} ({lines}){with}")
        } else {
            let options = [(table.special, "STRICT"), (table.stored, "WITHOUT ROWID")];
            let options: Vec<&str> =
                options.into_iter().filter(|(wanted, _)| *wanted).map(|(_, word)| word).collect();
            format!("CREATE TABLE {name} ({lines}) {}", options.join(", "))
        });
        for part in &table.parts {
            if let What::Index { on, unique, method, condition, include, same_nulls } = &part.what {
                let on: Vec<String> = on.iter().map(|part| self.indexed(table, part)).collect();
                let unique = if *unique { "UNIQUE " } else { "" };
                let using = if *method == "btree" { String::new() } else { format!(" USING {method}") };
                let include = if include.is_empty() {
                    String::new()
                } else {
                    format!(" INCLUDE ({})", table.names_of(include))
                };
                let nulls = if *same_nulls { " NULLS NOT DISTINCT" } else { "" };
                let condition = condition.as_ref().map(|condition| self.expr(table, condition));
                let condition = condition.map_or_else(String::new, |sql| format!(" WHERE {sql}"));
                all.push(format!(
                    "CREATE {unique}INDEX {} ON {name}{using} ({}){include}{nulls}{condition}",
                    quote(&part.name),
                    on.join(", ")
                ));
            }
        }
    }

    fn column(&self, table: &Table, column: &Column) -> String {
        let mut sql = format!("{} {}", quote(&column.name), self.type_sql(column.data_type));
        if let Some(collation) = column.collation {
            sql.push_str(&format!(" COLLATE {}", quote(collation)));
        }
        if column.not_null {
            sql.push_str(" NOT NULL");
        }
        match &column.default {
            Some(Default::Sql(default)) => sql.push_str(&format!(" DEFAULT {default}")),
            Some(Default::Label(label)) => {
                sql.push_str(&format!(" DEFAULT {}", text(self.label(*label).unwrap_or_default())));
            }
            Some(Default::Next(id)) => {
                let name = self.sequence(*id).map(|sequence| quote(&sequence.name)).unwrap_or_default();
                sql.push_str(&format!(" DEFAULT nextval({})", text(&name)));
            }
            None => {}
        }
        if let Some((expr, stored)) = &column.generated {
            let how = if *stored { "STORED" } else { "VIRTUAL" };
            sql.push_str(&format!(" GENERATED ALWAYS AS ({}) {how}", self.expr(table, expr)));
        }
        match column.identity {
            Some("AUTOINCREMENT") => sql.push_str(" PRIMARY KEY AUTOINCREMENT"),
            Some(identity) => sql.push_str(&format!(" GENERATED {identity}")),
            None => {}
        }
        sql
    }

    pub(super) fn type_sql(&self, data_type: Type) -> String {
        match data_type.family {
            Family::Enum(id) => {
                let name = self.enumeration(id).map(|kind| quote(&kind.name)).unwrap_or_default();
                format!("{name}{}", data_type.sql)
            }
            _ => data_type.sql.to_owned(),
        }
    }

    pub(super) fn constraint(&self, table: &Table, part: &Part) -> String {
        let name = quote(&part.name);
        let later = |deferrable: u8| match deferrable {
            1 => " DEFERRABLE",
            2 => " DEFERRABLE INITIALLY DEFERRED",
            _ => "",
        };
        match &part.what {
            What::Key { primary, columns, include, same_nulls, deferrable } => {
                let kind = if *primary { "PRIMARY KEY" } else { "UNIQUE" };
                let nulls = if *same_nulls { " NULLS NOT DISTINCT" } else { "" };
                let include = if include.is_empty() {
                    String::new()
                } else {
                    format!(" INCLUDE ({})", table.names_of(include))
                };
                let columns = table.names_of(columns);
                format!("CONSTRAINT {name} {kind}{nulls} ({columns}){include}{}", later(*deferrable))
            }
            What::Check { condition } => {
                format!("CONSTRAINT {name} CHECK ({})", self.expr(table, condition))
            }
            What::Foreign { columns, parent, key, on_delete, on_update, deferrable, full } => {
                let parent = self.table(*parent).unwrap_or(table);
                let wanted = match parent.part(*key).map(|part| &part.what) {
                    Some(What::Key { columns, .. }) => parent.names_of(columns),
                    _ => String::new(),
                };
                let full = if *full { " MATCH FULL" } else { "" };
                format!(
                    "CONSTRAINT {name} FOREIGN KEY ({}) REFERENCES {} ({wanted}){full} ON DELETE {on_delete} ON UPDATE {on_update}{}",
                    table.names_of(columns),
                    parent.sql_name(),
                    later(*deferrable)
                )
            }
            What::Index { .. } => String::new(),
        }
    }

    fn indexed(&self, table: &Table, part: &Indexed) -> String {
        let target = self.expr(table, &part.target);
        let target = if part.plain { target } else { format!("({target})") };
        let collation = part.collation.map_or_else(String::new, |name| format!(" COLLATE {}", quote(name)));
        format!("{target}{collation} {} {}", part.opclass, part.order)
    }

    fn expr(&self, table: &Table, expr: &Expr) -> String {
        let mut sql = expr.template.to_owned();
        if let Some(label) = expr.label {
            sql = sql.replace("{label}", &text(self.label(label).unwrap_or_default()));
        }
        for (at, id) in expr.columns.iter().enumerate() {
            sql = sql.replace(&format!("{{{at}}}"), &table.name_of(*id));
        }
        sql
    }

    fn comment(&self, kind: &str, name: &str, comment: &Option<String>) -> Option<String> {
        let comment = comment.as_ref()?;
        Some(format!("COMMENT ON {kind} {name} IS {}", text(comment)))
    }

    fn comments(&self, table: &Table, all: &mut Vec<String>) {
        let name = table.sql_name();
        all.extend(self.comment("TABLE", &name, &table.comment));
        for column in &table.columns {
            let column_name = format!("{name}.{}", quote(&column.name));
            all.extend(self.comment("COLUMN", &column_name, &column.comment));
        }
        for part in &table.parts {
            let schema = if table.other_schema { "other." } else { "" };
            all.extend(match part.what {
                What::Index { .. } => {
                    self.comment("INDEX", &format!("{schema}{}", quote(&part.name)), &part.comment)
                }
                _ => {
                    let on = format!("{} ON {name}", quote(&part.name));
                    self.comment("CONSTRAINT", &on, &part.comment)
                }
            });
        }
    }
}

impl Table {
    pub(super) fn sql_name(&self) -> String {
        let schema = if self.other_schema { "other." } else { "" };
        format!("{schema}{}", quote(&self.name))
    }

    pub(super) fn name_of(&self, id: Id) -> String {
        self.column(id).map(|column| quote(&column.name)).unwrap_or_default()
    }

    fn names_of(&self, ids: &[Id]) -> String {
        ids.iter().map(|id| self.name_of(*id)).collect::<Vec<_>>().join(", ")
    }
}
