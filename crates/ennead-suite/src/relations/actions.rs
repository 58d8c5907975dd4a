//! What foreign keys do when the row that they name goes: as declared, and the same on both databases.
#![allow(unreachable_pub, reason = "models as an application writes them")]

use ennead::prelude::*;

use crate::Bed;

#[model(table = "act_teams")]
#[derive(Debug, Clone, PartialEq)]
pub struct Team {
    #[key]
    pub id: String,
    #[tenant]
    pub organization_id: String,
}

macro_rules! members {
    ($($name:ident $new:ident $table:literal $inverse:ident $($action:ident)?: $key:ty;)*) => {$(
        #[model(table = $table)]
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name {
            #[key]
            pub id: String,
            #[tenant]
            pub organization_id: String,
            #[references(Team, inverse = $inverse $(, on_delete = $action)?)]
            pub team_id: $key,
        }
    )*};
}

members! {
    Plain NewPlain "act_plain" plain: Option<String>;
    Restricted NewRestricted "act_restricted" restricted restrict: Option<String>;
    Cascaded NewCascaded "act_cascaded" cascaded cascade: Option<String>;
    Freed NewFreed "act_freed" freed set_null: Option<String>;
}

/// Named by what is named: what a cascade takes along is asked in turn.
#[model(table = "act_below")]
#[derive(Debug, Clone, PartialEq)]
pub struct Below {
    #[key]
    pub id: String,
    #[tenant]
    pub organization_id: String,
    #[references(Cascaded, on_delete = restrict)]
    pub cascaded_id: String,
}

async fn actions_as_declared(bed: Bed) {
    let db = bed.db(&ennead::schema![Team, Plain, Restricted, Cascaded, Freed, Below]).await;
    let (acme, other) = (db.tenant("acme").unwrap(), db.tenant("other").unwrap());
    for (scope, id) in [(&acme, "t"), (&acme, "u"), (&other, "t")] {
        Team::create(NewTeam {}).set(Team::ID, id).run(scope).await.unwrap();
    }
    macro_rules! member {
        ($scope:expr, $model:ident $new:ident) => {
            $model::create($new {}).set($model::ID, "m").set($model::TEAM_ID, "t").run($scope).await.unwrap()
        };
    }
    // The same keys in another tenant, which nothing of this touches.
    member!(&other, Cascaded NewCascaded);
    member!(&other, Freed NewFreed);
    let delete = async || Team::delete("t").run(&acme).await;
    macro_rules! refuses {
        ($model:ident $new:ident) => {{
            member!(&acme, $model $new);
            let error = delete().await.unwrap_err();
            assert!(error.is_foreign_key_violation(), "{error:?}");
            assert_eq!(Team::count().run(&acme).await.unwrap(), 2);
            $model::delete("m").run(&acme).await.unwrap();
        }};
    }
    refuses!(Plain NewPlain);
    refuses!(Restricted NewRestricted);
    member!(&acme, Cascaded NewCascaded);
    member!(&acme, Freed NewFreed);
    // A cascade that meets a restriction further down does nothing at all.
    Below::create(NewBelow { cascaded_id: "m".into() }).set(Below::ID, "b").run(&acme).await.unwrap();
    assert!(delete().await.unwrap_err().is_foreign_key_violation());
    // A way back without a name is asked along all the same.
    assert_eq!(Cascaded::count().filter(Below::CASCADED.inverse().any()).run(&acme).await.unwrap(), 1);
    assert_eq!(Freed::read("m").run(&acme).await.unwrap().team_id.as_deref(), Some("t"));
    Below::delete("b").run(&acme).await.unwrap();
    let team = Team::read("t").include((Team::CASCADED, Team::FREED)).run(&acme).await.unwrap();
    assert_eq!((team.related.0.len(), team.related.1.len()), (1, 1));
    delete().await.unwrap();
    assert_eq!(Cascaded::count().run(&acme).await.unwrap(), 0);
    assert_eq!(Freed::read("m").run(&acme).await.unwrap().team_id, None);
    assert_eq!(Freed::read("m").include(Freed::TEAM).run(&acme).await.unwrap().related, None);
    assert_eq!(Cascaded::read("m").run(&other).await.unwrap().team_id.as_deref(), Some("t"));
    assert_eq!(Freed::read("m").run(&other).await.unwrap().team_id.as_deref(), Some("t"));
    // In bulk as well: all or none.
    member!(&other, Restricted NewRestricted);
    assert!(Team::bulk_delete().all_rows().run(&other).await.unwrap_err().is_foreign_key_violation());
    assert_eq!(Cascaded::count().run(&other).await.unwrap(), 1);
    Restricted::bulk_delete().all_rows().run(&other).await.unwrap();
    assert_eq!(Team::bulk_delete().all_rows().run(&other).await.unwrap().affected, 1);
    assert_eq!(Cascaded::count().run(&other).await.unwrap(), 0);
}

crate::cases![actions_as_declared];
