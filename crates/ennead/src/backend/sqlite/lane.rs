//! SQLite in the calling thread, on the handle of a connection that sqlx opened.
//!
//! sqlx runs SQLite on a worker thread: a hop for each call, a copy of each column, a channel send for each row. Here the
//! statements run where they are called. All of its `unsafe` is in this file. What it rests on:
//!
//! - **The handle lives.** `Lane` is dropped before the sqlx connection that owns the handle (field order in `Session`),
//!   and finalizes its statements first.
//! - **One user at a time.** sqlx opens with `SQLITE_OPEN_NOMUTEX`: a connection may move between threads but is used by
//!   one at a time. Every method takes `&mut self`, and the sqlx connection is sent no command while the lane exists.
//! - **Bound memory outlives its use.** A bind with `SQLITE_STATIC` borrows from the program; `Execution` resets the
//!   statement and clears its bindings before that borrow ends, on every path.
//! - **Column memory is read before it moves.** Pointers of `sqlite3_column_*` are turned into slices that live no longer
//!   than the `&mut` borrow of the reader, and the statement is not stepped meanwhile.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::num::NonZeroUsize;
use std::ptr::{self, NonNull};
use std::sync::Arc;

use libsqlite3_sys as ffi;
use lru::LruCache;

use ennead_sql::{CacheHasher, Shape};

use super::json;
use super::watch::Watch;

/// A failure as SQLite tells it.
#[derive(Debug, Clone)]
pub(super) struct SqliteError {
    /// The extended result code.
    pub(super) code: c_int,
    /// SQLite's text; it may name tables, columns and constraints, and never holds values of bound parameters.
    pub(super) message: String,
}

impl SqliteError {
    pub(super) fn primary(&self) -> c_int {
        self.code & 0xff
    }

    /// What an interrupted statement ends in.
    pub(super) fn interrupted() -> Self {
        Self { code: ffi::SQLITE_INTERRUPT, message: "interrupted".into() }
    }

    pub(super) fn is_busy(&self) -> bool {
        matches!(self.primary(), ffi::SQLITE_BUSY | ffi::SQLITE_LOCKED)
    }
}

/// The statements of one connection, run in the calling thread.
pub(super) struct Lane {
    db: NonNull<ffi::sqlite3>,
    statements: LruCache<u64, Statement, CacheHasher>,
    /// Shared with SQLite, which keeps a pointer to it: behind an `Arc` it neither moves nor is borrowed uniquely.
    watch: Arc<Watch>,
}

// SAFETY: the handle was opened with SQLITE_OPEN_NOMUTEX, which allows its use from any thread, one at a time; all use
// goes through `&mut self`.
unsafe impl Send for Lane {}

struct Statement {
    raw: NonNull<ffi::sqlite3_stmt>,
    /// The last time it took longer than a thread that others wait for may be held.
    slow: bool,
}

impl Drop for Statement {
    fn drop(&mut self) {
        // SAFETY: the statement was prepared by `Lane::prepare`, is finalized once, and its connection is still open.
        unsafe { ffi::sqlite3_finalize(self.raw.as_ptr()) };
    }
}

impl Lane {
    /// Takes over the handle of an open connection.
    ///
    /// # Safety
    /// The handle stays open until the lane is dropped, was opened for use by one thread at a time, and is used by nobody
    /// else meanwhile.
    pub(super) unsafe fn new(db: NonNull<ffi::sqlite3>, kept: NonZeroUsize) -> Result<Self, SqliteError> {
        let statements = LruCache::with_hasher(kept, CacheHasher::default());
        let mut lane = Self { db, statements, watch: Arc::new(Watch::new()) };
        // SAFETY: the handle is open, and waiting for locks is ours to do, asynchronously.
        unsafe { ffi::sqlite3_busy_timeout(db.as_ptr(), 0) };
        let watch = Arc::as_ptr(&lane.watch).cast_mut();
        // SAFETY: the watch outlives the handler: `Drop` of the lane removes it before its `Arc` goes.
        unsafe { ffi::sqlite3_progress_handler(db.as_ptr(), 4096, Some(must_stop), watch.cast()) };
        lane.refuse_quoted_texts()?;
        lane.register_functions()?;
        Ok(lane)
    }

    /// Sets again what raw SQL may have changed, and what the library's promises rest on.
    pub(super) fn restore_settings(&mut self) -> Result<(), SqliteError> {
        self.execute(
            "PRAGMA foreign_keys = ON; PRAGMA ignore_check_constraints = OFF; PRAGMA query_only = OFF; \
             PRAGMA recursive_triggers = ON",
        )?;
        // SAFETY: the handle is open.
        unsafe { ffi::sqlite3_busy_timeout(self.db.as_ptr(), 0) };
        Ok(())
    }

    /// Unless told, SQLite takes a quoted name that it does not know for a text: a missing column would be read as its
    /// own name, rather than be an error.
    fn refuse_quoted_texts(&mut self) -> Result<(), SqliteError> {
        // SAFETY: the handle is open; this option takes an int and a pointer, which may be null.
        let code = unsafe {
            ffi::sqlite3_db_config(
                self.db.as_ptr(),
                ffi::SQLITE_DBCONFIG_DQS_DML,
                0 as c_int,
                ptr::null_mut::<c_int>(),
            )
        };
        self.check(code)
    }

    fn register_functions(&mut self) -> Result<(), SqliteError> {
        self.register(c"ennead_json", 4, ennead_json)?;
        self.register(c"ennead_json_at", 2, ennead_json_at)?;
        self.register(c"ennead_json_change", 3, ennead_json_change)
    }

    fn register(&mut self, name: &CStr, arguments: c_int, function: Function) -> Result<(), SqliteError> {
        let flags = ffi::SQLITE_UTF8 | ffi::SQLITE_DETERMINISTIC | ffi::SQLITE_INNOCUOUS;
        // SAFETY: the handle is open, the name is NUL-terminated, the callback is a plain function without user data.
        let code = unsafe {
            ffi::sqlite3_create_function_v2(
                self.db.as_ptr(),
                name.as_ptr(),
                arguments,
                flags,
                ptr::null_mut(),
                Some(function),
                None,
                None,
                None,
            )
        };
        self.check(code)
    }

    /// What stops statements from outside.
    pub(super) fn watch(&self) -> &Arc<Watch> {
        &self.watch
    }

    /// Whether a statement took long the last time.
    pub(super) fn is_slow(&self, shape: &Shape) -> bool {
        self.statements.peek(&shape.id).is_some_and(|statement| statement.slow)
    }

    /// Remembers whether a statement takes long.
    pub(super) fn set_slow(&mut self, shape: &Shape, slow: bool) {
        if let Some(statement) = self.statements.peek_mut(&shape.id) {
            statement.slow = slow;
        }
    }

    fn check(&self, code: c_int) -> Result<(), SqliteError> {
        match code {
            ffi::SQLITE_OK | ffi::SQLITE_ROW | ffi::SQLITE_DONE => Ok(()),
            _ => Err(self.failure()),
        }
    }

    fn failure(&self) -> SqliteError {
        // SAFETY: the handle is open; the message is copied before any other call on it.
        unsafe {
            let code = ffi::sqlite3_extended_errcode(self.db.as_ptr());
            let message =
                CStr::from_ptr(ffi::sqlite3_errmsg(self.db.as_ptr())).to_string_lossy().into_owned();
            SqliteError { code, message }
        }
    }

    /// Whether no transaction is open.
    pub(super) fn autocommit(&self) -> bool {
        // SAFETY: the handle is open.
        unsafe { ffi::sqlite3_get_autocommit(self.db.as_ptr()) != 0 }
    }

    /// How many rows the last statement changed.
    pub(super) fn changes(&self) -> u64 {
        // SAFETY: the handle is open.
        unsafe { ffi::sqlite3_changes64(self.db.as_ptr()) }.unsigned_abs()
    }

    /// Runs statements that take no values; rows are passed over.
    pub(super) fn execute(&mut self, sql: &str) -> Result<(), SqliteError> {
        self.script(sql, &mut 0)
    }

    /// Runs statements that take no values, from the byte `from` on; rows are passed over. After a failure `from` is where
    /// the statement that failed begins, so that those before it are not run again.
    pub(super) fn script(&mut self, sql: &str, from: &mut usize) -> Result<(), SqliteError> {
        if sql.contains('\0') {
            let message = "SQL holds a NUL character".into();
            return Err(SqliteError { code: ffi::SQLITE_MISUSE, message });
        }
        while let Some(rest) = sql.get(*from..).filter(|rest| !rest.is_empty()) {
            let (statement, read) = self.prepare(rest, 0)?;
            if let Some(statement) = statement {
                let mut execution = Execution { raw: statement.raw, lane: self, once: Some(statement) };
                while execution.step()? {}
            }
            // Never nothing: what cannot be prepared is an error.
            *from += read.max(1);
        }
        Ok(())
    }

    /// Begins an execution of a statement, prepared before or now.
    pub(super) fn execution(&mut self, shape: &Arc<Shape>) -> Result<Execution<'_>, SqliteError> {
        let kept = shape.id != 0;
        if kept && let Some(statement) = self.statements.get(&shape.id) {
            let raw = statement.raw;
            return Ok(Execution { lane: self, raw, once: None });
        }
        let (Some(statement), _) = self.prepare(&shape.sql, ffi::SQLITE_PREPARE_PERSISTENT)? else {
            return Err(SqliteError { code: ffi::SQLITE_MISUSE, message: "the statement is empty".into() });
        };
        let raw = statement.raw;
        if kept {
            self.statements.put(shape.id, statement);
            return Ok(Execution { lane: self, raw, once: None });
        }
        Ok(Execution { lane: self, raw, once: Some(statement) })
    }

    /// Prepares the first statement of a text, if there is one, and tells how many bytes it takes.
    fn prepare(&mut self, sql: &str, flags: u32) -> Result<(Option<Statement>, usize), SqliteError> {
        let mut raw = ptr::null_mut();
        let mut tail = ptr::null();
        let Ok(length) = c_int::try_from(sql.len()) else {
            return Err(SqliteError {
                code: ffi::SQLITE_TOOBIG,
                message: "the statement is too long".into(),
            });
        };
        let start = sql.as_ptr().cast::<c_char>();
        // SAFETY: the handle is open; the text is read up to its length only.
        let code = unsafe {
            ffi::sqlite3_prepare_v3(self.db.as_ptr(), start, length, flags, &raw mut raw, &raw mut tail)
        };
        self.check(code)?;
        // An address in the text, or just behind it.
        let read = (tail as usize).saturating_sub(start as usize).min(sql.len());
        Ok((NonNull::new(raw).map(|raw| Statement { raw, slow: false }), read))
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        self.statements.clear();
        // SAFETY: the handle is still open; the handler must not outlive the watch that it points to.
        unsafe { ffi::sqlite3_progress_handler(self.db.as_ptr(), 0, None, ptr::null_mut()) };
    }
}

/// One use of a statement: bind, step, read; reset when dropped.
pub(super) struct Execution<'a> {
    lane: &'a mut Lane,
    raw: NonNull<ffi::sqlite3_stmt>,
    once: Option<Statement>,
}

impl Drop for Execution<'_> {
    fn drop(&mut self) {
        // SAFETY: the statement is alive: the lane (or `once`) holds it. After this it points to no borrowed memory.
        unsafe {
            ffi::sqlite3_reset(self.raw.as_ptr());
            ffi::sqlite3_clear_bindings(self.raw.as_ptr());
        }
        self.once.take();
    }
}

/// A value as SQLite takes it; texts and bytes are borrowed until the execution ends, or copied.
pub(super) enum Native<'v> {
    Null,
    Int(i64),
    Real(f64),
    Text(&'v str),
    Blob(&'v [u8]),
    TextCopy(&'v str),
}

impl Execution<'_> {
    /// Binds a value to a placeholder, counted from 1.
    ///
    /// # Safety
    /// What `Text` and `Blob` borrow must live until the execution is dropped or reset and bound anew.
    pub(super) unsafe fn bind(&mut self, at: usize, value: &Native<'_>) -> Result<(), SqliteError> {
        let raw = self.raw.as_ptr();
        let at = at as c_int;
        // SAFETY: the statement is alive and not being stepped; lengths are those of the slices; static memory is the
        // caller's promise, transient memory is copied by SQLite before the call returns.
        let code = unsafe {
            match value {
                Native::Null => ffi::sqlite3_bind_null(raw, at),
                Native::Int(int) => ffi::sqlite3_bind_int64(raw, at, *int),
                Native::Real(real) => ffi::sqlite3_bind_double(raw, at, *real),
                Native::Text(text) => ffi::sqlite3_bind_text64(
                    raw,
                    at,
                    text.as_ptr().cast(),
                    text.len() as u64,
                    ffi::SQLITE_STATIC(),
                    ffi::SQLITE_UTF8 as u8,
                ),
                Native::TextCopy(text) => ffi::sqlite3_bind_text64(
                    raw,
                    at,
                    text.as_ptr().cast(),
                    text.len() as u64,
                    ffi::SQLITE_TRANSIENT(),
                    ffi::SQLITE_UTF8 as u8,
                ),
                Native::Blob([]) => ffi::sqlite3_bind_zeroblob(raw, at, 0),
                Native::Blob(bytes) => ffi::sqlite3_bind_blob64(
                    raw,
                    at,
                    bytes.as_ptr().cast(),
                    bytes.len() as u64,
                    ffi::SQLITE_STATIC(),
                ),
            }
        };
        self.lane.check(code)
    }

    /// Whether the statement only reads.
    pub(super) fn reads_only(&self) -> bool {
        // SAFETY: the statement is alive.
        unsafe { ffi::sqlite3_stmt_readonly(self.raw.as_ptr()) != 0 }
    }

    /// What stops the statement from outside.
    pub(super) fn watch(&self) -> &Watch {
        &self.lane.watch
    }

    /// Steps: `true` where there is a row to read.
    pub(super) fn step(&mut self) -> Result<bool, SqliteError> {
        // SAFETY: the statement is alive.
        match unsafe { ffi::sqlite3_step(self.raw.as_ptr()) } {
            ffi::SQLITE_ROW => Ok(true),
            ffi::SQLITE_DONE => Ok(false),
            _ => Err(self.lane.failure()),
        }
    }

    /// Ends a run of the statement, for the next one.
    pub(super) fn reset(&mut self) {
        // SAFETY: the statement is alive. What reset returns is the failure that `step` already told.
        unsafe { ffi::sqlite3_reset(self.raw.as_ptr()) };
    }

    /// How many rows the last run changed.
    pub(super) fn changes(&self) -> u64 {
        self.lane.changes()
    }

    /// The type of a column of the current row.
    pub(super) fn column_type(&self, at: usize) -> c_int {
        // SAFETY: the statement is alive; a column out of range gives NULL's type.
        unsafe { ffi::sqlite3_column_type(self.raw.as_ptr(), at as c_int) }
    }

    /// An integer column of the current row.
    pub(super) fn column_int(&self, at: usize) -> i64 {
        // SAFETY: as above.
        unsafe { ffi::sqlite3_column_int64(self.raw.as_ptr(), at as c_int) }
    }

    /// A float column of the current row.
    pub(super) fn column_real(&self, at: usize) -> f64 {
        // SAFETY: as above.
        unsafe { ffi::sqlite3_column_double(self.raw.as_ptr(), at as c_int) }
    }

    /// The text of a column of the current row, as UTF-8 whatever the file's encoding.
    pub(super) fn column_text(&mut self, at: usize) -> &[u8] {
        // SAFETY: the statement is alive.
        let pointer = unsafe { ffi::sqlite3_column_text(self.raw.as_ptr(), at as c_int) };
        self.column_slice(at, pointer)
    }

    /// The bytes of a blob column of the current row.
    pub(super) fn column_blob(&mut self, at: usize) -> &[u8] {
        // SAFETY: the statement is alive.
        let pointer = unsafe { ffi::sqlite3_column_blob(self.raw.as_ptr(), at as c_int) };
        self.column_slice(at, pointer.cast())
    }

    /// What a pointer that SQLite just gave for a column points to.
    fn column_slice(&mut self, at: usize, pointer: *const u8) -> &[u8] {
        // SAFETY: the pointer is good until the next call on this statement but the one for its length; the slice borrows
        // `self` mutably, so there is none. An empty blob gives a null pointer.
        unsafe {
            let length = ffi::sqlite3_column_bytes(self.raw.as_ptr(), at as c_int);
            if pointer.is_null() { &[] } else { std::slice::from_raw_parts(pointer, length.max(0) as usize) }
        }
    }
}

/// Asked every few thousand steps of SQLite's machine: not 0 interrupts the statement.
unsafe extern "C" fn must_stop(watch: *mut c_void) -> c_int {
    // SAFETY: SQLite gives back the pointer to the lane's watch, which lives as long as the handler is set; it holds
    // nothing that changes but atomics.
    c_int::from(unsafe { &*watch.cast::<Watch>() }.must_stop())
}

/// A function of SQL.
type Function = unsafe extern "C" fn(*mut ffi::sqlite3_context, c_int, *mut *mut ffi::sqlite3_value);

/// What a function of SQL gives.
enum Answer {
    Null,
    Test(bool),
    Text(String),
    /// An error with that text.
    Refused(String),
}

/// `ennead_json(column, path, test, value)`: see [`json`].
unsafe extern "C" fn ennead_json(
    context: *mut ffi::sqlite3_context,
    count: c_int,
    values: *mut *mut ffi::sqlite3_value,
) {
    // SAFETY: SQLite gives what the function was registered with.
    unsafe {
        answer(context, count, values, |texts| match texts {
            [column, path, test, value] => {
                let told = json::test(*column, path.unwrap_or("[]"), test.unwrap_or(""), *value);
                told.map_or(Answer::Null, Answer::Test)
            }
            _ => Answer::Null,
        });
    }
}

/// `ennead_json_at(column, path)`: the JSON at a path, or NULL.
unsafe extern "C" fn ennead_json_at(
    context: *mut ffi::sqlite3_context,
    count: c_int,
    values: *mut *mut ffi::sqlite3_value,
) {
    // SAFETY: SQLite gives what the function was registered with.
    unsafe {
        answer(context, count, values, |texts| match texts {
            [Some(column), Some(path)] => json::at(column, path).map_or(Answer::Null, Answer::Text),
            _ => Answer::Null,
        });
    }
}

/// `ennead_json_change(column, changes, number)`: the JSON with changes at its paths, or an error that says why it does not take them.
unsafe extern "C" fn ennead_json_change(
    context: *mut ffi::sqlite3_context,
    count: c_int,
    values: *mut *mut ffi::sqlite3_value,
) {
    // SAFETY: SQLite gives what the function was registered with.
    unsafe {
        answer(context, count, values, |texts| match texts {
            [column, Some(changes), Some(number)] => match json::change(*column, changes, number) {
                Ok(changed) => changed.map_or(Answer::Null, Answer::Text),
                Err(refused) => Answer::Refused(refused),
            },
            _ => Answer::Null,
        });
    }
}

/// Gives SQLite what is made of the texts of a function's arguments.
///
/// # Safety
/// Called from a function of SQL with what SQLite gave it.
unsafe fn answer(
    context: *mut ffi::sqlite3_context,
    count: c_int,
    values: *mut *mut ffi::sqlite3_value,
    of: impl FnOnce(&[Option<&str>]) -> Answer + std::panic::UnwindSafe,
) {
    // SAFETY: SQLite gives as many values as the function was registered with; they live until it returns.
    let values = unsafe { std::slice::from_raw_parts(values, count.max(0) as usize) };
    let text = |value: &*mut ffi::sqlite3_value| -> Option<&str> {
        // SAFETY: the value is alive; its text is read before the function returns and is not changed meanwhile.
        unsafe {
            let pointer = ffi::sqlite3_value_text(*value);
            if pointer.is_null() {
                return None;
            }
            let length = ffi::sqlite3_value_bytes(*value).max(0) as usize;
            std::str::from_utf8(std::slice::from_raw_parts(pointer, length)).ok()
        }
    };
    let texts: Vec<Option<&str>> = values.iter().map(text).collect();
    // A panic must not cross into C; there is no state that it could leave half changed.
    let answer = std::panic::catch_unwind(|| of(&texts));
    // SAFETY: the context is the one of this call; SQLite copies the texts.
    unsafe {
        match answer {
            Ok(Answer::Null) => ffi::sqlite3_result_null(context),
            Ok(Answer::Test(told)) => ffi::sqlite3_result_int(context, c_int::from(told)),
            Ok(Answer::Text(text)) => ffi::sqlite3_result_text64(
                context,
                text.as_ptr().cast(),
                text.len() as u64,
                ffi::SQLITE_TRANSIENT(),
                ffi::SQLITE_UTF8 as u8,
            ),
            Ok(Answer::Refused(text)) => {
                let length = c_int::try_from(text.len()).unwrap_or(0);
                ffi::sqlite3_result_error(context, text.as_ptr().cast(), length);
            }
            Err(_) => ffi::sqlite3_result_error_code(context, ffi::SQLITE_ERROR),
        }
    }
}
