use ennead::op::Create;
use ennead::prelude::*;
use rust_decimal::Decimal;

use super::{CreditError, account};
use crate::{
    CreditTransactionType, NewUserRepositoryCreditTransaction, UserRepositoryCreditTransaction,
    UserRepositoryCredits,
};

/// The credits of a user for a shared repository. They are of no graph, so their scope is the database's own.
#[derive(Debug, Clone)]
pub struct RepositoryAccount {
    scope: Db,
    credits_id: String,
}

impl RepositoryAccount {
    /// The credits of this access to a repository.
    #[must_use]
    pub fn of(db: &Db, user_repository_id: &str) -> Self {
        Self { scope: db.clone(), credits_id: Self::id_for(user_repository_id) }
    }

    /// The id of the credits of an access.
    #[must_use]
    pub fn id_for(user_repository_id: &str) -> String {
        format!("urc_{user_repository_id}")
    }

    fn entry(
        &self,
        transaction_type: CreditTransactionType,
        amount: Decimal,
        key: &str,
        description: &str,
    ) -> Create<UserRepositoryCreditTransaction> {
        UserRepositoryCreditTransaction::create(NewUserRepositoryCreditTransaction {
            user_repository_credits_id: self.credits_id.clone(),
            transaction_type,
            amount,
            description: description.into(),
            idempotency_key: key.into(),
        })
    }
}

account! {
    RepositoryAccount in Db, UserRepositoryCredits, UserRepositoryCreditTransaction by USER_REPOSITORY_CREDITS_ID,
    once by (
        UserRepositoryCreditTransaction::USER_REPOSITORY_CREDITS_ID,
        UserRepositoryCreditTransaction::IDEMPOTENCY_KEY,
    )
}
