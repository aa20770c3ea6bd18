//! Password hashes: argon2id, off the async threads, at most as many at once as there are cores.

use std::sync::{Arc, LazyLock};

use argon2::Argon2;
use argon2::password_hash::rand_core::OsRng;
use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;

/// Hashes and verifies passwords. Each one takes 19 MiB and tens of milliseconds of one core
/// (argon2id with m=19456, t=2, p=1), so more at once would only make all of them slow.
#[derive(Debug, Clone)]
pub struct Passwords {
    permits: Arc<Semaphore>,
}

/// Stands in for the hash of an account that does not exist or has no password, so that the
/// answer costs the same time as a wrong password.
static NOBODY: LazyLock<String> = LazyLock::new(|| {
    hash_now("a password that nobody has").expect("the default parameters of argon2 are valid")
});

impl Default for Passwords {
    fn default() -> Self {
        Self::new()
    }
}

impl Passwords {
    /// Returns a hasher that uses every core, and makes the stand-in hash beforehand.
    #[must_use]
    pub fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        LazyLock::force(&NOBODY);
        Self {
            permits: Arc::new(Semaphore::new(cores)),
        }
    }

    /// Does the password fit the hash? `None` as a hash costs the same time and never fits.
    pub async fn verify(&self, password: &SecretString, hash: Option<&str>) -> bool {
        let password = password.clone();
        let is_somebody = hash.is_some();
        let hash = hash.unwrap_or(&NOBODY).to_owned();
        let fits = self.run(move || {
            PasswordHash::new(&hash).is_ok_and(|hash| {
                Argon2::default()
                    .verify_password(password.expose_secret().as_bytes(), &hash)
                    .is_ok()
            })
        });
        fits.await && is_somebody
    }

    /// Returns the hash of a new password.
    ///
    /// # Errors
    /// When argon2 cannot hash it, which no password of a permitted length brings about.
    pub async fn hash(
        &self,
        password: &SecretString,
    ) -> Result<String, argon2::password_hash::Error> {
        let password = password.clone();
        self.run(move || hash_now(password.expose_secret())).await
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> T {
        let permit = Arc::clone(&self.permits).acquire_owned().await;
        let permit = permit.expect("the semaphore is never closed");
        // The permit goes with the work: a client that hangs up must not let another one in early.
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(permit);
            done
        });
        done.await.expect("hashing neither panics nor is cancelled")
    }
}

fn hash_now(password: &str) -> Result<String, argon2::password_hash::Error> {
    let salt = SaltString::generate(&mut OsRng);
    Ok(Argon2::default()
        .hash_password(password.as_bytes(), &salt)?
        .to_string())
}
