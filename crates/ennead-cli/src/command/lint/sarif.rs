//! Findings as SARIF 2.1.0, which code scanning reads.

use ennead_lint::{Finding, RULES};
use serde_json::{Value, json};

use super::Judged;
use super::format::level;

pub(super) fn log(judged: &[Judged]) -> Value {
    let rules: Vec<Value> = RULES
        .iter()
        .map(|rule| {
            json!({
                "id": rule.name,
                "shortDescription": { "text": rule.finds },
                "help": { "text": rule.advice },
                "defaultConfiguration": { "level": level(rule.group) },
                "properties": { "tags": [rule.group.name()] },
            })
        })
        .collect();
    let results: Vec<Value> = judged
        .iter()
        .flat_map(|Judged { file, findings }| findings.iter().map(move |finding| result(file, finding)))
        .collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {
                "driver": {
                    "name": "ennead",
                    "version": env!("CARGO_PKG_VERSION"),
                    "informationUri": env!("CARGO_PKG_REPOSITORY"),
                    "rules": rules,
                }
            },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn result(file: &str, finding: &Finding) -> Value {
    let mut result = json!({
        "ruleId": finding.rule.name,
        "ruleIndex": RULES.iter().position(|rule| *rule == finding.rule),
        "level": level(finding.rule.group),
        "message": { "text": finding.message },
        "locations": [{
            "physicalLocation": {
                "artifactLocation": { "uri": uri(file) },
                "region": { "startLine": finding.line.max(1), "startColumn": finding.column.max(1) },
            }
        }],
    });
    if let (Some(reason), Some(fields)) = (&finding.allowed, result.as_object_mut()) {
        fields.insert("suppressions".to_owned(), json!([{ "kind": "inSource", "justification": reason }]));
    }
    result
}

/// A path as a URI, relative to where the program ran.
fn uri(file: &str) -> String {
    let mut uri = String::new();
    for byte in file.trim_start_matches("./").bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    if uri.starts_with('/') { format!("file://{uri}") } else { uri }
}
