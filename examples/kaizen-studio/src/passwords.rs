//! Passwords are kept as Argon2id hashes.

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc};

use crate::failure::Failure;
use crate::models::PasswordHash;

/// Hashes a password with a new salt.
///
/// It takes tens of milliseconds on purpose, so it runs where it keeps no other request waiting.
pub(crate) async fn hash(password: String) -> Result<PasswordHash, Failure> {
    let hashed = tokio::task::spawn_blocking(move || Argon2::default().hash_password(password.as_bytes()));
    match hashed.await {
        Ok(Ok(hash)) => Ok(PasswordHash(hash.to_string())),
        _ => Err(Failure::Password),
    }
}

/// Whether it is the password that was hashed.
pub(crate) async fn verify(password: String, hash: PasswordHash) -> bool {
    let verified = tokio::task::spawn_blocking(move || {
        let hash = phc::PasswordHash::new(&hash.0).ok()?;
        Argon2::default().verify_password(password.as_bytes(), &hash).ok()
    });
    matches!(verified.await, Ok(Some(())))
}
