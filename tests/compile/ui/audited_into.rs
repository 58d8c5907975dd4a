use ennead::prelude::*;
use ennead::{AuditEntry, AuditInto, op::Create};

#[model]
pub struct Silent {
    #[key]
    pub id: String,
    #[tenant]
    pub team_id: String,
}

#[model(audited(into = Silent))]
pub struct IntoSilent {
    #[key]
    pub id: String,
    #[tenant]
    pub team_id: String,
}

#[model(global)]
pub struct Nobodys {
    #[key]
    pub id: String,
}

impl AuditInto for Nobodys {
    fn record(_: AuditEntry) -> Create<Self> {
        Self::create(NewNobodys {})
    }
}

#[model(audited(into = Nobodys))]
pub struct IntoNobodys {
    #[key]
    pub id: String,
    #[tenant]
    pub team_id: String,
}

#[model(audited)]
pub struct Audited {
    #[key]
    pub id: String,
    #[tenant]
    pub team_id: String,
}

impl AuditInto for Audited {
    fn record(_: AuditEntry) -> Create<Self> {
        Self::create(NewAudited {})
    }
}

#[model(audited(into = Audited))]
pub struct IntoAudited {
    #[key]
    pub id: String,
    #[tenant]
    pub team_id: String,
}

fn main() {}
