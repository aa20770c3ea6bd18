//! Checks the signature of what the OP signs: a compact JWS (RFC 7515). Pure.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::JsonWebKey;
use openidconnect::core::CoreJwsSigningAlgorithm;
use serde_json::{Map, Value};

use super::jwks::SigningKeys;
use super::log_text::for_log;

/// A longer token is none.
const MAX_BYTES: usize = 64 * 1024;

/// The claims of a token whose signature was checked.
pub type Claims = Map<String, Value>;

/// What is wrong with a token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenFault {
    /// No key fits: perhaps the OP has new ones.
    #[error("no key of the OP fits (kid {0:?}, alg {1})")]
    UnknownKey(Option<String>, String),
    /// Five parts: encrypted (RFC 7516).
    #[error("the ID token is encrypted")]
    Encrypted,
    /// Anything else; final.
    #[error("{0}")]
    Invalid(String),
}

pub(super) fn invalid<T>(detail: impl Into<String>) -> Result<T, TokenFault> {
    Err(TokenFault::Invalid(detail.into()))
}

/// What a signature is checked with.
pub struct Verifier<'a> {
    /// The OP's keys.
    pub keys: &'a SigningKeys,
    /// The algorithms allowed (`none` is never among them).
    pub algs: &'a [String],
    /// The client secret, for HS256 where that is allowed.
    pub client_secret: &'a str,
}

impl Verifier<'_> {
    /// Checks the signature of a compact JWS (RFC 7515 §5.2) and returns its payload with the
    /// algorithm. Keys in the header (`jwk`, `jku`, `x5u`, `x5c`) are never looked at.
    ///
    /// # Errors
    /// See [`TokenFault`].
    pub fn verify(&self, token: &str) -> Result<(Claims, CoreJwsSigningAlgorithm), TokenFault> {
        if token.len() > MAX_BYTES {
            return invalid("the token is too long");
        }
        let parts: Vec<&str> = token.split('.').collect();
        let [header, payload, signature] = parts[..] else {
            return if parts.len() == 5 {
                Err(TokenFault::Encrypted)
            } else {
                invalid("not a JWS of three parts")
            };
        };
        let header = decode_object(header, "header")?;
        let name = header.get("alg").and_then(Value::as_str).unwrap_or("none");
        if !self.algs.iter().any(|allowed| allowed == name) {
            return invalid(format!(
                "alg {:?} is not allowed (allowed: {})",
                for_log(name),
                self.algs.join(", ")
            ));
        }
        let alg: CoreJwsSigningAlgorithm =
            serde_json::from_value(Value::String(name.to_owned()))
                .map_err(|_| TokenFault::Invalid(format!("alg {name} cannot be checked")))?;
        // No extension is understood, so each that is critical is a refusal (RFC 7515 §4.1.11).
        if header.contains_key("crit") {
            return invalid("the header has `crit`");
        }
        let kid = match header.get("kid") {
            None | Some(Value::Null) => None,
            Some(Value::String(kid)) => Some(kid.as_str()),
            Some(_) => return invalid("`kid` is no string"),
        };
        let Ok(signature) = URL_SAFE_NO_PAD.decode(signature) else {
            return invalid("the signature is not base64url");
        };
        let signed = &token.as_bytes()[..token.rfind('.').unwrap_or_default()];
        self.check_signature(kid, &alg, signed, &signature)?;
        Ok((decode_object(payload, "payload")?, alg))
    }

    fn check_signature(
        &self,
        kid: Option<&str>,
        alg: &CoreJwsSigningAlgorithm,
        signed: &[u8],
        signature: &[u8],
    ) -> Result<(), TokenFault> {
        let secret;
        let (keys, kid) = if *alg == CoreJwsSigningAlgorithm::HmacSha256 {
            // The secret alone: a public key of the OP must never serve as an HMAC key.
            secret = SigningKeys::of_client_secret(self.client_secret);
            (&secret, None)
        } else {
            (self.keys, kid)
        };
        let mut tried = false;
        for key in keys.candidates(kid, alg) {
            match key.verify_signature(alg, signed, signature) {
                Ok(()) => return Ok(()),
                Err(openidconnect::SignatureVerificationError::CryptoError(_)) => tried = true,
                // A key of another type or curve.
                Err(_) => {}
            }
        }
        if tried && kid.is_some() {
            return invalid("the signature is wrong");
        }
        let name = serde_json::to_string(alg).unwrap_or_default();
        Err(TokenFault::UnknownKey(kid.map(for_log), name))
    }
}

fn decode_object(part: &str, what: &str) -> Result<Claims, TokenFault> {
    let Ok(bytes) = URL_SAFE_NO_PAD.decode(part) else {
        return invalid(format!("the {what} is not base64url"));
    };
    match serde_json::from_slice(&bytes) {
        Ok(Value::Object(object)) => Ok(object),
        _ => invalid(format!("the {what} is no JSON object")),
    }
}
