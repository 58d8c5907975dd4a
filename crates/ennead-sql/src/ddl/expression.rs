//! The SQL expressions that models hold: what would break out of the place where they are put is refused.

/// Says what is wrong with an expression: it must end where it seems to end.
pub(super) fn check(expression: &str) -> Result<(), String> {
    if expression.trim().is_empty() {
        return Err("the SQL expression is empty".to_owned());
    }
    let mut open = Vec::new();
    let mut characters = expression.chars().peekable();
    while let Some(character) = characters.next() {
        let next = characters.peek().copied();
        match character {
            '\0' => return Err("an SQL expression cannot hold the NUL character".to_owned()),
            '\'' | '"' if !characters.by_ref().any(|other| other == character) => {
                return Err(format!("a {character} is not closed in `{expression}`"));
            }
            '-' if next == Some('-') => {
                return Err(format!("a comment (--) in `{expression}`: leave it out"));
            }
            '/' if next == Some('*') => {
                return Err(format!("a comment (/*) in `{expression}`: leave it out"));
            }
            ';' => return Err(format!("a semicolon in `{expression}`: it is one expression")),
            '(' => open.push(')'),
            '[' => open.push(']'),
            ')' | ']' if open.pop() != Some(character) => {
                return Err(format!("a {character} closes nothing in `{expression}`"));
            }
            _ => {}
        }
    }
    match open.last() {
        Some(missing) => Err(format!("a {missing} is missing in `{expression}`")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn an_expression_ends_where_it_seems_to_end() {
        for good in
            ["a > 0", "lower(name) = 'it''s (' AND \"a;b\" <> '--'", "data->>'n' = tags[1]", "a - -1 / 2"]
        {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for bad in [
            "",
            " ",
            "a > 0)",
            "(a",
            "a[1)",
            "a = 'b",
            "\"a",
            "a > 0 -- yes",
            "a /* b",
            "a; DROP TABLE b",
            "a\0",
        ] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }
}
