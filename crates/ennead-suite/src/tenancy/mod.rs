//! Tenant isolation, attacked and proved.

pub mod attacks;
mod by_name;
mod cells;
mod door;
mod keys;
mod loose;
pub mod machine;
pub mod matrix;
pub mod races;
pub(crate) mod recorder;
pub(crate) mod rules;
mod stage;
pub mod statements;
mod subject;
mod via;
mod world;

/// The tables of the matrix, and of the attacks.
pub(crate) fn schemas() -> [ennead::Schema; 2] {
    [world::schema(), attacks::town::schema()]
}

/// The cases of all modules in here.
pub fn all() -> impl Iterator<Item = &'static crate::Case> {
    let lists = [
        attacks::rows::CASES,
        attacks::parents::CASES,
        attacks::relations::CASES,
        attacks::aggregates::CASES,
        attacks::requests::CASES,
        attacks::by_name::CASES,
        attacks::holes::CASES,
        attacks::table::CASES,
        machine::CASES,
        matrix::CASES,
        races::CASES,
        statements::CASES,
    ];
    lists.into_iter().flatten()
}
