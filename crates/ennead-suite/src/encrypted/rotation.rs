//! Keys rotate: whatever stops a rotation and whoever writes beside it, each value opens, and in the end with the new key alone.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::task::Poll;

use ennead::prelude::*;
use ennead::{AuditRecord, Change, Encrypted, ErrorKind, Key, KeyProvider, KeyRing, Observer, ObserverScope};

use super::models::*;
use crate::Bed;

fn id(at: usize) -> String {
    format!("c-{at:03}")
}

/// So many connectors of a tenant, each with its own secret and every other one with a token.
async fn fill(db: &Db, tenant: &str, count: usize) {
    let row = |at: usize| {
        let token = at.is_multiple_of(2).then(|| Encrypted::new(secret(at)));
        Connector::create(connector(&id(at))).set(Connector::TOKEN, token)
    };
    Connector::bulk_create((0..count).map(row)).run(&db.tenant(tenant).unwrap()).await.unwrap();
}

async fn all(scope: &Tenant) -> Vec<Connector> {
    Connector::list().with_deleted().order_by(Connector::ID.asc()).run(scope).await.unwrap()
}

/// Every value opens, and is what was written.
async fn open_all(db: &Db, tenant: &str, count: usize) {
    let scope = db.tenant(tenant).unwrap();
    let rows = all(&scope).await;
    assert_eq!(rows.len(), count);
    for (at, row) in rows.iter().enumerate() {
        assert_eq!(row.reveal(Connector::CONFIG, &scope).unwrap(), login(&row.id));
        assert_eq!(row.reveal(Connector::TOKEN, &scope).unwrap(), at.is_multiple_of(2).then(|| secret(at)));
    }
}

/// How many configs are encrypted with a key.
async fn with_key(db: &Db, number: u8) -> usize {
    let rows = RawConnector::list().run(&db.across_tenants("look")).await.unwrap();
    let head = format!("\x01\x05key-{number}");
    rows.iter().filter(|row| row.config.starts_with(head.as_bytes())).count()
}

async fn what_an_older_key_encrypted_is_encrypted_with_the_current_one(bed: Bed) {
    let (db, url) = open(&bed).await;
    let (acme, across) = (db.tenant("acme").unwrap(), db.across_tenants("rotation"));
    fill(&db, "acme", 205).await;
    // The same keys again, of another tenant.
    fill(&db, "globex", 3).await;
    Connector::delete(id(7)).run(&acme).await.unwrap();
    Firm::update("acme").set(Firm::MASTER, Encrypted::new(secret("m"))).run(&acme).await.unwrap();
    Watched::create(NewWatched { id: "w".into(), name: "w".into(), config: Encrypted::new(login("w")) })
        .run(&acme)
        .await
        .unwrap();
    let channel =
        Channel::create(NewChannel { config: Encrypted::new(login("c")) }).run(&acme).await.unwrap();
    Hook::create(NewHook { id: 1, channel_id: channel.id, secret: Encrypted::new(secret("h")) })
        .run(&acme)
        .await
        .unwrap();
    let template = NewTemplate { id: "t".into(), secret: Encrypted::new(secret("t")) };
    Template::create(template).set(Template::IS_PUBLIC, true).run(&acme).await.unwrap();
    Setting::create(NewSetting { id: 1, secret: Encrypted::new(secret("s")) }).run(&db).await.unwrap();
    Entry::create(NewEntry { id: "e".into(), secret: Encrypted::new(secret("e")) }).run(&acme).await.unwrap();
    let (rows, records) = (all(&acme).await, AuditRecord::count().run(&across).await.unwrap());

    let newer = reopen(&bed, &url, ring(2, &[1])).await;
    // A tenant rotates its own rows, and not those that others share with it.
    let globex = newer.tenant("globex").unwrap();
    let own = schema().rotate(&globex).await.unwrap();
    assert_eq!((own.seen, own.rotated, own.kept), (1 + 3, 3, 0));
    assert_eq!((with_key(&db, 1).await, with_key(&db, 2).await), (205, 3));
    // Those of no tenant are rotated by the database.
    assert_eq!(schema().rotate(&newer).await.unwrap().rotated, 1);
    let rest = schema().rotate(&newer.across_tenants("rotation")).await.unwrap();
    // Two firms, connectors of both, a watched one, a channel, its hook, a template, a setting and an entry.
    assert_eq!(
        (rest.seen, rest.rotated, rest.kept),
        (2 + 208 + 1 + 1 + 1 + 1 + 1 + 1, 1 + 205 + 1 + 1 + 1 + 1, 1)
    );
    let again = schema().rotate(&newer.across_tenants("rotation")).await.unwrap();
    assert_eq!((again.seen, again.rotated, again.kept), (rest.seen, 0, 1));

    // Without the older key all of it opens, but for what may never change.
    let last = reopen(&bed, &url, ring(2, &[])).await;
    open_all(&last, "acme", 205).await;
    open_all(&last, "globex", 3).await;
    let scope = last.tenant("acme").unwrap();
    assert_eq!(
        Firm::read("acme").run(&scope).await.unwrap().reveal(Firm::MASTER, &scope).unwrap(),
        Some(secret("m"))
    );
    assert_eq!(
        Watched::read("w").run(&scope).await.unwrap().reveal(Watched::CONFIG, &scope).unwrap(),
        login("w")
    );
    assert_eq!(
        Channel::read(channel.id).run(&scope).await.unwrap().reveal(Channel::CONFIG, &scope).unwrap(),
        login("c")
    );
    assert_eq!(
        Hook::read(1_i64).run(&scope).await.unwrap().reveal(Hook::SECRET, &scope).unwrap(),
        secret("h")
    );
    assert_eq!(
        Template::read("t").run(&scope).await.unwrap().reveal(Template::SECRET, &scope).unwrap(),
        secret("t")
    );
    assert_eq!(
        Setting::read(1).run(&last).await.unwrap().reveal(Setting::SECRET, &last).unwrap(),
        secret("s")
    );
    assert!(
        Entry::read("e")
            .run(&scope)
            .await
            .unwrap()
            .reveal(Entry::SECRET, &scope)
            .unwrap_err()
            .is_decryption()
    );
    // Nothing but the encrypted columns changed, and nobody was told.
    for (before, after) in rows.iter().zip(all(&acme).await) {
        assert_ne!(before.config, after.config);
        assert_eq!(
            *before,
            Connector { config: before.config.clone(), token: before.token.clone(), ..after }
        );
    }
    assert_eq!(AuditRecord::count().run(&across).await.unwrap(), records);
}

async fn a_rotation_in_a_transaction_is_undone_with_it(bed: Bed) {
    let (db, url) = open(&bed).await;
    fill(&db, "acme", 3).await;
    let newer = reopen(&bed, &url, ring(2, &[1])).await;
    let acme = newer.tenant("acme").unwrap();
    let undone = acme.transaction(async |tx| {
        assert_eq!(Connector::rotate(tx).await?.rotated, 3);
        Err::<(), _>(Error::new(ErrorKind::Conflict, "undone"))
    });
    assert!(undone.await.unwrap_err().is_conflict());
    assert_eq!(with_key(&db, 1).await, 3);
    acme.transaction(async |tx| Connector::rotate(tx).await).await.unwrap();
    open_all(&reopen(&bed, &url, ring(2, &[])).await, "acme", 3).await;
}

/// Gives keys so many times.
pub struct Failing {
    keys: KeyRing,
    left: AtomicU32,
}

impl Failing {
    fn take(&self) -> Result<(), Error> {
        let had = self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        had.map(drop).map_err(|_| Error::new(ErrorKind::Timeout, "the vault is out of reach"))
    }
}

impl KeyProvider for Failing {
    fn current(&self) -> Result<Key, Error> {
        self.take().and_then(|()| self.keys.current())
    }
    fn key(&self, id: &str) -> Result<Option<Key>, Error> {
        self.take().and_then(|()| self.keys.key(id))
    }
}

async fn a_rotation_that_fails_at_any_value_goes_on_where_it_was(bed: Bed) {
    let (db, url) = open(&bed).await;
    fill(&db, "acme", 105).await;
    let both = reopen(&bed, &url, ring(2, &[1])).await;
    let failing = Arc::new(Failing { keys: ring(2, &[1]), left: AtomicU32::new(0) });
    let stopped = bed.connect(Db::builder().keys(Arc::clone(&failing)), &url).await.unwrap();
    let (acme, mut failures) = (stopped.tenant("acme").unwrap(), 0);
    let mut done = 0;
    // A value is asked for twice, to open it and to see that what is stored opens.
    for left in [0, 1, 2, 3, 150, 299, 300, 301, 302, 303, 310, 320, 400] {
        failing.left.store(left, Ordering::SeqCst);
        let ended = Connector::rotate(&acme).await;
        let rotated = with_key(&db, 2).await;
        assert!(
            rotated >= done && (rotated == 0 || rotated == 100 || rotated == 105),
            "whole batches: {rotated}"
        );
        done = rotated;
        open_all(&both, "acme", 105).await;
        match ended {
            Ok(_) => assert_eq!(rotated, 105),
            Err(error) => {
                assert!(error.is_timeout(), "{error:?}");
                failures += 1;
            }
        }
    }
    assert!(failures >= 5 && done == 105, "{failures} failures, {done} done");
    open_all(&reopen(&bed, &url, ring(2, &[])).await, "acme", 105).await;
}

/// Polls a future at most so often, then drops it; `true` where it ended by itself.
async fn polled<F: Future>(times: usize, future: F) -> bool {
    let mut future = pin!(future);
    let mut left = times;
    std::future::poll_fn(move |context| {
        if left == 0 {
            return Poll::Ready(false);
        }
        left -= 1;
        future.as_mut().poll(context).map(|_| true)
    })
    .await
}

async fn a_rotation_dropped_anywhere_loses_nothing(bed: Bed) {
    let (db, url) = open(&bed).await;
    fill(&db, "acme", 12).await;
    let there = reopen(&bed, &url, ring(2, &[1])).await;
    let back = reopen(&bed, &url, ring(1, &[2])).await;
    let mut ended = 0;
    for times in (0..24).chain([32, 48, 64, 96, 128]) {
        let db = if times % 2 == 0 { &there } else { &back };
        ended += u32::from(polled(times, Connector::rotate(&db.tenant("acme").unwrap())).await);
        open_all(&there, "acme", 12).await;
    }
    assert!(ended > 0, "polled often enough, it ends");
    Connector::rotate(&there.tenant("acme").unwrap()).await.unwrap();
    open_all(&reopen(&bed, &url, ring(2, &[])).await, "acme", 12).await;
}

async fn writers_beside_a_rotation_lose_nothing(bed: Bed) {
    let (db, url) = open(&bed).await;
    fill(&db, "acme", 8).await;
    let there = reopen(&bed, &url, ring(2, &[1])).await;
    let back = reopen(&bed, &url, ring(1, &[2])).await;
    let stop = Arc::new(AtomicBool::new(false));
    let rotating = tokio::spawn({
        let (stop, there, back) =
            (Arc::clone(&stop), there.tenant("acme").unwrap(), back.tenant("acme").unwrap());
        async move {
            let mut rotated = 0;
            while !stop.load(Ordering::SeqCst) {
                rotated += Connector::rotate(&there).await.unwrap().rotated;
                rotated += Connector::rotate(&back).await.unwrap().rotated;
            }
            rotated
        }
    });
    let writer = |of: usize| {
        let acme = (if of.is_multiple_of(2) { &there } else { &back }).tenant("acme").unwrap();
        async move {
            for round in 0..12 {
                for at in [of, of + 4] {
                    let config = Encrypted::new(login(format!("{at}-{round}")));
                    Connector::update(id(at)).set(Connector::CONFIG, config).run(&acme).await.unwrap();
                }
            }
        }
    };
    let writers: Vec<_> = (0..4).map(|of| tokio::spawn(writer(of))).collect();
    for writer in writers {
        writer.await.unwrap();
    }
    stop.store(true, Ordering::SeqCst);
    assert!(rotating.await.unwrap() > 0);
    Connector::rotate(&there.tenant("acme").unwrap()).await.unwrap();
    let last = reopen(&bed, &url, ring(2, &[])).await.tenant("acme").unwrap();
    for (at, row) in all(&last).await.iter().enumerate() {
        assert_eq!(row.reveal(Connector::CONFIG, &last).unwrap(), login(format!("{at}-11")));
        assert_eq!(row.reveal(Connector::TOKEN, &last).unwrap(), at.is_multiple_of(2).then(|| secret(at)));
    }
}

/// What cannot be opened keeps nothing else from being rotated, and whoever rotates cannot miss it.
async fn a_value_that_does_not_open_is_named_and_all_others_are_rotated(bed: Bed) {
    let (db, url) = open(&bed).await;
    fill(&db, "acme", 105).await;
    let acme = db.tenant("acme").unwrap();
    let raw = async |at: usize| RawConnector::read(id(at)).run(&acme).await.unwrap().config;
    let put = async |at: usize, config: Vec<u8>| {
        RawConnector::update(id(at)).set(RawConnector::CONFIG, config).run(&acme).await.unwrap();
    };
    let (second, last, moved) = (raw(2).await, raw(102).await, raw(1).await);
    // One that opens in another row, and one that is no envelope at all; the tokens beside them are good.
    put(2, moved).await;
    put(102, b"spoiled".to_vec()).await;
    let newer = reopen(&bed, &url, ring(2, &[1])).await;
    let scope = newer.tenant("acme").unwrap();
    for round in 0..2 {
        let error = if round == 0 {
            Connector::rotate(&scope).await.unwrap_err()
        } else {
            schema().rotate(&scope).await.unwrap_err()
        };
        assert!(error.is_decryption(), "{error:?}");
        assert_eq!((error.model(), error.fields()), (Some("Connector"), ["config"].as_slice()));
        let text = error.to_string();
        for told in ["2 values", "\"c-002\" of tenant \"acme\"", "\"c-102\"", "\"key-1\""] {
            assert!(text.contains(told), "{told}: {text}");
        }
        assert!(!text.contains("spoiled") && !text.contains("hunter"), "{text}");
        assert!(text.contains(if round == 0 { "105 rows" } else { "0 rows" }), "{text}");
        assert_eq!(with_key(&db, 2).await, 103);
        assert_eq!((raw(102).await, raw(2).await.len()), (b"spoiled".to_vec(), second.len()));
    }
    // What opens of such a row was rotated.
    let only = reopen(&bed, &url, ring(2, &[])).await.tenant("acme").unwrap();
    let row = Connector::read(id(102)).run(&only).await.unwrap();
    assert_eq!(row.reveal(Connector::TOKEN, &only).unwrap(), Some(secret(102)));
    put(2, second).await;
    put(102, last).await;
    assert_eq!(Connector::rotate(&scope).await.unwrap().rotated, 2);
    open_all(&newer, "acme", 105).await;
    // With a key that is lost nothing changes; the first ten are named.
    let unknown = reopen(&bed, &url, ring(3, &[1])).await.tenant("acme").unwrap();
    let error = Connector::rotate(&unknown).await.unwrap_err();
    let text = error.to_string();
    assert!(error.is_decryption() && text.contains("\"key-2\"") && text.contains("158 values"), "{error}");
    assert!(text.contains("and 148 more") && text.matches("of tenant").count() == 10, "{error}");
    assert_eq!(with_key(&db, 2).await, 105);
}

pub mod before {
    use super::*;

    #[model(global, table = "memos")]
    #[derive(Debug, Clone)]
    pub struct Memo {
        #[key(assigned)]
        pub id: i32,
        pub body: Encrypted<String>,
    }
}

pub mod meanwhile {
    use super::*;

    #[model(global, table = "notes", renamed_from = "memos")]
    #[derive(Debug, Clone)]
    pub struct Note {
        #[key(assigned)]
        pub id: i32,
        #[column(name = "content", renamed_from = "body")]
        pub text: Encrypted<String>,
    }
}

pub mod after {
    use super::*;

    #[model(global, table = "notes")]
    #[derive(Debug, Clone)]
    pub struct Note {
        #[key(assigned)]
        pub id: i32,
        #[column(name = "content")]
        pub text: Encrypted<String>,
    }
}

async fn values_open_under_the_names_that_were_until_they_are_rotated(bed: Bed) {
    use after::Note as After;
    use before::{Memo, NewMemo};
    use meanwhile::Note;
    let db = bed.connect(Db::builder().keys(ring(1, &[])), &bed.url().await).await.unwrap();
    crate::watch::known(ennead::schema![Memo]).create(&db).await.unwrap();
    crate::watch::known(ennead::schema![Note]);
    let memo = |id| NewMemo { id, body: Encrypted::new(secret(id)) };
    Memo::bulk_create([memo(1), memo(2)]).run(&db).await.unwrap();
    let migration = db.across_tenants("what a migration does");
    migration.execute("ALTER TABLE memos RENAME TO notes").await.unwrap();
    migration.execute("ALTER TABLE notes RENAME COLUMN body TO content").await.unwrap();

    let row = After::read(1).run(&db).await.unwrap();
    assert!(row.reveal(After::TEXT, &db).unwrap_err().is_decryption(), "nothing says what it was called");
    let row = Note::read(1).run(&db).await.unwrap();
    assert_eq!(row.reveal(Note::TEXT, &db).unwrap(), secret(1));
    Note::update(2).set(Note::TEXT, Encrypted::new(secret("new"))).run(&db).await.unwrap();
    let rotated = Note::rotate(&db).await.unwrap();
    assert_eq!((rotated.seen, rotated.rotated), (2, 1), "the key is the same, and the names are not");
    assert_eq!(Note::rotate(&db).await.unwrap().rotated, 0);
    let rows = After::list().order_by(After::ID.asc()).run(&db).await.unwrap();
    let texts: Vec<String> = rows.iter().map(|row| row.reveal(After::TEXT, &db).unwrap()).collect();
    assert_eq!(texts, [secret(1), secret("new")]);
}

/// Rotates what belongs to tenants where a row of nobody's is written.
struct Overreaches;

impl Observer<Setting> for Overreaches {
    async fn after(&self, _: &[Change<Setting>], scope: &ObserverScope) -> Result<(), Error> {
        Connector::rotate(scope).await.map(drop)
    }
}

async fn a_scope_without_a_tenant_rotates_nothing_of_tenants(bed: Bed) {
    let (db, url) = open(&bed).await;
    fill(&db, "acme", 3).await;
    let builder = Db::builder().keys(ring(2, &[1])).observe::<Setting>(Overreaches);
    let db = bed.connect(builder, &url).await.unwrap();
    let new = NewSetting { id: 1, secret: Encrypted::new(secret(1)) };
    let error = Setting::create(new).run(&db).await.unwrap_err();
    assert!(error.is_tenant_missing() && error.model() == Some("Connector"), "{error:?}");
    assert_eq!(with_key(&db, 1).await, 3);
    assert_eq!(Setting::count().run(&db).await.unwrap(), 0);
}

crate::cases![
    a_scope_without_a_tenant_rotates_nothing_of_tenants,
    what_an_older_key_encrypted_is_encrypted_with_the_current_one,
    a_rotation_in_a_transaction_is_undone_with_it,
    a_rotation_that_fails_at_any_value_goes_on_where_it_was,
    a_rotation_dropped_anywhere_loses_nothing,
    writers_beside_a_rotation_lose_nothing,
    a_value_that_does_not_open_is_named_and_all_others_are_rotated,
    values_open_under_the_names_that_were_until_they_are_rotated,
];
