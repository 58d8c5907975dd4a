//! What a database knows beside its connections: which models are in it, and when rows were marked as deleted.

use std::sync::{Mutex, PoisonError, RwLock};

use chrono::{DateTime, TimeDelta, Utc};
use ennead_core::ModelDef;

/// The models that are in a database, as far as it was told: whoever deletes a row softly must know whose rows name it.
#[derive(Default)]
pub(crate) struct Known(RwLock<Vec<&'static ModelDef>>);

/// A reference: the model that has it, and the index of its field.
pub(crate) type Inverse = (&'static ModelDef, u16);

impl Known {
    /// Takes in the models of a schema.
    pub(crate) fn learn(&self, models: &[&'static ModelDef]) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        // The later one, where a model has changed.
        known.retain(|other| !models.iter().any(|model| model.is(other)));
        known.extend_from_slice(models);
    }

    /// The references to a model, its own first; none is said where the model is in no schema that was told.
    pub(crate) fn references(&self, parent: &'static ModelDef) -> (Vec<Inverse>, bool) {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let is_known = known.iter().any(|model| model.is(parent));
        let others = known.iter().copied().filter(|model| !model.is(parent));
        let mut found = Vec::new();
        for model in std::iter::once(parent).chain(others) {
            for (at, field) in model.fields.iter().enumerate() {
                if field.reference.is_some_and(|reference| (reference.target)().is(parent)) {
                    found.push((model, at as u16));
                }
            }
        }
        (found, is_known)
    }
}

/// The moments at which rows were marked. A restore brings back the rows that carry the moment of their parent, so a
/// delete that marks others' rows must not have the moment of another delete, even where the clock stands still.
#[derive(Default)]
pub(crate) struct Marks(Mutex<Last>);

#[derive(Default)]
struct Last {
    any: Option<DateTime<Utc>>,
    following: Option<DateTime<Utc>>,
}

impl Marks {
    /// The moment of a delete; `follows` where it marks the rows of other models too.
    pub(crate) fn moment(&self, now: DateTime<Utc>, follows: bool) -> DateTime<Utc> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = if follows { last.any } else { last.following };
        let moment = match before {
            Some(before) if before >= now => before + TimeDelta::microseconds(1),
            _ => now,
        };
        last.any = last.any.max(Some(moment));
        if follows {
            last.following = last.following.max(Some(moment));
        }
        moment
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delete_that_others_follow_has_a_moment_of_its_own() {
        let (marks, now) = (Marks::default(), DateTime::<Utc>::UNIX_EPOCH);
        let at = |micros| now + TimeDelta::microseconds(micros);
        assert_eq!([marks.moment(now, false), marks.moment(now, false)], [now, now], "these need none");
        assert_eq!([marks.moment(now, true), marks.moment(now, true)], [at(1), at(2)]);
        assert_eq!(marks.moment(now, false), at(3), "else it would come back with the ones before");
        assert_eq!(marks.moment(at(9), true), at(9));
    }
}
