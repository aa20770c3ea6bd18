//! Signs assertions (JWT, RFC 7519) with ES256, and tells the keys that check them.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use postern_assertion::{Identity, TYPE};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde::Serialize;

use clock::Timestamp;

/// How long an assertion is valid: one request, and a clock that is a little off.
const LIFETIME: Duration = Duration::from_secs(60);

/// How long a key signs.
pub const SIGNS_FOR: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// How long a key is published before it signs: applications may keep the keys that they know for as
/// long as an hour or more.
pub const PUBLISHED_BEFORE: Duration = Duration::from_secs(24 * 60 * 60);

/// How long a key is published: it also checks what it signed last.
pub const PUBLISHED_FOR: Duration = Duration::from_secs(37 * 24 * 60 * 60);

/// A key that signs. Has no `Debug`.
pub struct SigningKey {
    kid: String,
    key: EcdsaKeyPair,
    created_at: Timestamp,
    /// The JOSE header, which is the same for all that it signs, with the dot behind it.
    header: String,
}

/// A new key, not yet stored. Has no `Debug`.
pub struct NewKey {
    /// Names the key.
    pub kid: String,
    /// The private key (PKCS #8), in base64url.
    pub private_key: String,
    /// The public point, each coordinate in base64url.
    pub public: [String; 2],
}

/// The claims of an assertion.
#[derive(Serialize)]
struct Claims<'a> {
    aud: &'a str,
    iat: i64,
    exp: i64,
    #[serde(flatten)]
    identity: &'a Identity,
}

/// A public key (RFC 7518 §6.2.1).
#[derive(Debug, Serialize)]
pub struct Jwk {
    kty: &'static str,
    crv: &'static str,
    alg: &'static str,
    r#use: &'static str,
    kid: String,
    x: String,
    y: String,
}

/// Why no key can be made or read.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// There is no randomness, or the bytes are no key.
    #[error("the key of assertions cannot be created or read")]
    Key,
}

impl NewKey {
    /// Creates a key.
    ///
    /// # Errors
    /// The operating system has no randomness to give.
    pub fn generate() -> Result<Self, KeyError> {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(algorithm, &random).map_err(|_| KeyError::Key)?;
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, pkcs8.as_ref(), &random);
        let pair = pair.map_err(|_| KeyError::Key)?;
        // Uncompressed: a byte that says so, then both coordinates (SEC 1 §2.3.3).
        let point = pair.public_key().as_ref();
        let (x, y) = point[1..].split_at((point.len() - 1) / 2);
        let public = [x, y].map(|half| URL_SAFE_NO_PAD.encode(half));
        Ok(Self {
            kid: uuid::Uuid::now_v7().to_string(),
            private_key: URL_SAFE_NO_PAD.encode(pkcs8.as_ref()),
            public,
        })
    }
}

impl SigningKey {
    /// Reads a private key as [`NewKey`] has it.
    ///
    /// # Errors
    /// It is none.
    pub fn read(kid: &str, private_key: &str, created_at: Timestamp) -> Result<Self, KeyError> {
        let pkcs8 = URL_SAFE_NO_PAD
            .decode(private_key)
            .map_err(|_| KeyError::Key)?;
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let key = EcdsaKeyPair::from_pkcs8(algorithm, &pkcs8, &SystemRandom::new());
        let header = serde_json::json!({"alg": "ES256", "typ": TYPE, "kid": kid});
        Ok(Self {
            kid: kid.to_owned(),
            key: key.map_err(|_| KeyError::Key)?,
            created_at,
            header: format!("{}.", URL_SAFE_NO_PAD.encode(header.to_string())),
        })
    }

    /// Has it signed for long enough?
    #[must_use]
    pub fn is_worn(&self, now: Timestamp) -> bool {
        self.created_at.plus(SIGNS_FOR) <= now
    }

    /// Is it time to publish the next one?
    #[must_use]
    pub fn wants_successor(&self, now: Timestamp) -> bool {
        self.created_at.plus(SIGNS_FOR) <= now.plus(PUBLISHED_BEFORE)
    }

    /// Has it been published for long enough to sign?
    #[must_use]
    pub fn is_known(&self, now: Timestamp) -> bool {
        self.created_at.plus(PUBLISHED_BEFORE) <= now
    }

    /// Returns what names the key.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// Signs who asks, for the application at that public origin.
    ///
    /// # Errors
    /// The operating system has no randomness to give.
    pub fn sign(
        &self,
        identity: &Identity,
        audience: &str,
        now: Timestamp,
    ) -> Result<String, KeyError> {
        let claims = Claims {
            aud: audience,
            iat: now.unix(),
            exp: now.plus(LIFETIME).unix(),
            identity,
        };
        let claims = serde_json::to_vec(&claims).map_err(|_| KeyError::Key)?;
        let mut token = self.header.clone();
        URL_SAFE_NO_PAD.encode_string(claims, &mut token);
        let signature = self.key.sign(&SystemRandom::new(), token.as_bytes());
        let signature = signature.map_err(|_| KeyError::Key)?;
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        Ok(token)
    }
}

impl Jwk {
    /// Returns the public key of that name and those coordinates.
    #[must_use]
    pub fn new(kid: String, x: String, y: String) -> Self {
        Self {
            kty: "EC",
            crv: "P-256",
            alg: "ES256",
            r#use: "sig",
            kid,
            x,
            y,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Jwk, NewKey, SIGNS_FOR, SigningKey};
    use crate::assertion::identity::tests::alice;
    use clock::Timestamp;
    use postern_assertion::Verifier;
    use serde_json::json;

    #[tokio::test]
    async fn application_reads_what_is_signed() {
        let new = NewKey::generate().expect("a key");
        let now = Timestamp::from_unix(1_790_000_000);
        let key = SigningKey::read(&new.kid, &new.private_key, now).expect("a key");
        let token = key
            .sign(&alice(), "https://app.example.com", now)
            .expect("signed");
        let [x, y] = new.public;
        let jwks = json!({"keys": [Jwk::new(new.kid, x, y)]}).to_string();
        let fetch = move || std::future::ready(Ok::<_, std::io::Error>(jwks.clone()));
        let verifier = Verifier::new("https://app.example.com", fetch);
        let identity = verifier.verify_at(&token, now.unix()).await;
        assert_eq!(identity.expect("an identity"), alice());
        assert!(!key.is_worn(now));
        assert!(key.is_worn(now.plus(SIGNS_FOR)));
    }
}
