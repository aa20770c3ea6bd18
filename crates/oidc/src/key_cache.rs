//! The OP's keys as we have them: fetched, kept, and used for a while after the OP is degraded or
//! down.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use url::Url;

use super::answer::OpFailure;
use super::client::Client;
use super::discovery::LAST_GOOD;
use super::endpoint::Endpoint;
use super::jwks::SigningKeys;
use super::single_flight::SingleFlight;
use clock::{Clock, Timestamp};

/// Keys this old are fetched again.
const MAX_AGE: Duration = Duration::from_secs(3600);
/// The JWKS is asked for again no more often than this while there are keys, whatever is thrown at
/// us. The first unknown key leads to a fetch at once, however fresh ours are: the OP may have
/// rotated its own since.
const MIN_INTERVAL: Duration = Duration::from_secs(10);

type Outcome = Result<Arc<SigningKeys>, OpFailure>;

/// The keys, and how asking for them went.
pub(super) struct KeyCache {
    clock: Clock,
    state: Mutex<State>,
    flight: SingleFlight<Outcome>,
}

#[derive(Default)]
struct State {
    good: Option<(Arc<SigningKeys>, Timestamp)>,
    /// How the last fetch went, and when.
    last: Option<(Outcome, Timestamp)>,
    /// When the last fetch ended that was for an unknown key.
    renewed_at: Option<Timestamp>,
}

impl KeyCache {
    /// Returns one with no keys in it.
    #[must_use]
    pub(super) fn new(clock: Clock) -> Self {
        Self {
            clock,
            state: Mutex::default(),
            flight: SingleFlight::default(),
        }
    }

    /// Returns the keys; the last good ones where new ones are due and cannot be had.
    ///
    /// # Errors
    /// Why there are none.
    pub(super) async fn get(&self, client: &Client, jwks_uri: &Url) -> Outcome {
        if let Some(keys) = self.younger_than(MAX_AGE) {
            return Ok(keys);
        }
        let known = self.younger_than(LAST_GOOD);
        // Nobody waits for an OP that failed to tell its keys a moment ago, where old ones do.
        if let Some(keys) = &known
            && self.asked_lately().is_some()
        {
            return Ok(Arc::clone(keys));
        }
        let fetched = self.fetch(client, jwks_uri, false).await;
        known.map_or(fetched.clone(), |keys| Ok(fetched.unwrap_or(keys)))
    }

    /// Returns keys fetched just now, or for another such token a moment ago: for one that none of
    /// the others fits.
    ///
    /// # Errors
    /// Why there are none.
    pub(super) async fn newer(&self, client: &Client, jwks_uri: &Url) -> Outcome {
        match self.renewed_lately() {
            Some(outcome) => outcome,
            None => self.fetch(client, jwks_uri, true).await,
        }
    }

    async fn fetch(&self, client: &Client, jwks_uri: &Url, is_renewal: bool) -> Outcome {
        let work = async {
            let set = client.document(jwks_uri.as_str(), Endpoint::Jwks).await;
            let outcome = set.map(|set| Arc::new(SigningKeys::parse(&set)));
            let now = self.clock.now();
            let mut state = self.state();
            if let Ok(keys) = &outcome {
                let known = state.good.as_ref().and_then(|(known, _)| known.refusal());
                match keys.refusal() {
                    Some(refusal) if known.as_ref() != Some(&refusal) => {
                        tracing::warn!("keys in the OP's JWK Set are not used: {refusal}");
                    }
                    Some(_) | None => {}
                }
                state.good = Some((Arc::clone(keys), now));
            }
            state.last = Some((outcome.clone(), now));
            if is_renewal {
                state.renewed_at = Some(now);
            }
            outcome
        };
        self.flight.run(work).await
    }

    fn younger_than(&self, age: Duration) -> Option<Arc<SigningKeys>> {
        let since = self.clock.now().minus(age);
        let state = self.state();
        let (keys, at) = state.good.as_ref()?;
        (*at > since).then(|| Arc::clone(keys))
    }

    fn asked_lately(&self) -> Option<Outcome> {
        let since = self.clock.now().minus(MIN_INTERVAL);
        let state = self.state();
        let (outcome, at) = state.last.as_ref()?;
        (*at > since).then(|| outcome.clone())
    }

    fn renewed_lately(&self) -> Option<Outcome> {
        let since = self.clock.now().minus(MIN_INTERVAL);
        let state = self.state();
        let (outcome, _) = state.last.as_ref()?;
        let is_recent = state.renewed_at.is_some_and(|at| at > since);
        is_recent.then(|| outcome.clone())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
