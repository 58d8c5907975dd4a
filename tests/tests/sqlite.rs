//! The behaviour suite on SQLite.

fn main() {
    ennead_suite::main(ennead_suite::Kind::Sqlite);
}
