//! The suite with every write witnessed, on SQLite.

fn main() {
    ennead_suite::main_witnessed(ennead_suite::Kind::Sqlite);
}
