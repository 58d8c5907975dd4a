use ennead::prelude::*;
use uuid::Uuid;

#[derive(DbEnum, Debug, Clone, Copy)]
enum Kind {
    Agent,
    Team,
    Clock,
}

#[model]
struct Agent {
    #[key]
    id: String,
    #[tenant]
    org: String,
}

#[model]
struct Team {
    #[key]
    id: Uuid,
    #[tenant]
    org: String,
}

#[model]
struct Run {
    #[key]
    id: String,
    #[tenant]
    org: String,
    kind: Kind,
    #[references_any(kind = kind, "agent" => Agent, "teem" => Team, "clock" => _)]
    target: Option<String>,
    #[references_any(kind = kind, "agent" => Agent, "team" => _)]
    other: Option<String>,
}

#[model(global)]
struct Notice {
    #[key]
    id: String,
    kind: String,
    #[references_any(kind = kind, "agent" => Agent)]
    about: String,
}

fn main() {}
