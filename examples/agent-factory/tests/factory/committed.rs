//! The reference page that is committed beside the models; `check` is asked about the rest.

/// It is written by `cargo run -p agent-factory -- docs --out examples/agent-factory/docs`.
#[test]
fn the_reference_page_is_the_models_own() {
    let page = ennead_cli::reference(&agent_factory::schema()).unwrap();
    let committed = include_str!("../../docs/data-model.md");
    assert!(page == committed, "docs/data-model.md is not what the models say: write it anew");
}
