//! A case of the corpus, and which of them are wanted.

use std::path::PathBuf;

use serde::Deserialize;

use crate::Failure;

/// A pair of schemas.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Case {
    pub(crate) suite: String,
    pub(crate) name: String,
    pub(crate) setup: String,
    #[serde(default)]
    pub(crate) roles: Vec<String>,
    pub(crate) current: String,
    pub(crate) desired: String,
    pub(crate) noop: Option<bool>,
    pub(crate) changes: Vec<String>,
    pub(crate) seed: String,
    #[serde(default)]
    pub(crate) hazards: Option<Vec<String>>,
}

/// What was asked for.
pub(crate) struct Arguments {
    pub(crate) path: PathBuf,
    pub(crate) verbose: bool,
    suite: Option<String>,
    case: Option<String>,
    dialect: Option<String>,
}

impl Arguments {
    pub(crate) fn parse(mut words: impl Iterator<Item = String>) -> Result<Self, Failure> {
        let mut path = None;
        let (mut suite, mut case, mut dialect, mut verbose) = (None, None, None, false);
        while let Some(word) = words.next() {
            match word.as_str() {
                "--suite" => suite = words.next(),
                "--case" => case = words.next(),
                "--dialect" => dialect = words.next(),
                "--verbose" => verbose = true,
                _ => path = Some(PathBuf::from(word)),
            }
        }
        let path = path.ok_or("name the folder with the cases")?;
        Ok(Self { path, verbose: verbose || case.is_some(), suite, case, dialect })
    }

    pub(crate) fn wants(&self, dialect: &str) -> bool {
        self.dialect.as_ref().is_none_or(|wanted| wanted == dialect)
    }

    pub(crate) fn takes(&self, case: &Case) -> bool {
        self.suite.as_ref().is_none_or(|suite| *suite == case.suite)
            && self.case.as_ref().is_none_or(|part| case.name.contains(part.as_str()))
    }
}
