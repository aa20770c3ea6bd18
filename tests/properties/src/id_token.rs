//! ID tokens: none is taken but the OP's own, for this client and this very login.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use oidc::jws::Claims;
use oidc::{id_token, logout_token};
use sha2::{Digest, Sha512};

use crate::op::{CLIENT_ID, ISSUER, NOW, SKEW};
use crate::token::{self, assert_is, seconds};

/// The attempt's nonce.
const NONCE: &str = "n-0S6_WzA2Mj";
/// The access token that comes with it.
const ACCESS_TOKEN: &str = "an-access-token";

/// A token that is good.
static GOOD: LazyLock<String> = LazyLock::new(|| {
    token::good(
        r#"{"iss":"https://op.example/application/o/postern/","aud":"postern","sub":"alice","nonce":"n-0S6_WzA2Mj","iat":1750000000,"exp":1750000300}"#,
    )
});

/// See [`crate::Property::check`].
pub(crate) fn check(data: &[u8]) -> bool {
    let token = token::made_of(data, &GOOD);
    let expected = id_token::Expected {
        issuer: ISSUER,
        client_id: CLIENT_ID,
        nonce: Some(NONCE),
        access_token: ACCESS_TOKEN,
        skew: SKEW,
        now: NOW,
    };
    let signed = token::verifier().verify(&token);
    let claims = match signed.and_then(|signed| id_token::check(signed, &expected)) {
        Ok(claims) => claims,
        Err(fault) => {
            assert_ne!(token, *GOOD, "a good token is refused: {fault}");
            token::assert_can_be_logged(&fault);
            return false;
        }
    };
    assert_eq!(claims, token::assert_signed(&token));
    if data.starts_with(b"~") {
        assert_eq!(token, *GOOD, "an edited token is taken");
    }
    assert_is(&claims, "iss", ISSUER);
    assert_is(&claims, "nonce", NONCE);
    token::assert_is_for(&claims, CLIENT_ID);
    let subject = claims["sub"].as_str().expect("a subject");
    assert!(subject.len() <= 255, "{subject:?}");
    assert!(!subject.trim().is_empty(), "{subject:?}");
    assert!(!subject.contains(char::is_control), "{subject:?}");
    assert_in_time(&claims);
    if claims.contains_key("at_hash") {
        let hash = Sha512::digest(ACCESS_TOKEN);
        assert_is(&claims, "at_hash", &URL_SAFE_NO_PAD.encode(&hash[..32]));
    }
    assert_is_no_logout(&token);
    true
}

/// Fails where a time is off by more than the leeway and the second that fractions cost.
fn assert_in_time(claims: &Claims) {
    let age = |name| 1_750_000_000.0 - seconds(claims, name);
    assert!(age("exp") < 61.0, "expired: {claims:?}");
    assert!(age("iat") > -61.0, "of the future: {claims:?}");
    assert!(age("iat") < 661.0, "old: {claims:?}");
}

/// Fails if the token also ends sessions.
fn assert_is_no_logout(token: &str) {
    let expected = logout_token::Expected {
        issuer: ISSUER,
        client_id: CLIENT_ID,
        skew: SKEW,
        now: NOW,
    };
    let signed = token::verifier().verify(token);
    let logout = signed.and_then(|signed| logout_token::check(&signed, &expected));
    assert!(logout.is_err(), "an ID token is a logout token: {token}");
}
