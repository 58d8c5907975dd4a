//! What is sealed opens in its own place, whole and unchanged, and nowhere else.

#![allow(clippy::unwrap_used, reason = "it is how a test fails")]

use ennead_core::{Audit, KeyDef, KeyGeneration, Kind, Tenancy};
use proptest::prelude::*;

use super::*;

const fn field(name: &'static str, before: Option<&'static str>) -> FieldDef {
    FieldDef { renamed_from: before, ..FieldDef::new(name, Kind::Encrypted, false) }
}

const fn model(table: &'static str, before: Option<&'static str>, fields: &'static [FieldDef]) -> ModelDef {
    ModelDef {
        name: table,
        table,
        doc: "",
        fields,
        key: KeyDef { field: 0, generation: KeyGeneration::Uuid, global: false },
        tenancy: Tenancy::Global,
        indexes: &[],
        checks: &[],
        renamed_from: before,
        append_only: false,
        no_hard_delete: false,
        audit: Audit::None,
        encrypts: true,
    }
}

static FIELDS: &[FieldDef] = &[field("config", None), field("token", None), field("con", None)];
static TABLES: &[ModelDef] =
    &[model("connector", None, FIELDS), model("webhook", None, FIELDS), model("connect", None, FIELDS)];
/// `connector.config` under its later names.
static RENAMED: ModelDef = model("link", Some("connector"), &[field("settings", Some("config"))]);

fn site(table: usize, column: usize, tenant: Option<String>, key: String) -> Site {
    Site { model: &TABLES[table], field: &FIELDS[column], tenant, key }
}

fn sites() -> impl Strategy<Value = (usize, usize, Option<String>, String)> {
    // Short texts of few letters, so that those of different parts run into one another.
    (0..TABLES.len(), 0..FIELDS.len(), proptest::option::of("[ab]{0,3}"), "[ab]{0,3}")
}

fn keys() -> impl Strategy<Value = Key> {
    ("[a-c]{1,3}", any::<[u8; 32]>()).prop_map(|(id, bytes)| Key::new(id, bytes).unwrap())
}

fn open(key: &Key, site: &Site, bytes: &[u8]) -> Result<Vec<u8>, Error> {
    let opened = Envelope::read(site, bytes)?.open(key, site)?;
    Ok(opened.plaintext.to_vec())
}

/// Refused as a value that cannot be opened, in words that hold nothing of it.
fn refused(result: Result<Vec<u8>, Error>, plaintext: &[u8]) {
    let error = result.unwrap_err();
    assert!(error.is_decryption(), "{error:?}");
    let shown = format!("{error} {error:?}");
    // A text of a few letters may stand in any sentence.
    if let (Ok(text), true) = (std::str::from_utf8(plaintext), plaintext.len() > 8) {
        assert!(!shown.contains(text), "{shown}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_sealed_opens((table, column, tenant, row) in sites(), key in keys(), plaintext in any::<Vec<u8>>()) {
        let site = site(table, column, tenant, row);
        let sealed = seal(&key, &site, &plaintext).unwrap();
        prop_assert_eq!(open(&key, &site, &sealed).unwrap(), plaintext.clone());
        // The same value has other bytes each time.
        prop_assert_ne!(seal(&key, &site, &plaintext).unwrap(), sealed.clone());
        if plaintext.len() >= 4 {
            prop_assert!(!sealed.windows(plaintext.len()).any(|window| window == plaintext));
        }
    }

    #[test]
    fn a_value_that_is_moved_does_not_open(from in sites(), to in sites(), key in keys(), plaintext in "[x-z]{9,20}") {
        prop_assume!(from != to);
        let there = site(to.0, to.1, to.2, to.3);
        let sealed = seal(&key, &site(from.0, from.1, from.2, from.3), plaintext.as_bytes()).unwrap();
        refused(open(&key, &there, &sealed), plaintext.as_bytes());
    }

    #[test]
    fn a_value_of_another_key_does_not_open((table, column, tenant, row) in sites(), key in keys(), other in keys(), plaintext in "[x-z]{9,20}") {
        prop_assume!(key.bytes() != other.bytes());
        let site = site(table, column, tenant, row);
        let sealed = seal(&key, &site, plaintext.as_bytes()).unwrap();
        refused(open(&other, &site, &sealed), plaintext.as_bytes());
    }
}

/// Every bit of it, and of every length.
#[test]
fn a_value_that_is_changed_or_cut_does_not_open() {
    let (key, plaintext) = (Key::new("2026-11", [7; 32]).unwrap(), b"{\"password\":\"swordfish\"}");
    let site = site(0, 0, Some("acme".into()), "connector-1".into());
    let sealed = seal(&key, &site, plaintext).unwrap();
    assert_eq!(open(&key, &site, &sealed).unwrap(), plaintext);
    for bit in 0..sealed.len() * 8 {
        let mut changed = sealed.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        refused(open(&key, &site, &changed), plaintext);
    }
    for length in 0..sealed.len() {
        refused(open(&key, &site, &sealed[..length]), plaintext);
    }
    refused(open(&key, &site, &[&sealed[..], b"x"].concat()), plaintext);
}

#[test]
fn a_key_of_the_same_bytes_and_another_name_is_another_key() {
    let site = site(0, 0, None, "1".into());
    let sealed = seal(&Key::new("a", [7; 32]).unwrap(), &site, b"x").unwrap();
    let mut renamed = sealed.clone();
    renamed[2] = b'b';
    refused(open(&Key::new("b", [7; 32]).unwrap(), &site, &renamed), b"x");
}

#[test]
fn a_value_opens_under_the_names_that_were() {
    let key = Key::new("k", [7; 32]).unwrap();
    let (before, after) = (
        site(0, 0, Some("acme".into()), "1".into()),
        Site { model: &RENAMED, field: &RENAMED.fields[0], tenant: Some("acme".into()), key: "1".into() },
    );
    let sealed = seal(&key, &before, b"x").unwrap();
    let opened = Envelope::read(&after, &sealed).unwrap().open(&key, &after).unwrap();
    assert!(opened.under_earlier_names && opened.plaintext.as_slice() == b"x");
    let sealed = seal(&key, &after, b"x").unwrap();
    assert!(!Envelope::read(&after, &sealed).unwrap().open(&key, &after).unwrap().under_earlier_names);
    assert!(open(&key, &before, &sealed).unwrap_err().is_decryption());
}

#[test]
fn bytes_that_are_nothing_are_refused() {
    let site = site(0, 0, None, "1".into());
    for bytes in [
        &b""[..],
        b"\x01",
        b"\x02\x01k",
        b"plain text that was there before",
        b"{\"password\":\"x\"}",
        &[0; 64],
        &[1; 64],
        &[255; 300],
    ] {
        refused(open(&Key::new("k", [7; 32]).unwrap(), &site, bytes), b"swordfish-9");
    }
}
