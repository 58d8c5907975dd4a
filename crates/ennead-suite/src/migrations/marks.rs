//! A soft deletion that comes and goes: the uniques become partial, and whole again.

use ennead::migrate::{DraftOptions, Version};
use ennead::prelude::*;

use super::models::Folder;
use crate::Bed;

mod before {
    use ennead::prelude::*;

    #[derive(DbEnum, Clone, Copy, PartialEq, Eq, Debug)]
    pub enum Standing {
        Active,
        Deleted,
    }

    #[model(global, table = "mark_accounts")]
    #[derive(Debug)]
    pub struct Account {
        #[key(assigned)]
        pub id: String,
        #[unique]
        pub email: String,
        pub standing: Standing,
    }

    #[model(global, table = "mark_tokens")]
    #[derive(Debug)]
    pub struct Token {
        #[key(assigned)]
        pub id: String,
        #[unique]
        pub name: String,
        #[default(true)]
        pub is_active: bool,
    }

    pub(super) fn schema() -> Schema {
        ennead::schema![Account, Token]
    }
}

mod after {
    use ennead::prelude::*;

    use super::before::Standing;

    #[model(global, table = "mark_accounts")]
    #[derive(Debug)]
    pub struct Account {
        #[key(assigned)]
        pub id: String,
        #[unique]
        pub email: String,
        #[soft_delete(Standing::Deleted, restore = Active)]
        pub standing: Standing,
    }

    #[model(global, table = "mark_tokens")]
    #[derive(Debug)]
    pub struct Token {
        #[key(assigned)]
        pub id: String,
        #[unique]
        pub name: String,
        #[default(true)]
        #[soft_delete(false)]
        pub is_active: bool,
    }

    pub(super) fn schema() -> Schema {
        ennead::schema![Account, Token]
    }
}

async fn a_soft_deletion_comes_and_goes(bed: Bed) {
    crate::watch::knows(&after::schema());
    let folder = Folder::new(&bed);
    folder.add(&before::schema(), "initial", &DraftOptions::default());
    folder.add(&after::schema(), "marks", &DraftOptions::default());
    assert!(folder.read().draft(&after::schema(), "again", &DraftOptions::default()).unwrap().is_empty());
    let db = Db::builder().schema(&after::schema()).connect(&bed.url().await).await.unwrap();
    let migrations = folder.read();
    let runner = migrations.runner(&db);
    runner.up_to(Version(1)).await.unwrap();
    for (id, is_active) in [("a", true), ("b", false)] {
        let token = before::NewToken { id: id.into(), name: id.into() };
        let token = before::Token::create(token).set(before::Token::IS_ACTIVE, is_active);
        token.run(&db).await.unwrap();
        let standing = if is_active { before::Standing::Active } else { before::Standing::Deleted };
        let account = before::NewAccount { id: id.into(), email: id.into(), standing };
        before::Account::create(account).run(&db).await.unwrap();
    }
    assert_eq!(runner.up().await.unwrap(), [Version(2)]);
    assert!(runner.verify().await.unwrap().is_empty(), "{:?}", runner.verify().await);
    // Those whose flag says so are deleted now, and in nobody's way.
    assert_eq!(after::Token::count().run(&db).await.unwrap(), 1);
    let twin = |id: &str, name: &str| after::NewToken { id: id.into(), name: name.into() };
    after::Token::create(twin("c", "b")).run(&db).await.unwrap();
    let error = after::Token::create(twin("d", "a")).run(&db).await.unwrap_err();
    assert!(error.is_unique_violation(), "{error:?}");
    let account =
        |id: &str| after::NewAccount { id: id.into(), email: "b".into(), standing: before::Standing::Active };
    after::Account::create(account("c")).run(&db).await.unwrap();
    assert!(after::Account::create(account("d")).run(&db).await.unwrap_err().is_unique_violation());
    // Whole again, where the rows allow it.
    let error = runner.down(1).await.unwrap_err();
    assert!(error.is_unique_violation(), "{error:?}");
    after::Token::delete("b").hard().run(&db).await.unwrap();
    after::Account::delete("b").hard().run(&db).await.unwrap();
    assert_eq!(runner.down(1).await.unwrap(), [Version(2)]);
    assert!(runner.verify().await.unwrap().is_empty());
    let twin = before::NewToken { id: "e".into(), name: "b".into() };
    assert!(before::Token::create(twin).run(&db).await.unwrap_err().is_unique_violation());
}

crate::cases![a_soft_deletion_comes_and_goes];
