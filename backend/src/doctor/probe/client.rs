//! The HTTP client of the doctor: that of the server with shorter timeouts. It notes the time at
//! each machine that it asks.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use shared::text::Text;

use super::dates::Dates;
use crate::config::OidcConfig;
use crate::failure::{Cause, explanation as text_of};
use crate::message::{Message, say};
use clock::Clock;
use oidc::answer::{Answer, OpFailure};
use oidc::client::{Client, Request, Timeouts};
use oidc::endpoint::Endpoint;

/// Shorter than those of the server, so that the doctor ends within a minute in any case.
const TIMEOUTS: Timeouts = Timeouts {
    connect: Duration::from_secs(4),
    request: Duration::from_secs(6),
    turn: Duration::from_secs(2),
    login: Duration::from_secs(20),
};

/// Sends requests for the doctor.
pub(crate) struct ProbeClient<'a> {
    /// The client without notes of the time.
    pub(crate) http: Client,
    clock: &'a Clock,
    dates: Mutex<Dates>,
}

impl<'a> ProbeClient<'a> {
    /// Makes a client that trusts the same certificates as the server.
    ///
    /// # Errors
    /// The certificates do not parse.
    pub(crate) fn new(config: Option<&OidcConfig>, clock: &'a Clock) -> anyhow::Result<Self> {
        let roots = config.and_then(|config| config.rp.extra_roots());
        Ok(Self {
            http: Client::new(roots, TIMEOUTS)?,
            clock,
            dates: Mutex::default(),
        })
    }

    /// Sends a request, and returns the answer whatever its status.
    ///
    /// # Errors
    /// What happened instead of an answer.
    pub(crate) async fn ask(
        &self,
        request: Request,
        endpoint: &'static str,
    ) -> Result<Answer, OpFailure> {
        let sent = self.clock.now();
        let answer = self.http.ask(request, endpoint).await?;
        // An answer from a cache has an old date.
        if answer.header("age").is_empty() {
            let mut dates = self.dates.lock().unwrap_or_else(PoisonError::into_inner);
            dates.note(answer.header("date"), sent, self.clock.now());
        }
        Ok(answer)
    }

    /// Returns the dates of the answers so far.
    pub(crate) fn dates(self) -> Dates {
        self.dates
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Says what the OP did instead of answering.
pub(crate) fn no_answer(failure: OpFailure) -> Message {
    match failure {
        OpFailure::Unreachable { endpoint, cause } | OpFailure::ServerError { endpoint, cause } => {
            say(Text::FOUND_NO_ANSWER)
                .with_words("endpoint", endpoint_words(endpoint))
                .with("cause", cause)
        }
        OpFailure::Intercepted(by, detail) => text_of(by.into()).details(detail),
        OpFailure::NotOidc(_, detail) | OpFailure::Misconfigured(_, detail) => {
            text_of(Cause::OpMisconfigured).details(detail)
        }
    }
}

/// Returns a name of the log's, in everybody's language; as it is if it has none.
fn endpoint_words(name: &str) -> Message {
    if name == Endpoint::Discovery.name() {
        Text::ENDPOINT_DISCOVERY.into()
    } else if name == Endpoint::Token.name() {
        Text::ENDPOINT_TOKEN.into()
    } else {
        Message::exact(name)
    }
}

/// Returns what happened instead of an answer, in the words of the system or the server.
pub(crate) fn cause(failure: OpFailure) -> String {
    match failure {
        OpFailure::Unreachable { cause, .. } | OpFailure::ServerError { cause, .. } => cause,
        OpFailure::Intercepted(_, detail)
        | OpFailure::NotOidc(_, detail)
        | OpFailure::Misconfigured(_, detail) => detail,
    }
}
