use ennead::op::Create;
use ennead::prelude::*;
use rust_decimal::Decimal;

use super::{CreditError, account};
use crate::{CreditTransactionType, GraphCreditTransaction, GraphCredits, NewGraphCreditTransaction};

/// The credits of a graph, in its scope.
#[derive(Debug, Clone)]
pub struct GraphAccount {
    scope: Tenant,
    credits_id: String,
}

impl GraphAccount {
    /// The credits of the graph whose scope it is.
    #[must_use]
    pub fn of(graph: &Tenant) -> Self {
        Self { scope: graph.clone(), credits_id: Self::id_for(&graph.id().to_string()) }
    }

    /// The id of a graph's credits.
    #[must_use]
    pub fn id_for(graph_id: &str) -> String {
        format!("gc_{graph_id}")
    }

    fn entry(
        &self,
        transaction_type: CreditTransactionType,
        amount: Decimal,
        key: &str,
        description: &str,
    ) -> Create<GraphCreditTransaction> {
        GraphCreditTransaction::create(NewGraphCreditTransaction {
            graph_credits_id: self.credits_id.clone(),
            transaction_type,
            amount,
            description: description.into(),
            idempotency_key: key.into(),
        })
    }
}

account! {
    GraphAccount in Tenant, GraphCredits, GraphCreditTransaction by GRAPH_CREDITS_ID,
    once by GraphCreditTransaction::IDEMPOTENCY_KEY
}
