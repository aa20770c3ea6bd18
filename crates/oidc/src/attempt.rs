//! A login attempt: what the browser keeps, sealed, while it is at the OP. Pure.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::{Nonce, PkceCodeChallenge, PkceCodeVerifier};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::error::Error;
use super::log_text::for_log;
use super::random::random_text;
use clock::Timestamp;

/// How long a user may take at the OP.
pub const LIFETIME: Duration = Duration::from_secs(600);

/// Begins the state of an attempt that followed a lost one by itself, so that a browser which
/// keeps no cookies is not sent round for ever. Says nothing that needs protection.
const RESTARTED: char = 'r';

/// The longest answer of an OP that is read.
const MAX_QUERY: usize = 16 * 1024;

/// One Authentication Request (Core §3.1.2.1). Has no `Debug`: it holds the code verifier.
#[derive(Clone, Serialize, Deserialize)]
pub struct Attempt {
    state: String,
    nonce: String,
    code_verifier: String,
    /// When it began.
    pub started_at: Timestamp,
    /// Must its user log in at the OP anew?
    #[serde(default)]
    confirms: bool,
    /// Must the OP ask who its user is?
    #[serde(default)]
    asks_who: bool,
}

/// What an attempt begins as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// A login: the OP's own session may do.
    Login,
    /// A login that follows a lost one by itself.
    Restart,
    /// A login of somebody else than the OP knows already (`prompt=login`, Core §3.1.2.1).
    SomebodyElse,
    /// Confirms who the user is: the OP is to have them log in anew (`max_age=0`, Core §3.1.2.1).
    Confirmation,
}

/// What redeeming the code needs of the attempt.
pub struct Checks {
    /// Must come back in the ID token (Core §3.1.3.7, 11).
    pub nonce: Nonce,
    /// Proves to the token endpoint that the code is ours (RFC 7636 §4.5).
    pub code_verifier: PkceCodeVerifier,
    /// The earliest `auth_time` that is good enough; `None` if any is.
    pub authenticated_since: Option<Timestamp>,
}

/// The parameters of an Authentication Response (Core §3.1.2.5, §3.1.2.6).
#[derive(Clone, Default)]
pub struct AuthorizationResponse {
    /// The authorization code.
    pub code: Option<String>,
    /// The attempt's state.
    pub state: Option<String>,
    /// An error code of the OP.
    pub error: Option<String>,
    /// The OP's words on it: for the log alone.
    pub error_description: Option<String>,
    /// The issuer (RFC 9207).
    pub iss: Option<String>,
}

impl AuthorizationResponse {
    /// Parses a query, or a form's body. Unknown parameters are ignored (RFC 6749 §4.1.2), doubled
    /// ones are refused (§3.1), and so is what no honest OP sends.
    ///
    /// # Errors
    /// `ResponseMalformed`.
    pub fn parse(query: &[u8]) -> Result<Self, Error> {
        let refuse = |detail| Err(Error::ResponseMalformed(detail));
        if query.len() > MAX_QUERY {
            return refuse("it is too long");
        }
        let mut response = Self::default();
        for (name, value) in form_urlencoded::parse(query) {
            let place = match name.as_ref() {
                "code" => &mut response.code,
                "state" => &mut response.state,
                "error" => &mut response.error,
                "error_description" => &mut response.error_description,
                "iss" => &mut response.iss,
                _ => continue,
            };
            if name != "error_description" && value.contains(char::is_control) {
                return refuse("a parameter has control characters");
            }
            if place.replace(value.into_owned()).is_some() {
                return refuse("a parameter is there twice");
            }
        }
        Ok(response)
    }
}

/// What the OP's metadata says of the answer's `iss` parameter.
#[derive(Debug, Clone)]
pub struct ExpectedIssuer {
    /// The issuer identifier.
    pub issuer: String,
    /// `authorization_response_iss_parameter_supported`: then it must be there.
    pub is_required: bool,
}

impl Attempt {
    /// Begins an attempt.
    #[must_use]
    pub fn begin(start: Start, now: Timestamp) -> Self {
        let mut state = random_text();
        // A state of its own never begins with the mark: 43 characters against 44.
        if start == Start::Restart {
            state.insert(0, RESTARTED);
        }
        Self {
            state,
            nonce: random_text(),
            code_verifier: random_text(),
            started_at: now,
            confirms: start == Start::Confirmation,
            asks_who: start == Start::SomebodyElse,
        }
    }

    /// Returns the state (43 or 44 characters of base64url).
    #[must_use]
    pub fn state(&self) -> &str {
        &self.state
    }

    /// Returns the nonce.
    #[must_use]
    pub fn nonce(&self) -> &str {
        &self.nonce
    }

    /// Must its user log in at the OP anew?
    #[must_use]
    pub fn confirms(&self) -> bool {
        self.confirms
    }

    /// Must the OP ask who its user is, even if it knows somebody already?
    #[must_use]
    pub fn asks_who(&self) -> bool {
        self.asks_who
    }

    /// Returns the S256 code challenge (RFC 7636 §4.2).
    #[must_use]
    pub fn code_challenge(&self) -> String {
        let verifier = PkceCodeVerifier::new(self.code_verifier.clone());
        PkceCodeChallenge::from_code_verifier_sha256(&verifier)
            .as_str()
            .to_owned()
    }

    /// Is the attempt older than a user may take?
    #[must_use]
    pub fn is_expired(&self, now: Timestamp) -> bool {
        now >= self.started_at.plus(LIFETIME)
    }

    /// Checks the OP's answer against the attempt, and gives the code and what redeeming it needs.
    ///
    /// # Errors
    /// `StateMismatch` and `StateExpired` before anything in the answer is believed; then
    /// `TokenInvalid` if the answer names another issuer (mix-up, RFC 9207 §2.4), `AccessDenied` or
    /// `OpError` if the OP says so, `ResponseMalformed` without a code.
    pub fn accept(
        self,
        response: &AuthorizationResponse,
        expected: &ExpectedIssuer,
        now: Timestamp,
    ) -> Result<(String, Checks), Error> {
        let state = response.state.as_deref().unwrap_or_default();
        if !bool::from(self.state.as_bytes().ct_eq(state.as_bytes())) {
            return Err(Error::StateMismatch("state differs"));
        }
        if self.is_expired(now) {
            return Err(Error::StateExpired(now.unix() - self.started_at.unix()));
        }
        check_issuer(response, expected)?;
        if let Some(error) = &response.error {
            return Err(op_error(error, response.error_description.as_deref()));
        }
        let Some(code) = response.code.clone().filter(|code| !code.is_empty()) else {
            return Err(Error::ResponseMalformed("neither code nor error is in it"));
        };
        let checks = Checks {
            nonce: Nonce::new(self.nonce),
            code_verifier: PkceCodeVerifier::new(self.code_verifier),
            authenticated_since: self.confirms.then_some(self.started_at),
        };
        Ok((code, checks))
    }
}

/// Is this the state of an attempt that followed a lost one by itself?
#[must_use]
pub fn is_restart(state: &str) -> bool {
    let own = state.strip_prefix(RESTARTED);
    own.is_some_and(may_restart)
}

/// May a lost attempt of this state begin anew by itself? Only where it could be one of ours that
/// did not do so before: an OP which loses or changes the state would send the browser round for
/// ever.
#[must_use]
pub fn may_restart(state: &str) -> bool {
    state.len() == 43 && URL_SAFE_NO_PAD.decode(state).is_ok()
}

/// Returns the part of the cookie's name that stands for the state: 16 hex digits.
#[must_use]
pub fn cookie_suffix(state: &str) -> String {
    use std::fmt::Write;

    let mut suffix = String::with_capacity(16);
    for byte in &Sha256::digest(state.as_bytes())[..8] {
        let _ = write!(suffix, "{byte:02x}");
    }
    suffix
}

/// A wrong `iss` is refused always; a missing one where the OP promised it, except on errors,
/// where OPs that promise it forget it and no code is at stake.
fn check_issuer(response: &AuthorizationResponse, expected: &ExpectedIssuer) -> Result<(), Error> {
    match &response.iss {
        Some(iss) if *iss != expected.issuer => Err(Error::TokenInvalid(format!(
            "the answer's iss is {:?}, not {:?} (RFC 9207)",
            for_log(iss),
            expected.issuer
        ))),
        None if expected.is_required && response.error.is_none() => Err(Error::TokenInvalid(
            "the answer has no iss although the OP announces it (RFC 9207)".to_owned(),
        )),
        _ => Ok(()),
    }
}

fn op_error(error: &str, description: Option<&str>) -> Error {
    let detail = match description {
        Some(description) => format!("{} ({})", for_log(error), for_log(description)),
        None => for_log(error),
    };
    match error {
        "access_denied" => Error::AccessDenied(detail),
        _ => Error::OpError(detail),
    }
}

#[cfg(test)]
mod tests;
