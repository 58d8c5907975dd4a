//! The names of constraints and indexes: a prefix, the table, the columns, at most 63 bytes.

/// The longest name that Postgres keeps; a longer one would be cut in silence, and two cut names may be the same.
pub const MAX_NAME: usize = 63;

/// `pk_users`.
#[must_use]
pub fn primary_key(table: &str) -> String {
    fit(&format!("pk_{table}"))
}

/// `uq_users_organization_id_email`, and so on for the prefixes `fk`, `ck` and `ix`.
#[must_use]
pub fn constraint(prefix: &str, table: &str, columns: &[&str]) -> String {
    fit(&format!("{prefix}_{table}_{}", columns.join("_")))
}

/// The name, or its beginning and a hash of the whole where it is longer than 63 bytes.
#[must_use]
pub fn fit(name: &str) -> String {
    if name.len() <= MAX_NAME {
        return name.to_owned();
    }
    let mut end = MAX_NAME - 9;
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}_{:08x}", &name[..end], fnv1a(name.as_bytes()) as u32)
}

/// FNV-1a, 64 bits: stable across builds and machines, unlike the standard library's hasher.
#[must_use]
pub fn fnv1a(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_stay_apart() {
        let (a, b) = ("x".repeat(70), format!("{}y", "x".repeat(69)));
        assert_eq!(fit(&a).len(), MAX_NAME);
        assert_ne!(fit(&a), fit(&b));
        assert_eq!(fit("pk_users"), "pk_users");
        assert!(fit(&"é".repeat(40)).len() <= MAX_NAME);
    }
}
