//! The nine operations as functions of a model.

use ennead_core::{
    Aggregates, Column, Concealed, DeletableModel, Error, IntoKey, Model, MutableModel, Values,
};

use crate::audit::{Audited, History};
use crate::exec;
use crate::op::{
    Aggregate, BulkCreate, BulkCreateStream, BulkDelete, BulkUpdate, BulkUpdateEach, Count, Create, Delete,
    List, Read, RelatedTo, RelationsOf, Restore, Update,
};
use crate::rotation::Rotating;
use crate::scopes::{Scope, UpdateScope};

/// The nine operations of a model. Each gives a value that is inspected, passed on, or run on a scope.
pub trait ModelExt: Model {
    /// Creates a row. `new` holds exactly the required fields; `.set(column, value)` gives the others.
    #[must_use = "an operation does nothing until `.run(&scope).await`"]
    fn create(new: Self::New) -> Create<Self> {
        Create::from_new(new)
    }

    /// Reads the row with that key.
    #[must_use = "an operation does nothing until `.run(&scope).await`"]
    fn read(key: impl IntoKey<Self::Key>) -> Read<Self> {
        Read::new(key.into_key())
    }

    /// Opens an encrypted field of this row, which was read before: the one way in which its value comes back. The keys are those
    /// of the scope's `Db`; nothing is sent to the database.
    ///
    /// ```
    /// use ennead::prelude::*;
    /// use ennead::{Encrypted, Key, KeyRing};
    /// #[model]
    /// #[derive(Debug, Clone)]
    /// struct Webhook { #[key] id: String, #[tenant] tenant_id: String, secret: Encrypted<String> }
    ///
    /// # #[cfg(feature = "sqlite")]
    /// # #[tokio::main] async fn main() -> Result<(), Error> {
    /// let keys = KeyRing::new(Key::new("2026-11", [7; 32])?);
    /// let db = Db::builder().keys(keys).connect("sqlite::memory:").await?;
    /// ennead::schema![Webhook].create(&db).await?;
    /// let acme = db.tenant("acme")?;
    /// let webhook = Webhook::create(NewWebhook { secret: Encrypted::new("hunter2".into()) }).run(&acme).await?;
    /// assert_eq!(webhook.reveal(Webhook::SECRET, &acme)?, "hunter2");
    /// # Ok(()) }
    /// # #[cfg(not(feature = "sqlite"))] fn main() {}
    /// ```
    ///
    /// # Errors
    /// `is_decryption` where the key is not known (its id is told) or another one, and where the value was changed, cut short, or moved
    /// from another row, column or tenant; `is_configuration` where the `Db` has no keys; `is_tenant_missing` for a row that belongs to
    /// the tenant of its parent, on a scope that says no tenant; `is_decode` where the value is that of another type.
    fn reveal<C: Concealed, A>(
        &self,
        column: Column<Self, C, A>,
        scope: &impl Scope<Self>,
    ) -> Result<C::Revealed, Error>
    where
        Self: Clone,
    {
        let mut values = Values::new(Self::DEF);
        self.clone().encode(&mut values);
        let opened = exec::reveal(scope.handle(), Self::DEF, column.index(), &values)?;
        C::revealed(opened).map_err(|error| exec::in_field(error, Self::DEF, column.index()))
    }

    /// Encrypts again, with the current key, the values of this model that are encrypted with an older one, as
    /// [`Schema::rotate`](crate::Schema::rotate) does for all models.
    fn rotate(scope: &impl UpdateScope<Self>) -> Rotating<'_> {
        Rotating::one(scope.handle(), Self::DEF)
    }

    /// Updates the row with that key.
    #[must_use = "an operation does nothing until `.run(&scope).await`"]
    fn update(key: impl IntoKey<Self::Key>) -> Update<Self>
    where
        Self: MutableModel,
    {
        Update::new(key.into_key())
    }

    /// Updates this row, which was read before: by its key and, where the model counts its writes with `#[version]`, only while
    /// nobody has changed it since. Else `is_conflict`, with both versions in [`Error::version_conflicts`](crate::Error::version_conflicts).
    ///
    /// ```
    /// use ennead::prelude::*;
    /// #[model(global)]
    /// #[derive(Debug, Clone)]
    /// struct Page { #[key(assigned)] id: String, title: String, #[version] version: i64 }
    ///
    /// # #[cfg(feature = "sqlite")]
    /// # #[tokio::main] async fn main() -> Result<(), Error> {
    /// let db = Db::connect("sqlite::memory:").await?;
    /// ennead::schema![Page].create(&db).await?;
    /// let (ada, bob) = (Page::create(NewPage { id: "home".into(), title: "Home".into() }).run(&db).await?, Page::read("home").run(&db).await?);
    ///
    /// ada.update_row().set(Page::TITLE, "Ada's").run(&db).await?;
    /// let lost = bob.update_row().set(Page::TITLE, "Bob's").run(&db).await.unwrap_err();
    /// assert!(lost.is_conflict());
    /// assert_eq!((lost.version_conflicts()[0].expected, lost.version_conflicts()[0].found), (1, 2));
    /// # Ok(()) }
    /// # #[cfg(not(feature = "sqlite"))] fn main() {}
    /// ```
    #[must_use = "an operation does nothing until `.run(&scope).await`"]
    fn update_row(&self) -> Update<Self>
    where
        Self: MutableModel + Clone,
    {
        Update::of(self.clone())
    }

    /// Deletes this row, which was read before: as [`update_row`](Self::update_row) changes it.
    #[must_use = "an operation does nothing until `.run(&scope).await`"]
    fn delete_row(&self) -> Delete<Self>
    where
        Self: DeletableModel + Clone,
    {
        Delete::of(self.clone())
    }

    /// Deletes the row with that key.
    #[must_use = "an operation does nothing until `.run(&scope).await`"]
    fn delete(key: impl IntoKey<Self::Key>) -> Delete<Self>
    where
        Self: DeletableModel,
    {
        Delete::new(key.into_key())
    }

    /// Brings the soft-deleted row with that key back.
    #[must_use = "an operation does nothing until `.run(&scope).await`"]
    fn restore(key: impl IntoKey<Self::Key>) -> Restore<Self>
    where
        Self: MutableModel,
    {
        Restore::new(key.into_key())
    }

    /// What happened to the row with that key, the newest first.
    ///
    /// ```
    /// use ennead::prelude::*;
    /// #[model(audited)]
    /// struct Plan { #[key] id: String, #[tenant] team_id: String, name: String }
    ///
    /// # #[cfg(feature = "sqlite")]
    /// # #[tokio::main] async fn main() -> Result<(), Error> {
    /// let db = Db::connect("sqlite::memory:").await?;
    /// ennead::schema![Plan].create(&db).await?;
    /// let team = db.tenant("team-1")?;
    /// let plan = Plan::create(NewPlan { name: "Draft".into() }).run(&team).await?;
    /// Plan::update(&plan.id).set(Plan::NAME, "Final").run(&team).await?;
    ///
    /// let history = Plan::history(&plan.id).run(&team).await?;
    /// assert_eq!(history.len(), 2);
    /// assert_eq!(history[0].before(Plan::NAME)?.as_deref(), Some("Draft"));
    /// assert_eq!(history[0].after(Plan::NAME)?.as_deref(), Some("Final"));
    /// # Ok(()) }
    /// # #[cfg(not(feature = "sqlite"))] fn main() {}
    /// ```
    #[must_use = "an operation does nothing until `.run(&scope).await`"]
    fn history(key: impl IntoKey<Self::Key>) -> History<Self>
    where
        Self: Audited,
    {
        History::new(key)
    }

    /// What is related to this row: `dashboard.related(Dashboard::WIDGETS)`, also with conditions, or a tuple of relations.
    #[must_use = "an operation does nothing until `.run(&scope).await`"]
    fn related<I: RelationsOf<Self>>(&self, relation: I) -> RelatedTo<Self, I>
    where
        Self: Clone,
    {
        RelatedTo::new(self.clone(), relation)
    }

    /// Lists rows. There is no hidden limit.
    #[must_use = "an operation does nothing until `.run(&scope).await`"]
    fn list() -> List<Self> {
        List::new()
    }

    /// Counts rows.
    #[must_use = "an operation does nothing until `.run(&scope).await`"]
    fn count() -> Count<Self> {
        Count::new()
    }

    /// Sums rows up: `count()`, or `.sum()`, `.avg()`, `.min()` and `.max()` of columns, one or a tuple of up to eight, of all
    /// rows or of groups.
    ///
    /// ```
    /// use ennead::count;
    /// use ennead::prelude::*;
    /// #[model]
    /// struct Sale { #[key] id: String, #[tenant] shop_id: String, region: String, units: i64 }
    ///
    /// # #[cfg(feature = "sqlite")]
    /// # #[tokio::main] async fn main() -> Result<(), Error> {
    /// let db = Db::connect("sqlite::memory:").await?;
    /// ennead::schema![Sale].create(&db).await?;
    /// let shop = db.tenant("shop-1")?;
    /// let sale = |region: &str, units| NewSale { region: region.into(), units };
    /// Sale::bulk_create([sale("north", 2), sale("south", 3), sale("north", 5)]).run(&shop).await?;
    ///
    /// assert_eq!(Sale::aggregate((count(), Sale::UNITS.sum())).run(&shop).await?, (3, Some(10)));
    /// let regions = Sale::aggregate((count(), Sale::UNITS.max()))
    ///     .group_by(Sale::REGION)
    ///     .order_by(Sale::UNITS.sum().desc())
    ///     .run(&shop)
    ///     .await?;
    /// assert_eq!(regions, [("north".to_owned(), (2, Some(5))), ("south".to_owned(), (1, Some(3)))]);
    /// # Ok(()) }
    /// # #[cfg(not(feature = "sqlite"))] fn main() {}
    /// ```
    #[must_use = "an operation does nothing until `.run(&scope).await`"]
    fn aggregate<A: Aggregates<Self>>(measures: A) -> Aggregate<Self, A> {
        Aggregate::new(measures)
    }

    /// Creates many rows, all or none.
    #[must_use = "an operation does nothing until `.run(&scope).await`"]
    fn bulk_create<R: Into<Create<Self>>>(rows: impl IntoIterator<Item = R>) -> BulkCreate<Self> {
        BulkCreate::new(rows.into_iter().map(Into::into))
    }

    /// Creates as many rows as a stream gives, in chunks through one transaction: all or none, with bounded memory.
    #[must_use = "an operation does nothing until `.run(&scope).await`"]
    fn bulk_create_stream<R, S>(rows: S) -> BulkCreateStream<Self>
    where
        R: Into<Create<Self>> + Send + 'static,
        S: futures_core::Stream<Item = R> + Send + 'static,
    {
        BulkCreateStream::new(rows)
    }

    /// Updates all rows that match a filter in the same way.
    #[must_use = "an operation does nothing until `.run(&scope).await`"]
    fn bulk_update() -> BulkUpdate<Self>
    where
        Self: MutableModel,
    {
        BulkUpdate::new()
    }

    /// Updates many rows, each in its own way, all or none. A missing row is an error.
    #[must_use = "an operation does nothing until `.run(&scope).await`"]
    fn bulk_update_each(updates: impl IntoIterator<Item = Update<Self>>) -> BulkUpdateEach<Self>
    where
        Self: MutableModel,
    {
        BulkUpdateEach::new(updates)
    }

    /// Deletes all rows that match a filter, or have one of the keys.
    #[must_use = "an operation does nothing until `.run(&scope).await`"]
    fn bulk_delete() -> BulkDelete<Self>
    where
        Self: DeletableModel,
    {
        BulkDelete::new()
    }
}

impl<M: Model> ModelExt for M {}
