//! The crates that are compiled: each peer with its pinned dependencies, and the text of one model.

/// A library, and the dependencies of a crate that uses it.
pub(super) struct Peer {
    pub(super) name: &'static str,
    /// What the table calls it.
    pub(super) title: &'static str,
    /// The section `[dependencies]`, exact versions; `{crates}` is the directory of our own crates.
    pub(super) dependencies: &'static str,
    pub(super) cases: &'static [Case],
}

/// A crate of models.
pub(super) struct Case {
    pub(super) name: &'static str,
    /// What the table adds to the peer's title.
    pub(super) title: &'static str,
    /// The module of one model, in parts; `Thing` and `thing` stand for its name.
    pub(super) parts: &'static [&'static str],
}

/// How many models a crate has. Each has ten fields.
pub(super) const MODELS: usize = 28;

/// What our own crates must not exceed.
pub(super) struct Goal {
    pub(super) case: &'static str,
    pub(super) lines: Option<usize>,
    pub(super) check: Option<f64>,
    pub(super) build: Option<f64>,
}

/// The goals; seconds are CPU seconds.
pub(super) const GOALS: [Goal; 2] = [
    Goal { case: "ennead", lines: Some(250), check: None, build: None },
    Goal { case: "ennead_use", lines: None, check: Some(0.6), build: Some(1.5) },
];

const PLAIN: &str = include_str!("templates/plain.rs");
const SQLX: &str = include_str!("templates/sqlx.rs");
const SERDE: &str = include_str!("templates/serde.rs");
const ENNEAD: &str = include_str!("templates/ennead.rs");
const ENNEAD_USE: &str = include_str!("templates/ennead_use.rs");
const COMPACT: &str = include_str!("templates/sea_orm_compact.rs");
const DENSE: &str = include_str!("templates/sea_orm_dense.rs");
const SEA_ORM_USE: &str = include_str!("templates/sea_orm_use.rs");
const TOASTY: &str = include_str!("templates/toasty.rs");
const TOASTY_USE: &str = include_str!("templates/toasty_use.rs");
const DIESEL: &str = include_str!("templates/diesel.rs");
const DIESEL_USE: &str = include_str!("templates/diesel_use.rs");

const USED: &str = "five operations each";

/// Everything that is measured, in the order of the table.
pub(super) const PEERS: [Peer; 7] = [
    Peer {
        name: "plain",
        title: "plain `Debug`, `Clone`",
        dependencies: r#"
chrono = "=0.4.45"
"#,
        cases: &[Case { name: "plain", title: "", parts: &[PLAIN] }],
    },
    Peer {
        name: "sqlx",
        title: "sqlx 0.9.0 `FromRow`",
        dependencies: r#"
chrono = "=0.4.45"
sqlx = { version = "=0.9.0", default-features = false, features = ["runtime-tokio", "sqlite-bundled", "chrono", "derive"] }
"#,
        cases: &[Case { name: "sqlx", title: "", parts: &[SQLX] }],
    },
    Peer {
        name: "serde",
        title: "serde 1.0.229 `Serialize`, `Deserialize`",
        dependencies: r#"
chrono = { version = "=0.4.45", features = ["serde"] }
serde = { version = "=1.0.229", features = ["derive"] }
"#,
        cases: &[Case { name: "serde", title: "", parts: &[SERDE] }],
    },
    Peer {
        name: "ennead",
        title: "**ennead** `#[model]`",
        dependencies: r#"
chrono = "=0.4.45"
ennead = { path = "{crates}/ennead" }
"#,
        cases: &[
            Case { name: "ennead", title: "", parts: &[ENNEAD] },
            Case { name: "ennead_use", title: USED, parts: &[ENNEAD, ENNEAD_USE] },
        ],
    },
    Peer {
        name: "sea_orm",
        title: "SeaORM 2.0.4",
        dependencies: r#"
chrono = "=0.4.45"
sea-orm = { version = "=2.0.4", default-features = false, features = ["macros", "runtime-tokio", "sqlx-sqlite", "with-chrono"] }
"#,
        cases: &[
            Case { name: "sea_orm_compact", title: "compact", parts: &[COMPACT] },
            Case {
                name: "sea_orm_compact_use",
                title: "compact, five operations each",
                parts: &[COMPACT, SEA_ORM_USE],
            },
            Case { name: "sea_orm_dense", title: "dense", parts: &[DENSE] },
            Case {
                name: "sea_orm_dense_use",
                title: "dense, five operations each",
                parts: &[DENSE, SEA_ORM_USE],
            },
        ],
    },
    Peer {
        name: "toasty",
        title: "Toasty 0.11.0",
        dependencies: r#"
jiff = "=0.2.35"
toasty = { version = "=0.11.0", default-features = false, features = ["jiff", "sqlite"] }
"#,
        cases: &[
            Case { name: "toasty", title: "", parts: &[TOASTY] },
            Case { name: "toasty_use", title: USED, parts: &[TOASTY, TOASTY_USE] },
        ],
    },
    Peer {
        name: "diesel",
        title: "Diesel 2.3.14",
        dependencies: r#"
chrono = "=0.4.45"
diesel = { version = "=2.3.14", default-features = false, features = ["chrono", "sqlite", "returning_clauses_for_sqlite_3_35", "32-column-tables"] }
libsqlite3-sys = { version = "*", features = ["bundled"] }
"#,
        cases: &[
            Case { name: "diesel", title: "", parts: &[DIESEL] },
            Case { name: "diesel_use", title: USED, parts: &[DIESEL, DIESEL_USE] },
        ],
    },
];

impl Case {
    /// The name of the crate: a package cannot depend on one of its own name.
    pub(super) fn package(&self) -> String {
        format!("models_{}", self.name)
    }

    /// The name in the table.
    pub(super) fn label(&self, peer: &Peer) -> String {
        match self.title {
            "" => peer.title.to_owned(),
            title => format!("{}, {title}", peer.title),
        }
    }

    /// The module of one model.
    pub(super) fn module(&self, number: usize) -> String {
        let (upper, lower) = (format!("Thing{number:02}"), module_name(number));
        self.parts.join("\n").replace("Thing", &upper).replace("thing", &lower)
    }
}

/// The name of one model's module.
pub(super) fn module_name(number: usize) -> String {
    format!("thing{number:02}")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{GOALS, PEERS};

    #[test]
    fn each_model_has_names_of_its_own() {
        let ennead = PEERS.iter().find(|peer| peer.name == "ennead").unwrap();
        let module = ennead.cases[0].module(7);
        assert!(module.contains("pub struct Thing07 {"), "{module}");
        assert!(module.contains("table = \"thing07s\""), "{module}");
    }

    #[test]
    fn models_have_ten_fields() {
        for peer in &PEERS {
            let text = peer.cases[0].parts[0];
            let body = text.split("pub struct ").nth(1).unwrap().split("\n}").next().unwrap();
            let fields = body.lines().filter(|line| line.trim_start().starts_with("pub ")).count();
            assert_eq!(fields, 10, "{}", peer.name);
        }
    }

    #[test]
    fn cases_have_different_names_and_goals_have_a_case() {
        let names: Vec<&str> = PEERS.iter().flat_map(|peer| peer.cases).map(|case| case.name).collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
        assert!(GOALS.iter().all(|goal| names.contains(&goal.case)));
    }
}
