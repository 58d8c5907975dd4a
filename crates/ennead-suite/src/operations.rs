//! The nine operations.

use ennead::prelude::*;

use crate::Bed;

#[model(global, table = "plans")]
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    #[key(assigned)]
    pub id: String,
    pub name: String,
}

async fn a_row_comes_back_as_stored(bed: Bed) {
    let db = bed.db(&ennead::schema![Plan]).await;
    let plan = Plan::create(NewPlan { id: "a".into(), name: "A".into() }).run(&db).await.unwrap();
    assert_eq!(Plan::read("a").run(&db).await.unwrap(), plan);
}

crate::cases![a_row_comes_back_as_stored];
