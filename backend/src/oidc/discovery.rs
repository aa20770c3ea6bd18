//! The discovery document as we have it: fetched, kept, and used for a while after the OP ails.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::LoginError;
use super::client::{Client, Failure};
use super::metadata::{self, Metadata};
use super::presets;
use super::single_flight::SingleFlight;
use crate::config::OidcConfig;
use clock::{Clock, Timestamp};
use shared::login_error::LoginErrorCode;

/// Metadata this fresh are used as they are; older ones are asked for again when a login begins,
/// so that an OP which is down is noticed before the browser is sent there.
const FRESH: Duration = Duration::from_secs(10);
/// For so long what the OP last said serves where it says nothing of use now.
pub const LAST_GOOD: Duration = Duration::from_secs(24 * 3600);

type Outcome = Result<Arc<Metadata>, Failure>;

/// The metadata and how the OP is.
pub struct Discovery {
    clock: Clock,
    state: Mutex<State>,
    flight: SingleFlight<Outcome>,
}

#[derive(Default)]
struct State {
    good: Option<(Arc<Metadata>, Timestamp)>,
    trouble: Option<Trouble>,
}

/// What is wrong with the OP, and since when.
#[derive(Clone, Copy)]
struct Trouble {
    since: Timestamp,
    code: LoginErrorCode,
}

impl Discovery {
    /// Returns one that knows nothing yet.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self {
            clock,
            state: Mutex::default(),
            flight: SingleFlight::default(),
        }
    }

    /// Returns since when the OP cannot be used; `None` while it can, or before the first try.
    #[must_use]
    pub fn unreachable_since(&self) -> Option<Timestamp> {
        self.state().trouble.map(|trouble| trouble.since)
    }

    /// Returns what the OP last said that could be used, unless that was too long ago.
    #[must_use]
    pub fn last_good(&self) -> Option<Arc<Metadata>> {
        let since = self.clock.now().minus(LAST_GOOD);
        let state = self.state();
        let (metadata, at) = state.good.as_ref()?;
        (*at > since).then(|| Arc::clone(metadata))
    }

    /// Returns the metadata for a login that begins: fresh ones, or the last good ones where the
    /// OP ails but a browser may fare better there.
    ///
    /// # Errors
    /// `OpUnreachable` where nobody answers at the place that the browser would be sent to, too;
    /// `OpMisconfigured` where the OP says something that does not fit.
    pub async fn for_start(
        &self,
        client: &Client,
        config: &OidcConfig,
    ) -> Result<Arc<Metadata>, LoginError> {
        if let Some(metadata) = self.fresh() {
            return Ok(metadata);
        }
        let failure = match self.look(client, config).await {
            Ok(metadata) => return Ok(metadata),
            Err(failure) => failure,
        };
        let serves = |metadata: &Arc<Metadata>| match failure {
            Failure::Contrary(_) => false,
            Failure::Ailing { .. } | Failure::Beside(_) => true,
            Failure::Silent { .. } => {
                let asked = config.discovery_url();
                asked.origin() != metadata.authorization_endpoint.origin()
            }
        };
        match self.last_good().filter(serves) {
            Some(metadata) => Ok(metadata),
            None => Err(failure.into()),
        }
    }

    /// Returns the metadata for a login that ends: what is known, else what the OP says.
    ///
    /// # Errors
    /// `OpUnreachable`, `OpMisconfigured`.
    pub async fn for_callback(
        &self,
        client: &Client,
        config: &OidcConfig,
    ) -> Result<Arc<Metadata>, LoginError> {
        match self.last_good() {
            Some(metadata) => Ok(metadata),
            None => Ok(self.look(client, config).await?),
        }
    }

    /// Asks the OP for its metadata: once for all who want them at the time.
    ///
    /// # Errors
    /// What went wrong; it is noted already.
    pub async fn look(&self, client: &Client, config: &OidcConfig) -> Outcome {
        let work = async {
            let found = fetch(client, config).await;
            self.note(&found, config);
            found
        };
        self.flight.run(work).await
    }

    fn fresh(&self) -> Option<Arc<Metadata>> {
        let since = self.clock.now().minus(FRESH);
        let state = self.state();
        match &state.good {
            Some((metadata, at)) if *at > since && state.trouble.is_none() => {
                Some(Arc::clone(metadata))
            }
            _ => None,
        }
    }

    /// Notes how discovery went, and logs each change once.
    fn note(&self, found: &Outcome, config: &OidcConfig) {
        let now = self.clock.now();
        let mut state = self.state();
        match found {
            Ok(metadata) => {
                let is_first = state.good.is_none();
                state.good = Some((Arc::clone(metadata), now));
                if state.trouble.take().is_some() || is_first {
                    tracing::info!(oidc.issuer = %metadata.issuer, "the OP is reachable");
                }
            }
            Err(failure) => {
                let error = LoginError::from(failure.clone());
                let code = error.code();
                let known = state.trouble;
                state.trouble = Some(Trouble {
                    since: known.map_or(now, |trouble| trouble.since),
                    code,
                });
                // An OP that comes up may be silent first, and say the wrong thing then.
                if known.is_none_or(|trouble| trouble.code != code) {
                    let mend = presets::hint(config.provider.as_str(), code).unwrap_or_default();
                    tracing::warn!(code = code.as_str(), mend, "the OP cannot be used: {error}");
                }
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn fetch(client: &Client, config: &OidcConfig) -> Outcome {
    let url = config.discovery_url();
    let document = client.document(url.as_str(), "discovery document").await?;
    let metadata = metadata::parse(&document, config);
    metadata.map(Arc::new).map_err(|error| match error {
        LoginError::OpMisconfigured(detail) => Failure::Contrary(detail),
        error => Failure::Contrary(error.to_string()),
    })
}
