//! What is dangerous in an SQL migration, for Postgres and SQLite.
//!
//! [`lint`] reads a script, statement by statement, with what the database held before as its context, and tells what each
//! rule of [`RULES`] finds. It reads text alone: no database is asked. A statement that cannot be read is a finding, never
//! ignored, and nothing is found about a table that the script itself makes.
//!
//! ```
//! use ennead_core::Dialect;
//! use ennead_lint::{Options, Script, lint};
//!
//! let sql = "\
//! CREATE TABLE notes (id uuid PRIMARY KEY);
//! CREATE INDEX ON notes (id);
//! ALTER TABLE users DROP COLUMN email;
//! -- ennead:allow drop-column nobody reads it since release 12
//! ALTER TABLE users DROP COLUMN phone;
//! ";
//! let script = Script { sql, dialect: Dialect::Postgres, before: None, transaction: None };
//! let findings = lint(&script, &Options::default());
//! let told: Vec<_> = findings.iter().map(|one| (one.line, one.rule.name, one.allowed.is_some())).collect();
//! assert_eq!(told, [(3, "drop-column", false), (5, "drop-column", true)]);
//! ```

mod allow;
mod finding;
mod judge;
mod read;
mod rule;
mod script;
mod state;

pub use finding::Finding;
pub use judge::{Options, Script, Transactions, lint};
pub use rule::{Group, RULES, Rule};
pub use script::{Comment, NoSql, Script as Statements, Statement, split};
