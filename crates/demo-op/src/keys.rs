//! Keys, JWKs and JWS signatures. Knows no claims and no lies.

use std::sync::Arc;

use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::Signer as _;
use hmac::{Hmac, Mac};
use rand::TryRngCore;
use rsa::pkcs8::{DecodePrivateKey, EncodePublicKey, LineEnding};
use rsa::rand_core::OsRng;
use rsa::traits::PublicKeyParts;
use rsa::{Pkcs1v15Sign, Pss, RsaPrivateKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256, Sha384, Sha512};

use crate::settings::Algorithm;

/// After this many rotations, the generations of signing keys start again.
const GENERATIONS: usize = 3;

/// The slot of the RSA key that no JWKS names: the attacker's, and the one for encryption.
const FOREIGN: usize = GENERATIONS;

/// Returns the RSA key of a slot.
///
/// The keys are as public as the passwords of this OP's users, because it guards nothing.
/// Generating them takes a noticeable part of a second each, in every process, and each test has a
/// process.
fn rsa_key(slot: usize) -> Arc<RsaPrivateKey> {
    const KEYS: [&[u8]; GENERATIONS + 1] = [
        include_bytes!("../keys/first.der"),
        include_bytes!("../keys/second.der"),
        include_bytes!("../keys/third.der"),
        include_bytes!("../keys/foreign.der"),
    ];
    let key = RsaPrivateKey::from_pkcs8_der(KEYS[slot]);
    Arc::new(key.expect("the file is an RSA key in PKCS #8"))
}

/// Returns base64url without padding, as all of JOSE writes bytes.
pub(crate) fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Returns `N` random bytes from the system.
pub(crate) fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    let filled = rand::rngs::OsRng.try_fill_bytes(&mut bytes);
    filled.expect("the system has randomness");
    bytes
}

/// Returns a fresh secret of 256 bits that needs no encoding in a URL.
pub(crate) fn random_token() -> String {
    base64url(random_bytes::<32>())
}

/// Returns lower-case hex digits.
pub(crate) fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes
        .as_ref()
        .iter()
        .fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// A private key.
#[derive(Clone)]
pub(crate) enum Key {
    Rsa(Arc<RsaPrivateKey>),
    P256(p256::ecdsa::SigningKey),
    P384(Box<p384::ecdsa::SigningKey>),
    P521(Box<p521::ecdsa::SigningKey>),
    Ed25519(Box<ed25519_dalek::SigningKey>),
    /// The client secret signs (HS256).
    Secret,
}

impl Key {
    /// Creates the key of a generation; for RSA always the same one.
    pub(crate) fn new(algorithm: Algorithm, generation: usize) -> Self {
        match algorithm {
            Algorithm::Rs256
            | Algorithm::Rs384
            | Algorithm::Rs512
            | Algorithm::Ps256
            | Algorithm::Ps384
            | Algorithm::Ps512 => Self::Rsa(rsa_key(generation % GENERATIONS)),
            Algorithm::Es256 => loop {
                if let Ok(key) = p256::ecdsa::SigningKey::from_slice(&random_bytes::<32>()) {
                    break Self::P256(key);
                }
            },
            Algorithm::Es384 => loop {
                if let Ok(key) = p384::ecdsa::SigningKey::from_slice(&random_bytes::<48>()) {
                    break Self::P384(Box::new(key));
                }
            },
            Algorithm::Es512 => loop {
                let mut bytes = random_bytes::<66>();
                // The curve's order has 521 bits.
                bytes[0] &= 1;
                if let Ok(key) = p521::ecdsa::SigningKey::from_slice(&bytes) {
                    break Self::P521(Box::new(key));
                }
            },
            Algorithm::EdDsa | Algorithm::Ed25519 => {
                let key = ed25519_dalek::SigningKey::from_bytes(&random_bytes::<32>());
                Self::Ed25519(Box::new(key))
            }
            Algorithm::Hs256 => Self::Secret,
        }
    }

    /// Returns the RSA key that is never a signing key in the JWKS.
    pub(crate) fn foreign() -> Self {
        Self::Rsa(rsa_key(FOREIGN))
    }

    /// Makes an RSA key of 1024 bits, as OPs had them ten years ago.
    pub(crate) fn short() -> Self {
        let key = RsaPrivateKey::new(&mut OsRng, 1024);
        Self::Rsa(Arc::new(key.expect("an RSA key can be made")))
    }

    /// Returns the public half as a JWK's own members; `None` for a secret.
    fn public_members(&self) -> Option<Value> {
        let point = |crv: &str, bytes: &[u8]| {
            // An uncompressed SEC 1 point: 04, x, y.
            let (x, y) = bytes[1..].split_at((bytes.len() - 1) / 2);
            json!({"kty": "EC", "crv": crv, "x": base64url(x), "y": base64url(y)})
        };
        Some(match self {
            Self::Rsa(key) => {
                let (n, e) = (key.n().to_bytes_be(), key.e().to_bytes_be());
                json!({"kty": "RSA", "n": base64url(n), "e": base64url(e)})
            }
            Self::P256(key) => point("P-256", key.verifying_key().to_sec1_point(false).as_bytes()),
            Self::P384(key) => point("P-384", key.verifying_key().to_sec1_point(false).as_bytes()),
            Self::P521(key) => point("P-521", key.verifying_key().to_sec1_point(false).as_bytes()),
            Self::Ed25519(key) => {
                let x = base64url(key.verifying_key().as_bytes());
                json!({"kty": "OKP", "crv": "Ed25519", "x": x})
            }
            Self::Secret => return None,
        })
    }

    /// Returns the key's id, derived from its public half; `None` for a secret.
    pub(crate) fn kid(&self) -> Option<String> {
        let members = self.public_members()?;
        Some(hex(&Sha256::digest(members.to_string())[..16]))
    }

    /// Returns the JWK for the JWKS, as Authentik writes it; `None` for a secret.
    pub(crate) fn jwk(&self, alg: &str, usage: &str) -> Option<Value> {
        let mut jwk = self.public_members()?;
        jwk["alg"] = alg.into();
        jwk["use"] = usage.into();
        jwk["kid"] = self.kid()?.into();
        Some(jwk)
    }

    /// Returns the public half as text, which an RP might mistake for an HMAC secret.
    ///
    /// PEM for RSA, the JWK for all others.
    pub(crate) fn public_text(&self) -> String {
        match self {
            Self::Rsa(key) => {
                let pem = key.to_public_key().to_public_key_pem(LineEnding::LF);
                pem.expect("an RSA public key can be encoded")
            }
            other => other.public_members().unwrap_or_default().to_string(),
        }
    }

    /// Signs `input`.
    ///
    /// # Errors
    /// The algorithm does not fit the key.
    pub(crate) fn sign(&self, algorithm: Algorithm, input: &[u8]) -> anyhow::Result<Vec<u8>> {
        Ok(match (self, algorithm) {
            (Self::Rsa(key), _) => sign_rsa(key, algorithm, input)?,
            (Self::P256(key), Algorithm::Es256) => {
                let signature: p256::ecdsa::Signature = key.sign(input);
                signature.to_bytes().to_vec()
            }
            (Self::P384(key), Algorithm::Es384) => {
                let signature: p384::ecdsa::Signature = key.sign(input);
                signature.to_bytes().to_vec()
            }
            (Self::P521(key), Algorithm::Es512) => {
                let signature: p521::ecdsa::Signature = key.sign(input);
                signature.to_bytes().to_vec()
            }
            (Self::Ed25519(key), Algorithm::EdDsa | Algorithm::Ed25519) => {
                key.sign(input).to_bytes().to_vec()
            }
            _ => anyhow::bail!("{} does not fit this key", algorithm.name()),
        })
    }

    /// Returns the RSA key in it, if it is one.
    pub(crate) fn as_rsa(&self) -> Option<&RsaPrivateKey> {
        match self {
            Self::Rsa(key) => Some(key),
            _ => None,
        }
    }
}

/// Signs by one of the six RSA algorithms.
fn sign_rsa(key: &RsaPrivateKey, algorithm: Algorithm, input: &[u8]) -> anyhow::Result<Vec<u8>> {
    let signed = match algorithm {
        Algorithm::Rs256 => key.sign(Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(input)),
        Algorithm::Rs384 => key.sign(Pkcs1v15Sign::new::<Sha384>(), &Sha384::digest(input)),
        Algorithm::Rs512 => key.sign(Pkcs1v15Sign::new::<Sha512>(), &Sha512::digest(input)),
        Algorithm::Ps256 => {
            key.sign_with_rng(&mut OsRng, Pss::new::<Sha256>(), &Sha256::digest(input))
        }
        Algorithm::Ps384 => {
            key.sign_with_rng(&mut OsRng, Pss::new::<Sha384>(), &Sha384::digest(input))
        }
        Algorithm::Ps512 => {
            key.sign_with_rng(&mut OsRng, Pss::new::<Sha512>(), &Sha512::digest(input))
        }
        other => anyhow::bail!("{} does not fit an RSA key", other.name()),
    };
    signed.context("signing with RSA")
}

/// Returns the HMAC-SHA-256 of `input`.
pub(crate) fn hmac_sha256(secret: &[u8], input: &[u8]) -> Vec<u8> {
    let mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes a key of any length");
    mac.chain_update(input).finalize().into_bytes().to_vec()
}

/// Returns the first two parts of a compact JWS: what is signed.
pub(crate) fn signing_input(header: &Value, claims: &Value) -> String {
    format!(
        "{}.{}",
        base64url(header.to_string()),
        base64url(claims.to_string())
    )
}
