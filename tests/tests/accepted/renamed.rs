//! The crate under another name.

extern crate ennead as orm;

#[orm::model(tenant_root, crate = orm)]
pub struct Org {
    #[key]
    pub id: OrgId,
    #[default(Tier::Free)]
    pub tier: Tier,
}

#[derive(orm::DbEnum, Clone, Copy, Debug)]
#[db_enum(crate = orm)]
pub enum Tier {
    Free,
    Paid,
}

#[derive(orm::DbNewtype, Clone, Debug)]
#[db_newtype(crate = orm)]
pub struct OrgId(pub String);

#[test]
fn accepted() {
    let _: CreateOrgNode = NewOrg {}.into();
    let _ = Tier::Paid;
}
