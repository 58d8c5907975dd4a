//! Nothing: the tests are in `tests/`, and what the macros must refuse in `ui/`.
