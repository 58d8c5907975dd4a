//! Code as tokens.

use std::ops::RangeInclusive;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// All tokens in order, groups followed by what they hold, less the items of tests; and the lines of those items.
pub(crate) fn without_tests(stream: TokenStream) -> (Vec<TokenTree>, Vec<RangeInclusive<usize>>) {
    let (mut kept, mut tests) = (Vec::new(), Vec::new());
    collect(stream, &mut kept, &mut tests);
    (kept, tests)
}

fn collect(stream: TokenStream, kept: &mut Vec<TokenTree>, tests: &mut Vec<RangeInclusive<usize>>) {
    let mut tokens = stream.into_iter().peekable();
    while let Some(token) = tokens.next() {
        if is_punct(&token, '#') && tokens.peek().is_some_and(is_cfg_test) {
            let start = line_of(&token);
            let last = tokens.find(|token| {
                is_punct(token, ';')
                    || matches!(token, TokenTree::Group(g) if g.delimiter() == Delimiter::Brace)
            });
            tests.push(start..=last.map_or(start, |token| token.span().end().line));
            continue;
        }
        let inside = if let TokenTree::Group(group) = &token { Some(group.stream()) } else { None };
        kept.push(token);
        if let Some(stream) = inside {
            collect(stream, kept, tests);
        }
    }
}

fn is_cfg_test(token: &TokenTree) -> bool {
    let TokenTree::Group(group) = token else {
        return false;
    };
    let text: String = group.stream().to_string().split_whitespace().collect();
    text == "cfg(test)" || text.starts_with("cfg(all(test,")
}

/// The lines of what panics, and what it is.
pub(crate) fn panics(tokens: &[TokenTree]) -> Vec<(usize, String)> {
    let sites = tokens.windows(3).filter_map(|window| {
        let [first, second, TokenTree::Group(arguments)] = window else {
            return None;
        };
        let method = |name| is_punct(first, '.') && is_ident(second, name);
        let call = |name| is_ident(first, name) && is_punct(second, '!');
        if method("unwrap") && arguments.stream().is_empty() {
            return Some((line_of(second), ".unwrap()".to_owned()));
        }
        if method("expect") {
            return Some((line_of(second), ".expect(…)".to_owned()));
        }
        let name = ["panic", "todo", "unimplemented", "unreachable"].into_iter().find(|name| call(name))?;
        Some((line_of(first), format!("{name}!(…)")))
    });
    sites.collect()
}

/// The lines where a struct variant is built; patterns do not count.
pub(crate) fn built_structs(tokens: &[TokenTree], [kind, variant]: [&str; 2]) -> Vec<usize> {
    let sites = tokens.windows(5).enumerate().filter_map(|(at, window)| {
        let [first, colon, colon2, second, TokenTree::Group(body)] = window else {
            return None;
        };
        let named = is_ident(first, kind)
            && is_punct(colon, ':')
            && is_punct(colon2, ':')
            && is_ident(second, variant);
        let after = &tokens[at + 5 + count(body)..];
        (named && body.delimiter() == Delimiter::Brace && !is_pattern(body, after)).then(|| line_of(first))
    });
    sites.collect()
}

/// If a struct with this body, followed by these tokens, is a pattern: `{ a, .. }`, or before `=>`, `|`, `=`.
fn is_pattern(body: &Group, after: &[TokenTree]) -> bool {
    let body: Vec<TokenTree> = body.stream().into_iter().collect();
    let open = matches!(&body[..], [.., one, two] if is_punct(one, '.') && is_punct(two, '.'));
    let arm = match after {
        [one, two, ..] if is_punct(one, '=') => !is_punct(two, '='),
        [one, ..] => is_punct(one, '|') || is_ident(one, "if"),
        [] => false,
    };
    open || arm
}

fn count(group: &Group) -> usize {
    let nested = |token: &TokenTree| {
        if let TokenTree::Group(group) = token { count(group) } else { 0 }
    };
    group.stream().into_iter().map(|token| 1 + nested(&token)).sum()
}

pub(crate) fn is_ident(token: &TokenTree, name: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident == name)
}

fn is_punct(token: &TokenTree, punct: char) -> bool {
    matches!(token, TokenTree::Punct(found) if found.as_char() == punct)
}

pub(crate) fn line_of(token: &TokenTree) -> usize {
    token.span().start().line
}

#[cfg(test)]
mod tests {
    use super::{built_structs, panics, without_tests};

    #[test]
    fn panics_are_found_in_code_only() {
        let code = r#"
            /// `x.unwrap()`
            fn f() {
                // panic!(
                a("todo!()").unwrap();
                b.expect("");
                assert!(unreachable!());
                c.unwrap_or(1);
            }
            #[cfg(test)]
            mod tests {
                fn t() { x.unwrap() }
            }
            fn g() { panic!() }
        "#;
        let (tokens, tests) = without_tests(code.parse().unwrap());
        let lines: Vec<usize> = panics(&tokens).into_iter().map(|(line, _)| line).collect();
        assert_eq!(lines, [5, 6, 7, 14]);
        assert_eq!(tests, [10..=13]);
    }

    #[test]
    fn patterns_are_not_built() {
        let code = r"
            fn f(g: Guard) {
                let a = Guard::Column { b: Some(1), c };
                match g {
                    Guard::Column { b, c } => {}
                    (Guard::Column { b, .. }, 1) => {}
                }
                if let Guard::Column { b, c } = g {}
                h(Guard::Column { b, ..base })
            }
        ";
        let (tokens, _) = without_tests(code.parse().unwrap());
        assert_eq!(built_structs(&tokens, ["Guard", "Column"]), [3, 9]);
    }
}
