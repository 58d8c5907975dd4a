//! Multi-tenancy: two organizations side by side.
//!
//! The page says to include the organization in every filter. Here nobody can leave it out: a tenant's model runs on a
//! tenant's scope only (`User::list().run(&db)` does not compile), and the scope adds the predicate.

use ennead::prelude::*;

use crate::failure::Failure;
use crate::models::{EnvironmentType, NewWorkspace, Organization, User, Workspace};
use crate::print;
use crate::sign_up::Account;

pub(super) async fn run(db: &Db, acme: &Account, globex: &Account) -> Result<(), Failure> {
    print::section("Multi-tenancy");
    side_by_side(db, acme, globex).await?;
    strangers(acme, globex).await?;
    everything(acme, globex).await?;
    let all = Organization::count().run(&db.across_tenants("how many organizations there are")).await?;
    // Two at least; each earlier run on this database left two more.
    print::line("across tenants", format!("{all} organizations; the bypass is traced with its reason"));
    Ok(())
}

/// The same operation, without any filter, in two scopes.
async fn side_by_side(db: &Db, acme: &Account, globex: &Account) -> Result<(), Failure> {
    for account in [acme, globex] {
        let users = User::list().order_by(User::EMAIL.asc()).run(&account.scope).await?;
        let own = users.iter().all(|user| user.organization_id == account.organization.id);
        let emails: Vec<&str> = users.iter().map(|user| user.email.as_str()).collect();
        let whose = if own { "its own" } else { "MIXED" };
        print::line(
            &account.organization.name,
            format!("users: {}, {whose}: {}", users.len(), emails.join(", ")),
        );
    }
    let sql = User::count().statement(db.dialect())?;
    print::line("count, as SQL", sql.sql());
    Ok(())
}

/// What Acme sees of a row of Globex: nothing.
async fn strangers(acme: &Account, globex: &Account) -> Result<(), Failure> {
    let theirs = &globex.owner.id;
    let read = User::read(theirs).run(&acme.scope).await.map(|_| ());
    let update = User::update(theirs).set(User::NAME, "Mine").run(&acme.scope).await.map(|_| ());
    let delete = User::delete(theirs).run(&acme.scope).await;
    for (what, result) in [("read theirs", read), ("update theirs", update), ("delete theirs", delete)] {
        print::line(what, refused(result));
    }
    let filtered =
        User::count().filter(User::ORGANIZATION_ID.eq(&globex.organization.id)).run(&acme.scope).await?;
    print::line("filter for theirs", format!("{filtered} rows"));
    // The foreign key holds the tenant too, so the database itself refuses a reference across tenants.
    let reference = Organization::update(&acme.organization.id)
        .set(Organization::CREATED_BY, theirs)
        .run(&acme.scope)
        .await
        .map(|_| ());
    print::line("refer to theirs", refused(reference));
    Ok(())
}

/// "All rows" are all rows of the scope.
async fn everything(acme: &Account, globex: &Account) -> Result<(), Failure> {
    for account in [acme, globex] {
        for (name, environment_type) in
            [("Dev", EnvironmentType::Development), ("Live", EnvironmentType::Production)]
        {
            let description = format!("{name} of {}", account.organization.name);
            let new = NewWorkspace { name: name.into(), environment_type, description };
            Workspace::create(new).run(&account.scope).await?;
        }
    }
    let deleted = Workspace::bulk_delete().all_rows().run(&acme.scope).await?.affected;
    let left = Workspace::count().run(&globex.scope).await?;
    print::line("delete all rows", format!("{deleted} workspaces of Acme gone, Globex keeps its {left}"));
    Ok(())
}

fn refused(result: Result<(), Error>) -> String {
    result.map_or_else(|error| error.to_string(), |()| "NOT REFUSED".into())
}
