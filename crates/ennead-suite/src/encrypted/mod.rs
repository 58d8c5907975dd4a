//! Encrypted fields: in each way to write, in each tenancy, where values were moved, changed or lost their key, and while keys rotate.

pub mod keys;
pub mod models;
pub mod places;
pub mod refused;
pub mod rotation;
pub mod secrecy;
pub mod tenancies;
pub mod writes;

/// The cases of all parts.
pub const ALL: &[&[crate::Case]] = &[
    writes::CASES,
    secrecy::CASES,
    places::CASES,
    tenancies::CASES,
    refused::CASES,
    keys::CASES,
    rotation::CASES,
];
