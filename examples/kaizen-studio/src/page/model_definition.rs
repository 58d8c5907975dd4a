//! Model definition: what `#[model]` made of three structs.

use ennead::prelude::*;

use crate::models::*;
use crate::print;

/// The names of node types; a name that is no type does not compile.
macro_rules! nodes {
    ($($node:ident)*) => { [$({ let _: Option<$node> = None; stringify!($node) }),*] };
}

pub(super) fn run(db: &Db) {
    print::section("Model definition");
    print::line("database", db.dialect());
    for model in schema().models() {
        let columns: Vec<&str> = model.fields.iter().map(|field| field.column).collect();
        print::line(model.name, format!("table {}: {}", model.table, columns.join(", ")));
    }
    let nodes = nodes![
        CreateOrganizationNode ReadOrganizationNode UpdateOrganizationNode DeleteOrganizationNode
        ListOrganizationNode BulkCreateOrganizationNode BulkUpdateOrganizationNode BulkDeleteOrganizationNode
        CountOrganizationNode
    ];
    print::line("generated nodes", nodes.join(", "));
}
