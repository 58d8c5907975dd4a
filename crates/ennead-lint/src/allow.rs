//! `-- ennead:allow RULE reason`: what is allowed for the statement that it stands before, in or behind.

use crate::rule::Rule;
use crate::script::Comment;

/// A permission, or what is wrong with it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Allow<'a> {
    Rule { rule: &'static Rule, reason: &'a str },
    Bad { line: usize, message: String },
}

/// Reads a comment; `None` where it is no permission.
pub(crate) fn read<'a>(comment: &Comment<'a>) -> Option<Allow<'a>> {
    let rest = comment.text.strip_prefix("ennead:allow")?;
    if rest.chars().next().is_some_and(|first| !first.is_whitespace()) {
        return None;
    }
    let bad = |message: String| Some(Allow::Bad { line: comment.line, message });
    let (name, reason) = rest.trim().split_once(char::is_whitespace).unwrap_or((rest.trim(), ""));
    let Some(rule) = Rule::named(name) else {
        return bad(if name.is_empty() {
            "no rule is named".to_owned()
        } else {
            format!("there is no rule `{name}`")
        });
    };
    if reason.trim().is_empty() {
        return bad(format!("{name} is allowed without a reason"));
    }
    Some(Allow::Rule { rule, reason: reason.trim() })
}
