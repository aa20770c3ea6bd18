//! Checks one assertion.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderMap;
use serde::Deserialize;
use tokio::sync::{Mutex, RwLock};
use tokio::time::timeout;

use crate::error::AssertionError;
use crate::identity::Identity;
use crate::key_set::KeySet;

/// The header that carries the assertion.
pub const HEADER: &str = "postern-assertion";

/// The `typ` of the assertion's header: no other kind of JWT passes for one (RFC 8725 §3.11).
pub const TYPE: &str = "postern+jwt";

/// How far the clocks of Postern and of the application may differ, in seconds.
const LEEWAY: i64 = 30;

/// How soon after keys were fetched they are fetched again: an unknown `kid` may be a forger's.
const FETCH_AGAIN: Duration = Duration::from_secs(10);

/// How long Postern may take to answer with its keys.
const FETCH_TIMEOUT: Duration = Duration::from_secs(5);

type Fetched = Result<String, Box<dyn std::error::Error + Send + Sync>>;
type Fetch = dyn Fn() -> Pin<Box<dyn Future<Output = Fetched> + Send>> + Send + Sync;

/// Checks assertions for one application. A clone shares the keys.
#[derive(Clone)]
pub struct Verifier {
    audience: Arc<str>,
    fetch: Arc<Fetch>,
    keys: Arc<RwLock<Option<KeySet>>>,
    /// When keys were fetched last, or could not be; whoever holds it fetches.
    fetched: Arc<Mutex<Option<Instant>>>,
}

/// The JOSE header (RFC 7515 §4).
#[derive(Deserialize)]
struct Header {
    alg: String,
    typ: String,
    kid: String,
}

/// The claims that are checked; the others are the [`Identity`].
#[derive(Deserialize)]
struct Claims {
    aud: String,
    iat: i64,
    exp: i64,
    #[serde(flatten)]
    identity: Identity,
}

impl Verifier {
    /// Makes a verifier for the application at the public origin `audience`, such as
    /// `https://app.example.com`. `fetch` gets the JWK Set at `/.well-known/postern/jwks.json` of
    /// Postern as text; it is called when a key is not known yet, at most every ten seconds.
    pub fn new<F, A, E>(audience: &str, fetch: F) -> Self
    where
        F: Fn() -> A + Send + Sync + 'static,
        A: Future<Output = Result<String, E>> + Send + 'static,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let fetch = move || -> Pin<Box<dyn Future<Output = Fetched> + Send>> {
            let fetching = fetch();
            Box::pin(async move { fetching.await.map_err(Into::into) })
        };
        Self {
            audience: audience.trim_end_matches('/').into(),
            fetch: Arc::new(fetch),
            keys: Arc::default(),
            fetched: Arc::default(),
        }
    }

    /// Returns who makes the request with these headers.
    ///
    /// # Errors
    /// Every [`AssertionError`].
    pub async fn identity(&self, headers: &HeaderMap) -> Result<Identity, AssertionError> {
        let mut values = headers.get_all(HEADER).iter();
        match (values.next(), values.next()) {
            (Some(value), None) => {
                let token = value.to_str().map_err(|_| AssertionError::Malformed)?;
                self.verify(token).await
            }
            _ => Err(AssertionError::Missing),
        }
    }

    /// Checks an assertion at this time.
    ///
    /// # Errors
    /// Every [`AssertionError`] but `Missing`.
    pub async fn verify(&self, token: &str) -> Result<Identity, AssertionError> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = now.map_or(0, |since| since.as_secs().try_into().unwrap_or(i64::MAX));
        self.verify_at(token, now).await
    }

    /// Checks an assertion at the time `now`, in Unix seconds.
    ///
    /// # Errors
    /// As [`Verifier::verify`].
    pub async fn verify_at(&self, token: &str, now: i64) -> Result<Identity, AssertionError> {
        let (signed, signature) = token.rsplit_once('.').ok_or(AssertionError::Malformed)?;
        let (header, claims) = signed.split_once('.').ok_or(AssertionError::Malformed)?;
        let header: Header = decode(header)?;
        if header.alg != "ES256" || header.typ != TYPE {
            return Err(AssertionError::Malformed);
        }
        let signature = URL_SAFE_NO_PAD.decode(signature);
        let signature = signature.map_err(|_| AssertionError::Malformed)?;
        self.check_signature(&header.kid, signed, &signature)
            .await?;
        let claims: Claims = decode(claims)?;
        if claims.aud != *self.audience {
            return Err(AssertionError::OtherAudience);
        }
        let begins = claims.iat.saturating_sub(LEEWAY);
        let ends = claims.exp.saturating_add(LEEWAY);
        if now < begins || now >= ends {
            return Err(AssertionError::WrongTime);
        }
        Ok(claims.identity)
    }

    async fn check_signature(
        &self,
        kid: &str,
        signed: &str,
        signature: &[u8],
    ) -> Result<(), AssertionError> {
        let check = |keys: &KeySet| {
            let key = keys.get(kid)?;
            Some(key.verify(signed.as_bytes(), signature))
        };
        if let Some(checked) = self.keys.read().await.as_ref().and_then(check) {
            return checked.map_err(|_| AssertionError::WrongSignature);
        }
        self.fetch_keys(kid).await?;
        let checked = self.keys.read().await.as_ref().and_then(check);
        checked
            .ok_or(AssertionError::UnknownKey)?
            .map_err(|_| AssertionError::WrongSignature)
    }

    /// Fetches the keys, unless that was done a moment ago: a `kid` that nobody knows may be a
    /// forger's. Who knows the key is not kept waiting meanwhile.
    async fn fetch_keys(&self, kid: &str) -> Result<(), AssertionError> {
        let mut fetched = self.fetched.lock().await;
        let is_known = self
            .keys
            .read()
            .await
            .as_ref()
            .is_some_and(|keys| keys.get(kid).is_some());
        if is_known || fetched.is_some_and(|at| at.elapsed() < FETCH_AGAIN) {
            return Ok(());
        }
        let answer = timeout(FETCH_TIMEOUT, (self.fetch)()).await;
        *fetched = Some(Instant::now());
        let json = answer.map_err(|late| AssertionError::Keys(late.into()))?;
        let json = json.map_err(AssertionError::Keys)?;
        let keys = KeySet::parse(&json).map_err(|error| AssertionError::Keys(error.into()))?;
        *self.keys.write().await = Some(keys);
        Ok(())
    }
}

/// Reads a part of a JWT: JSON in base64url.
fn decode<T: for<'a> Deserialize<'a>>(part: &str) -> Result<T, AssertionError> {
    let bytes = URL_SAFE_NO_PAD.decode(part);
    let bytes = bytes.map_err(|_| AssertionError::Malformed)?;
    serde_json::from_slice(&bytes).map_err(|_| AssertionError::Malformed)
}
