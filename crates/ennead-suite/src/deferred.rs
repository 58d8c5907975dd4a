//! Deferrable references: checked at COMMIT, so that two rows may name each other.

use ennead::prelude::*;

use crate::Bed;

#[model(tenant_root, table = "clubs")]
#[derive(Debug, Clone, PartialEq)]
pub struct Club {
    #[key]
    pub id: String,
    #[references(Player, deferrable)]
    pub created_by: Option<String>,
}

#[model(table = "players")]
#[derive(Debug, Clone, PartialEq)]
pub struct Player {
    #[key(assigned)]
    pub id: String,
    #[tenant]
    #[references(Club, deferrable)]
    pub club_id: String,
    pub name: String,
}

fn player(id: &str) -> ennead::op::Create<Player> {
    Player::create(NewPlayer { id: id.into(), name: id.into() })
}

fn club(id: &str, by: &str) -> ennead::op::Create<Club> {
    Club::create(NewClub {}).set(Club::ID, id).set(Club::CREATED_BY, by)
}

async fn two_rows_may_name_each_other(bed: Bed) {
    let db = bed.db(&ennead::schema![Club, Player]).await;
    let across = db.across_tenants("sign-up");
    across
        .transaction(async |tx| {
            club("acme", "jo").in_tenant("acme").run(tx).await?;
            player("jo").in_tenant("acme").run(tx).await?;
            Ok::<_, Error>(())
        })
        .await
        .unwrap();
    let acme = db.tenant("acme").unwrap();
    assert_eq!(Club::read("acme").run(&acme).await.unwrap().created_by.as_deref(), Some("jo"));
    assert_eq!(Player::count().run(&acme).await.unwrap(), 1);
}

async fn what_is_missing_at_commit_is_told(bed: Bed) {
    let db = bed.db(&ennead::schema![Club, Player]).await;
    let across = db.across_tenants("sign-up");
    let done = across
        .transaction(async |tx| {
            club("acme", "nobody").in_tenant("acme").run(tx).await?;
            assert_eq!(Club::count().run(tx).await?, 1, "it is not checked before");
            Ok::<_, Error>(())
        })
        .await;
    let error = done.unwrap_err();
    assert!(error.is_foreign_key_violation(), "{error:?}");
    assert_eq!(error.constraint(), Some("fk_clubs_id_created_by"), "{error:?}");
    assert_eq!((error.model(), error.fields(), error.http_status()), (None, [].as_slice(), 409));
    assert_eq!(Club::count().run(&across).await.unwrap(), 0);
    let orphan = player("jo").run(&db.tenant("gone").unwrap()).await.unwrap_err();
    assert!(orphan.is_foreign_key_violation(), "outside of a transaction too: {orphan:?}");
    assert_eq!(Player::count().run(&across).await.unwrap(), 0);
    player("jo").run(&db.tenant("gone").unwrap()).await.unwrap_err();
    club("gone", "al").run(&across).await.unwrap_err();
    let fine = Club::create(NewClub {}).set(Club::ID, "gone").run(&across).await.unwrap();
    assert_eq!(fine.created_by, None, "the connection goes on");
}

async fn a_player_of_another_club_is_none(bed: Bed) {
    let db = bed.db(&ennead::schema![Club, Player]).await;
    let across = db.across_tenants("sign-up");
    for id in ["acme", "other"] {
        Club::create(NewClub {}).set(Club::ID, id).run(&across).await.unwrap();
    }
    player("jo").run(&db.tenant("acme").unwrap()).await.unwrap();
    let other = db.tenant("other").unwrap();
    let set = Club::update("other").set(Club::CREATED_BY, "jo").run(&other).await.unwrap_err();
    assert!(set.is_foreign_key_violation(), "{set:?}");
    assert_eq!(Club::read("other").run(&other).await.unwrap().created_by, None);
}

async fn a_parent_may_go_before_its_children_do(bed: Bed) {
    let db = bed.db(&ennead::schema![Club, Player]).await;
    let across = db.across_tenants("sign-up");
    Club::create(NewClub {}).set(Club::ID, "acme").run(&across).await.unwrap();
    player("jo").run(&db.tenant("acme").unwrap()).await.unwrap();
    let alone = Club::delete("acme").run(&across).await.unwrap_err();
    assert!(alone.is_foreign_key_violation(), "{alone:?}");
    across
        .transaction(async |tx| {
            Club::delete("acme").run(tx).await?;
            Player::bulk_delete().all_rows().run(tx).await?;
            Ok::<_, Error>(())
        })
        .await
        .unwrap();
    assert_eq!(Club::count().run(&across).await.unwrap(), 0);
}

crate::cases![
    two_rows_may_name_each_other,
    what_is_missing_at_commit_is_told,
    a_player_of_another_club_is_none,
    a_parent_may_go_before_its_children_do,
];
