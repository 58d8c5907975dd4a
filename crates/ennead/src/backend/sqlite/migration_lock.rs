//! The lock that lets one runner of migrations at a time work on a database.
//!
//! A transaction of SQLite locks the file until it ends, and a run is more than one. So it is a lock of the operating system
//! on a file beside the database: it goes with the process, however that ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ennead_core::{Error, ErrorKind};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The lock, or the wish for it. It goes when this is dropped.
pub(crate) struct MigrationLock {
    /// None for a database in memory: no other process has it.
    file: Option<(File, PathBuf)>,
    /// Of this process, for all who share the pool.
    line: Arc<Semaphore>,
    permit: Option<OwnedSemaphorePermit>,
}

impl MigrationLock {
    /// Opens the file beside a database.
    pub(super) fn open(database: Option<&Path>, line: Arc<Semaphore>) -> Result<Self, Error> {
        let Some(database) = database else { return Ok(Self { file: None, line, permit: None }) };
        // One file for all who come to the database by another path.
        let real = database.canonicalize().unwrap_or_else(|_| database.to_owned());
        let mut path = real.into_os_string();
        path.push("-migrating");
        let path = PathBuf::from(path);
        let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        let file = opened.map_err(|error| failed(&path, &error))?;
        Ok(Self { file: Some((file, path)), line, permit: None })
    }

    /// Takes the lock, if it is free.
    pub(crate) fn try_take(&mut self) -> Result<bool, Error> {
        let Ok(permit) = Arc::clone(&self.line).try_acquire_owned() else { return Ok(false) };
        let Some((file, path)) = &mut self.file else {
            self.permit = Some(permit);
            return Ok(true);
        };
        match file.try_lock() {
            Ok(()) => {
                self.permit = Some(permit);
                let now = chrono::Utc::now().format("%Y-%m-%d %H:%M:%S UTC");
                let said = format!("process {}, since {now}\n", std::process::id());
                // Only for the one who waits: it does not matter where it cannot be written.
                let _ = file.set_len(0).and_then(|()| file.seek(SeekFrom::Start(0)));
                let _ = file.write_all(said.as_bytes());
                Ok(true)
            }
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(error)) => Err(failed(path, &error)),
        }
    }

    /// Who has it.
    pub(crate) fn holder(&mut self) -> Option<String> {
        let (file, path) = self.file.as_mut()?;
        let mut said = String::new();
        file.seek(SeekFrom::Start(0)).and_then(|_| file.read_to_string(&mut said)).ok()?;
        let said = said.trim();
        let who = if said.is_empty() { "another process" } else { said };
        Some(format!("{who} (the lock is the file {})", path.display()))
    }
}

fn failed(path: &Path, error: &std::io::Error) -> Error {
    let text = format!(
        "{} cannot be opened and locked: {error}: migrating needs to write beside the database",
        path.display()
    );
    Error::new(ErrorKind::Configuration, text)
}
