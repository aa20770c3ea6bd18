//! Checks the signature of what the OP signs: a compact JWS (RFC 7515). Pure.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::core::CoreJwsSigningAlgorithm;
use serde_json::{Map, Value};

use super::jwks::{MAX_CANDIDATES, Mismatch, SigningKeys, algorithm};
use super::log_text::for_log;

/// The longest token that is read. A user in some thousands of groups has one of this size.
pub const MAX_BYTES: usize = 256 * 1024;

/// The claims of a token whose signature was checked.
pub type Claims = Map<String, Value>;

/// What is wrong with a token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenFault {
    /// No key fits: perhaps the OP has new ones.
    #[error("no key of the OP fits (kid {0:?}, alg {1})")]
    UnknownKey(Option<String>, String),
    /// It is longer than [`MAX_BYTES`]: this many bytes.
    #[error("the token has {0} bytes, and at most {MAX_BYTES} are read")]
    TooLong(usize),
    /// Five parts: encrypted (RFC 7516).
    #[error("the ID token is encrypted")]
    Encrypted,
    /// It names another issuer, perhaps that of another application.
    #[error("{0}")]
    OtherIssuer(String),
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

/// A token whose signature is right.
#[derive(Debug, Clone)]
pub struct Signed {
    /// The claims.
    pub claims: Claims,
    /// The algorithm.
    pub(super) alg: CoreJwsSigningAlgorithm,
    /// The header's `typ`, in lower case and without `application/` (RFC 7515 §4.1.9).
    typ: Option<String>,
}

impl Signed {
    /// Checks that the token does not say it is of another kind (RFC 8725 §3.11). One that says
    /// nothing but `JWT` is told by its claims.
    ///
    /// # Errors
    /// See [`TokenFault`].
    pub(super) fn check_type(&self, own: &str) -> Result<(), TokenFault> {
        match self.typ.as_deref() {
            Some(typ) if typ.ends_with("+jwt") && typ != own => {
                invalid(format!("typ is {:?}, not {own:?}", for_log(typ)))
            }
            _ => Ok(()),
        }
    }
}

impl Verifier<'_> {
    /// Checks the signature of a compact JWS (RFC 7515 §5.2). Keys in the header (`jwk`, `jku`,
    /// `x5u`, `x5c`) are never looked at.
    ///
    /// # Errors
    /// See [`TokenFault`].
    pub fn verify(&self, token: &str) -> Result<Signed, TokenFault> {
        if token.len() > MAX_BYTES {
            return Err(TokenFault::TooLong(token.len()));
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
        let alg = self.allowed(header.get("alg").and_then(Value::as_str).unwrap_or("none"))?;
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
        let typ = header.get("typ").and_then(Value::as_str);
        Ok(Signed {
            claims: decode_object(payload, "payload")?,
            alg,
            typ: typ.map(|typ| {
                let typ = typ.to_ascii_lowercase();
                typ.strip_prefix("application/").unwrap_or(&typ).to_owned()
            }),
        })
    }

    /// Returns the algorithm of that name, if it is among those that are allowed, by whichever of
    /// its names.
    fn allowed(&self, name: &str) -> Result<CoreJwsSigningAlgorithm, TokenFault> {
        let alg = algorithm(name);
        let is_allowed = |own: &String| own == name || (alg.is_some() && algorithm(own) == alg);
        if !self.algs.iter().any(is_allowed) {
            return invalid(format!(
                "alg {:?} is not allowed (allowed: {})",
                for_log(name),
                self.algs.join(", ")
            ));
        }
        alg.ok_or_else(|| TokenFault::Invalid(format!("alg {name} cannot be checked")))
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
        let mut candidates = keys.candidates(kid, alg);
        let mut tried = false;
        for key in candidates.by_ref().take(MAX_CANDIDATES) {
            match key.verify(alg, signed, signature) {
                Ok(()) => return Ok(()),
                Err(Mismatch::Signature) => tried = true,
                Err(Mismatch::Key) => {}
            }
        }
        if candidates.next().is_some() {
            return invalid(format!(
                "more than {MAX_CANDIDATES} keys of the OP fit, and no more are tried: its keys and \
                 tokens need a `kid`"
            ));
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
