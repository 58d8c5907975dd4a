//! The statements of those who write SQL: the same text for both databases.

/// The columns, in the order of the struct.
pub(crate) const COLUMNS: &str = "id, organization_id, email, name, password_hash, status, role, last_login_at, \
                                  mfa_enabled, created_at, updated_at";

pub(crate) fn read() -> String {
    format!("SELECT {COLUMNS} FROM users WHERE id = $1 AND organization_id = $2")
}

pub(crate) fn create() -> String {
    format!("{} RETURNING {COLUMNS}", insert())
}

pub(crate) fn insert() -> String {
    format!("INSERT INTO users ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)")
}

pub(crate) fn update() -> String {
    format!(
        "UPDATE users SET name = $1, updated_at = $2 WHERE id = $3 AND organization_id = $4 RETURNING {COLUMNS}"
    )
}

pub(crate) const RENAME: &str =
    "UPDATE users SET name = $1, updated_at = $2 WHERE id = $3 AND organization_id = $4";
pub(crate) const DELETE: &str = "DELETE FROM users WHERE id = $1 AND organization_id = $2";
pub(crate) const COUNT: &str = "SELECT count(*) FROM users WHERE organization_id = $1 AND status = $2";

pub(crate) fn list() -> String {
    format!("SELECT {COLUMNS} FROM users WHERE organization_id = $1 AND status = $2 LIMIT $3")
}
