//! The discovery document as we have it: fetched, kept, and used for a while after the OP is
//! degraded or down.

use std::mem::{self, Discriminant};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use super::answer::OpFailure;
use super::client::Client;
use super::endpoint::Endpoint;
use super::error::Error;
use super::metadata::{self, Metadata};
use super::misconfiguration::Misconfiguration;
use super::settings::Settings;
use super::single_flight::SingleFlight;
use clock::{Clock, Timestamp};

/// Metadata this fresh are used as they are; older ones are asked for again when a login begins,
/// so that an OP which is down is noticed before the browser is sent there.
const FRESH: Duration = Duration::from_secs(2);
/// For so long what the OP last said serves where it says nothing of use now.
pub const LAST_GOOD: Duration = Duration::from_secs(24 * 3600);

/// Is told whenever the OP becomes usable or unusable, or unusable for another reason: its metadata,
/// or why they cannot be had. Called under a lock: must not ask this crate anything.
pub type OnChange = Arc<dyn Fn(Result<&Metadata, &Error>) + Send + Sync>;

type Outcome = Result<Arc<Metadata>, OpFailure>;

/// The metadata and how the OP is.
pub struct Discovery {
    clock: Clock,
    on_change: OnChange,
    state: Mutex<State>,
    flight: SingleFlight<Outcome>,
    /// Somebody asked how the OP is.
    asked: Notify,
}

#[derive(Default)]
struct State {
    good: Option<(Arc<Metadata>, Timestamp)>,
    trouble: Option<Trouble>,
    /// When the OP was last asked, whatever it said: by the time that passes, as pauses are.
    looked_at: Option<Instant>,
}

/// Since when the OP cannot be used, and by which variant of [`Error`].
#[derive(Clone, Copy)]
struct Trouble {
    since: Timestamp,
    kind: Discriminant<Error>,
}

impl Discovery {
    /// Returns one that knows nothing yet.
    #[must_use]
    pub fn new(clock: Clock, on_change: OnChange) -> Self {
        Self {
            clock,
            on_change,
            state: Mutex::default(),
            flight: SingleFlight::default(),
            asked: Notify::new(),
        }
    }

    /// Returns since when the OP cannot be used; `None` while it can, or before the first try.
    #[must_use]
    pub fn unreachable_since(&self) -> Option<Timestamp> {
        self.asked.notify_one();
        self.state().trouble.map(|trouble| trouble.since)
    }

    /// Waits until somebody asks how the OP is, and what is known is older than that.
    pub async fn until_asked(&self, age: Duration) {
        self.asked.notified().await;
        let due = || self.state().looked_at.map(|looked_at| looked_at + age);
        while let Some(due) = due()
            && Instant::now() < due
        {
            sleep_until(due).await;
        }
    }

    /// Returns what the OP last said that could be used, unless that was too long ago.
    #[must_use]
    pub fn last_good(&self) -> Option<Arc<Metadata>> {
        let since = self.clock.now().minus(LAST_GOOD);
        let state = self.state();
        let (metadata, at) = state.good.as_ref()?;
        (*at > since).then(|| Arc::clone(metadata))
    }

    /// Returns the metadata for a login that begins: fresh ones, or the last good ones if the OP is
    /// degraded but a browser may fare better there.
    ///
    /// # Errors
    /// `OpUnreachable` where nobody answers at the place that the browser would be sent to, too;
    /// `OpMisconfigured` where the OP says something that does not fit.
    pub async fn for_start(
        &self,
        client: &Client,
        settings: &Settings,
    ) -> Result<Arc<Metadata>, Error> {
        if let Some(metadata) = self.fresh() {
            return Ok(metadata);
        }
        let failure = match self.fetch(client, settings).await {
            Ok(metadata) => return Ok(metadata),
            Err(failure) => failure,
        };
        let serves = |metadata: &Arc<Metadata>| match failure {
            OpFailure::Misconfigured(..) => false,
            OpFailure::ServerError { .. } | OpFailure::Intercepted(..) | OpFailure::NotOidc(..) => {
                true
            }
            OpFailure::Unreachable { .. } => {
                let asked = settings.discovery_url();
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
        settings: &Settings,
    ) -> Result<Arc<Metadata>, Error> {
        match self.last_good() {
            Some(metadata) => Ok(metadata),
            None => Ok(self.fetch(client, settings).await?),
        }
    }

    /// Asks the OP for its metadata: once for all who want them at the time.
    ///
    /// # Errors
    /// What went wrong; it is noted already.
    pub async fn fetch(&self, client: &Client, settings: &Settings) -> Outcome {
        let work = async {
            let found = fetch(client, settings).await;
            self.note(&found);
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

    /// Notes how discovery went, and tells each change once.
    fn note(&self, found: &Outcome) {
        let now = self.clock.now();
        let mut state = self.state();
        state.looked_at = Some(Instant::now());
        match found {
            Ok(metadata) => {
                let is_first = state.good.is_none();
                state.good = Some((Arc::clone(metadata), now));
                if state.trouble.take().is_some() || is_first {
                    (self.on_change)(Ok(metadata));
                }
            }
            Err(failure) => {
                let error = Error::from(failure.clone());
                let kind = mem::discriminant(&error);
                let known = state.trouble;
                state.trouble = Some(Trouble {
                    since: known.map_or(now, |trouble| trouble.since),
                    kind,
                });
                // An OP that comes up may be silent first, and say the wrong thing then.
                if known.is_none_or(|trouble| trouble.kind != kind) {
                    (self.on_change)(Err(&error));
                }
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn fetch(client: &Client, settings: &Settings) -> Outcome {
    let url = settings.discovery_url();
    let document = client.document(url.as_str(), Endpoint::Discovery).await;
    let document = document.map_err(|failure| match failure {
        OpFailure::NotOidc(_, detail) => OpFailure::NotOidc(Misconfiguration::Discovery, detail),
        other => other,
    })?;
    let metadata = metadata::parse(&document, settings);
    metadata.map(Arc::new).map_err(|error| match error {
        Error::OpMisconfigured(what, detail) => OpFailure::Misconfigured(what, detail),
        error => OpFailure::Misconfigured(Misconfiguration::Other, error.to_string()),
    })
}
