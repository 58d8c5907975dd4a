//! The migrations, in the program. Written by `migrate new`.

use ennead::Error;
use ennead::migrate::Migrations;

/// All migrations: `migrations::all()?.up(&db).await?` brings a database up to date.
///
/// # Errors
/// As [`Migrations::embedded`].
#[rustfmt::skip] // so that it is the same however long the names are
pub fn all() -> Result<Migrations, Error> {
    Migrations::embedded(&[
        ("0001_the_older_tables/snapshot.json", include_str!("0001_the_older_tables/snapshot.json")),
        ("0001_the_older_tables/postgres.up.sql", include_str!("0001_the_older_tables/postgres.up.sql")),
        ("0001_the_older_tables/postgres.down.sql", include_str!("0001_the_older_tables/postgres.down.sql")),
        ("0001_the_older_tables/sqlite.up.sql", include_str!("0001_the_older_tables/sqlite.up.sql")),
        ("0001_the_older_tables/sqlite.down.sql", include_str!("0001_the_older_tables/sqlite.down.sql")),
        ("0002_the_documented_tables/snapshot.json", include_str!("0002_the_documented_tables/snapshot.json")),
        ("0002_the_documented_tables/postgres.up.sql", include_str!("0002_the_documented_tables/postgres.up.sql")),
        ("0002_the_documented_tables/postgres.down.sql", include_str!("0002_the_documented_tables/postgres.down.sql")),
        ("0002_the_documented_tables/sqlite.up.sql", include_str!("0002_the_documented_tables/sqlite.up.sql")),
        ("0002_the_documented_tables/sqlite.down.sql", include_str!("0002_the_documented_tables/sqlite.down.sql")),
    ])
}
