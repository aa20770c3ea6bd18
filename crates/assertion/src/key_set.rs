//! Postern's public keys, as a JWK Set (RFC 7517 §5).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use serde::Deserialize;

/// A point that is not compressed begins with this byte (SEC 1 §2.3.3).
const UNCOMPRESSED: u8 = 4;

/// The keys, by `kid`.
pub(crate) struct KeySet(Vec<(String, UnparsedPublicKey<Vec<u8>>)>);

#[derive(Deserialize)]
struct Jwks {
    keys: Vec<Jwk>,
}

#[derive(Deserialize)]
struct Jwk {
    kid: Option<String>,
    crv: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

impl KeySet {
    /// Reads a JWK Set. A key of another kind is skipped: a later version may have some.
    pub(crate) fn parse(json: &str) -> Result<Self, serde_json::Error> {
        let jwks: Jwks = serde_json::from_str(json)?;
        Ok(Self(jwks.keys.into_iter().filter_map(public_key).collect()))
    }

    /// Returns the key of that `kid`.
    pub(crate) fn get(&self, kid: &str) -> Option<&UnparsedPublicKey<Vec<u8>>> {
        let (_, key) = self.0.iter().find(|(known, _)| known == kid)?;
        Some(key)
    }
}

fn public_key(jwk: Jwk) -> Option<(String, UnparsedPublicKey<Vec<u8>>)> {
    if jwk.crv? != "P-256" {
        return None;
    }
    let mut point = vec![UNCOMPRESSED];
    for coordinate in [jwk.x?, jwk.y?] {
        let bytes = URL_SAFE_NO_PAD.decode(coordinate).ok()?;
        point.extend(<[u8; 32]>::try_from(bytes).ok()?);
    }
    Some((
        jwk.kid?,
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point),
    ))
}
