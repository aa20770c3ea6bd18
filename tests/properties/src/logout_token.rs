//! Logout tokens: none is taken but the OP's own, for this client, and meant as one.

use std::sync::LazyLock;

use oidc::logout_token::{self, Expected};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::op::{CLIENT_ID, ISSUER, NOW, SKEW};
use crate::token::{self, assert_is, seconds};

/// The token's type (Back-Channel Logout §2.4).
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// A token that is good.
static GOOD: LazyLock<String> = LazyLock::new(|| {
    token::good(
        r#"{"iss":"https://op.example/application/o/postern/","aud":"postern","iat":1750000000,"exp":1750000120,"jti":"j-1","sid":"s-1","events":{"http://schemas.openid.net/event/backchannel-logout":{}}}"#,
    )
});

/// See [`crate::Property::check`].
pub(crate) fn check(data: &[u8]) -> bool {
    let token = token::made_of(data, &GOOD);
    let expected = Expected {
        issuer: ISSUER,
        client_id: CLIENT_ID,
        skew: SKEW,
        now: NOW,
    };
    let signed = token::verifier().verify(&token);
    let logout = match signed.and_then(|signed| logout_token::check(&signed, &expected)) {
        Ok(logout) => logout,
        Err(fault) => {
            assert_ne!(token, *GOOD, "a good token is refused: {fault}");
            token::assert_can_be_logged(&fault);
            return false;
        }
    };
    let claims = token::assert_signed(&token);
    if data.starts_with(b"~") {
        assert_eq!(token, *GOOD, "an edited token is taken");
    }
    assert_is(&claims, "iss", ISSUER);
    assert_eq!(logout.issuer, ISSUER);
    token::assert_is_for(&claims, CLIENT_ID);
    assert!(claims["events"][EVENT].is_object(), "{claims:?}");
    assert!(!claims.contains_key("nonce"), "{claims:?}");
    assert_eq!(logout.sid.as_deref(), text(&claims, "sid"));
    assert_eq!(logout.subject.as_deref(), text(&claims, "sub"));
    assert!(
        logout.sid.is_some() || logout.subject.is_some(),
        "{claims:?}"
    );
    let jti = text(&claims, "jti").expect("a jti");
    let hash = Sha256::digest(format!("{ISSUER}\0{jti}"));
    assert_eq!(logout.jti_hash, <[u8; 32]>::from(hash));
    assert_remembered_long_enough(&claims, logout.stale_at.unix());
    true
}

fn text<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    claims.get(name).and_then(Value::as_str)
}

/// Fails if the token could be used again after its `jti` is forgotten, or is never forgotten.
fn assert_remembered_long_enough(claims: &Map<String, Value>, stale_at: i64) {
    let age = |name| 1_750_000_000.0 - seconds(claims, name);
    assert!(age("exp") < 61.0, "expired: {claims:?}");
    assert!(age("iat") > -61.0, "of the future: {claims:?}");
    assert!(age("iat") < 661.0, "old: {claims:?}");
    assert!(stale_at > NOW.unix(), "stale already: {claims:?}");
    assert!(stale_at <= NOW.unix() + 720, "kept for {stale_at}");
}
