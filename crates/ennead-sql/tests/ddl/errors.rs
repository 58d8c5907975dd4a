//! What one database lacks, or what is declared wrongly, is an error that names the model, the field and the fix.

mod indexes;
mod keys;

use ennead_core::{
    Action, CheckDef, DefaultDef, Dialect, EnumDef, Error, ErrorKind, FieldDef, IndexDef, Kind, Literal,
    ModelDef, Precision, ReferenceDef, Role, Value,
};
use ennead_sql::ddl;

use crate::build::{defaulted, field, index, key, model, on, optional, reference};

const BOTH: [Dialect; 2] = [Dialect::Postgres, Dialect::Sqlite];

fn leak<T: 'static>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

/// A global model with a key, a `name` that takes NULL, and that field.
fn with(field: FieldDef) -> &'static ModelDef {
    let fields = leak([key("id", Kind::I64), optional("name", Kind::Text), field]);
    leak(model("Thing", "things", fields))
}

fn refused(models: &[&'static ModelDef], dialect: Dialect) -> Error {
    ddl::snapshot(models, dialect).expect_err("it should be refused")
}

/// Refused for both.
#[track_caller]
fn wrong(models: &[&'static ModelDef], words: &[&str]) {
    for dialect in BOTH {
        let error = refused(models, dialect);
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
        says(&error, words);
    }
}

#[track_caller]
fn says(error: &Error, words: &[&str]) {
    for word in words {
        assert!(error.to_string().contains(word), "`{error}` does not say `{word}`");
    }
}

#[test]
fn names_that_cannot_be() {
    let twin = leak(ModelDef { name: "Other", ..*with(field("a", Kind::I64)) });
    wrong(&[with(field("a", Kind::I64)), twin], &["Other", "Thing", "things"]);
    wrong(&[twin, twin], &["Other", "twice"]);
    let def = index(leak([on("name")]));
    let twice = leak(ModelDef { indexes: leak([def, def]), ..*with(field("a", Kind::I64)) });
    wrong(&[twice], &["Thing", "ix_things_name", "twice", "name ="]);
    wrong(
        &[with(FieldDef { column: "name", ..field("other", Kind::Text) })],
        &["Thing", "things.name", "twice"],
    );
    wrong(&[with(FieldDef { column: "", ..field("other", Kind::Text) })], &["Thing", "empty"]);
    wrong(&[with(FieldDef { column: "a\0b", ..field("other", Kind::Text) })], &["Thing", "NUL"]);
    wrong(&[with(FieldDef { doc: "a\0b", ..field("other", Kind::Text) })], &["Thing", "NUL"]);
    wrong(&[leak(ModelDef { table: leak("t".repeat(64)).as_str(), ..*twin })], &["Other", "64", "63"]);
    let check = |name| CheckDef { name: Some(name), condition: "id > 0" };
    let checks = leak([check("ck_a"), check("ck_a")]);
    wrong(&[leak(ModelDef { checks, ..*twin })], &["Other", "ck_a", "twice"]);
    let taken = leak(ModelDef { indexes: leak([IndexDef { name: Some("others"), ..def }]), ..*twin });
    let owner = leak(ModelDef { name: "Owner", table: "others", indexes: &[], ..*twin });
    wrong(&[taken, owner], &["others", "table", "index"]);

    let error = refused(&[with(field("ctid", Kind::Text))], Dialect::Postgres);
    assert!(error.is_unsupported());
    says(&error, &["Thing", "ctid", "column(name"]);
    says(&refused(&[leak(ModelDef { table: "SQLite_x", ..*twin })], Dialect::Sqlite), &["Other", "sqlite_"]);
    says(&refused(&[with(field("NAME", Kind::Text))], Dialect::Sqlite), &["Thing", "NAME", "one name"]);
}

#[test]
fn enumerations_that_cannot_be() {
    static EMPTY: EnumDef = EnumDef { name: "E", type_name: "e", variants: &[], native: false, doc: "" };
    static EMPTY_NATIVE: EnumDef =
        EnumDef { name: "E", type_name: "e", variants: &[], native: true, doc: "" };
    static ONE: EnumDef = EnumDef { name: "One", type_name: "e", variants: &["a"], native: true, doc: "" };
    static TWO: EnumDef = EnumDef { name: "Two", type_name: "e", variants: &["b"], native: true, doc: "" };
    static TABLE: EnumDef =
        EnumDef { name: "T", type_name: "things", variants: &["b"], native: true, doc: "" };
    wrong(&[with(field("e", Kind::Enum(&EMPTY)))], &["Thing.e", "no variant"]);
    wrong(&[with(field("e", Kind::Enum(&EMPTY_NATIVE)))], &["Thing.e", "no variant"]);
    let other = leak(ModelDef { name: "Other", table: "others", ..*with(field("e", Kind::Enum(&TWO))) });
    let error = refused(&[with(field("e", Kind::Enum(&ONE))), other], Dialect::Postgres);
    says(&error, &["Other.e", "One", "Two"]);
    says(
        &refused(&[with(field("e", Kind::Enum(&TABLE)))], Dialect::Postgres),
        &["type things", "table things"],
    );
}

#[test]
fn columns_that_cannot_be() {
    let nested = Kind::Array(&Kind::Array(&Kind::Text));
    assert!(refused(&[with(field("a", nested))], Dialect::Postgres).is_unsupported());
    wrong(
        &[with(FieldDef { generated: Some("id) --"), ..field("a", Kind::I64) })],
        &["Thing.a", "closes nothing"],
    );
    wrong(&[with(FieldDef { check: Some("a > 0; x"), ..field("a", Kind::I64) })], &["Thing.a", "semicolon"]);
    let checks = leak([CheckDef { name: None, condition: "a > 0 -- x" }]);
    wrong(&[leak(ModelDef { checks, ..*with(field("a", Kind::I64)) })], &["Thing", "ck_things_1", "comment"]);
    let money = Kind::Decimal(Some(Precision { precision: 4, scale: 2 }));
    for (kind, literal) in [
        (Kind::I16, Literal::Int(40_000)),
        (Kind::I64, Literal::Text("7")),
        (Kind::Bool, Literal::Int(1)),
        (Kind::Text, Literal::Int(1)),
        (Kind::Text, Literal::Text("a\0b")),
        (Kind::F64, Literal::Float(f64::NAN)),
        (Kind::F32, Literal::Float(1e300)),
        (Kind::Json, Literal::Float(f64::INFINITY)),
        (money, Literal::Text("1.234")),
        (money, Literal::Text("100")),
        (money, Literal::Text("ten")),
        (money, Literal::Float(0.5)),
        (Kind::Enum(&crate::models::PLAN), Literal::Text("gold")),
        (Kind::Uuid, Literal::Text("x")),
        (Kind::Date, Literal::Text("2026-13-01")),
        (Kind::Bytes, Literal::Text("x")),
        (Kind::Array(&Kind::Text), Literal::Text("x")),
    ] {
        wrong(&[with(defaulted(field("a", kind), literal))], &["Thing.a"]);
    }
}

#[test]
fn a_default_that_only_the_client_can_evaluate_is_not_in_the_ddl() {
    let client = DefaultDef { literal: None, value: || Value::Null };
    let model = with(FieldDef { default: Some(client), ..field("a", Kind::I64) });
    for dialect in BOTH {
        assert_eq!(ddl::snapshot(&[model], dialect).unwrap().tables[0].column("a").unwrap().default, None);
    }
}

#[test]
fn an_append_only_table_whose_rows_would_change() {
    let firm = with(field("a", Kind::I64));
    let kept = |reference: ReferenceDef| {
        let refers = FieldDef { reference: Some(reference), ..optional("firm", Kind::I64) };
        let fields = leak([key("id", Kind::I64), refers]);
        leak(ModelDef { append_only: true, ..model("Event", "events", fields) })
    };
    FIRM.set(firm).ok();
    let to = || reference(|| FIRM.get().copied().unwrap());
    ddl::snapshot(&[firm, kept(to())], Dialect::Postgres).unwrap();
    for action in [Action::Cascade, Action::SetNull] {
        wrong(
            &[firm, kept(ReferenceDef { on_delete: action, ..to() })],
            &["Event.firm", "append_only", "restrict"],
        );
        wrong(
            &[firm, kept(ReferenceDef { on_update: action, ..to() })],
            &["Event.firm", "append_only", "restrict"],
        );
    }
    let marked = FieldDef { role: Role::DeletedAt, ..optional("gone", Kind::DateTime) };
    let fields = leak([key("id", Kind::I64), marked]);
    let marked = leak(ModelDef { append_only: true, ..model("Event", "events", fields) });
    wrong(&[marked], &["Event.gone", "append_only"]);
}

static FIRM: std::sync::OnceLock<&'static ModelDef> = std::sync::OnceLock::new();
