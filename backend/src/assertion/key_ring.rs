//! The keys that sign assertions: created when one is needed, shared by all replicas through the
//! database, replaced every 30 days.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue};
use cookie::Key;

use super::identity_headers;
use super::recent::{Login, Recent};
use super::signing_key::{Jwk, KeyError, NewKey, PUBLISHED_FOR, SIGNS_FOR, SigningKey};
use crate::sealed;
use crate::store::{self, Store, StoredKey};
use clock::Timestamp;

/// How long a replica signs with the key that it knows before it looks whether there is another.
const LOOK_AGAIN: Duration = Duration::from_secs(60 * 60);

/// The name under which private keys are sealed.
const SEAL: &str = "assertion key";

/// The keys of assertions.
#[derive(Default)]
pub struct KeyRing {
    known: RwLock<Option<Known>>,
    recent: Recent,
}

struct Known {
    key: Arc<SigningKey>,
    /// When it was read from the database.
    read_at: Timestamp,
}

/// Why nothing can be signed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The keys cannot be read or written.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// A key cannot be created or used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A key cannot be sealed.
    #[error("a key cannot be sealed")]
    Seal(#[from] serde_json::Error),
}

impl KeyRing {
    /// Returns the headers that tell the application who asks, with the assertion: signed a few seconds
    /// ago at most.
    ///
    /// # Errors
    /// Every [`enum@Error`].
    pub async fn sign(
        &self,
        store: &Store,
        seal: &Key,
        login: Login<'_>,
        now: Timestamp,
    ) -> Result<Arc<HeaderMap>, Error> {
        let key = match self.known_key(now) {
            Some(key) => key,
            // Rarely, and it takes more room than all the rest.
            None => Box::pin(self.read_key(store, seal, now)).await?,
        };
        if let Some(recent) = self.recent.find(login, key.kid(), now) {
            return Ok(recent);
        }
        let Login { application, .. } = login;
        let identity = login.identity();
        let assertion = key.sign(&identity, application.url.origin(), now)?;
        // Letters, digits, `-`, `_` and dots.
        let assertion = HeaderValue::try_from(assertion).map_err(|_| KeyError::Key)?;
        let mut headers = HeaderMap::new();
        identity_headers::add(&mut headers, application.headers, &identity);
        headers.insert(postern_assertion::HEADER, assertion);
        let headers = Arc::new(headers);
        self.recent.keep(login, identity, key.kid(), now, &headers);
        Ok(headers)
    }

    /// Returns the public keys: of all that was signed lately, also by other replicas.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn published(store: &Store, now: Timestamp) -> Result<Vec<Jwk>, store::Error> {
        let stored = store.assertion_keys(now.minus(PUBLISHED_FOR)).await?;
        let keys = stored
            .into_iter()
            .map(|key| Jwk::new(key.kid, key.public_x, key.public_y));
        Ok(keys.collect())
    }

    /// Returns the key to sign with; `None` if it is time to look whether there is another.
    fn known_key(&self, now: Timestamp) -> Option<Arc<SigningKey>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let known = known.as_ref()?;
        let is_good = now < known.read_at.plus(LOOK_AGAIN) && !known.key.is_worn(now);
        is_good.then(|| Arc::clone(&known.key))
    }

    /// Reads the key to sign with, or creates one.
    async fn read_key(
        &self,
        store: &Store,
        seal: &Key,
        now: Timestamp,
    ) -> Result<Arc<SigningKey>, Error> {
        // Two that come at once may both create a key. Both are published, and both sign.
        let mut keys = usable(store, seal, now).await?;
        if keys
            .first()
            .is_none_or(|newest| newest.wants_successor(now))
        {
            keys.insert(0, create(store, seal, now).await?);
        }
        // The newest that applications can know; the very first one signs at once.
        let known = keys.iter().position(|key| key.is_known(now));
        let key = Arc::new(keys.swap_remove(known.unwrap_or(keys.len() - 1)));
        let read = Known {
            key: Arc::clone(&key),
            read_at: now,
        };
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Some(read);
        Ok(key)
    }
}

/// Returns the keys that may sign, the newest first. One that another secret key sealed does not open,
/// and is only published.
async fn usable(store: &Store, seal: &Key, now: Timestamp) -> Result<Vec<SigningKey>, Error> {
    let mut keys = Vec::new();
    for stored in store.assertion_keys(now.minus(SIGNS_FOR)).await? {
        let Some(private) = sealed::open::<String>([seal], SEAL, &stored.private_key) else {
            continue;
        };
        let created_at = Timestamp::from_unix(stored.created_at);
        keys.push(SigningKey::read(&stored.kid, &private, created_at)?);
    }
    Ok(keys)
}

async fn create(store: &Store, seal: &Key, now: Timestamp) -> Result<SigningKey, Error> {
    let new = NewKey::generate()?;
    let [public_x, public_y] = new.public;
    let stored = StoredKey {
        private_key: sealed::seal(seal, SEAL, &new.private_key)?,
        kid: new.kid,
        public_x,
        public_y,
        created_at: now.unix(),
    };
    store
        .add_assertion_key(&stored, now.minus(PUBLISHED_FOR))
        .await?;
    tracing::info!(kid = %stored.kid, "created a key for assertions");
    Ok(SigningKey::read(&stored.kid, &new.private_key, now)?)
}
