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
        ("0001_initial/snapshot.json", include_str!("0001_initial/snapshot.json")),
        ("0001_initial/postgres.up.sql", include_str!("0001_initial/postgres.up.sql")),
        ("0001_initial/postgres.down.sql", include_str!("0001_initial/postgres.down.sql")),
        ("0001_initial/sqlite.up.sql", include_str!("0001_initial/sqlite.up.sql")),
        ("0001_initial/sqlite.down.sql", include_str!("0001_initial/sqlite.down.sql")),
        ("0002_add_user_locale/snapshot.json", include_str!("0002_add_user_locale/snapshot.json")),
        ("0002_add_user_locale/postgres.up.sql", include_str!("0002_add_user_locale/postgres.up.sql")),
        ("0002_add_user_locale/postgres.down.sql", include_str!("0002_add_user_locale/postgres.down.sql")),
        ("0002_add_user_locale/sqlite.up.sql", include_str!("0002_add_user_locale/sqlite.up.sql")),
        ("0002_add_user_locale/sqlite.down.sql", include_str!("0002_add_user_locale/sqlite.down.sql")),
    ])
}
