//! The behaviour suite on Postgres with row level security as the second wall.

fn main() {
    ennead_suite::main(ennead_suite::Kind::PostgresRls);
}
