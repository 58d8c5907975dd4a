//! Credits: put aside for an operation, and then spent or given back.
//!
//! Each step is one transaction of two statements. The first writes the step's entry into the ledger, under a key made of the
//! reservation's id that is unique: whoever asks for the same step again finds the entry, and gets it as the answer. The second
//! moves the balance on the condition that it suffices, so the database decides among all who ask at the same moment. Where the
//! second is refused, the first is undone with it.
//!
//! So any step may be asked again, after a lost connection too, when nobody can tell whether it was done:
//! [`CreditError::may_be_asked_again`].

mod error;
mod graph;
mod repository;

use rust_decimal::Decimal;

use crate::CreditTransactionType;

pub use error::CreditError;
pub use graph::GraphAccount;
pub use repository::RepositoryAccount;

/// Credits have so many digits behind the point.
const SCALE: u32 = 2;

/// The key of the entry that makes a reservation; that of an allocation cannot be the same.
fn begins(reservation_id: &str) -> String {
    format!("begin/{reservation_id}")
}

/// The key of the entry that ends a reservation, either way: so there is one end.
fn ends(reservation_id: &str) -> String {
    format!("end/{reservation_id}")
}

/// The key of an entry that is no part of a reservation.
pub(crate) fn grants(key: &str) -> String {
    format!("grant/{key}")
}

/// An amount that can be put aside or given: more than nothing, and no finer than credits are.
fn admitted(amount: Decimal) -> Result<Decimal, CreditError> {
    if amount > Decimal::ZERO && amount.normalize().scale() <= SCALE {
        Ok(amount)
    } else {
        Err(CreditError::Amount { amount })
    }
}

/// What makes a balance grow.
fn is_grant(transaction_type: CreditTransactionType) -> bool {
    matches!(
        transaction_type,
        CreditTransactionType::Allocation | CreditTransactionType::Bonus | CreditTransactionType::Refund
    )
}

/// The operations of a pair of tables, credits and their ledger, in their scope. It is written once for graphs, whose tables
/// belong to a tenant, and for repositories, whose tables do not: the scopes are different types, and no row of the one can be
/// reached in the other.
macro_rules! account {
    ($Account:ident in $Scope:ty, $Credits:ident, $Entry:ident by $credits_id:ident, once by $step:expr) => {
        impl $Account {
            /// Puts credits aside for an operation. The same call again gives the same answer, and takes nothing more; after
            /// its end, too.
            ///
            /// # Errors
            /// [`Insufficient`](CreditError::Insufficient) where less is available; [`Differs`](CreditError::Differs) where the
            /// id is that of another reservation; [`Amount`](CreditError::Amount) for one that cannot be put aside;
            /// [`NoCredits`](CreditError::NoCredits) where there are none at all.
            pub async fn reserve_credits(
                &self,
                amount: Decimal,
                operation_type: &str,
                reservation_id: &str,
            ) -> Result<$Entry, CreditError> {
                let amount = super::admitted(amount)?;
                let key = super::begins(reservation_id);
                self.scope
                    .transaction(async |tx| {
                        let entry = self
                            .entry(CreditTransactionType::Reservation, Decimal::ZERO, &key, operation_type)
                            .set($Entry::RESERVED, amount)
                            .set($Entry::OPERATION_TYPE, operation_type)
                            .set($Entry::RESERVATION_ID, reservation_id);
                        let Some(entry) = self.written(entry, tx).await? else {
                            let there = self.step(&key, tx).await?;
                            let same = there.reserved == amount
                                && there.operation_type.as_deref() == Some(operation_type);
                            return if same { Ok(there) } else { Err(self.differs(there)) };
                        };
                        self.put_aside(amount, tx).await?;
                        Ok(entry)
                    })
                    .await
            }

            /// Spends what a reservation put aside: the operation was done. The same call again gives the same answer.
            ///
            /// # Errors
            /// [`Unknown`](CreditError::Unknown) where there is no such reservation; [`Cancelled`](CreditError::Cancelled) where
            /// it was given back.
            pub async fn confirm(&self, reservation_id: &str) -> Result<$Entry, CreditError> {
                self.end(reservation_id, CreditTransactionType::Consumption, None).await
            }

            /// Gives back what a reservation put aside: the operation was not done. The same call again gives the same answer,
            /// with the first reason.
            ///
            /// # Errors
            /// [`Unknown`](CreditError::Unknown) where there is no such reservation; [`Confirmed`](CreditError::Confirmed) where
            /// it was spent.
            pub async fn cancel(&self, reservation_id: &str, reason: &str) -> Result<$Entry, CreditError> {
                self.end(reservation_id, CreditTransactionType::Cancellation, Some(reason)).await
            }

            async fn end(
                &self,
                reservation_id: &str,
                how: CreditTransactionType,
                reason: Option<&str>,
            ) -> Result<$Entry, CreditError> {
                let key = super::ends(reservation_id);
                self.scope
                    .transaction(async |tx| {
                        let reservation = self
                            .find(&super::begins(reservation_id), tx)
                            .await?
                            .ok_or_else(|| CreditError::Unknown { reservation_id: reservation_id.into() })?;
                        let amount = reservation.reserved;
                        let operation = reservation.operation_type.unwrap_or_default();
                        let spent = match how {
                            CreditTransactionType::Consumption => amount,
                            _ => Decimal::ZERO,
                        };
                        let entry = self
                            .entry(how, -spent, &key, reason.unwrap_or(&operation))
                            .set($Entry::RESERVED, -amount)
                            .set($Entry::OPERATION_TYPE, &operation)
                            .set($Entry::RESERVATION_ID, reservation_id);
                        let Some(entry) = self.written(entry, tx).await? else {
                            let there = self.step(&key, tx).await?;
                            return if there.transaction_type == how { Ok(there) } else { Err(ended(there)) };
                        };
                        $Credits::update(&self.credits_id)
                            .add($Credits::CURRENT_BALANCE, -spent)
                            .add($Credits::RESERVED, -amount)
                            .when($Credits::RESERVED.ge(amount))
                            .run(tx)
                            .await?;
                        Ok(entry)
                    })
                    .await
            }

            /// Gives credits: those of a month, a bonus, a refund. The same key again gives the same answer, and nothing more.
            ///
            /// # Errors
            /// [`Amount`](CreditError::Amount) for one that cannot be given, also by its type; [`Differs`](CreditError::Differs)
            /// where the key is that of another gift; [`NoCredits`](CreditError::NoCredits) where there are none at all.
            pub async fn grant(
                &self,
                transaction_type: CreditTransactionType,
                amount: Decimal,
                key: &str,
                description: &str,
            ) -> Result<$Entry, CreditError> {
                let amount = super::admitted(amount)?;
                if !super::is_grant(transaction_type) {
                    return Err(CreditError::Amount { amount });
                }
                let key = super::grants(key);
                self.scope
                    .transaction(async |tx| {
                        let entry = self.entry(transaction_type, amount, &key, description);
                        let Some(entry) = self.written(entry, tx).await? else {
                            let there = self.step(&key, tx).await?;
                            let same = there.amount == amount && there.transaction_type == transaction_type;
                            return if same { Ok(there) } else { Err(self.differs(there)) };
                        };
                        $Credits::update(&self.credits_id)
                            .add($Credits::CURRENT_BALANCE, amount)
                            .run(tx)
                            .await?;
                        Ok(entry)
                    })
                    .await
            }

            /// What there is now.
            ///
            /// # Errors
            /// [`NoCredits`](CreditError::NoCredits) where there are none at all.
            pub async fn balance(&self) -> Result<$Credits, CreditError> {
                self.credits(&self.scope).await
            }

            /// The newest entries of the ledger, of one type or of all.
            ///
            /// # Errors
            /// Those of the database.
            pub async fn history(
                &self,
                transaction_type: Option<CreditTransactionType>,
                limit: u64,
            ) -> Result<Vec<$Entry>, CreditError> {
                let own = $Entry::$credits_id.eq(&self.credits_id);
                let of_type = transaction_type.map(|of| $Entry::TRANSACTION_TYPE.eq(of));
                Ok($Entry::list()
                    .filter(ennead::Filter::all([own].into_iter().chain(of_type)))
                    .order_by(($Entry::CREATED_AT.desc(), $Entry::ID.desc()))
                    .limit(limit)
                    .run(&self.scope)
                    .await?)
            }

            /// Puts credits aside where they suffice. Where they do not, an update that adds nothing locks the row and reads it, so
            /// that nobody hears of credits that came a moment later; and where they came before it, they are taken. (A lock by
            /// `.for_update()` is stronger on Postgres: it waits for all who wrote an entry, and they for it.)
            async fn put_aside(
                &self,
                amount: Decimal,
                tx: &ennead::Transaction<$Scope>,
            ) -> Result<(), CreditError> {
                loop {
                    let taken = $Credits::update(&self.credits_id)
                        .add($Credits::RESERVED, amount)
                        .when($Credits::AVAILABLE.ge(amount))
                        .run(tx)
                        .await;
                    match taken {
                        Ok(_) => return Ok(()),
                        Err(error) if error.is_conflict() => {
                            let locked =
                                $Credits::update(&self.credits_id).add($Credits::RESERVED, Decimal::ZERO);
                            let there = locked.run(tx).await?;
                            if there.available < amount {
                                return Err(CreditError::Insufficient {
                                    asked: amount,
                                    available: there.available,
                                });
                            }
                        }
                        Err(error) => return Err(error.into()),
                    }
                }
            }

            async fn credits(&self, scope: &impl ennead::Scope<$Credits>) -> Result<$Credits, CreditError> {
                $Credits::read(&self.credits_id).run(scope).await.map_err(|error| self.told(error))
            }

            /// Writes an entry; none where its step was done before.
            async fn written(
                &self,
                entry: ennead::op::Create<$Entry>,
                tx: &ennead::Transaction<$Scope>,
            ) -> Result<Option<$Entry>, CreditError> {
                let written = entry.on_conflict($step).ignore().run(tx).await;
                written.map_err(|error| self.told(error))
            }

            async fn find(
                &self,
                key: &str,
                tx: &ennead::Transaction<$Scope>,
            ) -> Result<Option<$Entry>, CreditError> {
                let own = $Entry::$credits_id.eq(&self.credits_id);
                Ok($Entry::list().filter(own.and($Entry::IDEMPOTENCY_KEY.eq(key))).first(tx).await?)
            }

            /// The entry of a step that was done before.
            async fn step(&self, key: &str, tx: &ennead::Transaction<$Scope>) -> Result<$Entry, CreditError> {
                self.find(key, tx).await?.ok_or(CreditError::NoCredits)
            }

            fn differs(&self, there: $Entry) -> CreditError {
                CreditError::Differs {
                    key: there.reservation_id.unwrap_or(there.idempotency_key),
                    amount: there.amount.max(there.reserved),
                    operation_type: there.operation_type,
                }
            }

            /// An entry without credits that it belongs to: there are none.
            fn told(&self, error: Error) -> CreditError {
                let none = error.is_not_found() || error.is_foreign_key_violation();
                if none { CreditError::NoCredits } else { error.into() }
            }
        }

        /// The other end than the one that was asked for.
        fn ended(there: $Entry) -> CreditError {
            let reservation_id = there.reservation_id.unwrap_or_default();
            match there.transaction_type {
                CreditTransactionType::Consumption => CreditError::Confirmed { reservation_id },
                _ => CreditError::Cancelled { reservation_id, reason: there.description },
            }
        }
    };
}
use account;
