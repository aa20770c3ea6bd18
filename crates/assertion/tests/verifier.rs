//! Assertions that Postern signs pass; what anybody else makes does not.

#![expect(
    clippy::unwrap_used,
    reason = "what fails in the kit of these tests fails the test"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::{Body, to_bytes};
use axum::http::Request;
use axum::routing::get;
use axum::{Extension, Router};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderMap;
use postern_assertion::{AssertionError, AssertionLayer, HEADER, Identity, Role, Verifier};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};
use tower::ServiceExt as _;

const APP: &str = "https://app.example.com";
const NOW: i64 = 1_790_000_000;

/// A key that signs, and its `kid`.
struct Signer {
    key: EcdsaKeyPair,
    kid: &'static str,
}

impl Signer {
    fn new(kid: &'static str) -> Self {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        let key = EcdsaKeyPair::from_pkcs8(algorithm, pkcs8.as_ref(), &random).unwrap();
        Self { key, kid }
    }

    fn jwk(&self) -> Value {
        let point = self.key.public_key().as_ref();
        let [x, y] = [&point[1..33], &point[33..]].map(|half| URL_SAFE_NO_PAD.encode(half));
        json!({"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": self.kid, "x": x, "y": y})
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(header), part(claims));
        let signature = self
            .key
            .sign(&SystemRandom::new(), signed.as_bytes())
            .unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    fn assertion(&self, change: impl FnOnce(&mut Value)) -> String {
        let mut claims = claims();
        change(&mut claims);
        self.sign(&self.header(), &claims)
    }

    fn header(&self) -> Value {
        json!({"alg": "ES256", "typ": "postern+jwt", "kid": self.kid})
    }
}

fn claims() -> Value {
    json!({
        "aud": APP, "iat": NOW, "exp": NOW + 60, "sub": "1", "username": "alice", "role": "user",
        "auth_time": NOW, "sid": "2", "app": "app", "groups": ["family"], "email_verified": true,
    })
}

/// A verifier that fetches these keys, and how often it has.
fn verifier(signers: &[&Signer]) -> (Verifier, Arc<AtomicUsize>) {
    let keys: Vec<Value> = signers.iter().map(|signer| signer.jwk()).collect();
    let jwks = json!({ "keys": keys }).to_string();
    let fetched = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&fetched);
    let fetch = move || {
        count.fetch_add(1, Ordering::Relaxed);
        std::future::ready(Ok::<_, std::io::Error>(jwks.clone()))
    };
    (Verifier::new(APP, fetch), fetched)
}

#[tokio::test]
async fn assertion_of_postern_tells_who_asks() {
    let (old, new) = (Signer::new("old"), Signer::new("new"));
    let (verifier, fetched) = verifier(&[&old, &new]);
    for signer in [&old, &new] {
        let identity = verifier
            .verify_at(&signer.assertion(|_| {}), NOW + 59)
            .await;
        let identity = identity.unwrap();
        assert_eq!(identity.username, "alice");
        assert_eq!(identity.groups, ["family"]);
        assert_eq!(identity.role, Role::User);
        assert!(identity.email_verified);
    }
    assert_eq!(fetched.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn other_audience_and_other_time_are_refused() {
    let signer = Signer::new("k");
    let (verifier, _) = verifier(&[&signer]);
    for aud in [
        "https://other.example.com",
        "https://app.example.com.evil.example",
        "",
    ] {
        let token = signer.assertion(|claims| claims["aud"] = json!(aud));
        let refusal = verifier.verify_at(&token, NOW).await;
        assert!(
            matches!(refusal, Err(AssertionError::OtherAudience)),
            "{aud}"
        );
    }
    let token = signer.assertion(|_| {});
    for time in [NOW - 31, NOW + 90, i64::MAX, i64::MIN] {
        let refusal = verifier.verify_at(&token, time).await;
        assert!(matches!(refusal, Err(AssertionError::WrongTime)), "{time}");
    }
}

#[tokio::test]
async fn what_postern_did_not_sign_is_refused() {
    let (signer, forger) = (Signer::new("k"), Signer::new("k"));
    let (verifier, fetched) = verifier(&[&signer]);
    let refusal = verifier.verify_at(&forger.assertion(|_| {}), NOW).await;
    assert!(matches!(refusal, Err(AssertionError::WrongSignature)));
    // A stranger's keys do not have us fetch ours again and again.
    for _ in 0..5 {
        let refusal = verifier
            .verify_at(&Signer::new("x").assertion(|_| {}), NOW)
            .await;
        assert!(matches!(refusal, Err(AssertionError::UnknownKey)));
    }
    assert_eq!(fetched.load(Ordering::Relaxed), 1);
    let good = signer.assertion(|_| {});
    let (unsigned, _) = good.rsplit_once('.').unwrap();
    let refusal = verifier.verify_at(&format!("{unsigned}."), NOW).await;
    assert!(matches!(refusal, Err(AssertionError::WrongSignature)));
}

#[tokio::test]
async fn other_kinds_of_tokens_are_refused() {
    let signer = Signer::new("k");
    let (verifier, _) = verifier(&[&signer]);
    let headers = [
        json!({"alg": "none", "typ": "postern+jwt", "kid": "k"}),
        json!({"alg": "HS256", "typ": "postern+jwt", "kid": "k"}),
        json!({"alg": "ES256", "typ": "JWT", "kid": "k"}),
        json!({"alg": "ES256", "kid": "k"}),
        json!({"alg": "ES256", "typ": "postern+jwt"}),
        json!([]),
    ];
    for header in headers {
        let refusal = verifier
            .verify_at(&signer.sign(&header, &claims()), NOW)
            .await;
        assert!(
            matches!(refusal, Err(AssertionError::Malformed)),
            "{header}"
        );
    }
    for token in ["", ".", "..", "a.b.c", "é.é.é", &"a".repeat(100_000)] {
        let refusal = verifier.verify_at(token, NOW).await;
        assert!(matches!(refusal, Err(AssertionError::Malformed)), "{token}");
    }
}

#[tokio::test]
async fn request_has_exactly_one_assertion() {
    let signer = Signer::new("k");
    let (verifier, _) = verifier(&[&signer]);
    let mut headers = HeaderMap::new();
    let refusal = verifier.identity(&headers).await;
    assert!(matches!(refusal, Err(AssertionError::Missing)));
    let token = signer.assertion(|claims| claims["exp"] = json!(i64::MAX));
    headers.append("Postern-Assertion", token.parse().unwrap());
    assert_eq!(verifier.identity(&headers).await.unwrap().sub, "1");
    headers.append("Postern-Assertion", token.parse().unwrap());
    let refusal = verifier.identity(&headers).await;
    assert!(matches!(refusal, Err(AssertionError::Missing)));
}

#[tokio::test]
async fn layer_lets_through_what_has_an_assertion_and_tells_the_application_who_it_is() {
    let signer = Signer::new("k");
    let (verifier, _) = verifier(&[&signer]);
    let home = |Extension(user): Extension<Identity>| async move { user.username };
    let app: Router = Router::new()
        .route("/", get(home))
        .layer(AssertionLayer::new(verifier));
    let token = signer.assertion(|claims| claims["exp"] = json!(i64::MAX));
    for (token, status, body) in [(token.as_str(), 200, "alice"), ("forged", 401, "")] {
        let request = Request::get("/")
            .header(HEADER, token)
            .body(Body::empty())
            .unwrap();
        let response = app.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), status);
        let bytes = to_bytes(response.into_body(), 100).await.unwrap();
        assert_eq!(bytes, body);
    }
}

#[tokio::test]
async fn keys_that_cannot_be_fetched_are_told() {
    let fetch = || std::future::ready(Err::<String, _>(std::io::Error::other("away")));
    let verifier = Verifier::new(APP, fetch);
    let refusal = verifier
        .verify_at(&Signer::new("k").assertion(|_| {}), NOW)
        .await;
    assert!(matches!(refusal, Err(AssertionError::Keys(_))));
}
