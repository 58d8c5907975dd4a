//! Validation: requests are checked before anything is created.
//!
//! The rules stand on the fields, as the page has them, by `garde`: a small crate that is kept well, and whose
//! derive is to Rust what the page's pydantic is to Python.

use ennead::prelude::*;
use garde::Validate;
use serde::Deserialize;

use crate::failure::Failure;
use crate::models::{NewUser, NewWorkspace, Role, User, Workspace};
use crate::sign_up::Account;
use crate::{passwords, print};

/// The body of `POST /users`.
///
/// It is not `NewUser` itself: a client sends a password and never a hash. An organization in it is refused as an
/// unknown field, since the scope says which one it is.
#[derive(Deserialize, Validate)]
#[serde(deny_unknown_fields)]
struct UserCreate {
    #[garde(email)]
    email: String,
    #[garde(length(chars, min = 1, max = 100))]
    name: String,
    #[garde(length(chars, min = 12, max = 200))]
    password: String,
    #[garde(skip)]
    role: Role,
}

/// Reads, checks and creates: what a handler of `POST /users` does.
async fn create_user(scope: &Tenant, body: &str) -> Result<User, Failure> {
    let request: UserCreate = serde_json::from_str(body)?;
    request.validate()?;
    let password_hash = passwords::hash(request.password).await?;
    let new = NewUser { email: request.email, name: request.name, password_hash, role: request.role };
    Ok(User::create(new).run(scope).await?)
}

pub(super) async fn run(acme: &Account, globex: &Account) -> Result<(), Failure> {
    print::section("Validation");
    let password = "a long enough password";
    for (what, body) in [
        (
            "a good one",
            format!(
                r#"{{"email":"dora@example.com","name":"Dora","password":"{password}","role":"developer"}}"#
            ),
        ),
        (
            "no e-mail",
            format!(r#"{{"email":"dora at home","name":"","password":"{password}","role":"developer"}}"#),
        ),
        ("no name", format!(r#"{{"email":"eli@example.com","password":"{password}","role":"viewer"}}"#)),
        (
            "no such role",
            format!(r#"{{"email":"eli@example.com","name":"Eli","password":"{password}","role":"king"}}"#),
        ),
        (
            "with a tenant",
            format!(
                r#"{{"email":"eli@example.com","name":"Eli","password":"{password}","role":"viewer","organization_id":"{}"}}"#,
                globex.organization.id
            ),
        ),
    ] {
        match create_user(&acme.scope, &body).await {
            Ok(user) => print::line(what, format!("201 {}", print::user(&user))),
            Err(failure) => print::line(what, format!("{} {}", failure.http_status(), failure)),
        }
    }
    // Where every required field may come from a client, `NewWorkspace` is the request.
    let body = r#"{"name":"Staging","environment_type":"staging","description":"Before it goes live"}"#;
    let new: NewWorkspace = serde_json::from_str(body)?;
    let workspace = Workspace::create(new).run(&acme.scope).await?;
    print::line("a workspace", format!("201 {}  {}", workspace.id, workspace.name));
    Ok(())
}
