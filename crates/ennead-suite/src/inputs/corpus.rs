//! Inputs that were found to be interesting, one file each: `crates/ennead-suite/corpus/*.json`.
//!
//! A file names a node (or `Workflow`), gives its parameters as JSON or the body as text, and what comes of it: `invalid`
//! (refused, nothing sent), `fails` (a typed error of the database's) or `done`.

use serde_json::Value as Json;

use super::fuzz::{Ended, execute, post, router};
use super::models::World;
use crate::Bed;
use crate::tenancy::recorder::statements;

async fn every_file_ends_as_it_says(bed: Bed) {
    let world = World::new(&bed).await;
    let router = router(&world);
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 20, "{files:?}");
    for file in files {
        let entry: Json = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        let (name, wanted) = (entry["node"].as_str().unwrap(), entry["ends"].as_str().unwrap());
        let mut ended = None;
        let sent = statements(async {
            ended = Some(match entry["body"].as_str() {
                Some(body) => post(&router, name, body.as_bytes().to_vec()).await,
                None => execute(&world, name, entry["params"].clone()).await,
            });
        })
        .await;
        let ended = ended.unwrap();
        let found = match &ended {
            Ended::Done => "done",
            Ended::Invalid(_) => "invalid",
            Ended::Fails(_) => "fails",
        };
        assert_eq!(found, wanted, "{}: {ended:?}", file.display());
        if let (Ended::Invalid(text) | Ended::Fails(text), Some(part)) = (&ended, entry["told"].as_str()) {
            assert!(text.contains(part), "{}: {text}", file.display());
        }
        // A workflow's first nodes may have run before the one that is refused.
        assert!(wanted != "invalid" || sent.is_empty() || name == "Workflow", "{}: {sent:?}", file.display());
    }
}

crate::cases![every_file_ends_as_it_says];
