//! How requests to the OP end, and how long they take.

use std::time::Duration;

use super::client::{Answer, Failure};
use crate::metrics::numbers::{Durations, Histogram};

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Endpoint {
    /// The discovery document.
    Discovery,
    /// The keys.
    Jwks,
    /// The token endpoint.
    Token,
    /// The userinfo endpoint.
    Userinfo,
    /// The endpoint for pushed authorization requests.
    PushedRequest,
    /// Anything else.
    Other,
}

impl Endpoint {
    const ALL: [Self; 6] = [
        Self::Discovery,
        Self::Jwks,
        Self::Token,
        Self::Userinfo,
        Self::PushedRequest,
        Self::Other,
    ];

    /// Returns the endpoint that the log calls so.
    fn named(name: &str) -> Self {
        match name {
            "discovery document" => Self::Discovery,
            "JWKS" => Self::Jwks,
            "token endpoint" => Self::Token,
            "userinfo endpoint" => Self::Userinfo,
            super::pushed_request::NAME => Self::PushedRequest,
            _ => Self::Other,
        }
    }

    /// Returns its label.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Discovery => "discovery",
            Self::Jwks => "jwks",
            Self::Token => "token",
            Self::Userinfo => "userinfo",
            Self::PushedRequest => "par",
            Self::Other => "other",
        }
    }
}

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// With what was asked for, as far as the status tells.
    Ok,
    /// With a status of 4xx.
    Refused,
    /// With a server error, or an answer that broke off.
    Failed,
    /// Without an answer: refused, timed out, or no trust in the certificate.
    Unreachable,
    /// With something else: a redirect, or far too much.
    Unusable,
}

impl Outcome {
    const ALL: [Self; 5] = [
        Self::Ok,
        Self::Refused,
        Self::Failed,
        Self::Unreachable,
        Self::Unusable,
    ];

    fn of(result: &Result<Answer, Failure>) -> Self {
        match result {
            Ok(answer) if answer.status.is_success() => Self::Ok,
            Ok(_) => Self::Refused,
            Err(Failure::Silent { .. }) => Self::Unreachable,
            Err(Failure::Ailing { .. }) => Self::Failed,
            Err(Failure::Beside(_) | Failure::Contrary(_)) => Self::Unusable,
        }
    }

    /// Returns its label.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Unreachable => "unreachable",
            Self::Unusable => "unusable",
        }
    }
}

/// The requests to one OP.
#[derive(Debug, Default)]
pub struct Counts([[Histogram; Outcome::ALL.len()]; Endpoint::ALL.len()]);

impl Counts {
    /// Counts one, and returns how it ended.
    pub(super) fn count(
        &self,
        endpoint: &str,
        result: &Result<Answer, Failure>,
        took: Duration,
    ) -> Outcome {
        let (endpoint, outcome) = (Endpoint::named(endpoint), Outcome::of(result));
        self.0[endpoint as usize][outcome as usize].observe(took);
        outcome
    }

    /// Returns those that there were, and of each endpoint the good ones.
    #[must_use]
    pub fn read(&self) -> Vec<(Endpoint, Outcome, Durations)> {
        let all = Endpoint::ALL.iter().flat_map(|endpoint| {
            let outcomes = Outcome::ALL.iter();
            outcomes.map(|outcome| (*endpoint, *outcome))
        });
        let all = all.map(|(endpoint, outcome)| {
            let durations = self.0[endpoint as usize][outcome as usize].read();
            (endpoint, outcome, durations)
        });
        all.filter(|(endpoint, outcome, durations)| {
            let is_expected = *outcome == Outcome::Ok && *endpoint != Endpoint::Other;
            is_expected || durations.count > 0
        })
        .collect()
    }
}
