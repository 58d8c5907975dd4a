use rust_decimal::Decimal;

/// Why a step of credits was refused. A refused step has done nothing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CreditError {
    /// More is asked for than there is.
    #[error("{asked} credits are asked for, {available} are available")]
    Insufficient {
        /// What was asked for.
        asked: Decimal,
        /// What could have been had.
        available: Decimal,
    },
    /// An amount that is nothing, less than nothing, or finer than hundredths; or one of a type that cannot be given.
    #[error("{amount} is no amount of credits that can be put aside or given")]
    Amount {
        /// The amount.
        amount: Decimal,
    },
    /// The id was used before, for something else.
    #[error("{key} was {amount} credits{}", operation_type.as_ref().map(|of| format!(" for {of}")).unwrap_or_default())]
    Differs {
        /// The reservation's id, or the key of what was given.
        key: String,
        /// What it was of.
        amount: Decimal,
        /// What it was for.
        operation_type: Option<String>,
    },
    /// Nothing was put aside under this id.
    #[error("there is no reservation {reservation_id}")]
    Unknown {
        /// The id.
        reservation_id: String,
    },
    /// The reservation was spent.
    #[error("reservation {reservation_id} is confirmed: its credits are spent")]
    Confirmed {
        /// The id.
        reservation_id: String,
    },
    /// The reservation was given back.
    #[error("reservation {reservation_id} is cancelled: {reason}")]
    Cancelled {
        /// The id.
        reservation_id: String,
        /// The reason that was given then.
        reason: String,
    },
    /// There are no credits here, not even a balance of nothing.
    #[error("there are no credits here")]
    NoCredits,
    /// What the data layer says.
    #[error(transparent)]
    Data(#[from] ennead::Error),
}

impl CreditError {
    /// The connection was lost, or the database gave the transaction up: the same call with the same id is safe, whether or not
    /// this one was done.
    #[must_use]
    pub fn may_be_asked_again(&self) -> bool {
        matches!(self, CreditError::Data(error) if error.is_connection() || error.is_commit_unknown() || error.is_retryable())
    }

    /// The status of a response over HTTP.
    #[must_use]
    pub fn http_status(&self) -> u16 {
        match self {
            CreditError::Insufficient { .. } => 402,
            CreditError::Amount { .. } => 422,
            CreditError::Unknown { .. } | CreditError::NoCredits => 404,
            CreditError::Differs { .. } | CreditError::Confirmed { .. } | CreditError::Cancelled { .. } => {
                409
            }
            CreditError::Data(error) => error.http_status(),
        }
    }
}
