//! Findings as text, as JSON, and as annotations of a GitHub workflow.

use ennead_lint::{Finding, Group};
use serde_json::{Value, json};

use super::Judged;
use crate::output;

/// For readers. What is allowed is told too, as such.
pub(super) fn text(judged: &[Judged]) {
    for Judged { file, findings } in judged {
        for finding in findings {
            let Finding { rule, line, column, message, allowed } = finding;
            let mut text = format!("{file}:{line}:{column}: {}: {message} [{}]\n", rule.group, rule.name);
            match allowed {
                Some(reason) => text.push_str(&format!("  allowed: {reason}\n")),
                None => text.push_str(&format!("  help: {}\n", rule.advice)),
            }
            output::data(&text);
        }
    }
}

/// As data. The form is told in the guide, and kept.
pub(super) fn json(judged: &[Judged]) -> Value {
    let findings = judged.iter().flat_map(|Judged { file, findings }| {
        findings.iter().map(move |finding| {
            json!({
                "rule": finding.rule.name,
                "group": finding.rule.group.name(),
                "file": file,
                "line": finding.line,
                "column": finding.column,
                "message": finding.message,
                "advice": finding.rule.advice,
                "allowed": finding.allowed,
            })
        })
    });
    json!({
        "version": 1,
        "files": judged.iter().map(|judged| &judged.file).collect::<Vec<_>>(),
        "findings": findings.collect::<Vec<_>>(),
    })
}

/// Annotations: what is allowed is not told.
pub(super) fn github(judged: &[Judged]) {
    for Judged { file, findings } in judged {
        for finding in findings.iter().filter(|finding| finding.allowed.is_none()) {
            let Finding { rule, line, column, message, .. } = finding;
            let level = match level(rule.group) {
                "note" => "notice",
                level => level,
            };
            output::data(&format!(
                "::{level} file={},line={line},col={column},title={}::{}",
                property(file),
                property(rule.name),
                escaped(&format!("{message}. {}", sentence(rule.advice)))
            ));
        }
    }
}

/// How grave a group is, in the words of SARIF.
pub(super) fn level(group: Group) -> &'static str {
    match group {
        Group::Destructive | Group::Script => "error",
        Group::DataDependent | Group::Incompatible | Group::Locking => "warning",
        Group::Convention => "note",
    }
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| format!("{}{}", first.to_uppercase(), letters.as_str()))
}

fn escaped(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    escaped(text).replace(':', "%3A").replace(',', "%2C")
}
