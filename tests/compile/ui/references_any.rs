use ennead::prelude::*;

#[model]
struct Agent {
    #[key]
    id: String,
    #[tenant]
    org: String,
}

#[model]
struct Run {
    #[key]
    id: String,
    #[tenant]
    org: String,
    kind: String,
    count: i64,
    #[references_any]
    none: Option<String>,
    #[references_any("agent" => Agent)]
    untold: Option<String>,
    #[references_any(kind = kin, "agent" => Agent)]
    mistold: Option<String>,
    #[references_any(kind = count, "agent" => Agent)]
    counted: Option<String>,
    #[references_any(kind = itself, "agent" => Agent)]
    itself: Option<String>,
    #[references_any(kind = kind)]
    nobody: Option<String>,
    #[references_any(kind = kind, "clock" => _)]
    nothing: Option<String>,
    #[references_any(kind = kind, "agent" => Agent, "agent" => _)]
    twice: Option<String>,
    #[references_any(kind = kind, "agent" = Agent)]
    arrow: Option<String>,
    #[references_any(kind = kind, inverse = runs, "agent" => Agent)]
    back: Option<String>,
    #[references_any(kind = kind, "agent" => Agent, "other" => crate::Agent)]
    alike: Option<String>,
    #[references_any(kind = kind, "agent" => Agent)]
    many: Vec<String>,
    #[references_any(kind = kind, name = target, "agent" => Agent)]
    one: Option<String>,
    #[references_any(kind = kind, name = target, "agent" => Agent)]
    other: Option<String>,
}

fn main() {}
