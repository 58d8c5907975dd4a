//! The suite with every write witnessed, on Postgres.

fn main() {
    ennead_suite::main_witnessed(ennead_suite::Kind::Postgres);
}
