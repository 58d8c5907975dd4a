//! What JSON does not say, on purpose.

/// Why an operation stays typed. There are no other reasons: the translator gives a node or one of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    Narrowed,
    Streamed,
    BulkRows,
    SoftDeleted,
    Hidden,
    OtherTenant,
    AmountPerRow,
    Twice,
    NotFinite,
    JsonNull,
    NoJson,
    Unnamed,
    Locked,
    Unversioned,
}

impl Reason {
    /// All of them, in the order of their numbers.
    pub const ALL: &'static [Self] = &[
        Self::Narrowed,
        Self::Streamed,
        Self::BulkRows,
        Self::SoftDeleted,
        Self::Hidden,
        Self::OtherTenant,
        Self::AmountPerRow,
        Self::Twice,
        Self::NotFinite,
        Self::JsonNull,
        Self::NoJson,
        Self::Unnamed,
        Self::Locked,
        Self::Unversioned,
    ];

    /// Why that is so.
    pub fn because(self) -> &'static str {
        match self {
            Self::Narrowed => {
                "`.in_tenant(id)` narrows the host's scope, and nothing in JSON chooses a scope"
            }
            Self::Streamed => "a stream is no JSON value",
            Self::BulkRows => "a bulk node gives counts and keys by contract, and `.returning` gives rows",
            Self::SoftDeleted => "what is deleted softly is the host's to remove for good",
            Self::Hidden => "a hidden field stands in no result, filter or order",
            Self::OtherTenant => {
                "in a tenant's scope JSON names the tenant's column as equal to it or not at all"
            }
            Self::AmountPerRow => {
                "the rows of one bulk update hold values, and amounts are for all rows alike"
            }
            Self::Twice => "a JSON object holds each key once",
            Self::NotFinite => "NaN and the infinities are no JSON numbers",
            Self::JsonNull => "in a JSON field that takes NULL, JSON's null is NULL",
            Self::NoJson => "the value could not be made into JSON in the first place",
            Self::Unnamed => "a way back without `inverse` has no name",
            Self::Locked => "a lock lasts until a transaction of the host's ends",
            Self::Unversioned => "a model that counts no versions has no parameter for one",
        }
    }
}
