//! What models expand to.

use super::model;
use super::size::USER;

#[test]
fn user() {
    insta::assert_snapshot!(model(USER));
}

#[test]
fn tenant_root() {
    insta::assert_snapshot!(model(
        r#"
        /// A tenant.
        ///
        /// Its key is the tenant's id.
        #[model(tenant_root, crate = orm)]
        #[derive(Debug, Clone)]
        pub struct Organization {
            #[key(ulid)] id: String,
            #[default(PlanTier::Free)] plan_tier: PlanTier,
        }"#
    ));
}

#[test]
fn via_a_parent() {
    insta::assert_snapshot!(model(
        r#"
        #[model(tenant(via = dashboard_id))]
        pub struct Widget {
            #[key] pub id: Uuid,
            #[references(Dashboard, on_delete = cascade, deferrable, name = board, inverse = widgets)]
            pub dashboard_id: Uuid,
            #[references(Workflow, on_delete = set_null)] pub workflow_id: Option<Uuid>,
        }"#
    ));
}

#[test]
fn global_and_new_derives() {
    insta::assert_snapshot!(model(
        r#"
        #[model(global, new(derive(Debug, Deserialize)))]
        #[derive(Serialize)]
        pub struct Plan {
            /// The name.
            #[key(assigned)] #[serde(rename = "name")] pub id: String,
            #[references(User, cross_tenant)] pub author: Option<String>,
        }"#
    ));
}

#[test]
fn columns_of_every_sort() {
    insta::assert_snapshot!(model(
        r#"
        #[model(global, renamed_from = "old", check("a > 0", name = "positive"),
            unique(a, b), index("lower(b)" desc nulls_last, exact, dialect = postgres, method = btree, include(a), name = "ix"))]
        struct Sorts {
            #[key(auto)] id: i64,
            #[default(-1)] #[check("a <> 1")] a: i16,
            #[default("x")] #[unique(global)] #[immutable] b: String,
            #[default(1)] c: Option<f64>,
            #[default("0.50")] #[column(name = "dd", precision = 18, scale = 4, renamed_from = "ddd")] d: Decimal,
            #[default(Vec::new())] #[hidden] e: Vec<String>,
            #[generated("a + 1")] #[index] f: i64,
            #[version] r#type: i64,
            #[deleted_at] deleted_at: Option<DateTime<Utc>>,
        }"#
    ));
}

#[test]
fn soft_deletion_by_a_flag() {
    insta::assert_snapshot!(model(
        r#"
        #[model(global)]
        struct Token {
            #[key] id: String,
            #[unique] name: String,
            #[soft_delete(Status::Deleted, restore = Active)] status: Status,
        }"#
    ));
}

#[test]
fn soft_deletion_by_a_bool() {
    insta::assert_snapshot!(model(
        r#"
        #[model(global, no_hard_delete)]
        struct Token {
            #[key] id: String,
            #[default(true)] #[soft_delete(false)] is_active: bool,
            #[deleted_at] closed_at: Option<DateTime<Utc>>,
        }"#
    ));
}

#[test]
fn fields_under_a_cfg() {
    insta::assert_snapshot!(model(
        r#"
        #[model(global)]
        #[cfg(unix)]
        struct Machine {
            #[cfg(feature = "a")] #[cfg(feature = "b")] first: String,
            #[key] id: String,
            last: String,
        }"#
    ));
}

#[test]
fn embedding() {
    insta::assert_snapshot!(model(
        r#"
        #[model(index(tenant_id, name))]
        struct Person {
            #[embed] owner: Owned,
            #[key] id: String,
            name: String,
            #[embed(required)] address: Address,
        }"#
    ));
}

#[test]
fn embedded() {
    insta::assert_snapshot!(model(
        r#"
        #[model(embed)]
        struct Address {
            street: String,
            #[default("DE")] country: String,
            #[embed] stamps: Stamps,
        }"#
    ));
}

#[test]
fn references_that_the_database_does_not_see() {
    insta::assert_snapshot!(model(
        r#"
        #[model]
        struct Run {
            #[key] id: String,
            #[tenant] organization_id: String,
            #[references_each(Agent)] agent_ids: Value,
            kind: Kind,
            #[references_any(kind = kind, "agent" => Agent, "crew" => Crew, "clock" => _)] target_id: Option<String>,
        }"#
    ));
}
