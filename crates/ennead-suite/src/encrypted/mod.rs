//! Encrypted fields: in each way to write, in each tenancy, where values were moved, changed or lost their key, and while keys rotate.

mod keys;
mod models;
mod places;
mod refused;
mod rotation;
mod secrecy;
mod tenancies;
mod writes;

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
