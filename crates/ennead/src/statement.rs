//! A statement as text, for people.

use ennead_core::Value;
use ennead_sql::{BindRef, Program};

/// The SQL of an operation and its values, made without a database. It cannot be run: the tenant's value in it is a
/// stand-in.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    sql: String,
    values: Vec<Value>,
    executions: usize,
}

impl Statement {
    pub(crate) fn new(program: &Program) -> Self {
        let value = |bind| match bind {
            BindRef::One(value, _) => value.clone(),
            BindRef::Many(values, _) => Value::Array(values.to_vec()),
        };
        let values =
            if program.executions() == 0 { Vec::new() } else { program.binds(0).map(value).collect() };
        Self { sql: program.shape.sql.to_string(), values, executions: program.executions() }
    }

    /// The SQL.
    #[must_use]
    pub fn sql(&self) -> &str {
        &self.sql
    }

    /// The values of its placeholders in order; of a bulk operation, those of its first execution.
    #[must_use]
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    /// How often it is executed: a bulk operation on SQLite runs it once for each row (a large create of rows in order takes
    /// 128 at a time), on Postgres for each chunk.
    #[must_use]
    pub fn executions(&self) -> usize {
        self.executions
    }
}

impl std::fmt::Display for Statement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.sql)
    }
}
