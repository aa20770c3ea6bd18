//! The OP's signing keys (RFC 7517). Pure.

use openidconnect::core::{CoreJsonWebKey, CoreJsonWebKeyType, CoreJwsSigningAlgorithm};
use openidconnect::{JsonWebKey, JsonWebKeyAlgorithm, JsonWebKeyId};
use serde_json::{Map, Value};

/// The keys that may sign; those for encryption, symmetric ones and unknown kinds are left out.
#[derive(Debug, Clone, Default)]
pub struct SigningKeys(Vec<CoreJsonWebKey>);

/// More keys than any OP has.
const MAX_KEYS: usize = 64;

impl SigningKeys {
    /// Parses a JWK Set. A key that does not parse is skipped (RFC 7517 §5); a set without
    /// `keys`, as Authentik sends where no signing key is selected, is empty.
    #[must_use]
    pub fn parse(set: &Map<String, Value>) -> Self {
        let keys = set.get("keys").and_then(Value::as_array);
        let keys = keys.into_iter().flatten().take(MAX_KEYS);
        Self(keys.filter_map(parse_key).collect())
    }

    /// Returns the symmetric key that HS256 is checked with: the client secret (Core §10.1).
    #[must_use]
    pub fn of_client_secret(secret: &str) -> Self {
        Self(vec![CoreJsonWebKey::new_symmetric(
            secret.as_bytes().to_vec(),
        )])
    }

    /// Is there no key?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the keys that fit a header: by `kid` where the token names one, and by algorithm.
    /// Keys without a `kid` fit any; without a `kid` in the token every key is tried (Core §10.1).
    pub fn candidates<'a>(
        &'a self,
        kid: Option<&'a str>,
        alg: &'a CoreJwsSigningAlgorithm,
    ) -> impl Iterator<Item = &'a CoreJsonWebKey> {
        self.0.iter().filter(move |key| {
            let fits_kid = match (kid, key.key_id()) {
                (Some(kid), Some(id)) => id == &JsonWebKeyId::new(kid.to_owned()),
                _ => true,
            };
            let fits_alg = match key.signing_alg() {
                JsonWebKeyAlgorithm::Algorithm(own) => own == alg,
                JsonWebKeyAlgorithm::Unspecified => true,
                JsonWebKeyAlgorithm::Unsupported => false,
            };
            fits_kid && fits_alg
        })
    }
}

fn parse_key(key: &Value) -> Option<CoreJsonWebKey> {
    // An `alg` that openidconnect does not know makes the whole key unreadable to it, rightly: a
    // key is used for its own algorithm alone. `x5c` and the like are ignored.
    if key.get("use").and_then(Value::as_str) == Some("enc") {
        return None;
    }
    let key: CoreJsonWebKey = serde_json::from_value(key.clone()).ok()?;
    (*key.key_type() != CoreJsonWebKeyType::Symmetric).then_some(key)
}
