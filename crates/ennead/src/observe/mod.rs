//! Observers: code of the application's own around every write of a model, single and bulk, typed and by name.

mod change;
mod erased;
mod scope;

use std::future::Future;

use ennead_core::{Error, Model};

pub use change::{Change, ChangeKind, Creating, Updating, Write};
pub(crate) use change::{RawChange, RawUpdating, RawWrite};
pub(crate) use erased::{Erased, Observers};
pub use scope::ObserverScope;

/// Watches the writes of a model: what [`DbBuilder::observe`](crate::DbBuilder::observe) takes.
///
/// Each method is called once for an operation, with all of its rows, whether it is single or bulk, typed or by name. What an
/// observer leaves out does nothing. With several observers of one model each method is called in the order in which they
/// were given.
///
/// An observed write runs in a transaction (a savepoint, where there is one already). An error or a panic in `before` or `after`
/// undoes the write and is its error.
///
/// ```
/// use ennead::prelude::*;
/// use ennead::{Change, Observer, ObserverScope, Write};
///
/// #[model(global)]
/// struct Plan { #[key(assigned)] id: String, name: String }
///
/// struct Trimmed;
/// impl Observer<Plan> for Trimmed {
///     async fn before(&self, write: Write<'_, Plan>, _: &ObserverScope) -> Result<(), Error> {
///         if let Write::Create(rows) = write {
///             for mut row in rows {
///                 let name = row.get(Plan::NAME)?.unwrap_or_default();
///                 row.set(Plan::NAME, name.trim().to_owned());
///             }
///         }
///         Ok(())
///     }
/// }
///
/// # #[cfg(feature = "sqlite")]
/// # #[tokio::main] async fn main() -> Result<(), Error> {
/// let db = Db::builder().observe::<Plan>(Trimmed).connect("sqlite::memory:").await?;
/// ennead::schema![Plan].create(&db).await?;
/// let plan = Plan::create(NewPlan { id: "free".into(), name: " Free ".into() }).run(&db).await?;
/// assert_eq!(plan.name, "Free");
/// # Ok(()) }
/// # #[cfg(not(feature = "sqlite"))] fn main() {}
/// ```
pub trait Observer<M: Model + Sync>: Send + Sync + 'static {
    /// Before the write: may refuse it with an error, or change what it sets.
    ///
    /// # Errors
    /// Any: the write does not happen, and the error is its own.
    fn before(
        &self,
        write: Write<'_, M>,
        scope: &ObserverScope,
    ) -> impl Future<Output = Result<(), Error>> + Send {
        let _ = (write, scope);
        std::future::ready(Ok(()))
    }

    /// Behind the write, in its transaction: sees each row as it was and as it is, and may write more.
    ///
    /// # Errors
    /// Any: the write is undone, and the error is its own.
    fn after(
        &self,
        changes: &[Change<M>],
        scope: &ObserverScope,
    ) -> impl Future<Output = Result<(), Error>> + Send {
        let _ = (changes, scope);
        std::future::ready(Ok(()))
    }

    /// Behind the commit of the outermost transaction; never where the write was undone. The operation (or the transaction)
    /// ends when it has run. Where that future is dropped, or the process ends, it is not run: what must not be lost is
    /// written by `after`.
    ///
    /// # Errors
    /// The write stays. The error is traced at the level of errors (target `ennead::observer`), and so is a panic.
    fn committed(&self, changes: &[Change<M>]) -> impl Future<Output = Result<(), Error>> + Send {
        let _ = changes;
        std::future::ready(Ok(()))
    }
}
