//! To which tenant a value is bound, in each tenancy.

use ennead::Encrypted;
use ennead::prelude::*;
use uuid::Uuid;

use super::models::*;
use crate::Bed;

async fn a_tenants_root_is_bound_to_itself(bed: Bed) {
    let (db, _) = open(&bed).await;
    let (acme, across) = (db.tenant("acme").unwrap(), db.across_tenants("sign-up"));
    let new = Firm::create(NewFirm { id: "initech".into() }).set(Firm::MASTER, Encrypted::new(secret("i")));
    new.run(&across).await.unwrap();
    Firm::update("acme").set(Firm::MASTER, Encrypted::new(secret("a"))).run(&acme).await.unwrap();
    Firm::update("globex").set(Firm::MASTER, Encrypted::new(secret("g"))).run(&across).await.unwrap();
    for firm in Firm::list().run(&across).await.unwrap() {
        let first = firm.id.chars().next().unwrap();
        for scope in ["acme", "globex"] {
            assert_eq!(firm.reveal(Firm::MASTER, &db.tenant(scope).unwrap()).unwrap(), Some(secret(first)));
        }
        assert_eq!(firm.reveal(Firm::MASTER, &across).unwrap(), Some(secret(first)));
    }
}

async fn a_row_of_a_tenant_is_bound_to_it(bed: Bed) {
    let (db, _) = open(&bed).await;
    let (acme, across) = (db.tenant("acme").unwrap(), db.across_tenants("all of them"));
    // Rows that say themselves whose they are.
    let mut rows = vec![];
    for tenant in ["acme", "globex"] {
        rows.push(Connector::create(connector("a")).run(&db.tenant(tenant).unwrap()).await.unwrap());
        Connector::delete("a").hard().run(&db.tenant(tenant).unwrap()).await.unwrap();
    }
    Connector::bulk_create(rows).run(&across).await.unwrap();
    for row in Connector::list().run(&across).await.unwrap() {
        assert_eq!(row.reveal(Connector::CONFIG, &across).unwrap(), login("a"));
        assert_eq!(row.reveal(Connector::CONFIG, &acme).unwrap(), login("a"), "the row says whose it is");
    }
    // A change across tenants says whose the row is, whatever its key.
    let again = || Encrypted::new(login("b"));
    let channel =
        Channel::create(NewChannel { config: Encrypted::new(login("c")) }).run(&acme).await.unwrap();
    let errors = [
        Connector::update("a").set(Connector::CONFIG, again()).run(&across).await.unwrap_err(),
        Channel::update(channel.id).set(Channel::CONFIG, again()).run(&across).await.unwrap_err(),
        Channel::bulk_update_each([Channel::update(channel.id).set(Channel::CONFIG, again())])
            .run(&across)
            .await
            .unwrap_err(),
    ];
    for error in errors {
        assert!(error.is_tenant_missing() && error.to_string().contains("in_tenant"), "{error:?}");
    }
    Channel::update(channel.id).set(Channel::CONFIG, again()).in_tenant("acme").run(&across).await.unwrap();
    let each = [Connector::update("a").set(Connector::CONFIG, again())];
    Connector::bulk_update_each(each).in_tenant("globex").run(&across).await.unwrap();
    let row = Connector::read("a").run(&db.tenant("globex").unwrap()).await.unwrap();
    assert_eq!(row.reveal(Connector::CONFIG, &across).unwrap(), login("b"));
    assert_eq!(
        Channel::read(channel.id).run(&acme).await.unwrap().reveal(Channel::CONFIG, &acme).unwrap(),
        login("b")
    );
}

async fn a_row_of_a_parent_is_bound_to_the_scopes_tenant(bed: Bed) {
    let (db, _) = open(&bed).await;
    let (acme, globex, across) =
        (db.tenant("acme").unwrap(), db.tenant("globex").unwrap(), db.across_tenants("look"));
    let channel =
        Channel::create(NewChannel { config: Encrypted::new(login("c")) }).run(&acme).await.unwrap();
    let new = |id| NewHook { id, channel_id: channel.id, secret: Encrypted::new(secret(id)) };
    let hook = Hook::create(new(1)).run(&acme).await.unwrap();
    Hook::create(new(2)).in_tenant("acme").run(&across).await.unwrap();
    assert!(Hook::create(new(3)).run(&across).await.unwrap_err().is_tenant_missing());
    let again = || Hook::update(2_i64).set(Hook::SECRET, Encrypted::new(secret("again")));
    assert!(again().run(&across).await.unwrap_err().is_tenant_missing());
    again().in_tenant("acme").run(&across).await.unwrap();
    let second = Hook::read(2_i64).run(&acme).await.unwrap();
    assert_eq!(hook.reveal(Hook::SECRET, &acme).unwrap(), secret(1));
    assert_eq!(second.reveal(Hook::SECRET, &acme).unwrap(), secret("again"));
    assert!(hook.reveal(Hook::SECRET, &across).unwrap_err().is_tenant_missing(), "no scope says whose it is");
    assert!(hook.reveal(Hook::SECRET, &globex).unwrap_err().is_decryption());
}

async fn a_shared_row_opens_as_its_owners(bed: Bed) {
    let (db, _) = open(&bed).await;
    let (acme, globex) = (db.tenant("acme").unwrap(), db.tenant("globex").unwrap());
    let new = NewTemplate { id: "t".into(), secret: Encrypted::new(secret("t")) };
    Template::create(new).set(Template::IS_PUBLIC, true).run(&acme).await.unwrap();
    let row = Template::read("t").run(&globex).await.unwrap();
    assert_eq!((row.firm_id.as_str(), row.reveal(Template::SECRET, &globex).unwrap()), ("acme", secret("t")));
    let stolen = Template { firm_id: "globex".into(), ..row };
    assert!(stolen.reveal(Template::SECRET, &globex).unwrap_err().is_decryption());
    assert!(Template::bulk_create([stolen]).run(&globex).await.unwrap_err().is_decryption());
}

async fn a_row_of_no_tenant_is_bound_to_none(bed: Bed) {
    let (db, _) = open(&bed).await;
    Setting::create(NewSetting { id: 1, secret: Encrypted::new(secret(1)) }).run(&db).await.unwrap();
    Setting::create(NewSetting { id: 2, secret: Encrypted::new(secret(2)) })
        .run(&db.across_tenants("x"))
        .await
        .unwrap();
    Setting::update(1).set(Setting::SECRET, Encrypted::new(secret("one"))).run(&db).await.unwrap();
    let rows = Setting::list().order_by(Setting::ID.asc()).run(&db.tenant("acme").unwrap()).await.unwrap();
    assert_eq!(rows[0].reveal(Setting::SECRET, &db).unwrap(), secret("one"));
    assert_eq!(rows[1].reveal(Setting::SECRET, &db.tenant("acme").unwrap()).unwrap(), secret(2));
    let swapped = Setting { id: 2, ..rows[0].clone() };
    assert!(swapped.reveal(Setting::SECRET, &db).unwrap_err().is_decryption());
    assert!(Channel::read(Uuid::nil()).run(&db.tenant("acme").unwrap()).await.unwrap_err().is_not_found());
}

crate::cases![
    a_tenants_root_is_bound_to_itself,
    a_row_of_a_tenant_is_bound_to_it,
    a_row_of_a_parent_is_bound_to_the_scopes_tenant,
    a_shared_row_opens_as_its_owners,
    a_row_of_no_tenant_is_bound_to_none,
];
