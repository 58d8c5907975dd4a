//! Names: snake_case, and the nearest right name for a wrong one.

/// `AuditLog` to `audit_log`, `APIKey` to `api_key`, `SSOConfiguration` to `sso_configuration`.
pub(crate) fn snake_case(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let mut out = String::with_capacity(name.len() + 4);
    for (at, &c) in chars.iter().enumerate() {
        if c.is_uppercase() && at > 0 && chars[at - 1] != '_' {
            let after_lower = !chars[at - 1].is_uppercase();
            let before_lower = chars.get(at + 1).is_some_and(|next| next.is_lowercase());
            if after_lower || before_lower {
                out.push('_');
            }
        }
        out.extend(c.to_lowercase());
    }
    out
}

/// Whether it is written like a variant or a type: `Free`, not `MAX` and not `free`.
pub(crate) fn is_upper_camel(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(char::is_uppercase)
        && !name.contains('_')
        && (name.chars().count() == 1 || chars.any(char::is_lowercase))
}

/// The candidate nearest to a name, where one is near enough to be meant.
pub(crate) fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (name.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// `; did you mean `x`?`, or the list of what there is.
pub(crate) fn hint<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    let candidates: Vec<&str> = candidates.into_iter().collect();
    match nearest(name, candidates.iter().copied()) {
        Some(near) => format!("; did you mean `{near}`?"),
        None if candidates.is_empty() => String::new(),
        None => format!("; there is {}", list(&candidates)),
    }
}

fn list(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// How many letters must be put in, left out, changed or swapped with their neighbour.
pub(crate) fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![(0..=b.len()).collect::<Vec<_>>()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let change = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = change.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn snake_case_of_struct_names() {
        for (name, snake) in [
            ("User", "user"),
            ("AuditLog", "audit_log"),
            ("APIKey", "api_key"),
            ("SSOConfiguration", "sso_configuration"),
            ("HTTP2Server", "http2_server"),
            ("OAuth2Token", "o_auth2_token"),
            ("UserV2", "user_v2"),
            ("Already_Snake", "already_snake"),
            ("A", "a"),
            ("InProgress", "in_progress"),
        ] {
            assert_eq!(snake_case(name), snake);
        }
    }

    #[test]
    fn variants_are_told_from_constants() {
        for name in ["Free", "F", "InProgress", "V2Beta"] {
            assert!(is_upper_camel(name), "{name}");
        }
        for name in ["MAX", "free", "ZERO", "MAX_VALUE", "new"] {
            assert!(!is_upper_camel(name), "{name}");
        }
    }

    #[test]
    fn the_nearest_name() {
        let names = ["prefix", "auto", "assigned", "ulid"];
        assert_eq!(nearest("prefx", names), Some("prefix"));
        assert_eq!(nearest("atuo", names), Some("auto"));
        assert_eq!(nearest("uuid", names), Some("ulid"));
        assert_eq!(nearest("whatever", names), None);
        assert_eq!(hint("zzz", ["a", "b"]), "; there is `a`, `b`");
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("ab", "ba"), 1);
    }
}
