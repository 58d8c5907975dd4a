//! Tenant-scoped models: which have a `tenant_id`, and how the others come to their tenant.

use ennead::Tenancy;
use ennead::prelude::*;

use crate::models::{Dashboard, Widget, schema};
use crate::print;

pub(super) fn run(db: &Db) -> Result<(), Error> {
    print::section("Tenant-scoped models");
    for model in schema().models() {
        let has = match model.tenancy {
            Tenancy::Column { field, .. } => format!("yes  {}", model.field(field).column),
            Tenancy::Via { field } => {
                let parent = model.field(field).reference.map_or("?", |reference| (reference.target)().name);
                format!("no   from its {parent}, by {}", model.field(field).column)
            }
            Tenancy::Root | Tenancy::Global => "no".into(),
        };
        print::line(model.name, has);
    }
    // Nobody writes this predicate and nobody can leave it out: `Widget::count().run(&db)` does not compile.
    print::line("a count, as SQL", Dashboard::count().statement(db.dialect())?.sql());
    print::line("through the dashboard", Widget::count().statement(db.dialect())?.sql());
    Ok(())
}
