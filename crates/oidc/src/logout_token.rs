//! Checks a logout token (`OpenID` Connect Back-Channel Logout 1.0 §2.4, §2.6). Pure.

use std::time::Duration;

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::id_token::{MAX_AGE, check_audience, check_issuer, is_identifier, time};
use super::jws::{Claims, Signed, TokenFault, invalid};
use clock::Timestamp;

/// The member of `events` that makes a token a logout token.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// A logout token that was checked: whose sessions end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogoutToken {
    /// The OP's issuer identifier.
    pub issuer: String,
    /// The user there; with [`Self::sid`] the owner of that session.
    pub subject: Option<String>,
    /// The OP's session. Without one, all of the user's sessions end.
    pub sid: Option<String>,
    /// SHA-256 of issuer and `jti`: a token is taken once.
    pub jti_hash: [u8; 32],
    /// From then on the token is refused by its age, and its `jti` can be forgotten.
    pub stale_at: Timestamp,
}

/// What the claims of a logout token are held against.
pub struct Expected<'a> {
    /// The OP's issuer identifier.
    pub issuer: &'a str,
    /// Our client id.
    pub client_id: &'a str,
    /// Leeway on `exp` and `iat`.
    pub skew: Duration,
    /// The time.
    pub now: Timestamp,
}

/// Checks a logout token whose signature is right: `typ`, `iss`, `aud`, `exp`, `iat`, `events`,
/// `jti`, that it names a session or a user, and that it is no ID token (§2.6).
///
/// # Errors
/// See [`TokenFault`].
pub fn check(token: &Signed, expected: &Expected<'_>) -> Result<LogoutToken, TokenFault> {
    token.check_type("logout+jwt")?;
    let claims = &token.claims;
    check_issuer(claims, expected.issuer)?;
    check_audience(claims, expected.client_id)?;
    let issued_at = check_times(claims, expected)?;
    check_event(claims)?;
    if claims.contains_key("nonce") {
        return invalid("it has a nonce, as an ID token has");
    }
    let subject = text(claims, "sub")?;
    let sid = text(claims, "sid")?;
    if subject.is_none() && sid.is_none() {
        return invalid("it names neither sub nor sid");
    }
    let Some(jti) = text(claims, "jti")? else {
        return invalid("jti is missing");
    };
    Ok(LogoutToken {
        issuer: expected.issuer.to_owned(),
        subject,
        sid,
        jti_hash: Sha256::digest(format!("{}\0{jti}", expected.issuer)).into(),
        stale_at: issued_at.plus(MAX_AGE).plus(expected.skew),
    })
}

/// Returns `iat`, with which everything about the time is right.
fn check_times(claims: &Claims, expected: &Expected<'_>) -> Result<Timestamp, TokenFault> {
    let now = expected.now;
    let Some(expires_at) = time(claims, "exp")? else {
        return invalid("exp is missing");
    };
    let Some(issued_at) = time(claims, "iat")? else {
        return invalid("iat is missing");
    };
    if now >= expires_at.plus(expected.skew) {
        return invalid("it has expired by our clock");
    }
    if issued_at > now.plus(expected.skew) {
        return invalid("it was issued in the future by our clock");
    }
    // However long the OP lets it live: each `jti` must be remembered until then.
    if now >= issued_at.plus(MAX_AGE).plus(expected.skew) {
        return invalid("it was issued too long ago by our clock");
    }
    Ok(issued_at)
}

fn check_event(claims: &Claims) -> Result<(), TokenFault> {
    let event = claims.get("events").and_then(|events| events.get(EVENT));
    match event {
        Some(Value::Object(_)) => Ok(()),
        _ => invalid("`events` does not say that it is a logout token"),
    }
}

/// Reads a claim that is text where it is there.
fn text(claims: &Claims, name: &str) -> Result<Option<String>, TokenFault> {
    match claims.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if is_identifier(text) => Ok(Some(text.clone())),
        Some(_) => invalid(format!(
            "{name} is no text, blank, too long or has control characters"
        )),
    }
}
