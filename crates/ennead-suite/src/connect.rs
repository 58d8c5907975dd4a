//! Opening databases: URLs, what is refused, and what its text must not tell.

use std::time::{Duration, Instant};

use ennead::prelude::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::item::{Item, item, items};
use crate::{Bed, server};

async fn use_it(url: &str) {
    let db = Db::connect(url).await.unwrap();
    crate::watch::known(items()).create(&db).await.unwrap();
    Item::create(item(1)).run(&db).await.unwrap();
    assert_eq!(Item::count().run(&db).await.unwrap(), 1);
}

async fn a_file_is_created(bed: Bed) {
    let file = bed.folder().join("new.db");
    use_it(&format!("sqlite://{}", file.display())).await;
    assert!(file.exists());
    let short = bed.folder().join("short.db");
    use_it(&format!("sqlite:{}", short.display())).await;
    assert!(short.exists());
    let asked = bed.folder().join("asked.db");
    use_it(&format!("sqlite://{}?mode=rwc", asked.display())).await;
    assert!(asked.exists());
}

async fn a_relative_path_is_relative(bed: Bed) {
    let here = std::env::current_dir().unwrap();
    let up = "../".repeat(here.components().count() - 1);
    let file = bed.folder().join("relative.db");
    use_it(&format!("sqlite://{up}{}", file.strip_prefix("/").unwrap().display())).await;
    assert!(file.exists());
}

async fn a_path_is_percent_decoded(bed: Bed) {
    use_it(&format!("sqlite://{}/a%20b%3Fc%23%C3%A4.db", bed.folder().display())).await;
    assert!(bed.folder().join("a b?c#ä.db").exists());
}

async fn a_missing_folder_is_named(bed: Bed) {
    let folder = bed.folder().join("absent");
    let error = Db::connect(&format!("sqlite://{}/x.db", folder.display())).await.unwrap_err();
    assert!(error.is_connection(), "{error:?}");
    assert!(error.to_string().contains(&*folder.to_string_lossy()), "{error}");
    assert!(!folder.exists());
}

async fn a_folder_is_no_database(bed: Bed) {
    let error = Db::connect(&format!("sqlite://{}", bed.folder().display())).await.unwrap_err();
    assert!(error.is_connection(), "{error:?}");
}

async fn a_file_of_something_else_is_no_database(bed: Bed) {
    let file = bed.folder().join("letter.txt");
    std::fs::write(&file, "Dear reader, ".repeat(1000)).unwrap();
    let error = Db::connect(&format!("sqlite://{}", file.display())).await.unwrap_err();
    assert!(error.is_connection(), "{error:?}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "Dear reader, ".repeat(1000));
}

async fn a_mode_that_creates_nothing_is_named(bed: Bed) {
    for mode in ["rw", "ro"] {
        let file = bed.folder().join("absent.db");
        let error = Db::connect(&format!("sqlite://{}?mode={mode}", file.display())).await.unwrap_err();
        assert!(error.is_connection(), "{error:?}");
        assert!(error.to_string().contains(&format!("mode={mode}")), "{error}");
        assert!(!file.exists());
    }
}

async fn a_read_only_database_reads_and_refuses_writes(bed: Bed) {
    let url = bed.url().await;
    use_it(&url).await;
    let db = Db::connect(&format!("{url}?mode=ro")).await.unwrap();
    assert_eq!(Item::read(1).run(&db).await.unwrap().name, "item 1");
    let error = Item::create(item(2)).run(&db).await.unwrap_err();
    assert!(error.is_unsupported(), "{error:?}");
    let error = Item::bulk_create([item(2), item(3)]).run(&db).await.unwrap_err();
    assert!(error.is_unsupported(), "{error:?}");
    assert_eq!(Item::count().run(&db).await.unwrap(), 1);
}

async fn a_read_only_session_reads_and_refuses_writes(bed: Bed) {
    let url = bed.url().await;
    use_it(&url).await;
    let mark = if url.contains('?') { '&' } else { '?' };
    let url = format!("{url}{mark}options[default_transaction_read_only]=on");
    let db = Db::connect(&url).await.unwrap();
    assert_eq!(Item::read(1).run(&db).await.unwrap().name, "item 1");
    let error = Item::create(item(2)).run(&db).await.unwrap_err();
    assert!(error.is_unsupported(), "{error:?}");
}

async fn memory_databases_are_apart(_: Bed) {
    let (one, two) =
        (Db::connect("sqlite::memory:").await.unwrap(), Db::connect("sqlite::memory:").await.unwrap());
    crate::watch::known(items()).create(&one).await.unwrap();
    crate::watch::known(items()).create(&two).await.unwrap();
    Item::create(item(1)).run(&one).await.unwrap();
    assert_eq!(Item::count().run(&two).await.unwrap(), 0);
    let url = "sqlite://?mode=memory";
    use_it(url).await;
    use_it(url).await;
}

async fn what_names_no_database_is_refused(_: Bed) {
    for url in [
        "",
        "app.db",
        "mysql://root@localhost/app",
        "http://localhost",
        "sqlite",
        "sqlite:",
        "sqlite://",
        "sqlite://?mode=rw",
        "sqlite://app.db?mode=fast",
        "sqlite://app.db?statement_cache=5",
        "sqlite://app.db?foreign_keys=off",
        "sqlite://app.db?cache=none",
        "postgres",
        "postgres://u@localhost/app?ssl_mode=require",
        "postgres://u@localhost/app?sslmode=strict",
        "postgres://u@localhost/app?statement_cache=many",
        "postgres://u@localhost/app?statement_cache=-1",
        "postgres://u@localhost:port/app",
    ] {
        let error = Db::connect(url).await.unwrap_err();
        assert!(error.is_configuration(), "{url}: {error:?}");
    }
    assert!(!std::path::Path::new("app.db").exists());
    let error = Db::connect("postgres://u@localhost/app?sslmod=require").await.unwrap_err();
    assert!(error.to_string().contains("sslmod\""), "{error}");
}

async fn settings_that_break_the_walls_are_refused(_: Bed) {
    for name in ["foreign_keys", "FOREIGN_KEYS"] {
        let error = Db::builder().pragma(name, "OFF").connect("sqlite::memory:").await.unwrap_err();
        assert!(error.is_configuration(), "{error:?}");
    }
    let error =
        Db::builder().pragma("cache_size", "-1000").connect("postgres://localhost/x").await.unwrap_err();
    assert!(error.is_configuration(), "{error:?}");
}

async fn both_names_of_the_scheme_connect(bed: Bed) {
    let url = bed.url().await;
    use_it(&url).await;
    for scheme in ["postgres", "postgresql"] {
        let (_, rest) = url.split_once("://").unwrap();
        let db = Db::connect(&format!("{scheme}://{rest}")).await.unwrap();
        assert_eq!(Item::count().run(&db).await.unwrap(), 1);
    }
}

async fn statements_need_not_be_prepared(bed: Bed) {
    let url = bed.url().await;
    use_it(&url).await;
    let mark = if url.contains('?') { '&' } else { '?' };
    let db = Db::connect(&format!("{url}{mark}statement_cache=0")).await.unwrap();
    for id in 2..5 {
        Item::create(item(id)).run(&db).await.unwrap();
        assert_eq!(Item::read(id).run(&db).await.unwrap().id, id);
    }
}

async fn a_server_that_refuses_says_why(_: Bed) {
    let server = server();
    let (base, query) = server.split_once('?').unwrap_or((&server, ""));
    let (host, _) = base.rsplit_once('/').unwrap();
    let error = Db::connect(&format!("{host}/no_such_database?{query}")).await.unwrap_err();
    assert!(error.is_connection(), "{error:?}");
    assert_eq!(error.code(), Some("3D000"));
    let place = host.rsplit_once('@').map_or(host, |(_, place)| place);
    let error = Db::connect(&format!("postgres://no_such_role@{place}/postgres?{query}")).await.unwrap_err();
    assert!(error.is_connection(), "{error:?}");
    assert_eq!(error.code(), Some("28000"));
}

/// A server that asks for a password and refuses whatever comes.
async fn gatekeeper() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut peer, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut buffer = [0; 1024];
                // The question for TLS, then the greeting.
                peer.read_exact(&mut buffer[..8]).await.unwrap();
                peer.write_all(b"N").await.unwrap();
                let _ = peer.read(&mut buffer).await.unwrap();
                peer.write_all(&[b'R', 0, 0, 0, 8, 0, 0, 0, 3]).await.unwrap();
                let _ = peer.read(&mut buffer).await.unwrap();
                let body = b"SFATAL\0VFATAL\0C28P01\0Mpassword authentication failed for user \"jo\"\0\0";
                let mut message = vec![b'E'];
                message.extend(u32::try_from(body.len() + 4).unwrap().to_be_bytes());
                message.extend(body);
                peer.write_all(&message).await.unwrap();
            });
        }
    });
    port
}

async fn a_wrong_password_is_refused_and_not_told(_: Bed) {
    let port = gatekeeper().await;
    let url = format!("postgres://jo:hunter2@127.0.0.1:{port}/app?sslmode=prefer");
    let error = Db::connect(&url).await.unwrap_err();
    assert!(error.is_connection(), "{error:?}");
    assert_eq!(error.code(), Some("28P01"));
    assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
}

async fn a_closed_port_is_told_at_once(_: Bed) {
    let port = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    let started = Instant::now();
    let error = Db::connect(&format!("postgres://u@127.0.0.1:{port}/app")).await.unwrap_err();
    assert!(error.is_connection(), "{error:?}");
    assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());
}

async fn a_server_that_says_nothing_is_not_waited_for(_: Bed) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    for mode in ["disable", "prefer", "require"] {
        let started = Instant::now();
        let builder = Db::builder().connect_timeout(Duration::from_millis(150));
        let url = format!("postgres://u@127.0.0.1:{port}/app?sslmode={mode}");
        let error = builder.connect(&url).await.unwrap_err();
        assert!(error.is_timeout(), "{error:?}");
        assert!(started.elapsed() >= Duration::from_millis(150));
        assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
    }
}

async fn no_error_tells_the_password(_: Bed) {
    for url in [
        "postgres://jo:hunter2@127.0.0.1:1/app",
        "postgres://jo:hunter2@127.0.0.1:1/app?sslmode=verify-full&sslrootcert=/no/such/file",
        "postgres://jo:hunter2@127.0.0.1:port/app",
        "postgres://jo:hunter2@127.0.0.1:1/app?unknown=1",
        "postgres://jo:hunter2@127.0.0.1:1/app?sslmode=hunter3",
        "postgres://jo:hunter2@[::1/app",
        "postgres://jo:hunter2@/app?host=/no/such/folder",
        "postgres://jo:hun?ter2=hunter2@127.0.0.1/app",
        "postgres://jo:?hunter2@127.0.0.1/app",
        "postgres://jo:#hunter2@127.0.0.1:1/app",
        "postgres://jo:/hunter2@127.0.0.1:1/app",
        "postgres://jo:1/hunter2@127.0.0.1:1/app",
        "postgres://127.0.0.1:1/app?user=jo&password=hunter2&sslmod=1",
        "mysql://jo:hunter2@localhost/app",
        "postgress://jo:hunter2@localhost/app",
        "jo:hunter2@localhost",
        "sqlite:///no/such/folder/app.db?key=hunter2",
    ] {
        let error = Db::builder().connect_timeout(Duration::from_millis(500)).connect(url).await.unwrap_err();
        let told = format!("{error} {error:?} {error:#?}");
        assert!(!told.contains("hunter2"), "{url}: {told}");
    }
    let db = Db::connect("sqlite::memory:").await.unwrap();
    assert_eq!(format!("{db:?}"), "Db(sqlite)");
}

async fn a_closed_database_refuses_work(bed: Bed) {
    let db = bed.db(&items()).await;
    db.close().await;
    for error in [
        Item::count().run(&db).await.unwrap_err(),
        Item::create(item(1)).run(&db).await.unwrap_err(),
        Item::bulk_create([item(1), item(2)]).run(&db).await.unwrap_err(),
    ] {
        assert!(error.is_connection(), "{error:?}");
    }
}

crate::cases![
    a_closed_database_refuses_work,
    what_names_no_database_is_refused;
    Sqlite: a_file_is_created, a_relative_path_is_relative, a_path_is_percent_decoded, a_missing_folder_is_named,
    a_folder_is_no_database, a_file_of_something_else_is_no_database, a_mode_that_creates_nothing_is_named,
    a_read_only_database_reads_and_refuses_writes, memory_databases_are_apart, settings_that_break_the_walls_are_refused;
    Postgres: a_read_only_session_reads_and_refuses_writes, both_names_of_the_scheme_connect,
    statements_need_not_be_prepared, a_server_that_refuses_says_why, a_wrong_password_is_refused_and_not_told,
    a_closed_port_is_told_at_once, a_server_that_says_nothing_is_not_waited_for, no_error_tells_the_password
];
