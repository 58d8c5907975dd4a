use std::marker::PhantomData;

use ennead_core::{Deleted, Dialect, Error, Model, Operation, Orders, RowLock, Select};
use futures_core::Stream;

use crate::exec;
use crate::op::{Cursor, Including, Lockable, Locked, Narrow, Page, RelationsOf, filtered, in_tenant};
use crate::running::{Running, optional};
use crate::scopes::Scope;
use crate::sink::{KeyedRows, Rows, Single, downcast, rows};
use crate::statement::Statement;

/// How many rows a stream reads at a time.
const STREAM_CHUNK: u64 = 512;

/// Lists rows: what `User::list()` gives, and what `ListUserNode` names.
#[derive(Debug)]
#[must_use = "an operation does nothing until `.run(&scope).await`"]
pub struct List<M> {
    select: Select,
    narrow: Narrow,
    marker: PhantomData<fn() -> M>,
}

impl<M: Model> List<M> {
    pub(crate) fn new() -> Self {
        Self { select: Select::of(M::DEF), narrow: Narrow::NONE, marker: PhantomData }
    }

    filtered!(select.filter);
    in_tenant!();

    /// In that order; a second call adds to the first. Texts are ordered by their bytes, NULLs stand first ascending and
    /// last descending, on both databases.
    pub fn order_by(mut self, orders: impl Orders<M>) -> Self {
        self.select.order.extend(orders.parts());
        self
    }

    /// At most so many rows.
    pub fn limit(mut self, limit: u64) -> Self {
        self.select.limit = Some(limit);
        self
    }

    /// Passes over so many rows. For paging, [`page`](Self::page) costs the same on every page.
    pub fn offset(mut self, offset: u64) -> Self {
        self.select.offset = offset;
        self
    }

    /// Sees soft-deleted rows too.
    pub fn with_deleted(mut self) -> Self {
        self.select.deleted = Deleted::Include;
        self
    }

    /// Sees soft-deleted rows only.
    pub fn only_deleted(mut self) -> Self {
        self.select.deleted = Deleted::Only;
        self
    }

    /// Reads related rows beside each row: a relation, or a tuple of up to four.
    ///
    /// ```
    /// use ennead::prelude::*;
    /// #[model(global)]
    /// struct Author { #[key] id: String, name: String }
    /// #[model(global)]
    /// struct Book { #[key] id: String, #[references(Author, inverse = books)] author_id: String }
    ///
    /// # #[cfg(feature = "sqlite")]
    /// # #[tokio::main] async fn main() -> Result<(), Error> {
    /// let db = Db::connect("sqlite::memory:").await?;
    /// ennead::schema![Author, Book].create(&db).await?;
    /// let author = Author::create(NewAuthor { name: "Ann".into() }).run(&db).await?;
    /// Book::create(NewBook { author_id: author.id }).run(&db).await?;
    ///
    /// let authors = Author::list().include(Author::BOOKS).run(&db).await?;
    /// assert_eq!((authors[0].name.as_str(), authors[0].related.len()), ("Ann", 1));
    /// # Ok(()) }
    /// # #[cfg(not(feature = "sqlite"))] fn main() {}
    /// ```
    pub fn include<I: RelationsOf<M>>(self, inclusion: I) -> Including<M, I> {
        Including { list: self, inclusion }
    }

    /// Locks the rows until the transaction ends: see [`Locked`].
    ///
    /// ```
    /// use ennead::prelude::*;
    /// #[model]
    /// struct Job { #[key] id: String, #[tenant] tenant_id: String, #[default(false)] done: bool }
    ///
    /// # #[cfg(feature = "sqlite")]
    /// # #[tokio::main] async fn main() -> Result<(), Error> {
    /// # let db = Db::connect("sqlite::memory:").await?;
    /// # ennead::schema![Job].create(&db).await?;
    /// # let acme = db.tenant("acme")?;
    /// # Job::create(NewJob {}).run(&acme).await?;
    /// acme.transaction(async |tx| {
    ///     let waiting = Job::list().filter(Job::DONE.eq(false)).order_by(Job::ID.asc());
    ///     let Some(job) = waiting.for_update().skip_locked().first(tx).await? else { return Ok(()) };
    ///     Job::update(&job.id).set(Job::DONE, true).run(tx).await?;
    ///     Ok::<_, Error>(())
    /// }).await?;
    /// # assert_eq!(Job::count().filter(Job::DONE.eq(true)).run(&acme).await?, 1);
    /// # Ok(()) }
    /// # #[cfg(not(feature = "sqlite"))] fn main() {}
    /// ```
    pub fn for_update(self) -> Locked<Self> {
        Locked::new(self)
    }

    pub(super) fn into_parts(self) -> (Select, Narrow) {
        (self.select, self.narrow)
    }

    /// Pages by key: behind the row that the cursor names, or from the beginning. The key is the last part of the
    /// order, so every row comes exactly once.
    pub fn page(self, cursor: Option<&Cursor>) -> PagedList<M> {
        PagedList { list: self, cursor: cursor.cloned() }
    }

    /// The SQL and its values, without a database; the tenant's value is shown as `{tenant}`.
    ///
    /// # Errors
    /// A filter value that does not fit its field, or something that the dialect lacks.
    pub fn statement(&self, dialect: Dialect) -> Result<Statement, Error> {
        exec::show(dialect, Operation::Select(self.select.clone()))
    }

    /// Lists the rows.
    ///
    /// # Errors
    /// `is_invalid_input` for a filter value that does not fit; `is_unsupported` for what the database lacks; a
    /// connection or time limit error.
    pub fn run(self, scope: &impl Scope<M>) -> Running<'_, Vec<M>> {
        Running {
            started: exec::start::select(scope.handle(), self.narrow, self.select, Rows::<M>::sink),
            finish: rows,
        }
    }

    /// The first row in the order, if any.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn first(mut self, scope: &impl Scope<M>) -> Running<'_, Option<M>> {
        self.select.limit = Some(1);
        let read = exec::start::select(scope.handle(), self.narrow, self.select, Single::<M>::sink);
        Running { started: read, finish: optional }
    }

    /// The rows one after the other, read in chunks by key: no connection is held between chunks, and memory is bounded.
    /// It is no snapshot: a row that changes while the stream is read may be seen as it was or as it is.
    ///
    /// # Errors
    /// The stream ends after its first error; see [`run`](Self::run).
    pub fn stream<S: Scope<M>>(self, scope: &S) -> impl Stream<Item = Result<M, Error>> + Send {
        let List { mut select, narrow, .. } = self;
        #[cfg(feature = "__detour")]
        let _ = crate::detour::way(&scope.handle(), false, crate::detour::Ask::ListStream(&select));
        let narrow =
            narrow.take().inspect(|narrow| exec::complete_order(scope.handle(), narrow, &mut select));
        let chunks = futures_util::stream::try_unfold(Some((select, narrow)), async move |state| {
            let Some((mut select, narrow)) = state else { return Ok(None) };
            let narrow = narrow?;
            let wanted = select.limit;
            let chunk = wanted.map_or(STREAM_CHUNK, |wanted| wanted.min(STREAM_CHUNK));
            if chunk == 0 {
                return Ok(None);
            }
            select.limit = Some(chunk);
            let sink = Box::new(KeyedRows::<M>::new(&select.order, chunk));
            let read = exec::start::keyed(scope.handle(), narrow.clone(), select.clone(), sink).await?;
            let KeyedRows { rows, last, .. } = downcast::<KeyedRows<M>>(read.sink)?;
            let whole = rows.len() as u64 == chunk;
            select.offset = 0;
            select.after = last;
            select.limit = wanted.map(|wanted| wanted - rows.len() as u64);
            Ok::<_, Error>(Some((rows, whole.then_some((select, Ok(narrow))))))
        });
        futures_util::TryStreamExt::try_flatten(futures_util::TryStreamExt::map_ok(chunks, |rows: Vec<M>| {
            futures_util::stream::iter(rows.into_iter().map(Ok))
        }))
    }
}

/// Lists one page of rows by key.
#[derive(Debug)]
#[must_use = "an operation does nothing until `.run(&scope).await`"]
pub struct PagedList<M> {
    list: List<M>,
    cursor: Option<Cursor>,
}

impl<M: Model> PagedList<M> {
    /// Reads the page.
    ///
    /// # Errors
    /// As [`List::run`]; `is_invalid_input` without a limit, with an offset, or for a cursor of another model, scope,
    /// filter or order.
    pub async fn run(self, scope: &impl Scope<M>) -> Result<Page<M>, Error> {
        let Some(limit) = self.list.select.limit.filter(|limit| *limit > 0) else {
            return Err(Error::invalid("a page needs its size: add `.limit(n)` with n of at least 1"));
        };
        if self.list.select.offset != 0 {
            return Err(Error::invalid("a page starts behind its cursor: it takes no `.offset(n)`"));
        }
        let List { mut select, narrow, .. } = self.list;
        let narrow = narrow.take()?;
        #[cfg(feature = "__detour")]
        {
            let ask = crate::detour::Ask::Page(&select, self.cursor.as_ref().map(Cursor::as_str));
            if let Some(way) = crate::detour::way(&scope.handle(), narrow.is_some(), ask) {
                let (done, next) = way.go(scope.handle(), Rows::<M>::sink()).await?;
                return Ok(Page { items: rows(Ok(done))?, next: next.map(Cursor::from) });
            }
        }
        if let Some(filter) = &select.filter {
            // Before the digest, which goes through the filter by recursion.
            filter.check_size()?;
        }
        exec::complete_order(scope.handle(), &narrow, &mut select);
        let digest = exec::page_digest(scope.handle(), &narrow, &select);
        if let Some(cursor) = &self.cursor {
            select.after = Some(cursor.decode(M::DEF, &select.order, digest)?);
        }
        select.limit = Some(limit.saturating_add(1));
        let sink = Box::new(KeyedRows::<M>::new(&select.order, limit));
        let read = exec::start::keyed(scope.handle(), narrow, select, sink).await?;
        let KeyedRows { rows: mut items, last, .. } = downcast::<KeyedRows<M>>(read.sink)?;
        let more = items.len() as u64 > limit;
        items.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        let next = last.filter(|_| more).map(|values| Cursor::encode(&values, digest));
        Ok(Page { items, next })
    }
}

impl<M> Lockable for List<M> {
    fn lock(&mut self, lock: RowLock) {
        self.select.lock = Some(lock);
    }
}
