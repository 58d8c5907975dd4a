use jiff::Timestamp;

#[derive(Debug, toasty::Model)]
#[table = "things"]
pub struct Thing {
    #[key]
    pub id: String,
    #[index]
    pub organization_id: String,
    #[unique]
    pub email: String,
    pub name: String,
    pub note: Option<String>,
    pub logins: i64,
    pub score: f64,
    pub active: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}
