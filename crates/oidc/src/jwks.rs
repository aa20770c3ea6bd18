//! The OP's signing keys (RFC 7517). Pure.

use base64::engine::general_purpose::{GeneralPurpose, NO_PAD};
use base64::{Engine, alphabet};
use openidconnect::core::{CoreJsonWebKey, CoreJwsSigningAlgorithm};
use openidconnect::{JsonWebKey, SignatureVerificationError};
use p521::ecdsa::signature::Verifier as _;
use serde_json::{Map, Value};

use super::log_text::for_log;

/// The keys that may sign; those for encryption, symmetric ones, weak ones and unknown kinds are
/// left out.
#[derive(Debug, Clone, Default)]
pub struct SigningKeys {
    keys: Vec<SigningKey>,
    refused: Vec<RefusedKey>,
}

/// The most keys that are kept. Entries of no use are dropped before they are counted.
const MAX_KEYS: usize = 1024;
/// The most keys that one signature is tried with: each try costs time, and anybody can send a
/// token. An OP with more keys names the right one (Core §10.1).
pub const MAX_CANDIDATES: usize = 8;
/// The shortest RSA key that may sign (RFC 7518 §3.3).
const MIN_RSA_BITS: usize = 2048;
/// The longest RSA key that can be checked with.
const MAX_RSA_BITS: usize = 4096;

/// A key that would sign, but for its size: whoever factors a short one can log in as anybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedKey {
    /// Its `kid`, fit for the log.
    pub kid: Option<String>,
    /// The bits of its modulus.
    pub bits: usize,
}

/// One key that may sign.
#[derive(Debug, Clone)]
pub struct SigningKey {
    kid: Option<String>,
    /// The algorithm that it is for; `None` leaves that to its kind.
    alg: Option<CoreJwsSigningAlgorithm>,
    kind: Kind,
    public: PublicKey,
}

/// What decides which algorithms a key fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Rsa,
    P256,
    P384,
    P521,
    Ed25519,
    Secret,
}

#[derive(Debug, Clone)]
enum PublicKey {
    Jwk(Box<CoreJsonWebKey>),
    /// `openidconnect` reads keys on this curve and cannot check with them.
    P521(Box<p521::ecdsa::VerifyingKey>),
}

/// Why a signature was not accepted by a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mismatch {
    /// It was checked, and is not by this key.
    Signature,
    /// The key cannot be used: it is not a point of its curve, for example.
    Key,
}

impl SigningKeys {
    /// Parses a JWK Set. An entry that does not parse is skipped (RFC 7517 §5); a set without
    /// `keys`, as Authentik sends if no signing key is selected, is empty.
    #[must_use]
    pub fn parse(set: &Map<String, Value>) -> Self {
        let mut parsed = Self::default();
        let entries = set.get("keys").and_then(Value::as_array);
        for entry in entries.into_iter().flatten() {
            match parse_key(entry) {
                Ok(key) if parsed.keys.len() < MAX_KEYS => parsed.keys.push(key),
                Err(Some(refused)) if parsed.refused.len() < MAX_KEYS => {
                    parsed.refused.push(refused);
                }
                Ok(_) | Err(_) => {}
            }
        }
        parsed
    }

    /// Returns the symmetric key that HS256 is checked with: the client secret (Core §10.1).
    #[must_use]
    pub fn of_client_secret(secret: &str) -> Self {
        let key = CoreJsonWebKey::new_symmetric(secret.as_bytes().to_vec());
        Self {
            keys: vec![SigningKey {
                kid: None,
                alg: None,
                kind: Kind::Secret,
                public: PublicKey::Jwk(Box::new(key)),
            }],
            refused: Vec::new(),
        }
    }

    /// Is there no key?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Names the keys that are refused for their size, for the log; `None` if there are none.
    #[must_use]
    pub fn refusal(&self) -> Option<String> {
        /// More names make no line clearer.
        const NAMED: usize = 4;
        let name = |key: &RefusedKey| match &key.kid {
            Some(kid) => format!("an RSA key of {} bits (kid {kid:?})", key.bits),
            None => format!("an RSA key of {} bits", key.bits),
        };
        let mut names: Vec<String> = self.refused.iter().take(NAMED).map(name).collect();
        match self.refused.len().checked_sub(NAMED) {
            None | Some(0) => {}
            Some(more) => names.push(format!("{more} more")),
        }
        (!names.is_empty()).then(|| {
            format!(
                "refused: {}; RSA keys must have {MIN_RSA_BITS} to {MAX_RSA_BITS} bits",
                names.join(", ")
            )
        })
    }

    /// Returns the keys that fit a header, by `kid` and by algorithm: those of that `kid` first,
    /// then those without one. Without a `kid` in the token every key fits (Core §10.1).
    ///
    /// No signature is tried with more than [`MAX_CANDIDATES`] of them.
    pub fn candidates<'a>(
        &'a self,
        kid: Option<&'a str>,
        alg: &'a CoreJwsSigningAlgorithm,
    ) -> impl Iterator<Item = &'a SigningKey> {
        let fitting = move || self.keys.iter().filter(move |key| key.fits(alg));
        let named = fitting().filter(move |key| kid.is_some() && key.kid.as_deref() == kid);
        let others = fitting().filter(move |key| kid.is_none() || key.kid.is_none());
        named.chain(others)
    }
}

impl SigningKey {
    fn fits(&self, alg: &CoreJwsSigningAlgorithm) -> bool {
        kind_for(alg) == Some(self.kind) && self.alg.as_ref().is_none_or(|own| own == alg)
    }

    /// Checks a signature.
    ///
    /// # Errors
    /// See [`Mismatch`].
    pub fn verify(
        &self,
        alg: &CoreJwsSigningAlgorithm,
        signed: &[u8],
        signature: &[u8],
    ) -> Result<(), Mismatch> {
        match &self.public {
            PublicKey::Jwk(key) => {
                let checked = key.verify_signature(alg, signed, signature);
                checked.map_err(|error| match error {
                    SignatureVerificationError::CryptoError(_) => Mismatch::Signature,
                    _ => Mismatch::Key,
                })
            }
            PublicKey::P521(key) => {
                let signature = p521::ecdsa::Signature::from_slice(signature);
                let checked = signature.and_then(|signature| key.verify(signed, &signature));
                checked.map_err(|_| Mismatch::Signature)
            }
        }
    }
}

/// Returns the algorithm of that name; `None` for one that is not known. `Ed25519` (RFC 9864) and
/// `EdDSA` (RFC 8037) are one: there is no other curve here.
#[must_use]
pub fn algorithm(name: &str) -> Option<CoreJwsSigningAlgorithm> {
    let name = if name == "Ed25519" { "EdDSA" } else { name };
    serde_json::from_value(Value::from(name)).ok()
}

/// Returns the kind of key that the algorithm needs; `None` if it cannot be checked here.
fn kind_for(alg: &CoreJwsSigningAlgorithm) -> Option<Kind> {
    use CoreJwsSigningAlgorithm as Alg;
    match alg {
        Alg::RsaSsaPkcs1V15Sha256
        | Alg::RsaSsaPkcs1V15Sha384
        | Alg::RsaSsaPkcs1V15Sha512
        | Alg::RsaSsaPssSha256
        | Alg::RsaSsaPssSha384
        | Alg::RsaSsaPssSha512 => Some(Kind::Rsa),
        Alg::EcdsaP256Sha256 => Some(Kind::P256),
        Alg::EcdsaP384Sha384 => Some(Kind::P384),
        Alg::EcdsaP521Sha512 => Some(Kind::P521),
        Alg::EdDsa => Some(Kind::Ed25519),
        Alg::HmacSha256 => Some(Kind::Secret),
        _ => None,
    }
}

/// Parses an entry; the error is the key that its size keeps out, `None` for what is no key for
/// signatures at all. `x5c` and the like are ignored.
fn parse_key(entry: &Value) -> Result<SigningKey, Option<RefusedKey>> {
    let text = |name: &str| entry.get(name).and_then(Value::as_str);
    if text("use") == Some("enc") {
        return Err(None);
    }
    let kind = match (text("kty"), text("crv")) {
        (Some("RSA"), _) => Kind::Rsa,
        (Some("EC"), Some("P-256")) => Kind::P256,
        (Some("EC"), Some("P-384")) => Kind::P384,
        (Some("EC"), Some("P-521")) => Kind::P521,
        (Some("OKP"), Some("Ed25519")) => Kind::Ed25519,
        _ => return Err(None),
    };
    let mut entry = entry.clone();
    // A key is used for its own algorithm alone: one with an unknown one is none.
    let alg = match entry.get("alg") {
        None | Some(Value::Null) => None,
        Some(alg) => Some(alg.as_str().and_then(algorithm).ok_or(None)?),
    };
    if let (Some(alg), Some(entry)) = (&alg, entry.as_object_mut()) {
        let name = serde_json::to_value(alg).unwrap_or_default();
        entry.insert("alg".to_owned(), name);
    }
    let parsed: CoreJsonWebKey = serde_json::from_value(entry.clone()).map_err(|_| None)?;
    let key_id = parsed.key_id().map(|id| id.as_str().to_owned());
    let member = |name: &str| entry.get(name).and_then(Value::as_str).and_then(decode);
    let public = match kind {
        Kind::Rsa => {
            let length = bits(&member("n").ok_or(None)?);
            if !(MIN_RSA_BITS..=MAX_RSA_BITS).contains(&length) {
                return Err(Some(RefusedKey {
                    kid: key_id.as_deref().map(for_log),
                    bits: length,
                }));
            }
            PublicKey::Jwk(Box::new(parsed))
        }
        Kind::P521 => {
            let (x, y) = (member("x").ok_or(None)?, member("y").ok_or(None)?);
            PublicKey::P521(Box::new(p521_key(&x, &y).ok_or(None)?))
        }
        Kind::P256 | Kind::P384 | Kind::Ed25519 | Kind::Secret => PublicKey::Jwk(Box::new(parsed)),
    };
    Ok(SigningKey {
        kid: key_id,
        alg,
        kind,
        public,
    })
}

/// Makes a key of its coordinates, which are 66 bytes each (RFC 7518 §6.2.1.2).
fn p521_key(x: &[u8], y: &[u8]) -> Option<p521::ecdsa::VerifyingKey> {
    /// The bytes of a coordinate.
    const SIZE: usize = 66;
    let mut point = vec![0x04];
    for coordinate in [x, y] {
        point.resize(point.len() + SIZE.checked_sub(coordinate.len())?, 0);
        point.extend_from_slice(coordinate);
    }
    p521::ecdsa::VerifyingKey::from_sec1_bytes(&point).ok()
}

/// Returns how many bits a number has, zeros before it left out.
fn bits(number: &[u8]) -> usize {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    let digits = &number[zeros..];
    let unused = digits.first().map_or(0, |first| first.leading_zeros());
    digits.len() * 8 - unused as usize
}

/// Decodes base64url as `openidconnect` does.
fn decode(text: &str) -> Option<Vec<u8>> {
    const ENGINE: GeneralPurpose = GeneralPurpose::new(
        &alphabet::URL_SAFE,
        NO_PAD.with_decode_allow_trailing_bits(true),
    );
    ENGINE.decode(text).ok()
}

#[cfg(test)]
mod tests;
