//! ID generation.

use crate::print;

pub(super) fn run() {
    print::section("ID generation");
    // What `#[key(prefix = "user-")]` does where a create gives no id: a prefix and a UUIDv7.
    let (first, second) = (ennead::generate_id("user-"), ennead::generate_id("user-"));
    print::line("first", &first);
    print::line("second", &second);
    print::line("in order of time", first < second);
    print::line("as a ULID", ennead::generate_ulid("user-"));
}
