//! Users come, and get keys.

use chrono::Utc;
use ennead::prelude::*;
use sha2::{Digest, Sha256};

use crate::{
    NewUser, NewUserApiKey, NewUserLimits, NewUserRepository, NewUserRepositoryCreditTransaction,
    NewUserRepositoryCredits, RepositoryAccount, RepositoryPlan, Secret, User, UserApiKey, UserLimits,
    UserRepository, UserRepositoryCreditTransaction, UserRepositoryCredits,
};
use rust_decimal::Decimal;

/// A user with the limits that everybody begins with, or neither.
///
/// # Errors
/// `is_unique_violation` where a living user has the e-mail address, `is_validation` for one that is none.
pub async fn sign_up(db: &Db, email: &str, name: &str, password_hash: Secret) -> Result<User, Error> {
    db.transaction(async |tx| {
        let new = NewUser { email: email.into(), name: name.into(), password_hash };
        let user = User::create(new).run(tx).await?;
        UserLimits::create(NewUserLimits { user_id: user.id.clone() }).run(tx).await?;
        Ok(user)
    })
    .await
}

/// A new key of a user: the key itself, which is nowhere but here, and its row. It is as long as no guess gets, so its hash needs
/// no salt and no slowness, and can be looked up.
///
/// # Errors
/// `is_foreign_key_violation` where there is no such user.
pub async fn issue_key(db: &Db, user_id: &str, name: &str) -> Result<(String, UserApiKey), Error> {
    let key = format!("rfs_{}{}", uuid::Uuid::new_v4().simple(), uuid::Uuid::new_v4().simple());
    let new = NewUserApiKey {
        user_id: user_id.into(),
        name: name.into(),
        prefix: key.chars().take(12).collect(),
        key_hash: hash(&key),
    };
    Ok((key, UserApiKey::create(new).run(db).await?))
}

/// Whose key it is: none where it is nobody's, was withdrawn, or is too old, and where its user is suspended or deleted.
///
/// # Errors
/// Those of the data layer.
pub async fn user_of_key(db: &Db, key: &str) -> Result<Option<User>, Error> {
    let in_time = UserApiKey::EXPIRES_AT.is_null().or(UserApiKey::EXPIRES_AT.gt(Utc::now()));
    let row = UserApiKey::list()
        .filter(UserApiKey::KEY_HASH.eq(hash(key)).and(UserApiKey::IS_ACTIVE.eq(true)).and(in_time))
        .include(UserApiKey::USER)
        .first(db)
        .await?;
    let user = row.and_then(|row| row.related.as_deref().cloned());
    Ok(user.filter(|user| user.status == crate::UserStatus::Active))
}

fn hash(key: &str) -> Secret {
    let bytes = Sha256::digest(key.as_bytes());
    Secret(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Gives a user access to a shared repository, with the credits of its plan.
///
/// # Errors
/// `is_unique_violation` where the user has it already.
pub async fn grant_repository(
    db: &Db,
    access: NewUserRepository,
    plan: RepositoryPlan,
    granted_by: &str,
    credits: Decimal,
) -> Result<UserRepository, Error> {
    db.transaction(async |tx| {
        let access = UserRepository::create(access)
            .set(UserRepository::REPOSITORY_PLAN, plan)
            .set(UserRepository::GRANTED_BY, granted_by)
            .run(tx)
            .await?;
        let id = RepositoryAccount::id_for(&access.id);
        let new = NewUserRepositoryCredits {
            id: id.clone(),
            user_repository_id: access.id.clone(),
            monthly_allocation: credits,
        };
        UserRepositoryCredits::create(new)
            .set(UserRepositoryCredits::CURRENT_BALANCE, credits)
            .set(UserRepositoryCredits::LAST_ALLOCATION_AT, Utc::now())
            .run(tx)
            .await?;
        UserRepositoryCreditTransaction::create(NewUserRepositoryCreditTransaction {
            user_repository_credits_id: id,
            transaction_type: crate::CreditTransactionType::Allocation,
            amount: credits,
            description: format!("first credits of {}", access.repository_name),
            idempotency_key: crate::credits::grants("first"),
        })
        .run(tx)
        .await?;
        Ok(access)
    })
    .await
}
