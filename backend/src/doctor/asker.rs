//! The client with which the doctor asks: the server's own, less patient, and it notes what the
//! time is wherever it asks.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::time::Dates;
use crate::config::OidcConfig;
use clock::Clock;
use oidc::answer::{Answer, OpFailure};
use oidc::client::{Client, Request, Timeouts};

/// Less than the server's, so that the doctor has ended within a minute whatever the OP does.
const TIMEOUTS: Timeouts = Timeouts {
    connect: Duration::from_secs(4),
    request: Duration::from_secs(6),
    turn: Duration::from_secs(2),
    login: Duration::from_secs(20),
};

/// Asks the OP.
pub(super) struct Asker<'a> {
    /// The client.
    pub(super) client: Client,
    clock: &'a Clock,
    dates: Mutex<Dates>,
}

impl<'a> Asker<'a> {
    /// Makes one that trusts whom the server trusts.
    ///
    /// # Errors
    /// The certificates do not parse.
    pub(super) fn new(config: Option<&OidcConfig>, clock: &'a Clock) -> anyhow::Result<Self> {
        let roots = config.and_then(|config| config.rp.extra_roots());
        Ok(Self {
            client: Client::new(roots, TIMEOUTS)?,
            clock,
            dates: Mutex::default(),
        })
    }

    /// Sends a request, and returns the answer whatever it is.
    ///
    /// # Errors
    /// What happened, where none comes.
    pub(super) async fn ask(
        &self,
        request: Request,
        endpoint: &'static str,
    ) -> Result<Answer, String> {
        let sent = self.clock.now();
        let answer = self.client.ask(request, endpoint).await.map_err(said)?;
        // One out of a cache was dated long ago.
        if answer.header("age").is_empty() {
            let mut dates = self.dates.lock().unwrap_or_else(PoisonError::into_inner);
            dates.note(answer.header("date"), sent, self.clock.now());
        }
        Ok(answer)
    }

    /// Returns the dates of the answers so far.
    pub(super) fn dates(self) -> Dates {
        self.dates
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns what happened, in words.
pub(super) fn said(failure: OpFailure) -> String {
    match failure {
        OpFailure::Unreachable { endpoint, cause } | OpFailure::ServerError { endpoint, cause } => {
            format!("the {endpoint} gives no answer: {cause}")
        }
        OpFailure::NotOidc(_, detail) | OpFailure::Misconfigured(_, detail) => detail,
    }
}
