//! Checks an ID token (Core §3.1.3.7). Pure.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::core::CoreJwsSigningAlgorithm;
use serde_json::Value;
use sha2::{Digest, Sha256, Sha384, Sha512};
use subtle::ConstantTimeEq;

use super::jws::{Claims, Signed, TokenFault, invalid};
use super::log_text::for_log;
use clock::Timestamp;

/// The oldest `iat` that is believed: an ID token of the code flow comes fresh (Core §3.1.3.7, 10).
pub(super) const MAX_AGE: Duration = Duration::from_secs(300);

/// What the claims of an ID token are held against.
pub struct Expected<'a> {
    /// The OP's issuer identifier.
    pub issuer: &'a str,
    /// Our client id.
    pub client_id: &'a str,
    /// The attempt's nonce; `None` for a token that came for a refresh token, which need not have
    /// one (Core §12.2).
    pub nonce: Option<&'a str>,
    /// The access token that came with it, for `at_hash`.
    pub access_token: &'a str,
    /// Leeway on `exp`, `iat` and `nbf`.
    pub skew: Duration,
    /// The time.
    pub now: Timestamp,
}

/// Checks an ID token whose signature is right: `typ`, `iss`, `aud`, `azp`, `exp`, `iat`, `nbf`,
/// `sub`, `nonce`, `at_hash` (Core §3.1.3.7, §3.1.3.8), and returns its claims.
///
/// # Errors
/// See [`TokenFault`].
pub fn check(token: Signed, expected: &Expected<'_>) -> Result<Claims, TokenFault> {
    token.check_type("id_token+jwt")?;
    let claims = token.claims;
    check_issuer(&claims, expected.issuer)?;
    check_audience(&claims, expected.client_id)?;
    check_times(&claims, expected)?;
    check_subject(&claims)?;
    if let Some(nonce) = expected.nonce {
        check_nonce(&claims, nonce)?;
    }
    check_access_token_hash(&claims, &token.alg, expected.access_token)?;
    Ok(claims)
}

/// Checks `iss`, exactly, slash included.
pub(super) fn check_issuer(claims: &Claims, issuer: &str) -> Result<(), TokenFault> {
    match claims.get("iss").and_then(Value::as_str) {
        Some(iss) if iss == issuer => Ok(()),
        Some(iss) => Err(TokenFault::OtherIssuer(format!(
            "iss is {:?}, not {issuer:?}",
            for_log(iss)
        ))),
        None => invalid("iss is missing"),
    }
}

/// Checks `aud` and `azp`: we are in the audience, and where there are several or an `azp` is
/// given, the token was made for us.
pub(super) fn check_audience(claims: &Claims, client_id: &str) -> Result<(), TokenFault> {
    let audience: Vec<&str> = match claims.get("aud") {
        Some(Value::String(aud)) => vec![aud],
        Some(Value::Array(values)) => values.iter().filter_map(Value::as_str).collect(),
        Some(_) => return invalid("aud is neither string nor array"),
        None => return invalid("aud is missing"),
    };
    if !audience.contains(&client_id) {
        return invalid(format!(
            "aud is {:?}, not our client id",
            for_log(&audience.join(" "))
        ));
    }
    match claims.get("azp") {
        Some(Value::String(azp)) if azp == client_id => Ok(()),
        Some(_) => invalid("azp is not our client id"),
        None if audience.len() > 1 => invalid("several audiences and no azp"),
        None => Ok(()),
    }
}

fn check_times(claims: &Claims, expected: &Expected<'_>) -> Result<(), TokenFault> {
    let now = expected.now;
    let Some(exp) = time(claims, "exp")? else {
        return invalid("exp is missing");
    };
    if now >= exp.plus(expected.skew) {
        return invalid(format!(
            "it expired {} s ago by our clock",
            now.unix() - exp.unix()
        ));
    }
    let Some(iat) = time(claims, "iat")? else {
        return invalid("iat is missing");
    };
    if iat > now.plus(expected.skew) {
        return invalid(format!(
            "it was issued {} s in the future by our clock",
            iat.unix() - now.unix()
        ));
    }
    if iat < now.minus(MAX_AGE).minus(expected.skew) {
        return invalid(format!(
            "it was issued {} s ago by our clock",
            now.unix() - iat.unix()
        ));
    }
    match time(claims, "nbf")? {
        Some(nbf) if nbf > now.plus(expected.skew) => {
            invalid("nbf lies in the future by our clock")
        }
        _ => Ok(()),
    }
}

/// Returns when the OP last had its user log in (Core §2, `auth_time`); `None` if it does not say,
/// or nothing sensible.
pub(super) fn auth_time(claims: &Claims) -> Option<Timestamp> {
    time(claims, "auth_time").ok().flatten()
}

/// Checks that the user logged in at the OP since then, if the OP says when (Core §3.1.3.7, 13).
pub(super) fn check_auth_time(
    claims: &Claims,
    since: Option<Timestamp>,
    skew: Duration,
) -> Result<(), TokenFault> {
    let Some(since) = since else {
        return Ok(());
    };
    match time(claims, "auth_time")? {
        Some(at) if at < since.minus(skew) => invalid(format!(
            "its user was to log in anew (max_age=0), but auth_time lies {} s before that",
            since.unix() - at.unix()
        )),
        _ => Ok(()),
    }
}

/// Reads a `NumericDate` (RFC 7519 §2): whole or with a fraction, within the years that make sense.
pub(super) fn time(claims: &Claims, name: &str) -> Result<Option<Timestamp>, TokenFault> {
    let seconds = match claims.get(name) {
        None | Some(Value::Null) => return Ok(None),
        Some(value) => value.as_f64(),
    };
    match seconds {
        // Up to the year 9999; the comparison refuses what is not a number, too.
        #[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
        Some(seconds) if (0.0..253_402_300_800.0).contains(&seconds) => {
            Ok(Some(Timestamp::from_unix(seconds as i64)))
        }
        _ => invalid(format!("{name} is no sensible time")),
    }
}

/// Is it fit for an identifier of the OP's, to be kept and compared? 1 to 255 bytes (Core §2, of
/// `sub`), not blank, without control characters: a database takes no more.
pub(super) fn is_identifier(text: &str) -> bool {
    !text.trim().is_empty() && text.len() <= 255 && !text.contains(char::is_control)
}

/// Checks that `sub` is there, and an identifier.
fn check_subject(claims: &Claims) -> Result<(), TokenFault> {
    match claims.get("sub").and_then(Value::as_str) {
        Some(sub) if is_identifier(sub) => Ok(()),
        Some(_) => invalid("sub is blank, too long or has control characters"),
        None => invalid("sub is missing or no string"),
    }
}

fn check_nonce(claims: &Claims, nonce: &str) -> Result<(), TokenFault> {
    match claims.get("nonce").and_then(Value::as_str) {
        Some(own) if bool::from(own.as_bytes().ct_eq(nonce.as_bytes())) => Ok(()),
        Some(_) => invalid("nonce differs"),
        None => invalid("nonce is missing"),
    }
}

/// Checks `at_hash` where it is given (Core §3.1.3.8): the left half of the access token's hash.
fn check_access_token_hash(
    claims: &Claims,
    alg: &CoreJwsSigningAlgorithm,
    access_token: &str,
) -> Result<(), TokenFault> {
    let given = match claims.get("at_hash") {
        None => return Ok(()),
        Some(Value::String(given)) => given,
        Some(_) => return invalid("at_hash is no string"),
    };
    let token = access_token.as_bytes();
    let hash = match alg {
        CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384
        | CoreJwsSigningAlgorithm::RsaSsaPssSha384
        | CoreJwsSigningAlgorithm::EcdsaP384Sha384 => Sha384::digest(token).to_vec(),
        CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512
        | CoreJwsSigningAlgorithm::RsaSsaPssSha512
        | CoreJwsSigningAlgorithm::EcdsaP521Sha512
        // Ed25519 hashes with SHA-512, and OPs take that for at_hash.
        | CoreJwsSigningAlgorithm::EdDsa => Sha512::digest(token).to_vec(),
        _ => Sha256::digest(token).to_vec(),
    };
    let half = URL_SAFE_NO_PAD.encode(&hash[..hash.len() / 2]);
    if bool::from(half.as_bytes().ct_eq(given.as_bytes())) {
        Ok(())
    } else {
        invalid("at_hash differs")
    }
}
