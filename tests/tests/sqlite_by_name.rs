//! The operations' cases on SQLite once more, by name with JSON parameters.

fn main() {
    ennead_suite::main_by_name(ennead_suite::Kind::Sqlite);
}
