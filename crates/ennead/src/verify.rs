//! References that name no row, where the database does not see them.

use std::fmt;

use ennead_core::{Error, ModelDef, Value};

use crate::exec;
use crate::node::NodeScope;
use crate::schema::Schema;

/// How many faults a verification tells of one by one.
const TOLD: usize = 1_000;

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Verification {
    /// How many rows were looked at.
    pub seen: u64,
    /// The first thousand of the references that are wrong, in the order of models and of keys.
    pub dangling: Vec<Dangling>,
    /// How many more there are.
    pub more: u64,
}

impl Verification {
    /// Whether nothing was found.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.dangling.is_empty()
    }

    pub(crate) fn add(&mut self, dangling: Dangling) {
        if self.dangling.len() < TOLD {
            self.dangling.push(dangling);
        } else {
            self.more += 1;
        }
    }
}

/// A field that names rows which are not there.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Dangling {
    /// The model.
    pub model: &'static str,
    /// The field.
    pub field: &'static str,
    /// The tenant whose row it is; `None` for a model that belongs to none.
    pub tenant: Option<String>,
    /// The row's key.
    pub key: String,
    /// What is wrong.
    pub fault: ReferenceFault,
}

/// What is wrong with a reference that the database does not see.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReferenceFault {
    /// The tenant of the row has no rows with these keys.
    Missing {
        /// The model whose rows are named.
        target: &'static str,
        /// How many of them are missing.
        count: usize,
        /// Their keys; none where the field is hidden.
        keys: Vec<String>,
    },
    /// What is stored is no list of keys.
    NoList,
    /// The field that tells of which model the key is tells of none.
    UnknownKind,
}

impl ReferenceFault {
    pub(crate) fn missing(model: &ModelDef, keys: &[Value], hidden: bool) -> Self {
        let shown = if hidden { &[] } else { keys };
        let keys_shown = shown.iter().map(exec::key_text).collect();
        Self::Missing { target: model.name, count: keys.len(), keys: keys_shown }
    }
}

impl fmt::Display for ReferenceFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReferenceFault::Missing { target, count, keys } => {
                let (rows, are) = if *count == 1 { ("row", "is") } else { ("rows", "are") };
                write!(f, "names {count} {rows} of {target} that {are} not there")?;
                if keys.is_empty() { Ok(()) } else { write!(f, ": {}", keys.join(", ")) }
            }
            ReferenceFault::NoList => f.write_str("is no list of keys"),
            ReferenceFault::UnknownKind => f.write_str("names a row of no model that it is told of"),
        }
    }
}

impl fmt::Display for Dangling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{} of {}", self.model, self.field, self.key)?;
        if let Some(tenant) = &self.tenant {
            write!(f, " (tenant {tenant})")?;
        }
        write!(f, " {}", self.fault)
    }
}

impl Schema {
    /// Looks for references that name no row where the database does not see them: those of `#[references_each]` and
    /// `#[references_any]`, whose rows may have been deleted since. What a foreign key keeps is not looked at.
    ///
    /// Rows that the scope sees are read in the order of their keys, five hundred at a time: all of them under
    /// `db.across_tenants(…)`. Rows that were deleted softly are passed over, and named ones count as there.
    ///
    /// # Errors
    /// What a read may fail of.
    ///
    /// ```
    /// use ennead::prelude::*;
    /// # use serde_json::{Value, json};
    ///
    /// #[model]
    /// struct Agent { #[key(assigned)] id: String, #[tenant] org_id: String }
    ///
    /// #[model]
    /// struct Plan {
    ///     #[key(assigned)] id: String,
    ///     #[tenant] org_id: String,
    ///     #[references_each(Agent)] agent_ids: Value,
    /// }
    ///
    /// # #[tokio::main] async fn main() -> Result<(), Error> {
    /// let db = Db::connect("sqlite::memory:").await?;
    /// let schema = ennead::schema![Agent, Plan];
    /// schema.create(&db).await?;
    /// let acme = db.tenant("acme")?;
    /// Agent::create(NewAgent { id: "a".into() }).run(&acme).await?;
    /// Plan::create(NewPlan { id: "p".into(), agent_ids: json!(["a"]) }).run(&acme).await?;
    /// Agent::delete("a").run(&acme).await?;
    ///
    /// let found = schema.verify(&db.across_tenants("nightly look")).await?;
    /// assert_eq!(
    ///     found.dangling[0].to_string(),
    ///     "Plan.agent_ids of p (tenant acme) names 1 row of Agent that is not there: a"
    /// );
    /// # Ok(()) }
    /// ```
    pub async fn verify(&self, scope: &impl NodeScope) -> Result<Verification, Error> {
        let handle = scope.handle();
        let mut report = Verification::default();
        let names = |model: &&'static ModelDef| model.fields.iter().any(|field| field.loose.is_some());
        for model in self.within(handle.scope).filter(names) {
            exec::dangling(handle, model, &mut report).await?;
        }
        Ok(report)
    }
}
