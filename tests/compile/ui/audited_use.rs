use ennead::prelude::*;
use ennead::{AuditRecord, Observer, ObserverScope, Write};

#[model]
pub struct Note {
    #[key]
    pub id: String,
    #[tenant]
    pub team_id: String,
    pub text: String,
}

struct Eye;

impl Observer<Note> for Eye {
    async fn before(&self, write: Write<'_, Note>, _: &ObserverScope) -> Result<(), Error> {
        match write {
            Write::Create(rows) => {
                for mut row in rows {
                    row.set(Note::TEAM_ID, "other");
                }
            }
            Write::Update(parts) => {
                for mut part in parts {
                    part.set(Note::ID, "other");
                }
            }
            _ => {}
        }
        Ok(())
    }
}

#[model]
pub struct Other {
    #[key]
    pub id: String,
    #[tenant]
    pub team_id: String,
}

fn uses(team: &Tenant) {
    let _ = Note::history("a").run(team);
    let _ = AuditRecord::update(1);
    let _ = Db::builder().observe::<Other>(Eye);
}

fn main() {}
