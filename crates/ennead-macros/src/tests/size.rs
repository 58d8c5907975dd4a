//! The budget: at most 250 lines for the model of ten fields in the guide.

use super::model;

/// The `User` of the guide.
pub(super) const USER: &str = r#"
#[model(table = "users", index(organization_id, created_at desc), index(email, where = "status = 'active'"))]
pub struct User {
    #[key(prefix = "user-")] pub id: String,
    #[tenant] #[references(Organization)] pub organization_id: String,
    #[unique] pub email: String,
    pub name: String,
    #[hidden] pub password_hash: String,
    pub status: UserStatus,
    pub last_login_at: Option<DateTime<Utc>>,
    #[default(false)] pub mfa_enabled: bool,
    #[created_at] pub created_at: DateTime<Utc>,
    #[updated_at] pub updated_at: DateTime<Utc>,
}
"#;

#[test]
#[allow(clippy::print_stdout)]
fn a_model_of_ten_fields_stays_small() {
    let lines = model(USER).lines().count();
    println!("User expands to {lines} lines");
    assert!(lines <= 250, "{lines} lines");
}
