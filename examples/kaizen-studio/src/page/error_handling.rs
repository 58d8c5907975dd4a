//! Error handling: one error type, which knows its HTTP status.

use ennead::prelude::*;
use serde_json::Value;

use crate::failure::Failure;
use crate::models::User;
use crate::print;
use crate::sign_up::Account;

/// What a handler of `GET /users/{id}` does. A user that is not there and one of another organization are one answer.
async fn get_user(scope: &Tenant, id: &str) -> Result<Value, Failure> {
    let user = User::read(id).run(scope).await?;
    Ok(serde_json::to_value(user)?)
}

/// What a handler of `PATCH /users/{id}` does.
async fn change_email(scope: &Tenant, id: &str, email: &str) -> Result<Value, Failure> {
    let user = User::update(id).set(User::EMAIL, email).run(scope).await?;
    Ok(serde_json::to_value(user)?)
}

/// The status and the body of a response.
fn respond(result: Result<Value, Failure>) -> String {
    let (status, body) = match result {
        Ok(body) => (200, body),
        Err(failure) => (failure.http_status(), failure.body()),
    };
    format!("{status} {body}")
}

pub(super) async fn run(acme: &Account, globex: &Account) -> Result<(), Failure> {
    print::section("Error handling");
    let scope = &acme.scope;
    print::line("GET own", respond(get_user(scope, &acme.owner.id).await));
    print::line("GET unknown", respond(get_user(scope, "user-unknown").await));
    print::line("GET theirs", respond(get_user(scope, &globex.owner.id).await));
    print::line("PATCH e-mail taken", respond(change_email(scope, &acme.owner.id, "ada@example.com").await));
    Ok(())
}
