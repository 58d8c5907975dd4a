//! Credits: put aside, spent, given back, and what is refused.

use robosystems_iam::CreditTransactionType;
use rust_decimal::Decimal;

use super::{Cast, Failure};
use crate::print;

pub(super) async fn run(cast: &Cast) -> Result<(), Failure> {
    print::section("Credits");
    let credits = &cast.credits;
    told(cast, "at first").await?;
    let amount = Decimal::new(105, 1);
    let reserved = credits.reserve_credits(amount, "query_execution", "op-1").await?;
    print::line("reserved", format!("{} for {}", reserved.reserved, reserved.description));
    let again = credits.reserve_credits(amount, "query_execution", "op-1").await?;
    print::line("asked again", if again == reserved { "the same answer" } else { "ANOTHER ANSWER" });
    told(cast, "put aside").await?;
    let spent = credits.confirm("op-1").await?;
    print::line("confirmed", spent.amount);
    let again = credits.confirm("op-1").await?;
    print::line("confirmed again", if again == spent { "the same answer" } else { "ANOTHER ANSWER" });
    told(cast, "spent").await?;

    credits.reserve_credits(Decimal::from(200), "import", "op-2").await?;
    let back = credits.cancel("op-2", "operation_failed").await?;
    print::line("cancelled", format!("{} free again: {}", -back.reserved, back.description));
    let bonus =
        credits.grant(CreditTransactionType::Bonus, Decimal::from(50), "referral", "a referral").await?;
    print::line("bonus", format!("{} for {}", bonus.amount, bonus.description));
    told(cast, "now").await?;

    print::section("What is refused");
    let over = credits.reserve_credits(Decimal::from(2_000), "import", "op-3").await;
    print::refused("over the balance", over);
    print::refused("another amount", credits.reserve_credits(Decimal::ONE, "query_execution", "op-1").await);
    print::refused("cancel what is spent", credits.cancel("op-1", "too late").await);
    print::refused("confirm what is back", credits.confirm("op-2").await);
    print::refused("never reserved", credits.confirm("op-9").await);
    print::refused("thousandths", credits.reserve_credits(Decimal::new(1, 3), "query", "op-4").await);
    told(cast, "as before").await
}

async fn told(cast: &Cast, when: &str) -> Result<(), Failure> {
    let balance = cast.credits.balance().await?;
    print::line(when, format!("{} owned, {} available", balance.current_balance, balance.available));
    Ok(())
}
