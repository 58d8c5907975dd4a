//! What belongs here: six models, and their columns.

use ennead::prelude::*;

use crate::models::schema;
use crate::print;

pub(super) fn run(db: &Db) {
    print::section("What belongs here");
    print::line("database", db.dialect());
    for model in schema().models() {
        let columns: Vec<&str> = model.fields.iter().map(|field| field.column).collect();
        print::line(model.name, columns.join(", "));
    }
}
