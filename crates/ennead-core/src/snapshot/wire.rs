//! How a snapshot is written as JSON, where its types do not say so themselves.

use serde::{Deserialize, Serialize};

use crate::def::Dialect;

#[derive(Serialize, Deserialize)]
#[serde(remote = "Dialect", rename_all = "snake_case")]
pub(super) enum DialectName {
    Postgres,
    Sqlite,
}

pub(super) mod optional_nulls {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::def::Nulls;

    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Place {
        First,
        Last,
    }

    #[allow(clippy::ref_option, reason = "serde gives the field by reference")]
    pub(in crate::snapshot) fn serialize<S: Serializer>(
        nulls: &Option<Nulls>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let place = nulls.map(|nulls| match nulls {
            Nulls::First => Place::First,
            Nulls::Last => Place::Last,
        });
        place.serialize(serializer)
    }

    pub(in crate::snapshot) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Nulls>, D::Error> {
        Ok(Option::<Place>::deserialize(deserializer)?.map(|place| match place {
            Place::First => Nulls::First,
            Place::Last => Nulls::Last,
        }))
    }
}

/// What is not said is not written.
pub(super) fn is_false(value: &bool) -> bool {
    !value
}
