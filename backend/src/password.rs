//! Password hashes: argon2id, off the async threads, at most one per core at once, with a queue that
//! is short enough to be served soon.

use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use argon2::Argon2;
use argon2::password_hash::rand_core::OsRng;
use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::metrics::duration;

/// The most that wait for a core. A core does some thirty a second.
const QUEUE: usize = 256;
/// How long a password waits at most: after that, people have given up or asked again.
const QUEUE_TIMEOUT: Duration = Duration::from_secs(5);

/// Why a password was neither hashed nor verified.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Too many others wait already, or took too long.
    #[error("too many passwords to verify at once")]
    Busy,
    /// argon2 cannot hash it, which does not happen for passwords of a permitted length.
    #[error("password not hashed")]
    Hash(#[source] argon2::password_hash::Error),
}

/// Hashes and verifies passwords. Each one takes 19 MiB and tens of milliseconds of one core
/// (argon2id with m=19456, t=2, p=1), so more at once would only make all of them slow.
#[derive(Debug, Clone)]
pub struct Passwords {
    /// Places in the queue, the hashed ones included.
    places: Arc<Semaphore>,
    /// Free cores.
    cores: Arc<Semaphore>,
    /// How many cores there are.
    most: usize,
    /// How many were turned away.
    refused: Counter,
    /// How long each of them had its core.
    durations: Histogram,
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
            places: Arc::new(Semaphore::new(QUEUE + cores)),
            cores: Arc::new(Semaphore::new(cores)),
            most: cores,
            refused: Counter::default(),
            durations: duration::histogram(),
        }
    }

    /// Does the password fit the hash? `None` as a hash costs the same time and never fits.
    ///
    /// # Errors
    /// [`Error::Busy`].
    pub async fn verify(&self, password: &SecretString, hash: Option<&str>) -> Result<bool, Error> {
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
        Ok(fits.await? && is_somebody)
    }

    /// Returns the hash of a new password.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn hash(&self, password: &SecretString) -> Result<String, Error> {
        let password = password.clone();
        let hash = self.run(move || hash_now(password.expose_secret())).await?;
        hash.map_err(Error::Hash)
    }

    /// Adds how the queue is to the metrics.
    pub fn register(&self, registry: &mut Registry) {
        let running = self.most - self.cores.available_permits();
        let there = (QUEUE + self.most) - self.places.available_permits();
        // They are not read at the same moment.
        let waiting = ConstGauge::new(there.saturating_sub(running));
        let help = "Passwords that wait for a core to be hashed on";
        registry.register("postern_password_hashes_waiting", help, waiting);
        let (help, running) = ("Passwords that are being hashed", ConstGauge::new(running));
        registry.register("postern_password_hashes_running", help, running);
        let help = "Passwords that were turned away, because too many waited";
        let refused = self.refused.clone();
        registry.register("postern_password_hashes_refused", help, refused);
        let help = "How long the hashing of a password took, less the wait";
        let (name, durations) = ("postern_password_hash_duration", self.durations.clone());
        registry.register_with_unit(name, help, Unit::Seconds, durations);
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Error> {
        let done = self.run_in_turn(work).await;
        if done.is_err() {
            self.refused.inc();
        }
        done
    }

    async fn run_in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Error> {
        let place = Arc::clone(&self.places).try_acquire_owned();
        let place = place.map_err(|_| Error::Busy)?;
        let core = timeout(QUEUE_TIMEOUT, Arc::clone(&self.cores).acquire_owned()).await;
        let core = core.map_err(|_| Error::Busy)?;
        let core = core.expect("the semaphore is never closed");
        // The core goes with the work: a client that hangs up must not let another one in early.
        let durations = self.durations.clone();
        let done = tokio::task::spawn_blocking(move || {
            let began = Instant::now();
            let done = work();
            durations.observe(began.elapsed().as_secs_f64());
            drop((core, place));
            done
        });
        Ok(done.await.expect("hashing neither panics nor is cancelled"))
    }
}

fn hash_now(password: &str) -> Result<String, argon2::password_hash::Error> {
    let salt = SaltString::generate(&mut OsRng);
    Ok(Argon2::default()
        .hash_password(password.as_bytes(), &salt)?
        .to_string())
}
