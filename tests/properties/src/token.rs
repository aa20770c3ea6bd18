//! Tokens that the OP has signed, and others.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signature, Signer, SigningKey};
use oidc::jwks::SigningKeys;
use oidc::jws::{TokenFault, Verifier};
use serde_json::{Map, Value, json};

use crate::log_line::assert_fits_the_log;
use crate::op::CLIENT_SECRET;

/// The `kid` of the OP's key.
const KID: &str = "ed-1";
/// The header of a token by that key.
const HEADER: &str = r#"{"alg":"EdDSA","kid":"ed-1"}"#;

/// The OP's key.
static KEY: LazyLock<SigningKey> = LazyLock::new(|| SigningKey::from_bytes(&[7; 32]));
/// The key's entry in the OP's JWK Set.
static KEYS: LazyLock<SigningKeys> = LazyLock::new(|| {
    let x = URL_SAFE_NO_PAD.encode(KEY.verifying_key().as_bytes());
    let set = json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": KID, "use": "sig", "x": x}]});
    SigningKeys::parse(set.as_object().expect("an object"))
});
/// The algorithms allowed.
static ALGS: LazyLock<Vec<String>> =
    LazyLock::new(|| ["EdDSA", "RS256", "ES256"].map(str::to_owned).to_vec());

/// Returns what the server checks tokens with.
pub(crate) fn verifier() -> Verifier<'static> {
    Verifier {
        keys: &KEYS,
        algs: &ALGS,
        client_secret: CLIENT_SECRET,
    }
}

/// Creates a token of the input. Its first byte says how, since no search finds a signature:
///
/// - `c`: the rest is the claims, and the OP signs them;
/// - `h`: the first line is the header, the rest the claims, and the OP signs both;
/// - `~`: the rest edits `good`, a token of the OP: three bytes each, where (16 bits) and what;
/// - anything else: the input is the token.
pub(crate) fn made_of(data: &[u8], good: &str) -> String {
    match data.split_first() {
        Some((b'c', claims)) => sign(HEADER.as_bytes(), claims),
        Some((b'h', rest)) => {
            let end = rest.iter().position(|byte| *byte == b'\n');
            let (header, claims) = rest.split_at(end.unwrap_or(rest.len()));
            sign(header, claims.get(1..).unwrap_or_default())
        }
        Some((b'~', edits)) => edit(good, edits),
        _ => String::from_utf8_lossy(data).into_owned(),
    }
}

/// Returns claims as a token of the OP.
pub(crate) fn good(claims: &str) -> String {
    sign(HEADER.as_bytes(), claims.as_bytes())
}

fn sign(header: &[u8], claims: &[u8]) -> String {
    let signed = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header),
        URL_SAFE_NO_PAD.encode(claims)
    );
    let signature = KEY.sign(signed.as_bytes()).to_bytes();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn edit(token: &str, edits: &[u8]) -> String {
    let mut bytes = token.as_bytes().to_vec();
    for edit in edits.chunks_exact(3) {
        let place = usize::from(u16::from_be_bytes([edit[0], edit[1]]));
        match bytes.get_mut(place) {
            Some(byte) => *byte = edit[2],
            None => bytes.push(edit[2]),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Fails unless the OP has signed this token, by a header that may be followed; returns its claims.
pub(crate) fn assert_signed(token: &str) -> Map<String, Value> {
    let parts: Vec<&str> = token.split('.').collect();
    let [header, claims, signature] = parts[..] else {
        panic!("taken without having three parts: {token}");
    };
    let signature = decode(signature).try_into().expect("64 bytes of signature");
    let signed = format!("{header}.{claims}");
    let is_signed = KEY
        .verify(signed.as_bytes(), &Signature::from_bytes(&signature))
        .is_ok();
    assert!(is_signed, "taken without the OP's signature: {token}");
    let header = object(header);
    assert!(
        header["alg"] == "EdDSA" || header["alg"] == "Ed25519",
        "{header:?}"
    );
    assert!(!header.contains_key("crit"), "{header:?}");
    let kid = header.get("kid").unwrap_or(&Value::Null);
    assert!(kid.is_null() || kid == KID, "{header:?}");
    object(claims)
}

/// Fails if the claim is not this text.
pub(crate) fn assert_is(claims: &Map<String, Value>, name: &str, text: &str) {
    assert_eq!(
        claims.get(name).and_then(Value::as_str),
        Some(text),
        "{claims:?}"
    );
}

/// Fails if the token is for somebody else.
pub(crate) fn assert_is_for(claims: &Map<String, Value>, client_id: &str) {
    let (others, named) = match &claims["aud"] {
        Value::Array(all) => (all.len() > 1, all.iter().any(|aud| aud == client_id)),
        one => (false, one == client_id),
    };
    assert!(named, "{claims:?}");
    match claims.get("azp") {
        // An entry of the audience that is not text names nobody.
        None => assert!(!others || texts(&claims["aud"]) == 1, "{claims:?}"),
        Some(azp) => assert_eq!(azp, client_id, "{claims:?}"),
    }
}

fn texts(values: &Value) -> usize {
    let values = values.as_array().into_iter().flatten();
    values.filter(|value| value.is_string()).count()
}

/// Returns a time's whole seconds; fails if it is not a time.
pub(crate) fn seconds(claims: &Map<String, Value>, name: &str) -> f64 {
    let seconds = claims.get(name).and_then(Value::as_f64);
    seconds.unwrap_or_else(|| panic!("{name} is no number: {claims:?}"))
}

/// Fails if the message of a refusal cannot be logged as it is.
pub(crate) fn assert_can_be_logged(fault: &TokenFault) {
    assert_fits_the_log(&fault.to_string());
}

fn object(part: &str) -> Map<String, Value> {
    serde_json::from_slice(&decode(part)).expect("a JSON object")
}

fn decode(part: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(part).expect("base64url")
}
