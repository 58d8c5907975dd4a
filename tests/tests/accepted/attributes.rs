//! Every attribute at once, in a crate that denies missing docs.
#![deny(missing_docs, unreachable_pub)]

use chrono::{DateTime, NaiveDate, Utc};
use ennead::prelude::*;
use ennead::{__private::Literal, Dialect, Json, Kind, Model, ModelDef, Value};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A tenant.
#[model(tenant_root)]
#[derive(Debug)]
pub(crate) struct Company {
    /// Its id.
    #[key(ulid, prefix = "co_")]
    pub id: String,
}

/// How an invoice stands.
#[derive(DbEnum, Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[db_enum(native, name = "invoice_state")]
pub enum InvoiceState {
    /// Written.
    Draft,
    /// Sent.
    #[db_enum(rename = "sent-out")]
    SentOut,
}

/// The id of an invoice.
#[derive(DbNewtype, Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct InvoiceId(pub String);

/// A layout.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Layout {
    /// Columns.
    pub columns: Vec<String>,
}

/// An invoice.
///
/// It has two lines of documentation.
#[model(
    table = "invoices",
    key = "global",
    renamed_from = "bills",
    shared_when = "is_public",
    index(company_id, created_at desc nulls_last, where = "state = 'draft'", name = "ix_recent"),
    index(tags, method = gin, dialect = postgres),
    index("lower(number)" desc, exact),
    index(number, include(state, total)),
    unique(number, state),
    check("total >= 0", name = "total_is_positive"),
    check("number <> ''"),
    new(derive(Debug, Clone, Deserialize)),
)]
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Invoice {
    /// The key.
    #[key(prefix = "inv-")]
    pub id: InvoiceId,
    /// Whose it is.
    #[tenant]
    #[references(Company, on_delete = cascade, on_update = restrict, deferrable, name = owner, inverse = invoices)]
    pub company_id: String,
    /// The number.
    #[unique(global)]
    #[immutable]
    #[serde(rename = "no")]
    pub number: String,
    /// The state.
    #[default(InvoiceState::Draft)]
    #[index]
    pub state: InvoiceState,
    /// The total.
    #[column(precision = 18, scale = 4)]
    #[check("total < 1000000")]
    pub total: Decimal,
    /// The tax.
    #[default("0.20")]
    #[column(name = "tax_rate", precision = 5, scale = 2, renamed_from = "vat")]
    pub tax: Decimal,
    /// The rebate.
    #[default(0)]
    pub rebate: Option<Decimal>,
    /// A ratio.
    #[default(-0.5)]
    pub ratio: f64,
    /// A weight.
    #[default(1)]
    pub weight: f32,
    /// The currency.
    #[default("EUR")]
    pub currency: String,
    /// A remark.
    #[default("none")]
    pub remark: Option<String>,
    /// When it is due.
    #[default(Utc::now().date_naive())]
    pub due: NaiveDate,
    /// Whether others see it.
    #[default(false)]
    pub is_public: bool,
    /// Tags.
    pub tags: Vec<String>,
    /// Earlier states.
    #[default(Vec::new())]
    pub history: Vec<InvoiceState>,
    /// A layout.
    pub layout: Option<Json<Layout>>,
    /// Anything.
    #[default(serde_json::json!({}))]
    pub extra: serde_json::Value,
    /// The scan.
    #[hidden]
    pub scan: Option<Vec<u8>>,
    /// The earlier one.
    #[references(Invoice, on_delete = set_null)]
    pub replaces: Option<InvoiceId>,
    /// The gross total.
    #[generated("total * (1 + tax_rate)")]
    pub gross: Decimal,
    /// Counts writes.
    #[version]
    pub version: i64,
    /// Created.
    #[created_at]
    pub created_at: DateTime<Utc>,
    /// Updated.
    #[updated_at]
    pub updated_at: DateTime<Utc>,
    /// Deleted.
    #[deleted_at]
    pub deleted_at: Option<DateTime<Utc>>,
}

/// Counted by the database.
#[model(global)]
pub struct Tick {
    /// The key.
    #[key(auto)]
    pub id: i64,
    /// By a Uuid.
    pub of: Uuid,
}

#[test]
fn accepted() {
    let def: &ModelDef = Invoice::DEF;
    assert_eq!(def.table, "invoices");
    assert_eq!(def.doc, "An invoice.\n\nIt has two lines of documentation.");
    assert_eq!(def.fields.len(), 24);
    assert!(def.key.global && def.fields[5].column == "tax_rate");
    assert!(matches!(def.fields[4].kind, Kind::Decimal(Some(p)) if p.scale == 4));
    assert_eq!(def.indexes.len(), 5);
    assert_eq!(def.indexes[1].dialect, Some(Dialect::Postgres));
    let default = |name: &str| {
        let default = def.find(name).unwrap().1.default.unwrap();
        (default.literal, (default.value)())
    };
    assert_eq!(default("tax"), (Some(Literal::Text("0.20")), Value::Decimal(Decimal::new(20, 2))));
    assert_eq!(default("rebate"), (Some(Literal::Int(0)), Value::Decimal(Decimal::ZERO)));
    assert_eq!(default("ratio"), (Some(Literal::Float(-0.5)), Value::Float(-0.5)));
    assert_eq!(default("weight"), (Some(Literal::Int(1)), Value::Float(1.0)));
    assert_eq!(default("currency"), (Some(Literal::Text("EUR")), Value::text("EUR")));
    assert_eq!(default("remark"), (Some(Literal::Text("none")), Value::text("none")));
    assert_eq!(default("state"), (Some(Literal::Text("draft")), Value::text("draft")));
    assert_eq!(default("is_public"), (Some(Literal::Bool(false)), Value::Bool(false)));
    assert_eq!(default("history"), (None, Value::Array(Vec::new())));
    let new: NewInvoice =
        serde_json::from_value(serde_json::json!({ "no": "1", "total": "1.5", "tags": [] })).unwrap();
    let with_tenant = serde_json::json!({ "no": "1", "total": "1.5", "tags": [], "company_id": "other" });
    assert!(
        serde_json::from_value::<NewInvoice>(with_tenant).unwrap_err().to_string().contains("unknown field")
    );
    let _ = Invoice::create(new.clone())
        .set(Invoice::STATE, InvoiceState::SentOut)
        .set(Invoice::ID, InvoiceId("x".into()));
    let _ = Invoice::read("inv-1");
    let id = InvoiceId("inv-1".into());
    let _ = (Invoice::read(&id), Invoice::read(id));
    let _: CreateInvoiceNode = new.into();
    assert_eq!(InvoiceState::SentOut.db_name(), "sent-out");
    let _ = Tick::create(NewTick { of: Uuid::nil() });
    assert_eq!(Company::DEF.table, "company");
}
