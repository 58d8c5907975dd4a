//! Fields that depend on a cfg: every piece carries it, and the indexes stay right.

use ennead::Model;
use ennead::prelude::*;

#[model(global)]
#[derive(Debug, Clone)]
pub struct Machine {
    #[cfg(not(any()))]
    pub first: String,
    #[key(assigned)]
    pub id: String,
    /// Never there.
    #[cfg(any())]
    pub gone: NoSuchType,
    #[cfg(not(any()))]
    #[default(1)]
    pub kept: i32,
    pub last: String,
}

#[model(global)]
#[cfg(any())]
pub struct Absent {
    #[key]
    pub id: NoSuchType,
}

#[test]
fn accepted() {
    assert_eq!(Machine::DEF.fields.len(), 4);
    assert_eq!(Machine::DEF.key.field, 1);
    assert_eq!((Machine::ID.index(), Machine::KEPT.index(), Machine::LAST.index()), (1, 2, 3));
    let new = NewMachine { first: "f".into(), id: "i".into(), last: "l".into() };
    let _ = Machine::create(new);
}
