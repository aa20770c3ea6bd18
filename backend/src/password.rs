//! Password hashes: argon2id, off the async threads, few at once, with a queue that is short enough
//! to be served soon.

pub mod imported;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use argon2::password_hash::rand_core::OsRng;
use argon2::password_hash::{Output, ParamsString, PasswordHash, Salt, SaltString};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::{AcquireError, Semaphore};
use tokio::time::timeout;
use unicode_normalization::UnicodeNormalization as _;

use crate::metrics::duration;

/// The most that are hashed at once, however many cores there are: each takes 19 MiB, and two cores
/// do some sixty a second.
const MAX_AT_ONCE: usize = 2;
/// The most that wait for their turn.
const QUEUE: usize = 256;
/// How many of those places strangers cannot take.
const KEPT: usize = 64;
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

/// In which queue a password waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Queue {
    /// That of everybody.
    Strangers,
    /// That of those who have logged in before, or hold a secret of ours: what strangers send does not
    /// keep them waiting.
    Known,
}

/// The result of verifying a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verified {
    /// It is wrong.
    Wrong,
    /// It is right.
    Right,
    /// It is right, but another program hashed it, or an earlier version hashed another form of it.
    /// This hash of the composed form replaces the old one.
    Outdated(String),
}

/// The memory that argon2 works in; empty before its first use.
type WorkArea = Vec<Block>;

/// How many blocks of 1 KiB are asked for. Only what is used takes room; but what is larger than
/// 32 MiB the allocator gives back to the system at once, and does not keep it for each thread.
const WORK_AREA: usize = 33 * 1024;

/// Hashes and verifies passwords. Each one takes 19 MiB and tens of milliseconds of one core
/// (argon2id with m=19456, t=2, p=1), so more at once would only make all of them slow.
#[derive(Debug, Clone)]
pub struct Passwords {
    /// Places in the queues, the hashed ones included.
    places: Arc<Semaphore>,
    /// Those of them that strangers may take.
    open_places: Arc<Semaphore>,
    /// Turns of strangers: no more of them than there are cores wait for a core, with those before
    /// them who are known.
    turns: Arc<Semaphore>,
    /// Free cores.
    cores: Arc<Semaphore>,
    /// How many cores are used.
    most: usize,
    /// The memory of the free cores, while others wait for it.
    areas: Arc<Mutex<Vec<WorkArea>>>,
    /// How many were turned away.
    refused: Counter,
    /// How long each of them had its core.
    durations: Histogram,
}

/// Stands in for the hash of an account that does not exist or has no password, so that the
/// answer costs the same time as a wrong password.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGhhcyB0aGlz\
    $AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

impl Default for Passwords {
    fn default() -> Self {
        Self::new()
    }
}

impl Passwords {
    /// Returns a hasher that uses up to [`MAX_AT_ONCE`] cores.
    #[must_use]
    pub fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let cores = cores.min(MAX_AT_ONCE);
        Self {
            areas: Arc::default(),
            places: Arc::new(Semaphore::new(QUEUE + cores)),
            open_places: Arc::new(Semaphore::new(QUEUE - KEPT)),
            turns: Arc::new(Semaphore::new(cores)),
            cores: Arc::new(Semaphore::new(cores)),
            most: cores,
            refused: Counter::default(),
            durations: duration::histogram(),
        }
    }

    /// Verifies a password in any form of Unicode. `None` as a hash costs the same time and never fits.
    ///
    /// # Errors
    /// [`Error::Busy`].
    pub async fn verify(
        &self,
        password: &SecretString,
        hash: Option<&str>,
        queue: Queue,
    ) -> Result<Verified, Error> {
        let password = password.clone();
        let is_somebody = hash.is_some();
        let hash = hash.unwrap_or(NOBODY).to_owned();
        let verified = self.run(queue, move |area| {
            verify_now(area, password.expose_secret(), &hash)
        });
        let verified = verified.await?;
        Ok(if is_somebody {
            verified
        } else {
            Verified::Wrong
        })
    }

    /// Returns the hash of a new password. Nobody may set one who is a stranger.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn hash(&self, password: &SecretString) -> Result<String, Error> {
        let password = password.clone();
        let hash = self.run(Queue::Known, move |area| {
            hash_now(area, &compose(password.expose_secret()))
        });
        let hash = hash.await?;
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
        queue: Queue,
        work: impl FnOnce(&mut WorkArea) -> T + Send + 'static,
    ) -> Result<T, Error> {
        let done = self.run_in_turn(queue, work).await;
        if done.is_err() {
            self.refused.inc();
        }
        done
    }

    async fn run_in_turn<T: Send + 'static>(
        &self,
        queue: Queue,
        work: impl FnOnce(&mut WorkArea) -> T + Send + 'static,
    ) -> Result<T, Error> {
        let open = match queue {
            Queue::Strangers => Some(self.open_places.try_acquire().map_err(|_| Error::Busy)?),
            Queue::Known => None,
        };
        let place = Arc::clone(&self.places).try_acquire_owned();
        let place = place.map_err(|_| Error::Busy)?;
        let turns = async {
            let turn = match queue {
                Queue::Strangers => Some(self.turns.acquire().await?),
                Queue::Known => None,
            };
            Ok::<_, AcquireError>((turn, Arc::clone(&self.cores).acquire_owned().await?))
        };
        let turns = timeout(QUEUE_TIMEOUT, turns)
            .await
            .map_err(|_| Error::Busy)?;
        let (turn, core) = turns.expect("the semaphores are never closed");
        // From here on the work has a core, whoever it is for.
        drop((turn, open));
        // The core goes with the work: a client that hangs up must not let another one in early.
        let durations = self.durations.clone();
        let (areas, places) = (Arc::clone(&self.areas), Arc::clone(&self.places));
        let most = QUEUE + self.most;
        let done = tokio::task::spawn_blocking(move || {
            let free = || areas.lock().unwrap_or_else(PoisonError::into_inner);
            let began = Instant::now();
            let mut area = free().pop().unwrap_or_default();
            let done = work(&mut area);
            durations.observe(began.elapsed().as_secs_f64());
            free().push(area);
            drop((core, place));
            if places.available_permits() == most {
                free().clear();
            }
            done
        });
        Ok(done.await.expect("hashing neither panics nor is cancelled"))
    }
}

/// Does the password fit the hash? Compared in constant time.
///
/// # Errors
/// The hash is neither bcrypt's nor argon2's.
fn fits(
    area: &mut WorkArea,
    password: &str,
    hash: &str,
) -> Result<bool, argon2::password_hash::Error> {
    if imported::is_bcrypt(hash) {
        return Ok(imported::fits_bcrypt(password, hash));
    }
    let hash = PasswordHash::new(hash)?;
    let (Some(salt), Some(expected)) = (hash.salt, hash.hash) else {
        return Ok(false);
    };
    let algorithm = Algorithm::try_from(hash.algorithm)?;
    let version = hash.version.map(Version::try_from).transpose()?;
    let params = Params::try_from(&hash)?;
    let argon2 = Argon2::new(algorithm, version.unwrap_or_default(), params);
    Ok(work_out(area, &argon2, password, salt, expected.len())? == expected)
}

/// Composes a password (NFC): keyboards send one letter as one character or as two.
fn compose(password: &str) -> String {
    password.nfc().collect()
}

/// Verifies the composed form of a password, then the forms that earlier versions hashed as typed.
fn verify_now(area: &mut WorkArea, password: &str, hash: &str) -> Verified {
    let mut fits = |password: &str| fits(area, password, hash).is_ok_and(|is_right| is_right);
    let composed = compose(password);
    let is_right = fits(&composed);
    if is_right && imported::is_current(hash) {
        return Verified::Right;
    }
    let decomposed: String = password.nfd().collect();
    let is_outdated = is_right
        || (password != composed && fits(password))
        || (decomposed != composed && decomposed != password && fits(&decomposed));
    if !is_outdated {
        return Verified::Wrong;
    }
    hash_now(area, &composed).map_or(Verified::Right, Verified::Outdated)
}

/// Hashes a new password.
fn hash_now(area: &mut WorkArea, password: &str) -> Result<String, argon2::password_hash::Error> {
    let argon2 = Argon2::default();
    let salt = SaltString::generate(&mut OsRng);
    let length = Params::DEFAULT_OUTPUT_LEN;
    let output = work_out(area, &argon2, password, salt.as_salt(), length)?;
    let hash = PasswordHash {
        algorithm: Algorithm::default().ident(),
        version: Some(Version::default().into()),
        params: ParamsString::try_from(argon2.params())?,
        salt: Some(salt.as_salt()),
        hash: Some(output),
    };
    Ok(hash.to_string())
}

/// Runs argon2 in memory that was used before, which it overwrites before it reads.
fn work_out(
    area: &mut WorkArea,
    argon2: &Argon2<'_>,
    password: &str,
    salt: Salt<'_>,
    length: usize,
) -> Result<Output, argon2::password_hash::Error> {
    let blocks = argon2.params().block_count();
    if area.len() < blocks {
        area.reserve_exact(WORK_AREA.max(blocks));
        area.resize(blocks, Block::default());
    }
    let mut bytes = [0; Salt::MAX_LENGTH];
    let salt = salt.decode_b64(&mut bytes)?;
    Output::init_with(length, |output| {
        let area = &mut area[..blocks];
        Ok(argon2.hash_password_into_with_memory(password.as_bytes(), salt, output, area)?)
    })
}

#[cfg(test)]
mod tests {
    use super::{
        KEPT, NOBODY, Passwords, QUEUE, Queue, Verified, compose, fits, hash_now, verify_now,
    };
    use argon2::{Argon2, Params, password_hash::PasswordHash, password_hash::PasswordVerifier};

    #[test]
    fn hash_in_memory_that_was_used_before_is_the_same_to_everybody() {
        let mut area = Vec::new();
        let first = hash_now(&mut area, "first").unwrap();
        let second = hash_now(&mut area, "second").unwrap();

        for (hash, password) in [(&first, "first"), (&second, "second")] {
            let parsed = PasswordHash::new(hash).unwrap();
            let verified = Argon2::default().verify_password(password.as_bytes(), &parsed);
            assert_eq!(verified, Ok(()));
            assert_eq!(fits(&mut area, password, hash), Ok(true));
            assert_eq!(fits(&mut area, "other", hash), Ok(false));
        }
        assert!(fits(&mut area, "first", "no hash").is_err());
    }

    #[tokio::test]
    async fn nobody_costs_as_much_as_somebody_and_never_fits() {
        let params = Params::try_from(&PasswordHash::new(NOBODY).unwrap()).unwrap();
        assert_eq!(params.m_cost(), Argon2::default().params().m_cost());
        assert_eq!(params.t_cost(), Argon2::default().params().t_cost());
        assert_eq!(fits(&mut Vec::new(), "guess", NOBODY), Ok(false));

        let passwords = Passwords::new();
        let guess = "guess".to_owned().into();
        let fits = passwords.verify(&guess, None, Queue::Strangers);

        assert_eq!(fits.await.unwrap(), Verified::Wrong);
    }

    #[test]
    fn password_is_one_in_every_form_of_unicode() {
        let (composed, decomposed) = ("p\u{e4}sswort 1", "pa\u{308}sswort 1");
        let mut area = Vec::new();
        let hash = hash_now(&mut area, &compose(decomposed)).unwrap();

        for typed in [composed, decomposed] {
            assert_eq!(verify_now(&mut area, typed, &hash), Verified::Right);
            let older = hash_now(&mut area, decomposed).unwrap();
            let Verified::Outdated(newer) = verify_now(&mut area, typed, &older) else {
                panic!("{typed} does not fit the older hash");
            };
            assert_eq!(verify_now(&mut area, typed, &newer), Verified::Right);
        }
        let other = verify_now(&mut area, "passwort 1", &hash);
        assert_eq!(other, Verified::Wrong);
    }

    #[tokio::test]
    async fn strangers_keep_nobody_waiting_who_is_known() {
        let passwords = Passwords::new();
        // All cores are busy.
        let cores = passwords
            .cores
            .acquire_many(passwords.most.try_into().unwrap());
        let cores = cores.await.unwrap();
        let mut strangers = tokio::task::JoinSet::new();
        for _ in 0..400 {
            let passwords = passwords.clone();
            strangers.spawn(async move {
                let password = "guess".to_owned().into();
                passwords.verify(&password, None, Queue::Strangers).await
            });
        }
        let mut refused = 0;
        while refused < 400 - (QUEUE - KEPT) {
            assert!(strangers.join_next().await.unwrap().unwrap().is_err());
            refused += 1;
        }
        let new = "new".to_owned().into();
        let hashed = passwords.hash(&new);
        let mut hashed = std::pin::pin!(hashed);
        let is_waiting = std::future::poll_fn(|cx| {
            std::task::Poll::Ready(hashed.as_mut().poll(cx).is_pending())
        });
        assert!(is_waiting.await);

        drop(cores);

        assert!(hashed.await.is_ok());
        // Those before were no more than there are cores, and one that came in between.
        let waiting = QUEUE + passwords.most - passwords.places.available_permits();
        assert!(waiting > QUEUE / 2, "{waiting} are left");
        strangers.shutdown().await;
    }
}
