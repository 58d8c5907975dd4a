//! Casts of arrays, which Postgres reads otherwise than it writes them.
//!
//! `status IN ('a', 'b')` over a `varchar` is kept as an array of `varchar` that is cast to `text[]`, and written as
//! `(ARRAY['a'::character varying, …])::text[]`. Read again, that is an array of texts: another tree, and another text.
//! With the type of its elements written too, it is read as it was.

/// The text with the type of such arrays' elements.
pub(super) fn settle(sql: &str) -> String {
    const OPEN: &str = "(ARRAY[";
    let mut out = String::with_capacity(sql.len());
    let mut rest = sql;
    while let Some(at) = rest.find(OPEN) {
        let (before, array) = rest.split_at(at);
        out.push_str(before);
        let close = closing(array, OPEN.len());
        let inner = close.and_then(|close| array.get(OPEN.len()..close));
        let after = close.and_then(|close| array.get(close..));
        match (inner.and_then(element_type), inner, after) {
            (Some(kind), Some(inner), Some(after)) if after.starts_with("])::") => {
                out.push_str(&format!("((ARRAY[{}])::{kind}[])", settle(inner)));
                rest = after.get(2..).unwrap_or_default();
            }
            _ => {
                out.push_str(OPEN);
                rest = array.get(OPEN.len()..).unwrap_or_default();
            }
        }
    }
    out.push_str(rest);
    out
}

/// Where the bracket closes that was opened before `from`.
fn closing(sql: &str, from: usize) -> Option<usize> {
    let (mut depth, mut quote) = (1_usize, None);
    for (at, character) in sql.char_indices().skip_while(|(at, _)| *at < from) {
        match (quote, character) {
            (Some(open), character) if open == character => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(character),
            (None, '[' | '(') => depth += 1,
            (None, ']' | ')') => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

/// The type that the elements are cast to: of the last, which all share.
fn element_type(elements: &str) -> Option<&str> {
    let kind = elements.get(elements.rfind("::")? + 2..)?;
    let plain = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '_' | '.' | '"');
    (!kind.is_empty() && kind.chars().all(plain)).then_some(kind)
}

#[cfg(test)]
mod tests {
    use super::settle;

    #[test]
    fn an_array_that_is_cast_says_what_it_is_of() {
        assert_eq!(
            settle("((s)::text = ANY ((ARRAY['a]'::character varying, 'b'::character varying])::text[]))"),
            "((s)::text = ANY (((ARRAY['a]'::character varying, 'b'::character varying])::character varying[])::text[]))"
        );
        for same in ["(s = ANY (ARRAY['a'::text, 'b'::text]))", "(a > 0)", "(ARRAY[1, 2])::text[]"] {
            assert_eq!(settle(same), same);
        }
    }
}
