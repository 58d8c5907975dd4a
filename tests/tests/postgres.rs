//! The behaviour suite on Postgres.

fn main() {
    ennead_suite::main(ennead_suite::Kind::Postgres);
}
